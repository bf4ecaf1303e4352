// A test of a program between two peers of its own, so that several such tests can run at the same time: most of one is waiting.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack } from "../sandbox/slack/server.js";
import { DIST, Program, type ProgramOptions } from "./program.js";

export type Mode = "http" | "socket";

export interface ProgramStage {
  /** The working directory, empty. */
  dir: string;
  hex: SimulatedHex;
  slack: LocalSlack;
  /** The bot's token for Hex. */
  token: string;
  /** The variables with which the bot finds Hex. */
  hexEnv: () => Record<string, string>;
  /** All that it needs. */
  env: (mode: Mode) => Record<string, string>;
  /** Starts a command in the working directory, with this environment and no other. It is ended after the test. */
  start: (command: string, args: string[], env: Record<string, string>, stdio?: ProgramOptions["stdio"]) => Program;
  /** Starts one of the built programs. */
  startBuilt: (name: "main" | "verify", env: Record<string, string>, args?: string[]) => Program;
  /** Starts the bot and waits until it is ready. In HTTP mode, Slack then knows its address. */
  startBot: (mode: Mode, env?: Record<string, string>) => Promise<{ bot: Program; port: number }>;
}

export const programTest = test
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what a fixture needs
  .extend("stage", async ({}, { onCleanup }): Promise<ProgramStage> => {
    const programs: Program[] = [];
    const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    const hex = await startHex({ clock: systemClock });
    const slack = await startSlack({ clock: systemClock });
    onCleanup(async () => {
      for (const program of programs) await program.end();
      await slack.stop();
      await hex.stop();
      await rm(dir, { recursive: true });
    });
    const token = hex.workspace.addToken({ kind: "workspace" });
    const hexEnv = () => ({ HEX_API_TOKEN: token, HEX_WORKSPACE_URL: hex.origin });
    const env = (mode: Mode) => ({
      ...hexEnv(),
      SLACK_BOT_TOKEN: slack.botToken,
      ...(mode === "http" ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
      SLACK_API_URL: slack.apiUrl,
      HEX_STATUS_URL: "off",
      PORT: "0",
    });
    const start: ProgramStage["start"] = (command, args, all, stdio) => {
      const program = Program.start(command, args, stdio === undefined ? { dir, env: all } : { dir, env: all, stdio });
      programs.push(program);
      return program;
    };
    const startBuilt: ProgramStage["startBuilt"] = (name, all, args = []) =>
      start(process.execPath, [join(DIST, `${name}.js`), ...args], all);
    const startBot: ProgramStage["startBot"] = async (mode, more = {}) => {
      const bot = startBuilt("main", { ...env(mode), ...more });
      const port = await bot.ready();
      if (mode === "http") slack.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
      return { bot, port };
    };
    return { dir, hex, slack, token, hexEnv, env, start, startBuilt, startBot };
  });
