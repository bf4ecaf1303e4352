import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { patternOf } from "../../src/access/pattern.js";
import { folded } from "../../src/lib/spelling.js";

const isMatch = (pattern: string, text: string) => patternOf(pattern).matches(folded(text));

describe("a pattern matches", () => {
  test.each([
    ["finance", "Finance"],
    ["“Finance” – EMEA", '"finance" - emea'],
    ["*", ""],
    ["*", "anything"],
    ["Finance*", "finance"],
    ["Finance*", "Finance: monthly"],
    ["*report", "report"],
    ["*report", "Monthly report"],
    ["*monthly*", "Finance: monthly report"],
    ["**monthly**", "monthly"],
    ["a*b*c", "abc"],
    ["a*b*c", "a b b c"],
    ["ab*ba", "abba"],
    ["a*bc*d", "a bc d"],
    ["*a*a*", "aa"],
    ["x*ab*ab", "x ab ab"],
    ["a*b*b", "abb"],
  ])("%s: %s", (pattern, text) => {
    expect(isMatch(pattern, text)).toBe(true);
  });
});

describe("a pattern does not match", () => {
  test.each([
    ["finance", "Finance report"],
    ["finance", "My finance"],
    ["Finance*", "My finance report"],
    ["*report", "Monthly reports"],
    ["*monthly*", "month"],
    // What begins and what ends the text are two pieces of it, and so is all that stands between.
    ["ab*ba", "aba"],
    ["a*a", "a"],
    ["a*b*b", "ab"],
    ["x*ab*ab", "xab"],
    ["*a*a*", "a"],
    ["*ab*ba*", "aba"],
    ["*b*a*", "ab"],
    ["a*b*c", "acb"],
    ["a*bc*cd", "abcd"],
    ["", "anything"],
  ])("%s: %s", (pattern, text) => {
    expect(isMatch(pattern, text)).toBe(false);
  });
});

test("a pattern matches exactly what the same regular expression does", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 8 }).map((parts) => parts.join(""));
  const texts = fc.array(fc.constantFrom("a", "b"), { maxLength: 10 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(letters, texts, (pattern, text) => {
      const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      expect(isMatch(pattern, text)).toBe(expression.test(text));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["Finance*", "finance", ""],
  ["*Report", "", "report"],
  ["F*m*T", "f", "t"],
  ["Finance", "finance", "finance"],
  ["*", "", ""],
])("%s: a text begins with %j and ends with %j", (pattern, first, last) => {
  expect(patternOf(pattern)).toMatchObject({ first, last });
});
