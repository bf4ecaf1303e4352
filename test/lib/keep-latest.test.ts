// Collections that keep what came last.

import { expect, test } from "vitest";
import { dropOldest, keepLatest } from "../../src/lib/keep-latest.js";

test("a map keeps its latest entries, and one that is set again is the latest", () => {
  const map = new Map<string, number>();
  for (const [key, value] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
    ["c", 4],
  ] as const)
    keepLatest(map, key, value, 2);
  expect([...map]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
});

test("a set loses its oldest entry only when there are too many", () => {
  const set = new Set(["a", "b"]);
  dropOldest(set, 2);
  expect([...set]).toEqual(["a", "b"]);
  set.add("c");
  dropOldest(set, 2);
  expect([...set]).toEqual(["b", "c"]);
});
