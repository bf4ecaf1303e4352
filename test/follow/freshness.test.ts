// Whether results count as fresh.

import { Cron } from "croner";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { evidenceOf, type Followed, newlyFollowed, remembered } from "../../src/follow/followed-project.js";
import { type FreshnessTerms, freshnessOf } from "../../src/follow/freshness.js";
import type { HexRun, Project, Schedule } from "../../src/hex/schema.js";
import { DAILY_AT_SEVEN, HOUR, hexRun, MINUTE, SEVEN } from "./evidence.js";

const DAY = 24 * HOUR;
const EIGHT = SEVEN + HOUR;
const TERMS: FreshnessTerms = { now: EIGHT, lateMs: 15 * MINUTE, stuckFactor: 3, away: [] };

const project = (more: Partial<Project> = {}): Project => ({
  id: "p",
  title: "Weekly revenue",
  description: null,
  type: "PROJECT",
  creator: null,
  owner: null,
  status: null,
  categories: [],
  lastEditedAt: null,
  lastPublishedAt: SEVEN - 30 * DAY,
  createdAt: null,
  archivedAt: null,
  trashedAt: null,
  schedules: [DAILY_AT_SEVEN],
  ...more,
});

/** What is known after the runs were read at `readAt`, of a project that has been followed for two days. */
function known(
  runs: readonly HexRun[],
  { schedules }: Project = project(),
  readAt = EIGHT - MINUTE,
  unreadStarts: (number | null)[] = [],
): Followed {
  const before = newlyFollowed({ schedules }, EIGHT - 2 * DAY);
  return remembered(before, evidenceOf(before, schedules, { runs, unreadStarts, readAt, most: 100 }, TERMS));
}
const yesterday = () => hexRun({ startTime: SEVEN - DAY, endTime: SEVEN - DAY + 4 * MINUTE });
const cancelled = (startTime: number) => hexRun({ status: "KILLED", startTime, endTime: startTime + MINUTE });
const unscheduled = project({ schedules: [] });
const words = (freshness: ReturnType<typeof freshnessOf>) =>
  "why" in freshness ? `${freshness.kind}: ${freshness.why}` : freshness.kind;
const judged = (runs: readonly HexRun[], of = project(), terms: Partial<FreshnessTerms> = {}) =>
  words(freshnessOf(of, known(runs, of), { ...TERMS, ...terms }));

