// Rows of the store that cannot be read, whatever is in them: each stops nothing but itself.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES, shown } from "./harness.js";

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** What a document may have become. SQLite takes any of it. */
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

function change(bench: Bench, ...statements: string[]): void {
  const file = new Database(join(bench.dataDir, "hex-bot.db"));
  for (const statement of statements) file.exec(statement);
  file.close();
}

const setAside = async (bench: Bench, table: string) =>
  new RegExp(`^hexbot_rows_set_aside\\{table="${table}"\\} (.*)$`, "m").exec((await bench.get("/metrics")).text)?.[1];
const logged = (bench: Bench, words: string) => bench.log.filter((line) => line.includes(words));
const SET_ASIDE = "A stored row cannot be read and is set aside";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  test("a value that is nested too deep is refused, and nothing is started", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    const answer = await bench.ask(`run ${project.id} a=${nested(1_900)}`);
    expect(answer).toContain("The value of `a` has more than 32 lists and objects inside each other.");
    expect(answer).toContain("Nothing was started.");
    expect(bench.starts).toEqual([]);
    expect(await bench.ask("runs")).toContain("No run is in flight");
  });

  test("one run of two cannot be read: the bot starts, the other ends true, lists and the status go on", async () => {
    const { workspace } = bench.hex;
    const [one, two] = ["Revenue", "Churn"].map((title) => workspace.addProject({ title, run: { runningMs: 90_000 } }));
    await bench.slack.command(`run ${one?.id}`);
    await bench.cardShows("Running");
    await bench.slack.command(`run ${two?.id}`);
    await bench.cardShows("Running", 1);
    await bench.stopBot();
    change(bench, `update runs set doc = '{"key":' where project_id = '${one?.id}'`);
    await bench.startBot();
    await bench.cardShows("Completed", 1);
    expect(shown(await bench.cardShows("Not known"))).toContain("no longer watches it");
    expect(bench.starts).toHaveLength(2);
    expect(await bench.ask("runs")).toContain("Churn");
    expect(await bench.ask(`runs ${one?.id}`)).toContain("Completed");
    const status = await bench.ask("status");
    expect(status).toContain("the bot cannot read what it has stored of 1 run.");
    expect(status).toContain("0 runs watched");
    expect(await setAside(bench, "runs")).toBe("1");
    // In a minute of rounds and sweeps, each of which meets it.
    await bench.pass(60_000);
    const [line, ...more] = logged(bench, SET_ASIDE);
    expect(line).toContain('"why":"no_json"');
    expect(more).toEqual([]);
    expect(logged(bench, '"msg":"card"')).toEqual([]);
  });

  test("whoever presses Cancel on such a card cancels the run in Hex all the same", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Running");
    await bench.stopBot();
    change(bench, `update runs set doc = '{}'`);
    await bench.startBot();
    await bench.slack.click(card, "cancel_run");
    await bench.until(() => bench.slack.messages.some((message) => shown(message).includes("Hex is stopping the run")));
    expect(bench.requests("cancelRun")).toHaveLength(1);
  });
});

