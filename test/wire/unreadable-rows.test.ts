// Stored rows that cannot be read, whatever they contain: each one affects only itself.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** What a document may have become. SQLite accepts all of it. */
const DAMAGES: [string, string][] = [
  ["no JSON", `'{"key":'`],
  ["another shape", `'{"of":"another program"}'`],
  ["a state of a newer version", `json_set(doc, '$.state', 'queued')`],
  ["nested too deep to be read", `json_insert(doc, '$.options.inputs.a', json('${nested(900)}'))`],
  ["nested so deep that it is no JSON to SQLite", `replace(doc, '"fresh"', '"deep":${nested(20_000)},"fresh"')`],
  ["empty", `''`],
  ["a number", "17"],
  ["bytes", "x'ff00fe'"],
  ["no UTF-8", `cast(x'7bff7d' as text)`],
  ["huge", `'"' || hex(zeroblob(4000000)) || '"'`],
];

function change(harness: Harness, ...statements: string[]): void {
  const file = new Database(join(harness.dataDir, "hex-bot.db"));
  for (const statement of statements) file.exec(statement);
  file.close();
}

const setAside = async (harness: Harness, table: string) =>
  new RegExp(`^hexbot_rows_set_aside\\{table="${table}"\\} (.*)$`, "m").exec((await harness.get("/metrics")).text)?.[1];
const logged = (harness: Harness, words: string) => harness.log.filter((line) => line.includes(words));
const SET_ASIDE = "A stored row cannot be read and is set aside";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test("a value that is nested too deeply is refused, and nothing is started", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    const answer = await harness.ask(`run ${project.id} a=${nested(1_900)}`);
    expect(answer).toContain("The value of `a` has lists and objects nested more than 32 deep.");
    expect(answer).toContain("Nothing was started.");
    expect(harness.starts).toEqual([]);
    expect(await harness.ask("runs")).toContain("No run is in flight");
  });

  test("if one run of two cannot be read, the bot starts, the other run is shown correctly, and lists and the status work", async () => {
    const { workspace } = harness.hex;
    const [one, two] = ["Revenue", "Churn"].map((title) => workspace.addProject({ title, run: { runningMs: 90_000 } }));
    await harness.slack.command(`run ${one?.id}`);
    await harness.cardShows("Running");
    await harness.slack.command(`run ${two?.id}`);
    await harness.cardShows("Running", 1);
    await harness.stopBot();
    change(harness, `update runs set doc = '{"key":' where project_id = '${one?.id}'`);
    await harness.startBot();
    await harness.cardShows("Completed", 1);
    expect(shown(await harness.cardShows("Not known"))).toContain("no longer tracks it");
    expect(harness.starts).toHaveLength(2);
    expect(await harness.ask("runs")).toContain("Churn");
    expect(await harness.ask(`runs ${one?.id}`)).toContain("Completed");
    const status = await harness.ask("status");
    expect(status).toContain("the bot cannot read some of what it has stored: 1 run.");
    expect(status).toContain("0 runs tracked");
    expect(await setAside(harness, "runs")).toBe("1");
    // In a minute of rounds and sweeps, each of which meets the row.
    await harness.pass(60_000, 5_000);
    const [line, ...more] = logged(harness, SET_ASIDE);
    expect(line).toContain('"why":"no_json"');
    expect(more).toEqual([]);
    expect(logged(harness, '"A card could not be drawn')).toEqual([]);
  });

  test("Cancel on the card of such a run still cancels it in Hex", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Running");
    await harness.stopBot();
    change(harness, `update runs set doc = '{}'`);
    await harness.startBot();
    await harness.slack.click(card, "cancel_run");
    await harness.until(() =>
      harness.slack.messages.some((message) => shown(message).includes("Hex is stopping the run")),
    );
    expect(harness.requests("cancelRun")).toHaveLength(1);
  });
});

