import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNestedDeeper, MAX_DEPTH, parseJson } from "../../src/lib/json.js";

/** How deep a value is nested, counted on the value. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const lists = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

describe("how deep JSON may be nested", () => {
  test.each([lists, objects])("up to the limit it is read, and one level more is refused", (nested) => {
    expect(parseJson(nested(MAX_DEPTH))).toBeDefined();
    expect(parseJson(nested(MAX_DEPTH + 1))).toBeUndefined();
  });

  test("what would overflow the stack is refused like everything that is too deep", () => {
    expect(parseJson(lists(1_000_000))).toBeUndefined();
    expect(parseJson("[".repeat(1_000_000))).toBeUndefined();
  });

  test("any JSON: the text is as deep as the value, whatever brackets, quotes and backslashes stand in its strings", () => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom("[", "]", "{", "}", '"', "\\", "x", "é") });
    fc.assert(
      fc.property(value, fc.nat(8), (json, max) => {
        expect(isNestedDeeper(JSON.stringify(json), max)).toBe(depthOf(json) > max);
      }),
    );
  });

  test("any text at all is answered", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseJson(text)));
    expect(parseJson("{not json")).toBeUndefined();
    expect(parseJson("")).toBeUndefined();
  });
});