describe("with a schedule", () => {
  test("the last run that was due completed: fresh", () => {
    expect(judged([hexRun(), yesterday()])).toBe("fresh");
    expect(judged([hexRun({ startTime: SEVEN - 30_000 })])).toBe("fresh");
  });

  test("somebody ran it by hand after it was due: fresh", () => {
    expect(judged([hexRun({ runTrigger: "API", startTime: SEVEN + 20 * MINUTE, endTime: SEVEN + 25 * MINUTE })])).toBe(
      "fresh",
    );
  });

  test("the run is not there: late, and yesterday's results are not fresh", () => {
    expect(judged([yesterday()])).toBe("late");
  });

  test("a run that cannot be read may be the one that was due: not known, and otherwise late", () => {
    const since = (start: number | null) =>
      words(freshnessOf(project(), known([yesterday()], project(), EIGHT - MINUTE, [start]), TERMS));
    expect([SEVEN, SEVEN + 5 * MINUTE, null].map(since)).toEqual(Array(3).fill("unknown: unclear_run"));
    expect(since(SEVEN - 10 * MINUTE)).toBe("late");
  });

  test("it is due right now: yesterday's results are as fresh as can be", () => {
    expect(judged([yesterday()], project(), { now: SEVEN + 14 * MINUTE })).toBe("fresh");
    expect(judged([yesterday()], project(), { now: SEVEN + 15 * MINUTE })).toBe("late");
  });

  test("it has begun and has not ended: running, and stuck when it takes far too long", () => {
    const going = hexRun({ status: "RUNNING", endTime: null });
    expect(judged([going, yesterday()])).toBe("running");
    const usual = [1, 2, 3].map((days) => {
      const startTime = SEVEN - days * DAY;
      return hexRun({ startTime, endTime: startTime + 4 * MINUTE, elapsedTime: 4 * MINUTE });
    });
    expect(judged([going, ...usual])).toBe("stuck");
  });

  test("the last run failed: failed, also when an earlier one of today completed", () => {
    const failed = hexRun({ status: "ERRORED", startTime: SEVEN + 30 * MINUTE, endTime: SEVEN + 31 * MINUTE });
    expect(judged([failed, hexRun()])).toBe("failed");
    expect(judged([failed, yesterday()])).toBe("failed");
  });

  test("one of those that its schedule started together failed: failed, and it is the last run that is shown", () => {
    const failed = hexRun({ status: "ERRORED" });
    const runs = [hexRun({ startTime: SEVEN + 5_000 }), failed, yesterday()];
    expect(judged(runs)).toBe("failed");
    expect(known(runs).lastRun).toMatchObject({ runId: failed.runId, status: "ERRORED" });
  });

  test("it failed, and somebody cancelled the next one: still failed, as the message about it says", () => {
    const failed = hexRun({ status: "ERRORED", startTime: SEVEN + 30 * MINUTE, endTime: SEVEN + 31 * MINUTE });
    expect(judged([cancelled(SEVEN + 40 * MINUTE), failed, yesterday()])).toBe("failed");
    expect(judged([cancelled(SEVEN + 40 * MINUTE), failed, hexRun()])).toBe("failed");
    expect(judged([cancelled(SEVEN + 40 * MINUTE), failed], unscheduled)).toBe("failed");
    const good = hexRun({ startTime: SEVEN + 35 * MINUTE, endTime: SEVEN + 36 * MINUTE });
    expect(judged([cancelled(SEVEN + 40 * MINUTE), good, failed])).toBe("fresh");
  });

  test("a run that Hex says begins next year does not hide those that are there, or are missing", () => {
    const nextYear = SEVEN + 365 * 24 * HOUR;
    const odd = [
      hexRun({ startTime: nextYear, endTime: nextYear + MINUTE }),
      hexRun({ status: "RUNNING", startTime: nextYear, endTime: null }),
    ];
    for (const run of odd) {
      const failed = hexRun({ status: "ERRORED", startTime: SEVEN + 30 * MINUTE, endTime: SEVEN + 31 * MINUTE });
      expect(judged([run, failed, yesterday()])).toBe("failed");
      expect(known([run, yesterday()]).scheduledAt).toBe(yesterday().startTime);
    }
    expect(judged([...odd.slice(0, 1), yesterday()])).toBe("late");
  });

  test("the run was cancelled: neither", () => {
    expect(judged([cancelled(SEVEN), yesterday()])).toBe("unknown: cancelled");
    expect(judged([{ ...cancelled(SEVEN), status: "TIMED_OUT" }, yesterday()])).toBe("unknown: unclear_end");
  });

  test("Hex was down when it was due: not late before another quarter of an hour has passed", () => {
    const away = [{ from: SEVEN - 10 * MINUTE, to: SEVEN + 50 * MINUTE }];
    expect(judged([yesterday()], project(), { away })).toBe("unknown: was_down");
    expect(judged([hexRun(), yesterday()], project(), { away })).toBe("fresh");
    expect(judged([hexRun({ status: "RUNNING", endTime: null }), yesterday()], project(), { away })).toBe("running");
    expect(judged([cancelled(SEVEN), yesterday()], project(), { away })).toBe("unknown: cancelled");
    expect(judged([yesterday()], project(), { away: [{ from: SEVEN - 10 * MINUTE, to: SEVEN + 30 * MINUTE }] })).toBe(
      "late",
    );
  });

  test("Hex is down: not known if a run was due or going, unless it was known before", () => {
    const down: Pick<FreshnessTerms, "away"> = { away: [{ from: SEVEN - 10 * MINUTE, to: null }] };
    const of = (runs: readonly HexRun[], readAt: number, away = down.away) =>
      words(freshnessOf(project(), known(runs, project(), readAt), { ...TERMS, away }));
    expect(of([yesterday()], SEVEN - 11 * MINUTE)).toBe("unknown: hex_down");
    expect(of([cancelled(SEVEN - DAY)], SEVEN - 11 * MINUTE)).toBe("unknown: hex_down");
    const going = hexRun({ status: "RUNNING", endTime: null });
    expect(of([going, yesterday()], SEVEN + MINUTE)).toBe("unknown: hex_down");
    expect(of([hexRun(), yesterday()], SEVEN + 5 * MINUTE)).toBe("fresh");
    expect(of([hexRun({ status: "ERRORED" })], SEVEN + 5 * MINUTE)).toBe("failed");
    expect(of([yesterday()], SEVEN + 15 * MINUTE, [{ from: SEVEN + 16 * MINUTE, to: null }])).toBe("late");
    const before = { from: SEVEN - MINUTE, to: SEVEN + 10 * MINUTE };
    expect(of([yesterday()], SEVEN + 15 * MINUTE, [{ from: SEVEN + 16 * MINUTE, to: null }, before])).toBe(
      "unknown: hex_down",
    );
    expect(judged([yesterday()], unscheduled, down)).toBe("fresh");
  });

  test("its runs were not read since: not known, unless the run was there already", () => {
    const early = SEVEN + 10 * MINUTE;
    expect(words(freshnessOf(project(), known([yesterday()], project(), early), TERMS))).toBe("unknown: unread");
    expect(words(freshnessOf(project(), known([hexRun(), yesterday()], project(), early), TERMS))).toBe("fresh");
  });

  test("it was scheduled after it would have been due: not known", () => {
    const followed = { ...known([yesterday()]), schedulesSince: SEVEN + 30 * MINUTE };
    expect(words(freshnessOf(project(), followed, TERMS))).toBe("unknown: new_schedule");
  });

  test("a schedule that cannot be read: not known, unless the last run failed", () => {
    const strange: Schedule = { ...DAILY_AT_SEVEN, daily: null, custom: { timezone: "+00:00", cron: "0 7 L * ?" } };
    expect(judged([hexRun()], project({ schedules: [strange] }))).toBe("unknown: unclear_schedule");
    expect(judged([hexRun({ status: "ERRORED" })], project({ schedules: [strange] }))).toBe("failed");
  });
});

