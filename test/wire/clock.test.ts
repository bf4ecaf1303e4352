// The machine's clock is set, sleeps, or differs from Hex's: nobody's run stands still, and no card shows a wrong time.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES, shown } from "./harness.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const by = (ms: number) => `${ms > 0 ? "forward" : "back"} by ${Math.abs(ms) / MINUTE} min`;
const STEPS = [-MINUTE, -HOUR, MINUTE, HOUR].map((ms) => [by(ms), ms] as const);

describe.each(MODES)("%s: the clock is set", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode, { env: { HEX_PROBE_SECONDS: "60" } });
  });
  afterEach(() => bench.stop());

  /** How much time passes until `done`, in ms. */
  async function timeUntil(done: () => boolean): Promise<number> {
    const from = bench.clock.monotonic();
    await bench.until(done);
    return bench.clock.monotonic() - from;
  }

  async function startRun() {
    const project = bench.hex.workspace.addProject({
      title: "Revenue",
      run: { pendingMs: 1_000, runningMs: 10 * HOUR },
    });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    await bench.pass(30 * SECOND);
    return bench.hex.workspace.runs[0]?.id ?? "";
  }

  test.each(STEPS)("%s: a run in flight is asked about as before, and its end is shown", async (_, ms) => {
    const id = await startRun();
    bench.clock.set(ms);
    const asked = bench.asked.length;
    expect(await timeUntil(() => bench.asked.slice(asked).some(isPoll))).toBeLessThan(20 * SECOND);
    bench.hex.workspace.finishRun(id, "COMPLETED");
    expect(await timeUntil(() => shown(bench.card()).includes("Completed"))).toBeLessThan(20 * SECOND);
  });

  test.each(STEPS)(
    "%s: a start that waits is tried again after its usual pause, and not for longer than usual",
    async (_, ms) => {
      bench.hex.workspace.kernelsBusy = 25;
      const project = bench.hex.workspace.addProject({ title: "Revenue" });
      await bench.slack.command(`run ${project.id}`);
      await bench.cardShows("Waiting to start");
      const starts = bench.starts.length;
      bench.clock.set(ms);
      if (ms < 0) {
        expect(await timeUntil(() => bench.starts.length > starts)).toBeLessThan(15 * SECOND);
        expect(await timeUntil(() => shown(bench.card()).includes("Not started"))).toBeLessThan(11 * MINUTE);
      } else {
        expect(
          await timeUntil(() => bench.starts.length > starts || shown(bench.card()).includes("Not started")),
        ).toBeLessThan(15 * SECOND);
      }
    },
  );

  test.each(STEPS)("%s: /readyz is true again within seconds, and the log says what happened", async (_, ms) => {
    bench.clock.set(ms);
    await bench.pass(10 * SECOND);
    expect(JSON.parse((await bench.get("/readyz")).text)).toMatchObject({ ok: true });
    expect(bench.log.join("")).toContain(`The clock went ${ms > 0 ? "forward" : "back"} by`);
  });

  test("a start whose answer is on its way is not looked for by the process that waits for it", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    let answer = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    bench.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until }, afterEffect: true });
    await bench.slack.command(`run ${project.id}`);
    await bench.until(() => bench.starts.length === 1, 0);
    bench.clock.set(HOUR);
    for (let i = 0; i < 4; i++) await bench.pass(SECOND);
    answer();
    await bench.cardShows(/Running|Waiting for a kernel|Completed/);
    expect(bench.requests("listRuns").filter(({ query }) => query.get("runTriggerFilter") === "API")).toEqual([]);
  });

  const NO_NEWS = "No news from Hex";
  test.each([
    ["two days, in an outage of Hex", 2, NO_NEWS],
    ["eight days", 8, "Running"],
  ])("the machine sleeps for %s: how the run ended meanwhile is shown", async (_, days, before) => {
    const id = await startRun();
    if (before === NO_NEWS) {
      bench.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
      await bench.cardShows(NO_NEWS);
      bench.hex.faults.clear();
    }
    bench.hex.workspace.finishRun(id, "COMPLETED");
    bench.clock.set(days * 24 * HOUR);
    await bench.cardShows(/Completed|Not known|No longer watched/);
    expect(shown(bench.card())).toContain("Completed");
  });

  test("Hex asks to wait for long while a run is in flight: /readyz says that nobody asks about it", async () => {
    await startRun();
    for (const endpoint of ["getRun", "listRuns"] as const) {
      bench.hex.faults.add({
        endpoint,
        kind: { type: "rateLimited", retryAfter: 1_800 },
        times: Number.POSITIVE_INFINITY,
      });
    }
    await bench.pass(5 * MINUTE);
    const { status, text } = await bench.get("/readyz");
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ watch: { ok: false, why: "rate_limited" } });
  });
});

