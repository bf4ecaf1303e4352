// The life of a trouble: begun once, changed, and over when all is well.

import { expect, test } from "vitest";
import { type Evidence, judge } from "../../src/follow/judgement.js";
import {
  advanced,
  isRescheduled,
  newsSince,
  type Trouble,
  troubleSchema,
  withdrawn,
} from "../../src/follow/trouble.js";
import { evidence, HOUR, hexRun, MINUTE, SEVEN, TERMS } from "./evidence.js";

let ids = 0;
const read = (open: Trouble | null, known: Partial<Evidence>) => {
  const all = evidence(known);
  return advanced(open, "p", judge(all, TERMS), all, () => `trouble ${++ids}`);
};
const wrong = (trouble: Trouble | null) =>
  trouble?.ailments.map(({ kind, overAt }) => (overAt === null ? kind : `~${kind}~`)) ?? [];

test("all well: none", () => {
  expect(read(null, { runs: [hexRun()] })).toBeNull();
});

test("late, then it comes after all: struck through, and over only when that run has completed", () => {
  const late = read(null, {});
  expect(late).toMatchObject({ since: SEVEN, seenAt: SEVEN + 20 * MINUTE, overAt: null });
  expect(wrong(late)).toEqual(["late"]);
  const run = hexRun({ startTime: SEVEN + 25 * MINUTE, endTime: null, status: "RUNNING" });
  const came = read(late, { runs: [run], readAt: SEVEN + 26 * MINUTE });
  expect(wrong(came)).toEqual(["~late~"]);
  expect(came?.overAt).toBeNull();
  const done = { ...run, status: "COMPLETED", endTime: SEVEN + 40 * MINUTE };
  const over = read(came, { runs: [done], readAt: SEVEN + 43 * MINUTE });
  expect(over).toMatchObject({ id: late?.id, overAt: SEVEN + 43 * MINUTE, endedBy: run.runId });
});

test("late, then it comes and fails, and fails again, then well: one trouble", () => {
  const late = read(null, {});
  const first = hexRun({ startTime: SEVEN + 25 * MINUTE, endTime: SEVEN + 30 * MINUTE, status: "ERRORED" });
  const failed = read(late, { runs: [first], readAt: SEVEN + 31 * MINUTE });
  expect(wrong(failed)).toEqual(["~late~", "failed"]);
  const second = hexRun({ startTime: SEVEN + 40 * MINUTE, endTime: SEVEN + 41 * MINUTE, status: "ERRORED" });
  const again = read(failed, { runs: [second, first], readAt: SEVEN + 42 * MINUTE });
  expect(wrong(again)).toEqual(["~late~", "failed"]);
  expect(again?.ailments[1]).toMatchObject({ runId: second.runId, since: SEVEN + 30 * MINUTE });
  const good = hexRun({ startTime: SEVEN + 50 * MINUTE, endTime: SEVEN + 55 * MINUTE });
  const over = read(again, { runs: [good, second, first], readAt: SEVEN + HOUR });
  expect(wrong(over)).toEqual(["~late~", "~failed~"]);
  expect(over).toMatchObject({ id: late?.id, overAt: SEVEN + HOUR, endedBy: good.runId });
});

test("a run that was stuck and is cancelled: over, by no good run", () => {
  const run = hexRun({ status: "RUNNING", endTime: null });
  const stuck = read(null, { runs: [run], readAt: SEVEN + HOUR });
  expect(wrong(stuck)).toEqual(["stuck"]);
  const over = read(stuck, {
    runs: [{ ...run, status: "KILLED", endTime: SEVEN + HOUR }],
    readAt: SEVEN + HOUR + MINUTE,
  });
  expect(over).toMatchObject({ overAt: SEVEN + HOUR + MINUTE, endedBy: null });
});

test("a run that was stuck and goes on when the usual duration has become longer: still stuck, told once", () => {
  const run = hexRun({ status: "RUNNING", endTime: null });
  const at = (minutes: number, open: Trouble | null, typicalMs: number) =>
    read(open, { schedules: [], runs: [run], typicalMs, readAt: SEVEN + minutes * MINUTE });
  const stuck = at(61, null, 20 * MINUTE);
  expect(wrong(stuck)).toEqual(["stuck"]);
  const longer = at(66, stuck, 25 * MINUTE);
  expect(longer?.ailments).toEqual(stuck?.ailments);
  expect(at(76, longer, 25 * MINUTE)?.ailments).toEqual(stuck?.ailments);
});