describe("to the moment", () => {
  const at = (startTime: number) => [hexRun({ startTime, endTime: startTime + MINUTE }), yesterday()];

  test("a run that began up to a minute before it was due is the one that was due", () => {
    expect(judged(at(SEVEN - MINUTE))).toBe("fresh");
    expect(judged(at(SEVEN - MINUTE - 1))).toBe("late");
    const going = (startTime: number) => [hexRun({ status: "RUNNING", startTime, endTime: null }), yesterday()];
    expect(judged(going(SEVEN - MINUTE))).toBe("running");
    expect(judged(going(SEVEN - MINUTE - 1))).toBe("late");
    const killed = (startTime: number) => [cancelled(startTime), yesterday()];
    expect(judged(killed(SEVEN - MINUTE))).toBe("unknown: cancelled");
    expect(judged(killed(SEVEN - MINUTE - 1))).toBe("late");
  });

  test("up to an hour early or late where nobody knows whether the clocks were set", () => {
    const sunday = Date.parse("2026-10-25T07:00:00Z");
    const inBerlin = { ...DAILY_AT_SEVEN, daily: { timezone: "+01:00", hour: 8, minute: 0 } };
    const of = project({ schedules: [inBerlin] });
    const judgedAt = (startTime: number, now = sunday + 2 * HOUR) => {
      const runs = [hexRun({ startTime, endTime: startTime + MINUTE })];
      const followed = { ...known(runs, of, now), schedulesSince: 0 };
      return words(freshnessOf(of, followed, { ...TERMS, now }));
    };
    expect(judgedAt(sunday - 61 * MINUTE)).toBe("fresh");
    expect(judgedAt(sunday - 61 * MINUTE - 1)).toBe("late");
    expect(judgedAt(sunday - DAY, sunday + 75 * MINUTE - 1)).toBe("fresh");
    expect(judgedAt(sunday - DAY, sunday + 75 * MINUTE)).toBe("late");
  });

  test("two schedules that are due within the hour that is allowed: the latest run that must be there counts", () => {
    const noon = Date.parse("2026-10-25T12:00:00Z");
    const everyHour = (minute: number) => ({
      ...DAILY_AT_SEVEN,
      daily: null,
      hourly: { timezone: "+01:00", minute },
    });
    const of = project({ schedules: [everyHour(0), everyHour(30)] });
    const judgedWith = (startTime: number) => {
      const followed = { ...known([hexRun({ startTime, endTime: startTime + MINUTE })], of, noon), schedulesSince: 0 };
      return words(freshnessOf(of, followed, { ...TERMS, now: noon }));
    };
    // The run of 10:30 may come by 11:45, and from 9:29 on.
    expect(judgedWith(noon - 151 * MINUTE)).toBe("fresh");
    expect(judgedWith(noon - 151 * MINUTE - 1)).toBe("late");
  });

  test("a schedule of every minute is not gone through minute by minute for the hour that is allowed", () => {
    const noon = Date.parse("2026-10-25T12:00:00Z");
    const everyMinute = { ...DAILY_AT_SEVEN, daily: null, custom: { timezone: "+01:00", cron: "* * * * *" } };
    const of = project({ schedules: [everyMinute] });
    const lookedBack = vi.spyOn(Cron.prototype, "previousRuns");
    onTestFinished(() => lookedBack.mockRestore());
    const judgedWith = (startTime: number) => {
      const followed = { ...known([hexRun({ startTime, endTime: startTime + MINUTE })], of, noon), schedulesSince: 0 };
      return words(freshnessOf(of, followed, { ...TERMS, now: noon }));
    };
    // The run of 10:45 may come by 12:00, and from 9:44 on.
    expect(judgedWith(noon - 136 * MINUTE)).toBe("fresh");
    expect(judgedWith(noon - 136 * MINUTE - 1)).toBe("late");
    expect(lookedBack.mock.calls.length).toBeLessThan(6);
  });

  test("a run of which it is not known how long it took counts from its end", () => {
    const followed = known([yesterday()]);
    const ended = (endedAt: number) => {
      const lastGood = followed.lastGood && { ...followed.lastGood, endedAt, tookMs: null };
      return words(freshnessOf(project(), { ...followed, lastGood }, TERMS));
    };
    expect(ended(SEVEN - MINUTE)).toBe("fresh");
    expect(ended(SEVEN - MINUTE - 1)).toBe("late");
  });

  test("the runs must have been read when it counted as late", () => {
    const readAt = (time: number) => words(freshnessOf(project(), known([yesterday()], project(), time), TERMS));
    expect(readAt(SEVEN + 15 * MINUTE - 1)).toBe("unknown: unread");
    expect(readAt(SEVEN + 15 * MINUTE)).toBe("late");
  });

  test("a schedule that is as old as the due time is new", () => {
    const since = (schedulesSince: number) =>
      words(freshnessOf(project(), { ...known([yesterday()]), schedulesSince }, TERMS));
    expect(since(SEVEN)).toBe("unknown: new_schedule");
    expect(since(SEVEN - 1)).toBe("late");
  });

  test("a run is stuck after three times its usual duration, and not while that is not known", () => {
    const followed = { ...known([hexRun({ status: "RUNNING", endTime: null }), yesterday()]), typicalMs: 10 * MINUTE };
    const judgedAfter = (minutes: number, typicalMs: number | null = 10 * MINUTE) =>
      words(freshnessOf(project(), { ...followed, typicalMs }, { ...TERMS, now: SEVEN + minutes * MINUTE }));
    expect(judgedAfter(30)).toBe("running");
    expect(judgedAfter(30.01)).toBe("stuck");
    expect(judgedAfter(30.01, null)).toBe("running");
  });
});

