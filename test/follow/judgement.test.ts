// What counts as trouble, and what does not.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deadlineOf, type Evidence, judge, stuckAfterMs, type Terms } from "../../src/follow/judgement.js";
import type { HexRun } from "../../src/hex/schema.js";
import { DAILY_AT_SEVEN, evidence, HOUR, hexRun, MINUTE, SEVEN, TERMS } from "./evidence.js";

const kinds = (known: Partial<Evidence>, terms: Partial<Terms> = {}) =>
  judge(evidence(known), { ...TERMS, ...terms }).map(({ kind }) => kind);
const yesterdays = () => hexRun({ startTime: SEVEN - 24 * HOUR, endTime: SEVEN - 24 * HOUR + MINUTE });

describe("late", () => {
  test("no run 15 minutes after seven: late since seven", () => {
    expect(judge(evidence(), TERMS)).toEqual([{ kind: "late", since: SEVEN }]);
  });

  test("a run that cannot be read may be the one that was due, unless it began before", () => {
    expect([SEVEN - 30_000, SEVEN, null].map((at) => kinds({ unreadStarts: [at] }))).toEqual([[], [], []]);
    expect(kinds({ unreadStarts: [SEVEN - 10 * MINUTE] })).toEqual(["late"]);
  });

  test("not a moment earlier", () => {
    const runs = [yesterdays()];
    expect(kinds({ runs, readAt: SEVEN + 15 * MINUTE - 1 })).toEqual([]);
    expect(kinds({ runs, readAt: SEVEN + 15 * MINUTE })).toEqual(["late"]);
  });

  test.each([
    ["it is there", { startTime: SEVEN + 10 * MINUTE }, []],
    ["it began half a minute early", { startTime: SEVEN - MINUTE / 2 }, []],
    ["it began two minutes early: that was another one", { startTime: SEVEN - 2 * MINUTE, endTime: SEVEN }, ["late"]],
    ["it came an hour later", { startTime: SEVEN + 60 * MINUTE, endTime: SEVEN + 61 * MINUTE }, []],
    ["it waits for a kernel", { status: "PENDING", startTime: null, endTime: null }, []],
    ["somebody ran it by hand, and it completed", { runTrigger: "API", startTime: SEVEN + 5 * MINUTE }, []],
    [
      "somebody runs it by hand, and it goes on",
      { runTrigger: "API", startTime: SEVEN + 5 * MINUTE, status: "RUNNING", endTime: null },
      ["late"],
    ],
    ...[null, "AUTOMATION"].map((runTrigger): [string, Partial<HexRun>, string[]] => [
      `it goes on, and what started it is called ${runTrigger}`,
      { runTrigger, startTime: SEVEN + 5 * MINUTE, status: "RUNNING", endTime: null },
      [],
    ]),
    ["the app was refreshed in vain", { runTrigger: "app_refresh", status: "ERRORED" }, ["failed", "late"]],
  ])("%s", (_, run, expected) => {
    expect(kinds({ runs: [hexRun(run)], readAt: SEVEN + 70 * MINUTE, typicalMs: null })).toEqual(expected);
  });

  test("a run that has waited since before seven is another one", () => {
    const waiting = hexRun({ status: "PENDING", startTime: null, endTime: null });
    const seenAt = (at: number) =>
      kinds({ runs: [waiting], firstSeen: new Map([[waiting.runId, at]]), typicalMs: null });
    expect(seenAt(SEVEN - 10 * MINUTE)).toEqual(["late"]);
    expect([SEVEN - MINUTE, SEVEN + MINUTE].map(seenAt)).toEqual([[], []]);
  });

  test.each<[string, Partial<Evidence>, Partial<Terms>]>([
    ["nobody watched at seven", {}, { from: SEVEN }],
    ["the schedule was made, or changed, after seven", { schedulesSince: SEVEN + MINUTE }, {}],
    ["the schedule is switched off", { schedules: [{ ...DAILY_AT_SEVEN, enabled: false }] }, {}],
    ["the list of runs does not reach back to seven", { completeSince: SEVEN + MINUTE }, {}],
    ["Hex has been down since five to seven", {}, { away: [{ from: SEVEN - 5 * MINUTE, to: null }] }],
    [
      "Hex was down from two past seven to ten past",
      {},
      { away: [{ from: SEVEN + 2 * MINUTE, to: SEVEN + 10 * MINUTE }] },
    ],
  ])("%s: nothing is called late", (_, known, terms) => {
    expect(kinds({ runs: [yesterdays()], ...known }, terms)).toEqual([]);
  });

  test("an outage that was over before seven, or began after a quarter past, is no excuse", () => {
    const away = [
      { from: SEVEN - 2 * HOUR, to: SEVEN - HOUR },
      { from: SEVEN + 16 * MINUTE, to: SEVEN + 17 * MINUTE },
    ];
    expect(kinds({}, { away })).toEqual(["late"]);
  });

  test("after an outage it has 15 minutes to come", () => {
    const away = [{ from: SEVEN - MINUTE, to: SEVEN + 30 * MINUTE }];
    const runs = [yesterdays()];
    expect(kinds({ runs, readAt: SEVEN + 45 * MINUTE - 1 }, { away })).toEqual([]);
    expect(kinds({ runs, readAt: SEVEN + 45 * MINUTE }, { away })).toEqual(["late"]);
  });

  test("yesterday's run is still missing while today's is not yet due", () => {
    const readAt = SEVEN - HOUR;
    expect(judge(evidence({ readAt }), TERMS)).toEqual([{ kind: "late", since: SEVEN - 24 * HOUR }]);
  });

  test("a run that began up to a minute early is the one that was due", () => {
    const began = (startTime: number) => kinds({ runs: [hexRun({ startTime, endTime: startTime + 1 })] });
    expect(began(SEVEN - MINUTE)).toEqual([]);
    expect(began(SEVEN - MINUTE - 1)).toEqual(["late"]);
  });

  test("a scheduled run that has ended without a beginning is not the one that was due", () => {
    const neverBegan = hexRun({ status: "UNABLE_TO_ALLOCATE_KERNEL", startTime: null, endTime: SEVEN - HOUR });
    expect(kinds({ runs: [neverBegan] }, { from: SEVEN - MINUTE })).toEqual(["late"]);
    const byHand = hexRun({ status: "PENDING", runTrigger: "API", startTime: null, endTime: null });
    expect(kinds({ runs: [byHand], typicalMs: null })).toEqual(["late"]);
  });

  test("what was due at the very moment from which anybody watched, or the schedule was there, is not judged", () => {
    const runs = [yesterdays()];
    expect(kinds({ runs }, { from: SEVEN - 1 })).toEqual(["late"]);
    expect(kinds({ runs, schedulesSince: SEVEN })).toEqual([]);
    expect(kinds({ runs, schedulesSince: SEVEN - 1 })).toEqual(["late"]);
    expect(kinds({ runs, completeSince: SEVEN })).toEqual(["late"]);
    expect(kinds({ runs, completeSince: SEVEN + 1 })).toEqual([]);
  });

  test("after an outage of hours, an hourly schedule is judged by the last run that should be there by now", () => {
    const hourly = { ...DAILY_AT_SEVEN, daily: null, hourly: { timezone: "UTC", minute: 0 } };
    const away = [{ from: SEVEN - 10 * MINUTE, to: SEVEN + 2 * HOUR + 10 * MINUTE }];
    const runs = [hexRun({ startTime: SEVEN - 2 * HOUR, endTime: SEVEN - 2 * HOUR + MINUTE })];
    const since = (readAt: number) => judge(evidence({ schedules: [hourly], runs, readAt }), { ...TERMS, away });
    expect(since(SEVEN + 2 * HOUR + 20 * MINUTE)).toEqual([{ kind: "late", since: SEVEN - HOUR }]);
    expect(since(SEVEN + 2 * HOUR + 25 * MINUTE)).toEqual([{ kind: "late", since: SEVEN + 2 * HOUR }]);
  });

  test("two schedules that coincide want one run", () => {
    expect(kinds({ schedules: [DAILY_AT_SEVEN, DAILY_AT_SEVEN], runs: [hexRun()] })).toEqual([]);
  });
});