test("a run that was stuck is cancelled while another one is: the other is stuck since it began itself", () => {
  const [first, second] = [SEVEN, SEVEN + HOUR].map((startTime) =>
    hexRun({ status: "RUNNING", runTrigger: "API", startTime, endTime: null }),
  );
  if (first === undefined || second === undefined) throw new Error("no runs");
  const cancelled = { ...first, status: "KILLED", endTime: SEVEN + 3 * HOUR };
  const stuck = read(null, { schedules: [], runs: [second, first], readAt: SEVEN + 2 * HOUR });
  const readAt = SEVEN + 3 * HOUR;
  const other = read(stuck, { schedules: [], runs: [second, cancelled], readAt });
  expect(other?.ailments).toMatchObject([
    { kind: "stuck", since: SEVEN, runId: first.runId, overAt: readAt },
    { kind: "stuck", since: SEVEN + HOUR, runId: second.runId, seenAt: readAt, overAt: null },
  ]);
  expect(other?.newsAt).toEqual([readAt]);
  expect(read(other, { schedules: [], runs: [second, cancelled], readAt: readAt + HOUR })?.ailments).toHaveLength(2);
});

test("a run that was stuck and is overtaken: the later run ends the trouble", () => {
  const run = hexRun({ status: "RUNNING", runTrigger: "API", endTime: null });
  const later = hexRun({ runTrigger: "API", startTime: SEVEN + HOUR, endTime: SEVEN + HOUR + MINUTE });
  const stuck = read(null, { schedules: [], runs: [later, run], readAt: SEVEN + 2 * HOUR });
  expect(wrong(stuck)).toEqual(["stuck"]);
  const readAt = SEVEN + 26 * HOUR;
  const overtaken = [{ runId: run.runId, since: SEVEN }];
  const over = read(stuck, { schedules: [], runs: [later], overtaken, readAt });
  expect(over).toMatchObject({ overAt: readAt, endedBy: later.runId, ailments: [{ overAt: readAt, overtaken: true }] });
  expect(read(null, { schedules: [], runs: [later], overtaken, readAt })).toBeNull();
});

const failure = (startTime: number) => hexRun({ status: "ERRORED", startTime, endTime: startTime + MINUTE });

test("several things at once: since the first of them, with each from when it went wrong", () => {
  const readAt = SEVEN + 40 * MINUTE;
  const stuck = hexRun({ status: "RUNNING", runTrigger: "API", startTime: SEVEN - 5 * MINUTE, endTime: null });
  const failed = failure(SEVEN - 20 * MINUTE);
  const trouble = read(null, { runs: [stuck, failed], readAt });
  expect(trouble).toMatchObject({ projectId: "p", since: SEVEN - 19 * MINUTE, seenAt: readAt, endedBy: null });
  expect(trouble?.ailments).toMatchObject([
    { kind: "failed", since: SEVEN - 19 * MINUTE, runId: failed.runId, status: "ERRORED", overAt: null },
    { kind: "late", since: SEVEN, overAt: null },
    { kind: "stuck", since: SEVEN - 5 * MINUTE, runId: stuck.runId, overAt: null },
  ]);
});

test("late, there, and late again the next day: the second time stands behind the first, which keeps its end", () => {
  const late = read(null, {});
  const failed = failure(SEVEN + 25 * MINUTE);
  const came = read(late, { runs: [failed], readAt: SEVEN + 30 * MINUTE });
  const next = read(came, { runs: [failed], readAt: SEVEN + 25 * HOUR });
  expect(wrong(next)).toEqual(["~late~", "failed", "late"]);
  expect(next?.ailments).toMatchObject([
    { since: SEVEN, overAt: SEVEN + 30 * MINUTE },
    { since: SEVEN + 26 * MINUTE },
    { since: SEVEN + 24 * HOUR },
  ]);
});

test("a row of failures has begun with the first of them, also when Hex no longer lists that one", () => {
  const first = failure(SEVEN);
  const second = failure(SEVEN + 10 * MINUTE);
  const open = read(null, { runs: [first] });
  expect(read(open, { runs: [second] })?.ailments).toMatchObject([{ runId: second.runId, since: SEVEN + MINUTE }]);
});

test("a run that began before the one that has failed fails, too: that is news", () => {
  const [quick, slow] = [failure(SEVEN + 5_000), hexRun({ status: "ERRORED" })];
  const going = { ...slow, status: "RUNNING", endTime: null };
  const open = read(null, { runs: [quick, going], readAt: SEVEN + 2 * MINUTE });
  const readAt = SEVEN + 5 * MINUTE;
  expect(read(open, { runs: [quick, slow], readAt })).toMatchObject({
    since: SEVEN + MINUTE + 5_000,
    newsAt: [readAt],
  });
});

