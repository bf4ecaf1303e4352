// Everything that the demo is: the simulated Hex, the local Slack, the real bot between them, and the page.

import { createWriteStream, rmSync } from "node:fs";
import { join } from "node:path";
import { startApp } from "../../src/app/start-app.js";
import { readConfig } from "../../src/config/config.js";
import { secretsOf } from "../../src/config/secrets.js";
import { createLogger } from "../../src/log/logger.js";
import { FastClock } from "../sandbox/fast-clock.mjs";
import { manyProjects } from "../sandbox/hex/many-projects.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { startPage } from "../sandbox/page/server.js";
import { startPagerDuty } from "../sandbox/pagerduty.js";
import { type LocalSlack, manifest, startSlack } from "../sandbox/slack/server.js";
import { startStatusPage } from "../sandbox/status-page.js";
import type { Flags } from "./flags.js";
import { newFolder } from "./folder.js";
import { addReports, CATEGORY } from "./reports.js";
import { switchesFor } from "./switches.js";
import { fillWorkspace } from "./workspace.js";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** The bot's own time limits, in ms of the demo's clock. */
const HEX_TIMEOUT_MS = 10_000;
const STATUS_TIMEOUT_MS = 8_500;
const HEX_BACKOFF_MS = 500;
/** In real ms: at 20 times the speed, Slack would otherwise seem slow after 0.2 s. */
const CARD_TIMEOUT_MS = 4_000;
const SLOW_ANSWER_MS = 10_000;
const FORM_ANSWER_MS = 2_000;
/** However fast the time runs, the simulated Hex gets so long on a busy machine, in real ms. */
const LEAST_MS = 1_000;

export interface Demo {
  url: string;
  slack: LocalSlack;
  hex: SimulatedHex;
  /** The bot's data and log. */
  folder: string;
  /** Ends everything at once; removes the folder unless it is to be kept. */
  stop(): Promise<void>;
}

/** Rejects with the operating system's error when the port is taken. */
export async function startDemo(
  { port, speed, projects = 0, keep }: Pick<Flags, "port" | "speed" | "keep"> & Partial<Flags>,
  folder = newFolder(),
): Promise<Demo> {
  const now = Date.now();
  const clock = new FastClock(now, speed, speed === 1 ? now : morningOf(now));
  const hex = await startHex({ clock });
  // The clock may run fast, but the machine does not: the app keeps its three real seconds to open and answer a form.
  const slack = await startSlack({ clock, patienceMs: 3_000 * speed });
  const statusPage = await startStatusPage();
  const pagerDuty = await startPagerDuty();
  const log = createWriteStream(join(folder, "bot.log"));
  // A connection that closes late has something to say after the end.
  log.on("error", () => undefined);
  const ends: (() => Promise<unknown>)[] = [
    async () => (keep ? undefined : rmSync(folder, { recursive: true, force: true })),
    () => new Promise((resolve) => log.end(resolve)),
    () => statusPage.stop(),
    () => pagerDuty.stop(),
    () => hex.stop(),
    () => slack.stop(),
  ];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const expiresAt = clock.now() + 60 * DAY;
    const token = hex.workspace.addToken({
      user: { name: "Olga Ops", email: "olga@acme.test", role: "ADMIN" },
      expiresAt,
    });
    fillWorkspace(hex.workspace, clock.now());
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const reports = addReports(hex.workspace, clock.now(), timeZone);
    for (const options of manyProjects(projects, clock.now())) hex.workspace.addProject(options);
    slack.limits.enforce = true;
    const [slashCommand] = manifest().features.slash_commands;
    if (!slashCommand) throw new Error("The manifest has no command.");
    const { command, description, usage_hint: usageHint = "" } = slashCommand;
    const page = await startPage(
      {
        slack,
        hex,
        pagerDuty,
        clock,
        speed,
        slashCommand: { command, description, usageHint },
        switches: switchesFor({ hex, statusPage, reports, token, expiresAt, now: () => clock.now() }),
        projectsHint: PROJECTS_HINT,
        requestsPerMinute: hex.workspace.rateLimits.groupPerMinute,
      },
      port,
    );
    ends.push(() => page.stop());
    // A demo may be left open for days. What was refused is shown for an hour.
    const forget = () => {
      hex.forget(clock.now() - HOUR);
      slack.forgetCalls(clock.now() - HOUR);
    };
    const forgetting = setInterval(forget, HOUR / speed);
    ends.push(async () => clearInterval(forgetting));

    const reading = readConfig({
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      HEX_API_TOKEN: token,
      HEX_WORKSPACE_URL: hex.origin,
      HEX_STATUS_URL: statusPage.origin,
      PAGERDUTY_ROUTING_KEY: pagerDuty.routingKey,
      PAGERDUTY_URL: pagerDuty.url,
      HEX_ALERT_CHANNEL: slack.channels.general.id,
      HEX_BOT_DATA_DIR: folder,
      PORT: "0",
      LOG_LEVEL: "debug",
    });
    if (!reading.ok) throw new Error(reading.problems.join("\n"));
    const { config } = reading;
    const app = await startApp({
      config,
      clock,
      log: createLogger({ ...config.log, destination: log, secrets: secretsOf(config) }),
      hexTimeoutMs: Math.max(LEAST_MS, Math.round(HEX_TIMEOUT_MS / speed)),
      statusTimeoutMs: Math.max(STATUS_TIMEOUT_MS, LEAST_MS * speed),
      hexBackoffMs: HEX_BACKOFF_MS,
      cardTimeoutMs: CARD_TIMEOUT_MS * speed,
      slowAnswerMs: SLOW_ANSWER_MS * speed,
      formAnswerMs: FORM_ANSWER_MS * speed,
      stopMs: 0,
    });
    ends.push(() => app.stop());
    await slack.socket.waitForConnection();
    hex.workspace.fireSchedules();
    await watchReports(slack, timeZone);
    return { url: page.url, slack, hex, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const PROJECTS_HINT = "#general watches these. Flip one, and read there what happens.";

/** When the reports of the morning are due soon: five minutes to seven on the same day, epoch ms. */
function morningOf(now: number): number {
  return new Date(now).setHours(6, 55, 0, 0);
}

/** Grace wants #general to hear of the reports: at eight in the morning, and when something is wrong with one. */
async function watchReports(slack: LocalSlack, timeZone: string): Promise<void> {
  const where = { user: slack.people.grace, channel: slack.channels.general };
  for (const words of [`digest 08:00 ${timeZone} category:"${CATEGORY}"`, `watch category:"${CATEGORY}"`]) {
    const { id } = await slack.command(words, where);
    await slack.waitForMessage((message) => message.responseUrlOf === id);
  }
}
