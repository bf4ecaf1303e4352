// The life of a trouble: begun once, changed, and over when all is well.

import { expect, test } from "vitest";
import { type Evidence, judge } from "../../src/follow/judgement.js";
import { advanced, type Trouble } from "../../src/follow/trouble.js";
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