test("late, and a run that waits for a kernel is there: not over", () => {
  const waiting = hexRun({ status: "PENDING", startTime: null, endTime: null });
  const late = read(null, {});
  const came = read(late, { runs: [waiting] });
  expect(wrong(came)).toEqual(["~late~"]);
  expect(came?.overAt).toBeNull();
});

test("a run that has waited for a kernel since before the trouble does not keep it open", () => {
  const waiting = hexRun({ status: "PENDING", startTime: null, endTime: null });
  const firstSeen = new Map([[waiting.runId, SEVEN - MINUTE]]);
  const bad = failure(SEVEN);
  const failed = read(null, { runs: [waiting, bad], firstSeen, typicalMs: null, readAt: SEVEN + 5 * MINUTE });
  expect(wrong(failed)).toEqual(["failed"]);
  const readAt = SEVEN + 10 * MINUTE;
  const good = hexRun({ startTime: SEVEN + 6 * MINUTE, endTime: SEVEN + 8 * MINUTE });
  const runs = [waiting, good, bad];
  expect(read(failed, { runs, firstSeen, typicalMs: null, readAt })).toMatchObject({ overAt: readAt });
});

test("a run that began before the trouble, and goes on, does not keep it open", () => {
  const before = hexRun({ status: "RUNNING", runTrigger: "API", startTime: SEVEN - MINUTE, endTime: null });
  const late = read(null, {});
  const there = hexRun({ endTime: SEVEN + 21 * MINUTE });
  const over = read(late, { runs: [there, before], readAt: SEVEN + 22 * MINUTE, typicalMs: null });
  expect(over).toMatchObject({ overAt: SEVEN + 22 * MINUTE, endedBy: there.runId });
  const since = { ...before, startTime: SEVEN };
  expect(read(late, { runs: [there, since], readAt: SEVEN + 22 * MINUTE, typicalMs: null })?.overAt).toBeNull();
});

/** At every full hour a run begins that takes 70 minutes, so that one always goes on. Those that began at `failed` fail. */
const overlapping = (readAt: number, failed: (startTime: number) => boolean) =>
  Array.from({ length: 24 }, (_, hours) => SEVEN + (20 - hours) * HOUR)
    .filter((startTime) => startTime <= readAt)
    .map((startTime) => {
      const endTime = startTime + 70 * MINUTE;
      const run = { runId: `run of ${startTime}`, runTrigger: "API", startTime };
      if (endTime > readAt) return hexRun({ ...run, status: "RUNNING", endTime: null });
      return hexRun({ ...run, endTime, status: failed(startTime) ? "ERRORED" : "COMPLETED" });
    });

test("of a project whose runs overlap, so that one always goes on: over when one has completed that began after the failure", () => {
  const at = (minutes: number, open: Trouble | null) => {
    const readAt = SEVEN + minutes * MINUTE;
    const runs = overlapping(readAt, (startTime) => startTime === SEVEN);
    return read(open, { schedules: [], typicalMs: 70 * MINUTE, runs, readAt });
  };
  const failed = at(75, null);
  expect(wrong(failed)).toEqual(["failed"]);
  const well = at(135, failed);
  expect(wrong(well)).toEqual(["~failed~"]);
  expect(at(195, well)).toMatchObject({ overAt: SEVEN + 195 * MINUTE, endedBy: `run of ${SEVEN + 2 * HOUR}` });
});

test("of a project of which a run always waits for a kernel: over when one has completed that began after the failure", () => {
  const waiting = hexRun({ runId: "waiting", status: "PENDING", startTime: null, endTime: null });
  const failed = read(null, { schedules: [], runs: [waiting, failure(SEVEN)], readAt: SEVEN + MINUTE });
  const well = hexRun({ startTime: SEVEN + 10 * MINUTE, endTime: SEVEN + 15 * MINUTE });
  const at = (minutes: number) =>
    read(failed, { schedules: [], runs: [waiting, well, failure(SEVEN)], readAt: SEVEN + minutes * MINUTE });
  expect(at(20)).toMatchObject({ overAt: SEVEN + 20 * MINUTE, endedBy: well.runId });
});

