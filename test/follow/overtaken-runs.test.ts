// Which runs no longer count, although Hex still lists them as going.

import { expect, test } from "vitest";
import { evidenceOf, type Followed, newlyFollowed, remembered, watchedOf } from "../../src/follow/followed-project.js";
import { judge } from "../../src/follow/judgement.js";
import { runEnds } from "../../src/follow/run-end.js";
import type { HexRun } from "../../src/hex/schema.js";
import { HOUR, hexRun, MINUTE, SEVEN, TERMS } from "./evidence.js";

const DAY = 24 * HOUR;
/** Four minutes each, so that one is stuck after twelve. */
const usual = [1, 2, 3].map((days) =>
  hexRun({ startTime: SEVEN - days * DAY, endTime: SEVEN - days * DAY + 4 * MINUTE }),
);
const going = (run: Partial<HexRun> = {}) => hexRun({ status: "RUNNING", endTime: null, ...run });
const later = hexRun({ startTime: SEVEN + HOUR, endTime: SEVEN + HOUR + 4 * MINUTE });
const LIMIT = SEVEN + DAY + 12 * MINUTE;

const NEW = newlyFollowed({ schedules: [] }, SEVEN);
const seen = (known: Followed, runs: readonly HexRun[], readAt: number) =>
  evidenceOf(known, [], { runs, unreadStarts: [], readAt, most: 100 }, TERMS);
const read = (known: Followed, runs: readonly HexRun[], readAt: number) => remembered(known, seen(known, runs, readAt));
const wrong = (known: Followed, runs: readonly HexRun[], readAt: number) =>
  judge(seen(known, runs, readAt), TERMS).map(({ kind }) => kind);

test("a run that has been stuck for a day no longer counts once a later one has completed", () => {
  const run = going();
  const runs = [later, run, ...usual];
  expect(wrong(NEW, runs, LIMIT)).toEqual(["stuck"]);
  expect(wrong(NEW, runs, LIMIT + 1)).toEqual([]);
  expect(read(NEW, runs, LIMIT + 1)).toMatchObject({ going: [], overtaken: [{ runId: run.runId, since: SEVEN }] });
  // Hex is asked about the project no more often than about any other.
  expect(watchedOf("p", [], read(NEW, runs, LIMIT + 1), { stuckFactor: 3, pagesAt: [] }).going).toEqual([]);
});

test.each([
  ["no other", []],
  ["one that failed", [{ ...later, status: "ERRORED" }]],
  ["one that goes on", [going({ startTime: SEVEN + HOUR })]],
  ["one that had begun before", [{ ...later, startTime: SEVEN - HOUR }]],
])("it counts while there is %s", (_, others) => {
  expect(wrong(NEW, [...others, going(), ...usual], SEVEN + 30 * DAY)).toContain("stuck");
});

test("it never counts again, even if Hex no longer lists the later one, until it has ended", () => {
  const run = going();
  const known = read(NEW, [later, run, ...usual], LIMIT + 1);
  expect(wrong(known, [run, ...usual], LIMIT + HOUR)).toEqual([]);
  const ended = { ...run, status: "KILLED", endTime: LIMIT + 2 * HOUR };
  expect(read(known, [ended, ...usual], LIMIT + 2 * HOUR)).toMatchObject({
    overtaken: [],
    lastRun: { runId: run.runId, status: "KILLED" },
  });
});

test("its end is told when it is seen, even if Hex does not say when that was", () => {
  const run = going();
  const known = read(NEW, [later, run, ...usual], LIMIT + 1);
  const readAt = LIMIT + 2 * HOUR;
  const ended = { ...run, status: "KILLED" };
  expect(runEnds("p", known, seen(known, [later, ended, ...usual], readAt), readAt - HOUR)).toMatchObject([
    { runId: run.runId, endedAt: readAt },
  ]);
});

test("a run that waits is overtaken a day after it is stuck since it was first seen", () => {
  const waiting = going({ status: "PENDING", startTime: null });
  const first = read(NEW, [waiting, ...usual], SEVEN);
  const runs = [waiting, later, ...usual];
  expect(wrong(first, runs, LIMIT)).toEqual(["stuck"]);
  const known = read(first, runs, LIMIT + 1);
  expect(known).toMatchObject({ going: [], overtaken: [{ runId: waiting.runId, since: SEVEN }] });
  expect(wrong(known, runs, LIMIT + 10 * DAY)).toEqual([]);
});