describe("without a schedule", () => {
  test("the last run decides", () => {
    expect(judged([yesterday()], unscheduled)).toBe("fresh");
    expect(judged([hexRun({ status: "ERRORED" }), yesterday()], unscheduled)).toBe("failed");
    expect(judged([cancelled(SEVEN), yesterday()], unscheduled)).toBe("unknown: cancelled");
    expect(judged([], unscheduled)).toBe("unknown: no_run");
  });

  test("a run that takes far too long is stuck", () => {
    const usual = [1, 2, 3].map((days) => {
      const startTime = SEVEN - days * DAY;
      return hexRun({ startTime, endTime: startTime + 4 * MINUTE, elapsedTime: 4 * MINUTE });
    });
    const going = hexRun({ status: "RUNNING", endTime: null });
    expect(judged([going, ...usual], unscheduled)).toBe("stuck");
    expect(judged([going, ...usual], unscheduled, { now: SEVEN + 5 * MINUTE })).toBe("fresh");
  });

  test("a schedule that is off and cannot be read is none", () => {
    const strange: Schedule = { ...DAILY_AT_SEVEN, enabled: false, daily: null };
    expect(judged([yesterday()], project({ schedules: [strange] }))).toBe("fresh");
  });

  test("a schedule that is off counts as none", () => {
    expect(judged([yesterday()], project({ schedules: [{ ...DAILY_AT_SEVEN, enabled: false }] }))).toBe("fresh");
  });
});

test("nothing is said of a project that was never read, or that Hex does not run", () => {
  expect(words(freshnessOf(project(), null, TERMS))).toBe("unknown: unread");
  expect(words(freshnessOf(project(), newlyFollowed(project(), EIGHT), TERMS))).toBe("unknown: unread");
  expect(judged([hexRun()], project({ archivedAt: SEVEN }))).toBe("unknown: not_run");
  expect(judged([hexRun()], project({ trashedAt: SEVEN }))).toBe("unknown: not_run");
  expect(judged([hexRun()], project({ lastPublishedAt: null }))).toBe("unknown: not_run");
});