test("only a run that completed after the trouble began has ended it", () => {
  const late = read(null, {});
  const before = hexRun({ startTime: SEVEN - 30_000, endTime: SEVEN - 1 });
  expect(read(late, { runs: [before] })).toMatchObject({ overAt: SEVEN + 20 * MINUTE, endedBy: null });
  const then = { ...before, endTime: SEVEN };
  expect(read(late, { runs: [then] })?.endedBy).toBe(then.runId);
  const endedBefore = { ...before, startTime: SEVEN, endTime: 0 };
  expect(read(late, { runs: [endedBefore] })?.endedBy).toBe(endedBefore.runId);
  const unknownEnd = hexRun({ startTime: SEVEN, endTime: null });
  expect(read(late, { runs: [unknownEnd] })?.endedBy).toBe(unknownEnd.runId);
  const cancelled = hexRun({ status: "KILLED" });
  expect(read(late, { runs: [cancelled, then] })?.endedBy).toBe(then.runId);
});

test("a project that is not judged any more: over, and said to be withdrawn", () => {
  const late = read(null, {});
  const came = read(late, { runs: [failure(SEVEN + 25 * MINUTE)], readAt: SEVEN + 30 * MINUTE });
  if (came === null) throw new Error("no trouble");
  const over = withdrawn(came, SEVEN + HOUR);
  expect(over).toEqual({
    ...came,
    overAt: SEVEN + HOUR,
    withdrawn: true,
    ailments: came.ailments.map((one) => ({ ...one, overAt: one.overAt ?? SEVEN + HOUR })),
  });
  expect(over.ailments.map(({ overAt }) => overAt)).toEqual([SEVEN + 30 * MINUTE, SEVEN + HOUR]);
});

test("late until the schedules are changed: not judged any more, and not green", () => {
  const late = read(null, {});
  const readAt = SEVEN + 25 * MINUTE;
  const over = read(late, { schedules: [], schedulesSince: SEVEN + 24 * MINUTE, readAt });
  expect(over).toMatchObject({
    ailments: [{ kind: "late", since: SEVEN, overAt: readAt, rescheduled: true }],
    overAt: readAt,
    endedBy: null,
    withdrawn: true,
  });
  const there = hexRun({ startTime: SEVEN + 21 * MINUTE, endTime: SEVEN + 22 * MINUTE });
  const green = read(late, { schedules: [], schedulesSince: SEVEN + 24 * MINUTE, readAt, runs: [there] });
  expect(green).toMatchObject({ ailments: [{ kind: "late", overAt: readAt }], endedBy: there.runId });
  expect([green && isRescheduled(green), green?.withdrawn]).toEqual([false, undefined]);
});

test("late, and no due time can be judged for a while: still late", () => {
  const late = read(null, {});
  expect(read(late, { completeSince: SEVEN + MINUTE, readAt: SEVEN + HOUR })).toEqual(late);
});

test("news for who has watched since a time: when it was first seen, or the next thing that went wrong", () => {
  const [first, second] = [failure(SEVEN), failure(SEVEN + 24 * HOUR)];
  const seenAt = SEVEN + 20 * MINUTE;
  const open = read(null, { runs: [first], readAt: seenAt });
  const still = read(open, { runs: [first], readAt: SEVEN + HOUR });
  const readAt = SEVEN + 24 * HOUR + 5 * MINUTE;
  const again = read(still, { runs: [second, first], readAt });
  if (open === null || still === null || again === null) throw new Error("no trouble");
  expect([newsSince(still, SEVEN), newsSince(still, seenAt + 1)]).toEqual([seenAt, null]);
  expect([newsSince(again, SEVEN), newsSince(again, seenAt + 1)]).toEqual([seenAt, readAt]);
  expect(newsSince(again, readAt + 1)).toBeNull();
  const { newsAt: _, ...stored } = again;
  expect(newsSince(troubleSchema.parse(stored), seenAt + 1)).toBeNull();
});

test("a trouble is kept as it is, whatever is wrong, and nothing else is taken for one", () => {
  const readAt = SEVEN + 40 * MINUTE;
  const stuck = hexRun({ status: "RUNNING", runTrigger: "API", startTime: SEVEN - 5 * MINUTE, endTime: null });
  const open = read(null, { runs: [stuck, failure(SEVEN - 20 * MINUTE)], readAt });
  if (open === null) throw new Error("no trouble");
  for (const one of [open, withdrawn(open, SEVEN + HOUR)])
    expect(troubleSchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  const [failed] = open.ailments;
  for (const changed of [
    { id: undefined },
    { since: "yesterday" },
    { ailments: [{ kind: "tired", since: SEVEN, overAt: null }] },
    { ailments: [{ ...failed, runId: undefined }] },
    { ailments: [{ kind: "late", overAt: null }] },
    { ailments: [{ kind: "stuck", since: SEVEN, overAt: null }] },
    { withdrawn: false },
  ])
    expect(troubleSchema.safeParse({ ...open, ...changed }).success, JSON.stringify(changed)).toBe(false);
});
