import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { beginning } from "../../src/lib/text.js";

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
