// The machine's clock is set, the machine sleeps, or its clock differs from Hex's: no run gets stuck, and no card shows a wrong time.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const by = (ms: number) => `${ms > 0 ? "forward" : "back"} by ${Math.abs(ms) / MINUTE} min`;
const STEPS = [-MINUTE, -HOUR, MINUTE, HOUR].map((ms) => [by(ms), ms] as const);

describe.each(MODES)("%s: when the clock is set", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode, { env: { HEX_PROBE_SECONDS: "60" } });
  });
  afterEach(() => harness.stop());

  /** How much time passes until `done`, in ms. */
  async function timeUntil(done: () => boolean): Promise<number> {
    const from = harness.clock.monotonic();
    await harness.until(done);
    return harness.clock.monotonic() - from;
  }

  async function startRun() {
    const project = harness.hex.workspace.addProject({
      title: "Revenue",
      run: { pendingMs: 1_000, runningMs: 10 * HOUR },
    });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    await harness.pass(30 * SECOND);
    return harness.hex.workspace.runs[0]?.id ?? "";
  }

  test.each(STEPS)("%s: the bot keeps asking about a run in flight, and shows its end", async (_, ms) => {
    const id = await startRun();
    harness.clock.set(ms);
    const asked = harness.asked.length;
    expect(await timeUntil(() => harness.asked.slice(asked).some(isPoll))).toBeLessThan(20 * SECOND);
    harness.hex.workspace.finishRun(id, "COMPLETED");
    expect(await timeUntil(() => shown(harness.card()).includes("Completed"))).toBeLessThan(20 * SECOND);
  });

  test.each(STEPS)(
    "%s: a waiting start is tried again after its usual pause, and for no longer than usual",
    async (_, ms) => {
      harness.hex.workspace.kernelsBusy = 25;
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Waiting to start");
      const starts = harness.starts.length;
      harness.clock.set(ms);
      if (ms < 0) {
        expect(await timeUntil(() => harness.starts.length > starts)).toBeLessThan(15 * SECOND);
        expect(await timeUntil(() => shown(harness.card()).includes("Not started"))).toBeLessThan(11 * MINUTE);
      } else {
        expect(
          await timeUntil(() => harness.starts.length > starts || shown(harness.card()).includes("Not started")),
        ).toBeLessThan(15 * SECOND);
      }
    },
  );

  test.each(STEPS)("%s: /readyz is correct again within seconds, and the log says what happened", async (_, ms) => {
    harness.clock.set(ms);
    await harness.pass(10 * SECOND);
    expect(JSON.parse((await harness.get("/readyz")).text)).toMatchObject({ ok: true });
    expect(harness.log.join("")).toContain(`The clock jumped ${ms > 0 ? "forward" : "back"} by`);
  });

  test("back by a day: what was watched before is still told of, and its digest still comes", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", schedules: [] });
    await harness.ask(`watch ${project.id} all`);
    const { data } = harness.slack.channels;
    const due = new Date(harness.clock.now() + 30 * MINUTE).toISOString().slice(11, 16);
    await harness.ask(`digest ${due} UTC`);
    harness.clock.set(-24 * HOUR);
    await harness.pass(30 * SECOND);
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000, outcome: "ERRORED" });
    const posted = () =>
      harness.slack.messages.filter(({ channel, via }) => channel === data.id && via === "postMessage");
    await harness.until(() => posted().length === 1, 5 * SECOND);
    expect(posted().map(shown)).toEqual([expect.stringContaining("failed")]);
    await harness.until(() => posted().length === 2, MINUTE);
    expect(posted().map(shown)[1]).toContain("fresh");
  });

  test("a process that is waiting for the answer to a start does not look for the run", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    let answer = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until }, afterEffect: true });
    await harness.slack.command(`run ${project.id}`);
    await harness.until(() => harness.starts.length === 1, 0);
    harness.clock.set(HOUR);
    for (let i = 0; i < 4; i++) await harness.pass(SECOND);
    answer();
    await harness.cardShows(/Running|Waiting for a kernel|Completed/);
    expect(harness.requests("listRuns").filter(({ query }) => query.get("runTriggerFilter") === "API")).toEqual([]);
  });

  const NO_NEWS = "No news from Hex";
  test.each([
    ["two days, in an outage of Hex", 2, NO_NEWS],
    ["eight days", 8, "Running"],
  ])(
    "after the machine has slept for %s, the card shows how the run ended in the meantime",
    async (_, days, before) => {
      const id = await startRun();
      if (before === NO_NEWS) {
        harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
        await harness.cardShows(NO_NEWS);
        harness.hex.faults.clear();
      }
      harness.hex.workspace.finishRun(id, "COMPLETED");
      harness.clock.set(days * 24 * HOUR);
      await harness.cardShows(/Completed|Not known|No longer tracked/);
      expect(shown(harness.card())).toContain("Completed");
    },
  );

  test("if Hex asks for a long wait while a run is in flight, /readyz says that nobody asks about it", async () => {
    await startRun();
    for (const endpoint of ["getRun", "listRuns"] as const) {
      harness.hex.faults.add({
        endpoint,
        kind: { type: "rateLimited", retryAfter: 1_800 },
        times: Number.POSITIVE_INFINITY,
      });
    }
    await harness.pass(5 * MINUTE, 5 * SECOND);
    const { status, text } = await harness.get("/readyz");
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ watch: { ok: false, why: "rate_limited" } });
  });
});

