// Which formatting characters around words are formatting, and which belong to the words.

import { describe, expect, test } from "vitest";
import { type Formatted, withoutFormatting } from "../../../src/slack/parse/formatting.js";

/** As the words are read: `*two` has a lead, `words*` a tail, a mark alone is a lead without a text. */
function word(typed: string, isQuoted = false): Formatted {
  const [, lead = "", text = "", tail = ""] = /^([*_~`]*)(.*?)([*_~`]*)$/.exec(typed) ?? [];
  return { lead, text, tail, isQuoted };
}
const read = (...typed: string[]) => withoutFormatting(typed.map((one) => word(one)));

describe("what is closed is taken off", () => {
  test.each([
    [["*a*"], ["a"]],
    [["*_a_*"], ["a"]],
    [
      ["*two", "words*"],
      ["two", "words"],
    ],
    [
      ["`*a*", "b`"],
      ["a", "b"],
    ],
    [
      ["```", "a", "```"],
      [null, "a", null],
    ],
  ])("%j", (typed, texts) => expect(read(...typed)).toEqual(texts));
});

describe("what is not closed, or was not opened, belongs to the word", () => {
  test.each([
    [["*a"], ["*a"]],
    [["a*"], ["a*"]],
    [["**a"], ["**a"]],
    [["*a_"], ["*a_"]],
    // The end that comes first is the one of the mark that was opened last.
    [
      ["*a", "*b", "c*"],
      ["*a", "b", "c"],
    ],
    // Marks that overlap: the inner one was never closed.
    [
      ["*a", "_b*", "c_"],
      ["a", "_b", "c_"],
    ],
    [
      ["*", "a"],
      ["*", "a"],
    ],
  ])("%j", (typed, texts) => expect(read(...typed)).toEqual(texts));
});

test("marks alone close only when each of them is open", () => {
  expect(read("*a", "*", "b")).toEqual(["a", null, "b"]);
  expect(read("*a", "*`", "b`*")).toEqual(["*a", null, "b"]);
  expect(read("*a", "`", "b`*")).toEqual(["a", null, "b"]);
});

test("an underscore before the name of an input is one of the name; before a quoted text it is not", () => {
  expect(read("_x=y_")).toEqual(["_x=y_"]);
  expect(read("*x=y*")).toEqual(["x=y"]);
  expect(read("_x_")).toEqual(["x"]);
  expect(withoutFormatting([word("_x=y_", true)])).toEqual(["x=y"]);
});

test("a word of which nothing is left is dropped, unless it was quoted", () => {
  expect(withoutFormatting([word("", true), word("")])).toEqual(["", null]);
});

test("more than eight together are no formatting, nor more than sixteen that are open", () => {
  const stars = (count: number) => "*".repeat(count);
  expect(read(`${stars(8)}a${stars(8)}`)).toEqual(["a"]);
  for (const typed of [`${stars(9)}a${stars(9)}`, `${stars(9)}a*`, `*a${stars(9)}`])
    expect(read(typed)).toEqual([typed]);
  const opened = (count: number) => Array.from({ length: count }, () => "*a");
  const closed = (count: number) => Array.from({ length: count }, () => "b*");
  expect(read(...opened(16), ...closed(16))).not.toContain("*a");
  expect(read(...opened(17), ...closed(17)).filter((text) => text === "*a")).toHaveLength(1);
});