describe("over HTTP", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start("http");
  });
  afterEach(() => harness.stop());

  const say = (text: string) => harness.slack.messages.some((message) => shown(message).includes(text));

  test.each(DAMAGES)("a run's document that is %s affects nothing else", async (_, doc) => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    await harness.stopBot();
    change(harness, `update runs set doc = ${doc}`);
    await harness.startBot();
    await harness.cardShows("Not known");
    expect(await harness.ask("status")).toContain("what it has stored: 1 run.");
    expect(await harness.ask("runs")).toContain("No run is in flight");
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running", 1);
    expect(harness.starts).toHaveLength(2);
  });

  test.each([
    ["asks to wait", { type: "ratelimited", retryAfter: 60 }],
    ["fails", { type: "error", error: "internal_error" }],
  ] as const)("Slack %s: the card of a run that cannot be read says so all the same", async (_, kind) => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    await harness.stopBot();
    change(harness, "update runs set doc = '{}'");
    harness.slack.faults.add({ method: "chat.update", kind, times: 3 });
    await harness.startBot();
    await harness.cardShows("Not known");
  });

  test("a row that cannot be read is kept, and used again by a version that can read it", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    await harness.stopBot();
    change(harness, `update runs set doc = json_set(doc, '$.state', 'queued')`);
    await harness.startBot();
    await harness.cardShows("Not known");
    await harness.stopBot();
    change(harness, `update runs set doc = json_set(doc, '$.state', 'running')`);
    await harness.startBot();
    await harness.cardShows("Completed");
    expect(await setAside(harness, "runs")).toBe("0");
    expect(harness.starts).toHaveLength(1);
  });

  test("Run again on a run that cannot be read says so, with the reference", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Completed");
    await harness.stopBot();
    change(harness, "update runs set doc = '[]'");
    await harness.startBot();
    await harness.slack.click(card, "run_again");
    await harness.until(() => say("The bot cannot read what it has stored about this run, so nothing was done."));
    expect(shown(harness.card())).toContain("Completed");
    expect(harness.starts).toHaveLength(1);
    expect(await harness.ask("runs")).toContain("No run is in flight");
  });

  test("a card that cannot be read holds up no other", async () => {
    const { workspace } = harness.hex;
    const [one, two] = ["Revenue", "Churn"].map((title) => workspace.addProject({ title, run: { runningMs: 60_000 } }));
    await harness.slack.command(`run ${one?.id}`);
    await harness.cardShows("Running");
    await harness.slack.command(`run ${two?.id}`);
    await harness.cardShows("Running", 1);
    await harness.stopBot();
    change(
      harness,
      `update cards set ts = x'00ff' where run_key = (select key from runs where project_id = '${one?.id}')`,
    );
    await harness.startBot();
    await harness.cardShows("Completed", 1);
    await harness.pass(60_000, 5_000);
    expect(logged(harness, SET_ASIDE)).toHaveLength(1);
    expect(await harness.ask("status")).toContain("what it has stored: 1 card.");
  });
});

describe("the watchdog's memory", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start("http", { env: { HEX_PROBE_SECONDS: "60", HEX_ALERT_CHANNEL: "C0DATATEAM1" } });
  });
  afterEach(() => harness.stop());

  const alerts = () => harness.slack.messages.filter((message) => message.via === "postMessage" && !message.threadTs);

  test.each([...DAMAGES.filter(([, doc]) => !/state|options|fresh/.test(doc)), ["gone", null] as const])(
    "is %s: it continues, and does not report an outage a second time",
    async (_, doc) => {
      harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
      await harness.until(() => alerts().length === 1);
      await harness.stopBot();
      change(harness, doc === null ? "delete from health" : `update health set doc = ${doc}`);
      await harness.startBot();
      await harness.pass(3 * 60_000, 5_000);
      expect((await harness.get("/readyz")).text).toContain('"why":"hex_failed"');
      harness.hex.faults.clear();
      await harness.until(() => alerts().some((message) => shown(message).includes("Over: connected to Hex again")));
      expect(alerts()).toHaveLength(1);
      expect(logged(harness, "began")).toEqual([]);
      expect(logged(harness, SET_ASIDE)).toHaveLength(doc === null ? 0 : 1);
      await harness.stopBot();
      const file = new Database(join(harness.dataDir, "hex-bot.db"));
      const kept: unknown[] = file.prepare("select source, typeof(doc) as type from damaged_documents").all();
      file.close();
      expect(kept).toHaveLength(doc === null ? 0 : 1);
    },
  );

  test("keeps what is readable, so a warning that the token expires is given once", async () => {
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 6 * 24 * 60 * 60_000);
    await harness.until(() => alerts().length === 1);
    await harness.stopBot();
    change(harness, `update health set doc = json_set(doc, '$.health.state', 'wobbling')`);
    await harness.startBot();
    await harness.pass(3 * 60_000, 5_000);
    expect(alerts()).toHaveLength(1);
    expect((await harness.get("/readyz")).status).toBe(200);
  });

  test("loses only the hours and alerts that cannot be read", async () => {
    await harness.pass(5 * 60_000, 5_000);
    change(harness, "insert into health_hours (hour, up_ms, down_ms) select hour - 2, 'x', x'00' from health_hours");
    harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    await harness.until(() => alerts().length === 1);
    await harness.pass(5_000);
    change(harness, "update alerts set told = 'often'");
    harness.hex.workspace.setExpiry(harness.token, harness.clock.now() + 6 * 24 * 60 * 60_000);
    harness.hex.faults.clear();
    await harness.until(() => alerts().length === 2);
    const status = await harness.ask("status");
    expect(status).toContain("what it has stored: 1 hour of the history, 1 alert.");
    expect(status).toContain("% available");
  });
});
