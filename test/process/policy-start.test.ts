// The policy file of the built program: at the start, and while it changes.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack, visibleText } from "../sandbox/slack/server.js";

const PROGRAM = join(import.meta.dirname, "../../dist/main.js");
const SEE = "  - { allow: see, people: everyone }\n";
const RUN = "  - { allow: run, people: everyone }\n";
const BROKEN = "rules:\n  - { allow: rum, people: everyone }\n  - { allow: see }\n";

let dir: string;
let hex: SimulatedHex;
let slack: LocalSlack;
let token: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  hex = await startHex({ clock: systemClock });
  slack = await startSlack({ clock: systemClock });
  token = hex.workspace.addToken({ kind: "workspace" });
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }
  await slack.stop();
  await hex.stop();
  await rm(dir, { recursive: true });
});

const policy = (text: string) => writeFile(join(dir, "policy.yml"), text);

function start(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [PROGRAM], {
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      HEX_API_TOKEN: token,
      HEX_WORKSPACE_URL: hex.origin,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      HEX_STATUS_URL: "off",
      PORT: "0",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(String(chunk)));
  const output = () => chunks.join("");
  const exit = once(child, "close").then(([code]) => code);
  const says = async (words: RegExp, times = 1) => {
    const count = () => [...output().matchAll(new RegExp(words, "g"))].length;
    for (let i = 0; i < 2_000 && count() < times; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(output()).toMatch(words);
  };
  return { child, output, exit, says };
}

async function status(): Promise<string> {
  const { id } = await slack.command("status");
  return visibleText(await slack.waitForMessage((message) => message.responseUrlOf === id));
}

test("a file with mistakes ends the start with every one of them", async () => {
  await policy(BROKEN);
  const { exit, output } = start();
  expect(await exit).toBe(1);
  expect(output()).toContain('policy.yml:2:14: \\"rum\\" is not a verb. Did you mean run?');
  expect(output()).toContain("policy.yml:3:5: It does not say whom this is about.");
});

test("a file that is named and not there ends the start, and one that nobody has named does not", async () => {
  const named = start({ HEX_BOT_POLICY: "rules/policy.yml" });
  expect(await named.exit).toBe(1);
  expect(named.output()).toContain("rules/policy.yml: There is no such file. Check the path.");
  await start().says(/"msg":"ready"/);
  expect(await status()).toContain("There are no rules");
});

test("once there were rules, a start without them fails, until HEX_BOT_POLICY is none", async () => {
  await policy(`rules:\n${SEE}`);
  const first = start();
  await first.says(/"msg":"ready"/);
  expect(await status()).toContain("1 rule in force");
  first.child.kill("SIGTERM");
  expect(await first.exit).toBe(0);
  await unlink(join(dir, "policy.yml"));
  const second = start();
  expect(await second.exit).toBe(1);
  expect(second.output()).toMatch(
    /Rules of who may do what have been in force since .* set HEX_BOT_POLICY to its path, or to none/,
  );
  const third = start({ HEX_BOT_POLICY: "none" });
  await third.says(/"msg":"ready"/);
  expect(await status()).toContain("There are no rules");
});

test("other rules are in force when the file changes, and broken ones never", async () => {
  hex.workspace.addProject({ title: "Revenue" });
  await policy(`rules:\n${SEE}`);
  const { child, says } = start();
  await says(/"msg":"ready"/);
  await policy(`rules:\n${SEE}${RUN}`);
  await says(/The policy file has changed, and its rules are in force/);
  expect(await status()).toContain("2 rules in force");
  await policy(BROKEN);
  child.kill("SIGHUP");
  await says(/The policy file cannot be used, and the rules from before stay in force/);
  expect(await status()).toMatch(/The policy file cannot be used.*It has 2 mistakes, the first in line 2\./);
  await policy(`rules:\n${SEE}${RUN}`);
  child.kill("SIGHUP");
  await says(/The policy file can be used again/);
  child.kill("SIGHUP");
  await says(/SIGHUP: the policy file has not changed/);
});
