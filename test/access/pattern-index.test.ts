import fc from "fast-check";
import { expect, test } from "vitest";
import { patternOf } from "../../src/access/pattern.js";
import { PatternIndex } from "../../src/access/pattern-index.js";

/** The patterns among these that a text has to be compared with. */
function found(patterns: readonly string[], text: string): string[] {
  const index = new PatternIndex<string>();
  for (const pattern of patterns) index.under(patternOf(pattern)).push(pattern);
  const into = new Set<string>();
  index.find(text, (entry) => into.add(entry));
  return [...into].sort();
}

test("a text is compared with the patterns that begin as it does, or end as it does", () => {
  const patterns = ["finance*", "fin*", "sales*", "*report", "*orts", "finance: report", "f*x"];
  expect(found(patterns, "finance: report")).toEqual(["*report", "f*x", "fin*", "finance*", "finance: report"]);
  expect(found(patterns, "sales")).toEqual(["sales*"]);
  expect(found(patterns, "exports")).toEqual(["*orts"]);
  expect(found(patterns, "churn")).toEqual([]);
  expect(found(patterns, "")).toEqual([]);
});

test("several entries can stand under one pattern", () => {
  const index = new PatternIndex<number>();
  for (const entry of [1, 2, 3]) index.under(patternOf(entry === 3 ? "*report" : "fin*")).push(entry);
  const into = new Set([9]);
  index.find("finance report", (entry) => into.add(entry));
  expect(into).toEqual(new Set([9, 1, 2, 3]));
});

test.each([
  ["finance*", true],
  ["*report", true],
  ["f*t", true],
  ["finance", true],
  ["*", false],
  ["*monthly*", false],
])("%s says how its texts begin or end: %s", (pattern, isFilable) => {
  expect(PatternIndex.isFilable(patternOf(pattern))).toBe(isFilable);
});

test("whatever the patterns and the text are, it finds those with the text's beginning, or else with its end", () => {
  const part = fc.stringMatching(/^[abé😀]{0,4}$/u);
  const patterns = fc.uniqueArray(
    fc.oneof(
      part,
      fc.tuple(part, part).map((ends) => ends.join("*")),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(patterns, part, (all, text) => {
      const filable = all.filter((one) => PatternIndex.isFilable(patternOf(one)));
      const wanted = filable.filter((one) => {
        const { first, last } = patternOf(one);
        return first === "" ? text.endsWith(last) : text.startsWith(first);
      });
      expect(found(filable, text)).toEqual(wanted.sort());
    }),
    { numRuns: 1_000 },
  );
});
