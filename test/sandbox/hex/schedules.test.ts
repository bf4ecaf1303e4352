// The simulated Hex runs projects by their schedules.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ManualClock } from "../clock.js";
import { firesAt } from "./firing-times.js";
import { type Project, type ProjectOptions, type Schedule, type SimulatedHex, startHex } from "./server.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NONE = { enabled: true, hourly: null, daily: null, weekly: null, monthly: null, custom: null };

const daily = (hour: number, minute: number, timezone: string): Schedule => ({
  ...NONE,
  cadence: "DAILY",
  daily: { timezone, hour, minute },
});
const hourly = (minute: number, timezone: string): Schedule => ({
  ...NONE,
  cadence: "HOURLY",
  hourly: { timezone, minute },
});
const custom = (cron: string, timezone = "+00:00"): Schedule => ({
  ...NONE,
  cadence: "CUSTOM",
  custom: { timezone, cron },
});

/** The minutes of a time span in which it fires, as ISO 8601 without seconds. */
function firings(schedule: Schedule, from: string, days: number): string[] {
  const start = Date.parse(from);
  const minutes = Array.from({ length: days * 24 * 60 }, (_, index) => start + index * MINUTE);
  return minutes.filter((at) => firesAt(schedule, at)).map((at) => new Date(at).toISOString().slice(0, 16));
}

describe("the minutes in which a schedule fires", () => {
  // A recorded schedule of TUESDAY 17:40 +05:30 had results of a Tuesday 12:11:35Z.
  const weekly: Schedule = {
    ...NONE,
    cadence: "WEEKLY",
    weekly: { timezone: "+05:30", hour: 17, minute: 40, dayOfWeek: "TUESDAY" },
  };
  const monthly: Schedule = {
    ...NONE,
    cadence: "MONTHLY",
    monthly: { timezone: "-08:00", hour: 23, minute: 15, day: 28 },
  };

  test.each<[string, Schedule, string, number, string[]]>([
    ["daily", daily(7, 30, "+05:30"), "2026-11-26T00:00Z", 2, ["2026-11-26T02:00", "2026-11-27T02:00"]],
    ["weekly", weekly, "2026-11-26T00:00Z", 7, ["2026-12-01T12:10"]],
    ["monthly", monthly, "2026-11-01T00:00Z", 30, ["2026-11-29T07:15"]],
    [
      "five fields",
      custom("*/30 6-7,9 * * MON-FRI"),
      "2026-11-27T00:00Z",
      3,
      ["2026-11-27T06:00", "2026-11-27T06:30", "2026-11-27T07:00", "2026-11-27T07:30"].concat([
        "2026-11-27T09:00",
        "2026-11-27T09:30",
      ]),
    ],
    ["a date or a weekday", custom("0 7 30 * 5"), "2026-11-26T00:00Z", 6, ["2026-11-27T07:00", "2026-11-30T07:00"]],
    ["Sunday as 7", custom("0 7 * * 7"), "2026-11-26T00:00Z", 7, ["2026-11-29T07:00"]],
    ["switched off", { ...daily(7, 30, "UTC"), enabled: false }, "2026-11-26T00:00Z", 1, []],
    ["not five plain fields", custom("0 0 7 * * *"), "2026-11-26T00:00Z", 1, []],
    ["not cron at all", custom("@daily"), "2026-11-26T00:00Z", 1, []],
    // Summer time ended on 25 October and begins on 29 March.
    [
      "a zone, over the end of summer time",
      daily(7, 0, "Europe/Berlin"),
      "2026-10-24T00:00Z",
      2,
      ["2026-10-24T05:00", "2026-10-25T06:00"],
    ],
    ["an offset, over the end of it", daily(7, 0, "+02:00"), "2026-10-25T00:00Z", 1, ["2026-10-25T05:00"]],
    ["a time that the clock shows twice", daily(2, 30, "Europe/Berlin"), "2026-10-25T00:00Z", 1, ["2026-10-25T00:30"]],
    ["a time that the clock leaves out", daily(2, 30, "Europe/Berlin"), "2027-03-28T00:00Z", 1, ["2027-03-28T01:00"]],
  ])("%s", (_, schedule, from, days, expected) => {
    expect(firings(schedule, from, days)).toEqual(expected);
  });

  test("hourly fires in every hour, whatever the clock is set to", () => {
    expect(firings(hourly(0, "+05:30"), "2026-11-26T00:00Z", 1).slice(0, 2)).toEqual([
      "2026-11-26T00:30",
      "2026-11-26T01:30",
    ]);
    for (const day of ["2026-10-25T00:00Z", "2027-03-28T00:00Z"]) {
      expect(firings(hourly(15, "Europe/Berlin"), day, 1)).toHaveLength(24);
    }
  });
});