describe("the deadline", () => {
  const LATE_MS = 15 * MINUTE;
  const deadline = (away: Terms["away"], slackMs = 0) => deadlineOf({ at: SEVEN, slackMs }, LATE_MS, away) - SEVEN;

  test("is a quarter of an hour later, and more where nobody knows whether the clocks were set", () => {
    expect(deadline([])).toBe(15 * MINUTE);
    expect(deadline([], HOUR)).toBe(75 * MINUTE);
  });

  test("is a quarter of an hour after the last outage in that time, and never while one lasts", () => {
    const outage = (from: number, to: number | null) => ({ from: SEVEN + from, to: to === null ? null : SEVEN + to });
    expect(deadline([outage(-MINUTE, MINUTE)])).toBe(16 * MINUTE);
    expect(deadline([outage(5 * MINUTE, 9 * MINUTE), outage(-MINUTE, MINUTE)])).toBe(24 * MINUTE);
    expect(deadline([outage(5 * MINUTE, null)])).toBe(Number.POSITIVE_INFINITY);
  });

  test("is moved again by an outage that began before the time to which an earlier one had moved it", () => {
    const first = { from: SEVEN - MINUTE, to: SEVEN + 10 * MINUTE };
    const second = { from: SEVEN + 24 * MINUTE, to: SEVEN + 40 * MINUTE };
    expect(deadline([second, first])).toBe(55 * MINUTE);
    expect(deadline([{ ...second, from: SEVEN + 25 * MINUTE }, first])).toBe(25 * MINUTE);
  });

  test("is not moved by an outage that was over when the run was due, or began at the deadline", () => {
    expect(deadline([{ from: SEVEN - HOUR, to: SEVEN }])).toBe(15 * MINUTE);
    expect(deadline([{ from: SEVEN - HOUR, to: SEVEN + 1 }])).toBe(15 * MINUTE + 1);
    expect(deadline([{ from: SEVEN + LATE_MS, to: null }])).toBe(15 * MINUTE);
    expect(deadline([{ from: SEVEN + LATE_MS - 1, to: null }])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("failed", () => {
  const failure = (startTime: number, status = "ERRORED") => hexRun({ status, startTime, endTime: startTime + MINUTE });

  test.each(["ERRORED", "UNABLE_TO_ALLOCATE_KERNEL"])("the newest run that ended is %s", (status) => {
    const run = failure(SEVEN, status);
    expect(judge(evidence({ runs: [run] }), TERMS)).toEqual([
      { kind: "failed", since: SEVEN + MINUTE, lastAt: SEVEN + MINUTE, runId: run.runId, url: null, status },
    ]);
  });

  test("several in a row: since the first, and the newest is the one to open", () => {
    const runs = [failure(SEVEN + 10 * MINUTE), failure(SEVEN + 5 * MINUTE), hexRun(), failure(SEVEN - HOUR)];
    expect(judge(evidence({ runs }), TERMS)).toEqual([
      {
        kind: "failed",
        since: SEVEN + 6 * MINUTE,
        lastAt: SEVEN + 11 * MINUTE,
        runId: runs[0]?.runId,
        url: null,
        status: "ERRORED",
      },
    ]);
  });

  test("a run that goes on, one that somebody cancelled, and one that ended in a new way change nothing", () => {
    const going = hexRun({ status: "RUNNING", startTime: SEVEN + 15 * MINUTE, endTime: null });
    const cancelled = hexRun({ status: "KILLED", startTime: SEVEN + 10 * MINUTE });
    expect(kinds({ runs: [going, cancelled, failure(SEVEN)] })).toEqual(["failed"]);
    const unknown = hexRun({ status: "A_WORD_OF_TOMORROW", startTime: SEVEN + 10 * MINUTE });
    expect(kinds({ runs: [unknown, failure(SEVEN)] })).toEqual(["failed"]);
    expect(kinds({ runs: [unknown, hexRun()] })).toEqual([]);
    expect(kinds({ runs: [going, cancelled, hexRun()] })).toEqual([]);
  });

  test("of scheduled runs that began together, one that failed counts, unless the other followed on it or is no scheduled one", () => {
    const failedAt = (startTime: number, more: Partial<HexRun> = {}) =>
      hexRun({ status: "ERRORED", startTime, endTime: startTime + 10_000, ...more });
    const good = (more: Partial<HexRun> = {}) => hexRun({ startTime: SEVEN + 5_000, ...more });
    expect(kinds({ runs: [good(), failedAt(SEVEN)] })).toEqual(["failed"]);
    expect(kinds({ runs: [good(), good(), failedAt(SEVEN), good({ startTime: SEVEN })] })).toEqual(["failed"]);
    expect(kinds({ runs: [good({ startTime: SEVEN + 10_000 }), failedAt(SEVEN)] })).toEqual([]);
    expect(kinds({ runs: [good({ runTrigger: "API" }), failedAt(SEVEN)] })).toEqual([]);
    expect(kinds({ runs: [good(), failedAt(SEVEN, { runTrigger: "API" })] })).toEqual([]);
    const long = { endTime: SEVEN + 5 * MINUTE };
    expect(kinds({ runs: [good({ startTime: SEVEN + MINUTE }), failedAt(SEVEN, long)] })).toEqual(["failed"]);
    expect(kinds({ runs: [good({ startTime: SEVEN + MINUTE + 1 }), failedAt(SEVEN, long)] })).toEqual([]);
  });

  test("a row of failures that began before anybody watched: since the first that was watched", () => {
    const runs = [failure(SEVEN + 10 * MINUTE), failure(SEVEN)];
    const since = (from: number) => judge(evidence({ runs }), { ...TERMS, from }).map((finding) => finding.since);
    expect(since(SEVEN + MINUTE)).toEqual([SEVEN + MINUTE]);
    expect(since(SEVEN + MINUTE + 1)).toEqual([SEVEN + 11 * MINUTE]);
    expect(since(SEVEN + 11 * MINUTE + 1)).toEqual([]);
  });

  test("a run that began before another one and failed only once somebody watched counts, too", () => {
    const [quick, slow] = [failure(SEVEN + 5_000), hexRun({ status: "ERRORED" })];
    expect(judge(evidence({ runs: [quick, slow] }), { ...TERMS, from: SEVEN + 2 * MINUTE })).toMatchObject([
      { kind: "failed", since: SEVEN + 4 * MINUTE, runId: slow.runId },
    ]);
  });

  test("of runs that went on together, the one that failed last is the newest failure", () => {
    const [quick, slow] = [failure(SEVEN + 5_000), hexRun({ status: "ERRORED" })];
    expect(judge(evidence({ runs: [quick, slow] }), TERMS)).toMatchObject([
      { kind: "failed", since: SEVEN + MINUTE + 5_000, lastAt: SEVEN + 4 * MINUTE, runId: slow.runId },
    ]);
  });

  test("a failure of which it is not known when it ended, or that ended before it began, counts from its beginning", () => {
    for (const endTime of [null, 0, SEVEN - 48 * HOUR]) {
      const run = hexRun({ status: "ERRORED", startTime: SEVEN, endTime });
      expect(judge(evidence({ runs: [run] }), TERMS)).toMatchObject([{ kind: "failed", since: SEVEN }]);
    }
  });

  test("before anybody watched: not told", () => {
    expect(kinds({ runs: [failure(SEVEN)] }, { from: SEVEN + 5 * MINUTE })).toEqual([]);
  });
});

describe("stuck", () => {
  const going = (startTime: number | null) =>
    hexRun({ status: startTime === null ? "PENDING" : "RUNNING", startTime, endTime: null });

  test("three times its usual time, and at least ten minutes", () => {
    const at = (readAt: number, typicalMs: number | null) => kinds({ runs: [going(SEVEN)], readAt, typicalMs });
    expect(at(SEVEN + 12 * MINUTE, 4 * MINUTE)).toEqual([]);
    expect(at(SEVEN + 12 * MINUTE + 1, 4 * MINUTE)).toEqual(["stuck"]);
    expect(at(SEVEN + 10 * MINUTE, MINUTE)).toEqual([]);
    expect(at(SEVEN + 10 * MINUTE + 1, MINUTE)).toEqual(["stuck"]);
    expect(at(SEVEN + 10 * HOUR, null)).toEqual([]);
  });

  test("of several, the oldest, wherever it stands", () => {
    const [old, older, oldest] = [going(SEVEN - HOUR), going(SEVEN - 3 * HOUR), going(SEVEN - 4 * HOUR)];
    const found = (runs: Evidence["runs"]) => judge(evidence({ runs: [...runs, hexRun()] }), TERMS);
    for (const runs of [
      [old, oldest, older],
      [oldest, older, old],
    ])
      expect(found(runs)).toMatchObject([{ kind: "stuck", since: SEVEN - 4 * HOUR, runId: oldest.runId }]);
  });

  test("one that waits for a kernel and was not seen before is not stuck", () => {
    expect(kinds({ runs: [going(null)], readAt: SEVEN + 10 * HOUR })).toEqual([]);
  });

  test.each([
    [null, null],
    [MINUTE, 10 * MINUTE],
    [5 * MINUTE, 15 * MINUTE],
  ])("usually %j ms: after %j ms", (typicalMs, limitMs) => {
    expect(stuckAfterMs(typicalMs, 3)).toBe(limitMs);
  });

  test("one that waits for a kernel is stuck from when it was first seen", () => {
    const run = going(null);
    const firstSeen = new Map([[run.runId, SEVEN]]);
    expect(judge(evidence({ runs: [run], firstSeen }), TERMS)).toEqual([
      { kind: "stuck", since: SEVEN, runId: run.runId, url: null },
    ]);
  });
});

test("whatever happens, nothing is late while a scheduled run of that time is there, and nothing is failed when the newest ended well", () => {
  const some = fc.record({
    status: fc.constantFrom("COMPLETED", "ERRORED", "KILLED", "RUNNING", "A_WORD_OF_TOMORROW"),
    runTrigger: fc.constantFrom("SCHEDULED", "API", null),
    startTime: fc.integer({ min: SEVEN - 3 * HOUR, max: SEVEN + 20 * MINUTE }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(some, { maxLength: 6, selector: ({ startTime }) => startTime }), (made) => {
      const runs = made
        .map((run) => hexRun({ ...run, endTime: run.status === "RUNNING" ? null : run.startTime + 1 }))
        .sort((one, other) => (other.startTime ?? 0) - (one.startTime ?? 0));
      const found = kinds({ runs, typicalMs: null });
      const came = runs.some(
        ({ runTrigger, startTime }) => runTrigger === "SCHEDULED" && (startTime ?? 0) >= SEVEN - MINUTE,
      );
      if (came) expect(found).not.toContain("late");
      const ended = runs.find(({ status }) => status === "COMPLETED" || status === "ERRORED");
      if (ended?.status !== "ERRORED") expect(found).not.toContain("failed");
      else expect(found).toContain("failed");
    }),
  );
});