test("set back by three days: what was watched or came back before is told of at once, not three days later", async () => {
  const harness = await Harness.start("socket", { isHexTrue: true });
  harness.clock.set(3 * 24 * HOUR);
  const due = new Date(harness.clock.now() + 90 * MINUTE);
  const daily = { timezone: "+00:00", hour: due.getUTCHours(), minute: due.getUTCMinutes() };
  const late = harness.hex.workspace.addProject({ title: "Late", schedules: [{ cadence: "DAILY", daily }] });
  const back = harness.hex.workspace.addProject({ title: "Back", schedules: [] });
  for (const { id } of [late, back]) await harness.ask(`watch ${id}`);
  await harness.pass(MINUTE, 5 * SECOND);
  back.archivedAt = harness.clock.now();
  const told = () => harness.slack.messages.filter(({ via }) => via === "postMessage").map(shown);
  await harness.until(() => told().some((text) => text.includes("is archived")), 10 * SECOND);
  back.archivedAt = null;
  await harness.until(() => told().some((text) => text.includes("checked again since")), 10 * SECOND);
  harness.clock.set(-3 * 24 * HOUR);
  await harness.pass(MINUTE, 5 * SECOND);
  harness.hex.workspace.startRun(back.id, { durationMs: SECOND, outcome: "ERRORED" });
  const hears = (words: RegExp) => harness.until(() => told().some((text) => words.test(text)), 30 * SECOND);
  await hears(/Back[\s\S]*failed/);
  await hears(/Late: a run was due/);
  await harness.stop();
});

describe("a finished run that is old", () => {
  const DAY = 24 * HOUR;
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start("http", { isHexTrue: true, token: { expiresAt: Date.UTC(2040, 0, 1) } });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
  });
  afterEach(() => harness.stop());

  /** How many runs, and handled events, are still stored an hour and a half later. */
  async function remembered(): Promise<number[]> {
    await harness.pass(90 * MINUTE, MINUTE);
    const file = new Database(join(harness.dataDir, "hex-bot.db"));
    const kept = ["runs", "seen_events"].map((table) => file.prepare(`select 1 from ${table}`).all().length);
    file.close();
    return kept;
  }

  test("by the clock of this machine alone, which was set forward by five years, is kept", async () => {
    harness.clock.set(5 * 365 * DAY);
    expect(await remembered()).toEqual([1, 1]);
    harness.clock.set(-5 * 365 * DAY);
    expect(await remembered()).toEqual([1, 1]);
  });

  test("by a clock that is wrong at the start, when Hex cannot be asked, is kept", async () => {
    await harness.stopBot();
    harness.clock.set(5 * 365 * DAY);
    harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    await harness.startBot();
    expect(await remembered()).toEqual([1, 1]);
  });

  test("by both clocks is removed", async () => {
    harness.clock.advance(91 * DAY);
    expect(await remembered()).toEqual([0, 0]);
  });
});

const AHEAD = [30 * SECOND, -30 * SECOND, 2 * MINUTE, -2 * MINUTE, HOUR, -HOUR];

describe.each(MODES)("%s: when Hex's clock differs", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test.each(AHEAD)(
    "by %i ms, the card shows the end of a short run within the usual time, and how long it took",
    async (ahead) => {
      harness = await Harness.start(mode, { hexAheadMs: ahead });
      const project = harness.hex.workspace.addProject({
        title: "Revenue",
        run: { pendingMs: 1_000, runningMs: 6_000 },
      });
      const from = harness.clock.monotonic();
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Completed");
      expect(harness.clock.monotonic() - from).toBeLessThan(20 * SECOND);
      expect(shown(harness.card())).toMatch(/[67] s/);
      const { text } = await harness.get("/metrics");
      expect(Number(/hexbot_card_delay_seconds_sum (\S+)/.exec(text)?.[1])).toBeLessThan(15);
    },
  );

  test.each(AHEAD)("by %i ms, the card of a long run says how long it has been running", async (ahead) => {
    harness = await Harness.start(mode, { hexAheadMs: ahead });
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 1_000, runningMs: HOUR } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    await harness.pass(3 * MINUTE + 30 * SECOND);
    expect(shown(harness.card())).toMatch(/3 min/);
  });

  test.each(AHEAD)("by %i ms, the run of a start whose answer was lost is found, and no other one", async (ahead) => {
    harness = await Harness.start(mode, { hexAheadMs: ahead });
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 0, runningMs: HOUR } });
    // Started elsewhere, a minute before.
    const elsewhere = harness.hex.workspace.startRun(project.id);
    await harness.pass(MINUTE);
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    const mine = harness.hex.workspace.runs.find(({ id }) => id !== elsewhere.id);
    harness.hex.workspace.finishRun(mine?.id ?? "", "COMPLETED");
    await harness.cardShows("Completed");
  });
});

function isPoll({ endpoint }: { endpoint: string }): boolean {
  return endpoint === "getRun" || endpoint === "listRuns";
}
