// Secrets in files, renewed while the bot runs: on a signal, and as soon as Slack or PagerDuty refuses the old one.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LocalPagerDuty, startPagerDuty } from "../sandbox/pagerduty.js";
import { manifest } from "../sandbox/slack/manifest.js";
import { Harness, MODES, type Mode } from "./harness.js";

let harness: Harness;
afterEach(() => harness.stop());

const HOUR = 60 * 60_000;
const FILES = {
  botToken: "SLACK_BOT_TOKEN",
  appToken: "SLACK_APP_TOKEN",
  signingSecret: "SLACK_SIGNING_SECRET",
} as const;
type Kind = keyof typeof FILES;

const fileOf = (kind: Kind) => join(harness.dataDir, kind);
const write = (kind: Kind, text: string) => writeFile(fileOf(kind), `${text}\n`);
const logged = (words: string) => harness.log.filter((line) => line.includes(words));

/** A bot whose secrets of Slack are in files. */
async function start(mode: Mode, env: Record<string, string> = {}): Promise<void> {
  harness = await Harness.start(mode, { idle: true });
  harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000 } });
  const kinds: Kind[] = ["botToken", mode === "socket" ? "appToken" : "signingSecret"];
  for (const kind of kinds) await write(kind, harness.slack[kind]);
  const inFiles = kinds.flatMap((kind) => [
    [FILES[kind], ""],
    [`${FILES[kind]}_FILE`, fileOf(kind)],
  ]);
  await harness.startBot({ ...Object.fromEntries(inFiles), ...env });
}

describe.each(MODES)("over %s, the bot token", (mode) => {
  beforeEach(() => start(mode));
  const refusals = (word: string) => harness.slack.calls.filter(({ answer }) => answer.error === word).length;

  test.each(["invalid_auth", "token_revoked", "token_expired", "account_inactive"])(
    "Slack says %s: the new one is read, the message is posted once, and all goes on",
    async (word) => {
      await write("botToken", harness.slack.renew("botToken", word));
      await harness.slack.command(`run ${harness.hex.workspace.projects[0]?.id}`);
      await harness.cardShows("Completed");
      expect(harness.cards).toHaveLength(1);
      expect(logged("SLACK_BOT_TOKEN was renewed from its file")).toHaveLength(1);
      // Nobody has to do anything.
      expect(logged("no mention is answered")).toEqual([]);
      expect(refusals(word)).toBeGreaterThan(0);
      expect((await harness.get("/readyz")).status).toBe(200);
    },
  );

  test("on a signal, it is read before Slack refuses anything", async () => {
    await write("botToken", harness.slack.renew("botToken"));
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_BOT_TOKEN"]);
    expect(await harness.app?.renewSecrets()).toEqual([]);
    await harness.slack.command(`run ${harness.hex.workspace.projects[0]?.id}`);
    await harness.cardShows("Completed");
    expect(refusals("invalid_auth")).toBe(0);
  });

  test("after the app was uninstalled and installed again, the bot gets ready on its own", async () => {
    await harness.slack.uninstall();
    await harness.until(() => logged("tokens_revoked").length > 0);
    expect((await harness.get("/readyz")).status).toBe(503);
    await write("botToken", harness.slack.renew("botToken", "account_inactive"));
    harness.slack.install(manifest());
    await harness.pass(2 * 60_000);
    expect((await harness.get("/readyz")).status).toBe(200);
    expect(await harness.ask("status")).not.toContain("SLACK_BOT_TOKEN");
  });

  test("half of one, none, and one of another app are not used, and the log says so", async () => {
    const { botToken } = harness.slack;
    await write("botToken", botToken.slice(0, 30));
    expect(await harness.app?.renewSecrets()).toEqual([]);
    expect(logged("which is not used: Slack does not accept it (invalid_auth)")).toHaveLength(1);
    await write("botToken", "");
    expect(await harness.app?.renewSecrets()).toEqual([]);
    expect(logged("SLACK_BOT_TOKEN_FILE: its file is empty")).toHaveLength(1);
    await rm(fileOf("botToken"));
    expect(await harness.app?.renewSecrets()).toEqual([]);
    expect(logged("SLACK_BOT_TOKEN_FILE: its file cannot be read (ENOENT)")).toHaveLength(1);
    expect((await harness.get("/readyz")).status).toBe(200);
    // The rest of it is written, and the old one is dead.
    await write("botToken", harness.slack.renew("botToken"));
    await harness.slack.command(`run ${harness.hex.workspace.projects[0]?.id}`);
    await harness.cardShows("Completed");
  });

  test("one of another app is not used", async () => {
    await write("botToken", "xoxb-of-another-app");
    const { botUserId, botId } = harness.slack;
    const body = JSON.stringify({ ok: true, team_id: "T0OTHERTEAM", user_id: botUserId, bot_id: botId });
    harness.slack.faults.add({ method: "auth.test", kind: { type: "status", status: 200, body }, times: 1 });
    expect(await harness.app?.renewSecrets()).toEqual([]);
    expect(logged("it belongs to another app or workspace")).toHaveLength(1);
    expect(await harness.ask("help")).toContain("/hex run");
  });
});