describe("what is old", () => {
  const DAY = 24 * HOUR;
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start("http", { isHexTrue: true, token: { expiresAt: Date.UTC(2040, 0, 1) } });
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Completed");
  });
  afterEach(() => bench.stop());

  /** How many runs are remembered, an hour and a half later. */
  async function remembered(): Promise<number> {
    await bench.pass(90 * MINUTE, 10 * SECOND);
    const file = new Database(join(bench.dataDir, "hex-bot.db"));
    const runs: unknown[] = file.prepare("select 1 from runs").all();
    file.close();
    return runs.length;
  }

  test("by the clock of this machine alone, which was set forward by five years, is kept", async () => {
    bench.clock.set(5 * 365 * DAY);
    expect(await remembered()).toBe(1);
    bench.clock.set(-5 * 365 * DAY);
    expect(await remembered()).toBe(1);
  });

  test("by a clock that is wrong at the start, while Hex cannot be asked, is kept", async () => {
    await bench.stopBot();
    bench.clock.set(5 * 365 * DAY);
    bench.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    await bench.startBot();
    expect(await remembered()).toBe(1);
  });

  test("by both clocks is removed", async () => {
    bench.clock.advance(91 * DAY);
    expect(await remembered()).toBe(0);
  });
});

const AHEAD = [30 * SECOND, -30 * SECOND, 2 * MINUTE, -2 * MINUTE, HOUR, -HOUR];

describe.each(MODES)("%s: Hex's clock differs", (mode) => {
  let bench: Bench;
  afterEach(() => bench.stop());

  test.each(AHEAD)(
    "by %i ms: the card shows the end of a short run within the usual time, and how long it took",
    async (ahead) => {
      bench = await Bench.start(mode, { hexAheadMs: ahead });
      const project = bench.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 1_000, runningMs: 6_000 } });
      const from = bench.clock.monotonic();
      await bench.slack.command(`run ${project.id}`);
      await bench.cardShows("Completed");
      expect(bench.clock.monotonic() - from).toBeLessThan(20 * SECOND);
      expect(shown(bench.card())).toMatch(/[67] s/);
      const { text } = await bench.get("/metrics");
      expect(Number(/hexbot_card_delay_seconds_sum (\S+)/.exec(text)?.[1])).toBeLessThan(15);
    },
  );

  test.each(AHEAD)("by %i ms: the card of a long run says how long it has been running", async (ahead) => {
    bench = await Bench.start(mode, { hexAheadMs: ahead });
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 1_000, runningMs: HOUR } });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    await bench.pass(3 * MINUTE + 30 * SECOND);
    expect(shown(bench.card())).toMatch(/3 min/);
  });

  test.each(AHEAD)("by %i ms: after a lost answer the run of this start is found, and no other one", async (ahead) => {
    bench = await Bench.start(mode, { hexAheadMs: ahead });
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 0, runningMs: HOUR } });
    // Started elsewhere, a minute before.
    const elsewhere = bench.hex.workspace.startRun(project.id);
    await bench.pass(MINUTE);
    bench.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    const mine = bench.hex.workspace.runs.find(({ id }) => id !== elsewhere.id);
    bench.hex.workspace.finishRun(mine?.id ?? "", "COMPLETED");
    await bench.cardShows("Completed");
  });
});

function isPoll({ endpoint }: { endpoint: string }): boolean {
  return endpoint === "getRun" || endpoint === "listRuns";
}