describe("over HTTP", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start("http");
  });
  afterEach(() => bench.stop());

  const say = (text: string) => bench.slack.messages.some((message) => shown(message).includes(text));

  test.each(DAMAGES)("a run's document is %s", async (_, doc) => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    await bench.stopBot();
    change(bench, `update runs set doc = ${doc}`);
    await bench.startBot();
    await bench.cardShows("Not known");
    expect(await bench.ask("status")).toContain("what it has stored of 1 run.");
    expect(await bench.ask("runs")).toContain("No run is in flight");
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running", 1);
    expect(bench.starts).toHaveLength(2);
  });

  test("what cannot be read is kept, and taken up again by a version that can", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    await bench.stopBot();
    change(bench, `update runs set doc = json_set(doc, '$.state', 'queued')`);
    await bench.startBot();
    await bench.cardShows("Not known");
    await bench.stopBot();
    change(bench, `update runs set doc = json_set(doc, '$.state', 'running')`);
    await bench.startBot();
    await bench.cardShows("Completed");
    expect(await setAside(bench, "runs")).toBe("0");
    expect(bench.starts).toHaveLength(1);
  });

  test("a run that ended and cannot be read: Run again says so, with the reference", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Completed");
    await bench.stopBot();
    change(bench, "update runs set doc = '[]'");
    await bench.startBot();
    await bench.slack.click(card, "run_again");
    await bench.until(() => say("The bot cannot read what it has stored about this run, so nothing was done."));
    expect(shown(bench.card())).toContain("Completed");
    expect(bench.starts).toHaveLength(1);
    expect(await bench.ask("runs")).toContain("No run is in flight");
  });

  test("a card that cannot be read holds up no other", async () => {
    const { workspace } = bench.hex;
    const [one, two] = ["Revenue", "Churn"].map((title) => workspace.addProject({ title, run: { runningMs: 60_000 } }));
    await bench.slack.command(`run ${one?.id}`);
    await bench.cardShows("Running");
    await bench.slack.command(`run ${two?.id}`);
    await bench.cardShows("Running", 1);
    await bench.stopBot();
    change(
      bench,
      `update cards set ts = x'00ff' where run_key = (select key from runs where project_id = '${one?.id}')`,
    );
    await bench.startBot();
    await bench.cardShows("Completed", 1);
    await bench.pass(60_000);
    expect(logged(bench, SET_ASIDE)).toHaveLength(1);
    expect(await bench.ask("status")).toContain("what it has stored of 1 card.");
  });
});

describe("the watchdog's memory", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start("http", { env: { HEX_PROBE_SECONDS: "60", HEX_ALERT_CHANNEL: "C0DATATEAM1" } });
  });
  afterEach(() => bench.stop());

  const alerts = () => bench.slack.messages.filter((message) => message.via === "postMessage" && !message.threadTs);

  test.each([...DAMAGES.filter(([, doc]) => !/state|options|fresh/.test(doc)), ["gone", null] as const])(
    "is %s: it goes on, and tells an outage that it has told no second time",
    async (_, doc) => {
      bench.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
      await bench.until(() => alerts().length === 1);
      await bench.stopBot();
      change(bench, doc === null ? "delete from health" : `update health set doc = ${doc}`);
      await bench.startBot();
      await bench.pass(3 * 60_000);
      expect((await bench.get("/readyz")).text).toContain('"why":"hex_failed"');
      bench.hex.faults.clear();
      await bench.until(() => alerts().some((message) => shown(message).includes("Over: connected to Hex again")));
      expect(alerts()).toHaveLength(1);
      expect(logged(bench, "began")).toEqual([]);
      expect(logged(bench, SET_ASIDE)).toHaveLength(doc === null ? 0 : 1);
      await bench.stopBot();
      const file = new Database(join(bench.dataDir, "hex-bot.db"));
      const kept: unknown[] = file.prepare("select source, typeof(doc) as type from damaged_documents").all();
      file.close();
      expect(kept).toHaveLength(doc === null ? 0 : 1);
    },
  );

  test("what is left of it is kept: a warning that the token expires is given once", async () => {
    bench.hex.workspace.setExpiry(bench.token, bench.clock.now() + 6 * 24 * 60 * 60_000);
    await bench.until(() => alerts().length === 1);
    await bench.stopBot();
    change(bench, `update health set doc = json_set(doc, '$.health.state', 'wobbling')`);
    await bench.startBot();
    await bench.pass(3 * 60_000);
    expect(alerts()).toHaveLength(1);
    expect((await bench.get("/readyz")).status).toBe(200);
  });

  test("hours and alerts that cannot be read hide no others", async () => {
    await bench.pass(5 * 60_000);
    change(bench, "insert into health_hours (hour, up_ms, down_ms) select hour - 2, 'x', x'00' from health_hours");
    bench.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    await bench.until(() => alerts().length === 1);
    await bench.pass(5_000);
    change(bench, "update alerts set told = 'often'");
    bench.hex.workspace.setExpiry(bench.token, bench.clock.now() + 6 * 24 * 60 * 60_000);
    bench.hex.faults.clear();
    await bench.until(() => alerts().length === 2);
    const status = await bench.ask("status");
    expect(status).toContain("what it has stored of 1 hour of the history, 1 alert.");
    expect(status).toContain("% available");
  });
});