describe("the signing secret", () => {
  beforeEach(() => start("http"));

  test("a request with the new one is taken as soon as it is in the file, and the old one no longer counts", async () => {
    const old = harness.slack.signingSecret;
    const secret = harness.slack.renew("signingSecret");
    expect((await harness.slack.command("help")).ack).not.toMatchObject({ ok: true });
    // Half of it.
    await write("signingSecret", secret.slice(0, 10));
    await harness.pass(2_000);
    expect((await harness.slack.command("help")).ack).not.toMatchObject({ ok: true });
    await write("signingSecret", secret);
    await harness.pass(2_000);
    expect(await harness.ask("help")).toContain("/hex run");
    expect(logged("SLACK_SIGNING_SECRET was renewed from its file")).toHaveLength(1);
    harness.slack.renew("signingSecret", "", old);
    expect((await harness.slack.command("help")).ack).not.toMatchObject({ ok: true });
  });

  test("on a signal", async () => {
    await write("signingSecret", harness.slack.renew("signingSecret"));
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_SIGNING_SECRET"]);
    expect(await harness.ask("help")).toContain("/hex run");
  });
});

describe("half a signing secret, on a signal", () => {
  beforeEach(() => start("http"));

  test("is not used, and the whole one is as soon as it is written", async () => {
    await write("signingSecret", harness.slack.signingSecret.slice(0, 16));
    expect(await harness.app?.renewSecrets()).toEqual([]);
    expect(await harness.ask("help")).toContain("/hex run");
    expect(logged("SLACK_SIGNING_SECRET_FILE holds a secret of another length")).toHaveLength(1);
    await write("signingSecret", harness.slack.renew("signingSecret"));
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_SIGNING_SECRET"]);
    expect(await harness.ask("help")).toContain("/hex run");
  });
});