describe("its runs", () => {
  const START = Date.UTC(2026, 10, 2, 9, 0, 20);
  const TEN = Date.UTC(2026, 10, 2, 10, 0);
  let clock: ManualClock;
  let hex: SimulatedHex;
  beforeEach(async () => {
    clock = new ManualClock(START);
    hex = await startHex({ clock });
    hex.workspace.fireSchedules();
  });
  afterEach(() => hex.stop());

  const add = (options: ProjectOptions = {}): Project =>
    hex.workspace.addProject({ schedules: [daily(10, 0, "+00:00")], ...options });
  const runs = () => hex.workspace.runs.map(({ createdAt, trigger, status }) => ({ createdAt, trigger, status }));
  /** Lets time pass in steps, as a bot that waits does. */
  async function passUntil(time: number, stepMs = 5_000): Promise<void> {
    while (clock.now() < time) {
      clock.advance(Math.min(stepMs, time - clock.now()));
      await Promise.resolve();
      await new Promise(setImmediate);
    }
  }

  test("begin when they are due, and end by themselves", async () => {
    add({ run: { pendingMs: 3_000, runningMs: 30_000 } });
    await passUntil(TEN - 1_000);
    expect(runs()).toEqual([]);
    await passUntil(TEN);
    expect(runs()).toEqual([{ createdAt: TEN, trigger: "SCHEDULED", status: "PENDING" }]);
    await passUntil(TEN + MINUTE);
    expect(runs()).toEqual([{ createdAt: TEN, trigger: "SCHEDULED", status: "COMPLETED" }]);
    await passUntil(TEN + DAY, MINUTE);
    expect(runs().map(({ createdAt }) => createdAt)).toEqual([TEN, TEN + DAY]);
  });

  test("come late by the project's delay", async () => {
    add({ scheduling: { delayMs: 7 * MINUTE } });
    await passUntil(TEN + 7 * MINUTE - 1_000);
    expect(runs()).toEqual([]);
    await passUntil(TEN + 7 * MINUTE);
    expect(runs()).toMatchObject([{ createdAt: TEN + 7 * MINUTE, status: "PENDING" }]);
  });

  test("are missed while the project is set to miss them, and each firing is known", async () => {
    const project = add({ scheduling: { misses: true } });
    await passUntil(TEN + MINUTE);
    project.scheduling.misses = false;
    await passUntil(TEN + DAY, MINUTE);
    expect(runs()).toMatchObject([{ createdAt: TEN + DAY }]);
    const projectId = project.id;
    expect(hex.workspace.firings).toEqual([
      { projectId, dueAt: TEN, runAt: null },
      { projectId, dueAt: TEN + DAY, runAt: TEN + DAY },
    ]);
    hex.forget(TEN + 1);
    expect(hex.workspace.firings).toHaveLength(1);
  });

  test("fail or never end as the project is set when they begin", async () => {
    const fails = add();
    const hangs = add();
    await passUntil(TEN - MINUTE);
    fails.run.outcome = "ERRORED";
    hangs.run.neverEnds = true;
    await passUntil(TEN + 60 * MINUTE, MINUTE);
    expect(runs().map(({ status }) => status)).toEqual(["ERRORED", "RUNNING"]);
  });

  test.each<[string, Partial<ProjectOptions>]>([
    ["unpublished", { published: false }],
    ["archived", { archived: true }],
    ["trashed", { trashed: true }],
  ])("do not begin when the project is %s", async (_, options) => {
    add(options);
    await passUntil(TEN + MINUTE);
    expect(runs()).toEqual([]);
  });

  test("begin for each schedule, and for an edited one at its new time", async () => {
    const project = add({ schedules: [daily(10, 0, "+00:00"), hourly(0, "+00:00")] });
    await passUntil(TEN);
    expect(runs()).toHaveLength(2);
    project.schedules = [daily(10, 30, "+00:00")];
    await passUntil(TEN + 120 * MINUTE, MINUTE);
    expect(runs().map(({ createdAt }) => createdAt)).toEqual([TEN, TEN, TEN + 30 * MINUTE]);
  });

  test("all begin, each at its time, when a lot of time passes at once", async () => {
    add({ schedules: [hourly(30, "+00:00")] });
    clock.advance(3 * 60 * MINUTE);
    await new Promise(setImmediate);
    expect(runs().map(({ createdAt }) => createdAt)).toEqual(
      [30, 90, 150].map((minutes) => TEN + (minutes - 60) * MINUTE),
    );
  });

  test("do not begin before schedules are fired", async () => {
    const quiet = await startHex({ clock });
    quiet.workspace.addProject({ schedules: [daily(10, 0, "+00:00")] });
    await passUntil(TEN + MINUTE);
    expect(quiet.workspace.runs).toEqual([]);
    await quiet.stop();
  });
});

describe("a schedule's zone in an answer", () => {
  const answer = z.object({ schedules: z.array(z.object({ daily: z.object({ timezone: z.string() }) })) });

  test("is the offset that it has on that day", async () => {
    const clock = new ManualClock(Date.UTC(2026, 9, 24, 12, 0));
    const hex = await startHex({ clock });
    const token = hex.workspace.addToken();
    const { id } = hex.workspace.addProject({ schedules: [daily(7, 0, "Europe/Berlin"), daily(7, 0, "-03:30")] });
    const zones = async () => {
      const response = await fetch(`${hex.origin}/api/v1/projects/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return answer.parse(await response.json()).schedules.map((schedule) => schedule.daily.timezone);
    };
    expect(await zones()).toEqual(["+02:00", "-03:30"]);
    clock.advance(DAY);
    expect(await zones()).toEqual(["+01:00", "-03:30"]);
    hex.workspace.scheduleZones = "as written";
    expect(await zones()).toEqual(["Europe/Berlin", "-03:30"]);
    await hex.stop();
  });
});
