import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { beginning } from "../../src/lib/text.js";

test.each([
  ["abc", 5, "abc"],
  ["abc", 3, "abc"],
  ["abc", 2, "ab"],
  ["a😀b", 2, "a"],
  ["ab😀c", 3, "ab"],
  ["a😀b", 3, "a😀"],
  ["😀ab", 3, "😀a"],
  ["ab", 0, ""],
  // Halves of characters that were so before.
  ["x\ud83d", 2, "x\ufffd"],
  ["\udc00xy", 2, "\ufffdx"],
  ["x\ud83dyz", 2, "x"],
])("of %j at most %i: %j", (text, max, begun) => expect(beginning(text, max)).toBe(begun));

test("the beginning of a text does not keep the rest of it in memory", () => {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new Error("no gc");
  gc();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 100 }, (_, index) => beginning(`${index}${"title ".repeat(100_000)}`.trim(), 200));
  gc();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  expect(new Set(kept).size).toBe(100);
});
