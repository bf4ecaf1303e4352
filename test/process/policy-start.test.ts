// The policy file of the built program: at the start, and while it changes.

import { mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack, visibleText } from "../sandbox/slack/server.js";
import { DIST, Program } from "./program.js";

const PROGRAM = join(DIST, "main.js");
const SEE = "  - { allow: see, people: everyone }\n";
const RUN = "  - { allow: run, people: everyone }\n";
const BROKEN = "rules:\n  - { allow: rum, people: everyone }\n  - { allow: see }\n";

let dir: string;
let hex: SimulatedHex;
let slack: LocalSlack;
let token: string;
const programs: Program[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  hex = await startHex({ clock: systemClock });
  slack = await startSlack({ clock: systemClock });
  token = hex.workspace.addToken({ kind: "workspace" });
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.end();
  await slack.stop();
  await hex.stop();
  await rm(dir, { recursive: true });
});

const policy = (text: string) => writeFile(join(dir, "policy.yml"), text);

function start(env: Record<string, string> = {}): Program {
  const program = Program.start(process.execPath, [PROGRAM], {
    dir,
    env: {
      HEX_API_TOKEN: token,
      HEX_WORKSPACE_URL: hex.origin,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      HEX_STATUS_URL: "off",
      PORT: "0",
      ...env,
    },
  });
  programs.push(program);
  return program;
}

async function status(): Promise<string> {
  const { id } = await slack.command("status");
  return visibleText(await slack.waitForMessage((message) => message.responseUrlOf === id));
}

test("a file with mistakes ends the start with every one of them", async () => {
  await policy(BROKEN);
  const program = start();
  expect(await program.exit).toBe(1);
  await program.printed('policy.yml:2:14: \\"rum\\" is not a verb. Did you mean run?');
  await program.printed("policy.yml:3:5: It does not say whom this is about.");
});

test("a file that is named and not there ends the start, and one that nobody has named does not", async () => {
  const named = start({ HEX_BOT_POLICY: "rules/policy.yml" });
  expect(await named.exit).toBe(1);
  await named.printed("rules/policy.yml: There is no such file. Check the path.");
  await start().ready();
  expect(await status()).toContain("There are no rules");
});

test("a file under the other usual name for YAML is not read, and the log says so", async () => {
  await writeFile(join(dir, "policy.yaml"), `rules:\n${SEE}`);
  const program = start();
  await program.printed("There is a policy.yaml here, which is not read. Rename it to policy.yml, and start again");
  await program.ready();
  expect(await status()).toContain("There are no rules");
});

test("a file that comes after the start waits for the next one, and SIGHUP says so", async () => {
  const program = start();
  await program.ready();
  await policy(`rules:\n${SEE}`);
  program.child.kill("SIGHUP");
  await program.printed("SIGHUP: there is a policy file by now. Restart the bot to put its rules in force");
  expect(await status()).toContain("There are no rules");
});

test("once there were rules, a start without them fails, until HEX_BOT_POLICY is none", async () => {
  await policy(`rules:\n${SEE}`);
  const first = start();
  await first.ready();
  expect(await status()).toContain("1 rule in force");
  first.child.kill("SIGTERM");
  expect(await first.exit).toBe(0);
  await unlink(join(dir, "policy.yml"));
  const second = start();
  expect(await second.exit).toBe(1);
  await second.printed("set HEX_BOT_POLICY to its path, or to none");
  expect(second.output).toMatch(
    /Rules about who may do what have been in force since .* set HEX_BOT_POLICY to its path, or to none/,
  );
  const third = start({ HEX_BOT_POLICY: "none" });
  await third.ready();
  expect(await status()).toContain("There are no rules");
});

test("other rules are in force when the file changes, and broken ones never", async () => {
  hex.workspace.addProject({ title: "Revenue" });
  await policy(`rules:\n${SEE}`);
  const program = start();
  await program.ready();
  await policy(`rules:\n${SEE}${RUN}`);
  await program.printed("The policy file has changed, and its rules are in force");
  expect(await status()).toContain("2 rules in force");
  await policy(BROKEN);
  program.child.kill("SIGHUP");
  await program.printed("The policy file cannot be used, and the rules from before stay in force");
  expect(await status()).toMatch(/The policy file cannot be used.*It has 2 mistakes, the first in line 2\./);
  await policy(`rules:\n${SEE}${RUN}`);
  program.child.kill("SIGHUP");
  await program.printed("The policy file can be used again");
  program.child.kill("SIGHUP");
  await program.printed("SIGHUP: the policy file has not changed");
});