describe("the app token", () => {
  beforeEach(() => start("socket"));
  const opens = () => harness.slack.calls.filter(({ method }) => method === "apps.connections.open");

  test("on a signal, a connection with the new one takes over, and nothing is missed", async () => {
    await write("appToken", harness.slack.renew("appToken"));
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_APP_TOKEN"]);
    await harness.until(() => opens().length === 2);
    expect(await harness.ask("help")).toContain("/hex run");
    await harness.until(() => harness.slack.socket.connections === 1);
    expect(logged("a connection was lost")).toEqual([]);
    expect(logged("SLACK_APP_TOKEN was renewed from its file")).toHaveLength(1);
    expect(await harness.ask("help")).toContain("/hex run");
    expect(harness.refused).toEqual([]);
  });

  test("when the connection is lost and Slack refuses the old one, the new one is read", async () => {
    await write("appToken", harness.slack.renew("appToken", "token_revoked"));
    harness.slack.socket.drop();
    await harness.until(() => opens().length === 3);
    await harness.slack.socket.waitForConnection();
    expect(await harness.ask("help")).toContain("/hex run");
    expect(harness.refused).toEqual([]);
  });

  test("if Slack refuses the new one, the bot stays connected with the old one", async () => {
    await write("appToken", harness.slack.appToken.slice(0, 40));
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_APP_TOKEN"]);
    await harness.until(() => logged("The new SLACK_APP_TOKEN does not work (invalid_auth)").length === 1);
    await harness.pass(60_000);
    expect(opens()).toHaveLength(2);
    expect(await harness.ask("help")).toContain("/hex run");
    expect(harness.refused).toEqual([]);
  });

  test("a token of another app is not used: its connection would bring nothing", async () => {
    await write("appToken", harness.slack.otherApp.appToken);
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_APP_TOKEN"]);
    await harness.until(() => opens().length === 2);
    await harness.pass(60_000);
    expect(await harness.ask("help")).toContain("/hex run");
    expect(logged("The new SLACK_APP_TOKEN does not work (it belongs to another app)")).toHaveLength(1);
    expect(harness.slack.socket.connections).toBe(1);
    expect(harness.refused).toEqual([]);
    // The right one is written after all.
    await write("appToken", harness.slack.renew("appToken"));
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_APP_TOKEN"]);
    await harness.until(() => opens().length >= 3 && harness.slack.socket.connections === 1);
    expect(await harness.ask("help")).toContain("/hex run");
  });

  test("Slack refuses the new one just when it ends the connection: the old one still works", async () => {
    await write("appToken", harness.slack.appToken.slice(0, 40));
    harness.slack.socket.disconnect("warning");
    expect(await harness.app?.renewSecrets()).toEqual(["SLACK_APP_TOKEN"]);
    await harness.until(() => logged("SLACK_APP_TOKEN does not work (invalid_auth)").length === 1);
    await harness.slack.socket.waitForConnection();
    expect(await harness.ask("help")).toContain("/hex run");
    expect(harness.refused).toEqual([]);
  });

  test("without a new one, the bot ends as before", async () => {
    harness.slack.renew("appToken", "token_revoked");
    harness.slack.socket.drop();
    await harness.until(() => harness.refused.length === 1);
  });
});

describe("the paging key", () => {
  let pager: LocalPagerDuty;
  let file: string;
  beforeEach(async () => {
    pager = await startPagerDuty();
    harness = await Harness.start("http", { idle: true });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    file = join(harness.dataDir, "key");
    await writeFile(file, "0".repeat(32));
    const env = { PAGERDUTY_ROUTING_KEY_FILE: file, PAGERDUTY_URL: pager.url, HEX_PAGE_AFTER_MINUTES: "0" };
    await harness.startBot(env);
    expect(await harness.ask(`watch ${project.id} page`)).toContain("paged");
    harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
  });
  afterEach(() => pager.stop());
  const statuses = () => pager.received.map(({ status }) => status);

  test("PagerDuty refuses it, and the file holds another one: the page is sent once more", async () => {
    await writeFile(file, pager.routingKey);
    await harness.until(() => pager.rang === 1, 5_000);
    expect(statuses()).toEqual([400, 202]);
    expect(logged("PAGERDUTY_ROUTING_KEY was renewed from its file")).toHaveLength(1);
    expect(harness.log.join("")).not.toContain(pager.routingKey);
  });

  test.each<[string, LocalPagerDuty["fault"]]>([
    ["refused", null],
    ["denied", { type: "status", status: 403 }],
    ["put off", { type: "status", status: 429, headers: { "retry-after": "900" } }],
  ])("on a signal, what PagerDuty has %s is sent again at once", async (_, fault) => {
    pager.fault = fault;
    await harness.until(() => pager.received.length === 1, 5_000);
    // The next try, if there is one, is minutes away.
    await harness.pass((5 / 6) * HOUR, 5_000);
    const tries = pager.received.length;
    pager.fault = null;
    await writeFile(file, pager.routingKey);
    const from = harness.clock.monotonic();
    expect(await harness.app?.renewSecrets()).toEqual(["PAGERDUTY_ROUTING_KEY"]);
    await harness.until(() => pager.rang === 1, 5_000);
    expect(harness.clock.monotonic() - from).toBeLessThan(30_000);
    expect(statuses().slice(tries)).toEqual([202]);
  });
});
