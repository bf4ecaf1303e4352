import { expect, test } from "vitest";
import { withoutEmojiCodes } from "../../../src/slack/parse/emoji-codes.js";

test.each([
  [":rocket: Daily report :tada:", "Daily report"],
  ["Daily:rocket:report", "Daily report"],
  [":+1: :woman-running: :blöd_1: :it's:", ""],
  ["10:30 report at 11:45", "10:30 report at 11:45"],
  ["a: b: c", "a: b: c"],
  [":: x ::", ":: x ::"],
  [`:${"a".repeat(60)}: x`, "x"],
  [`:${"a".repeat(61)}: x`, `:${"a".repeat(61)}: x`],
  ["  a   b  ", "a b"],
])("%j: %j", (text, expected) => {
  expect(withoutEmojiCodes(text)).toBe(expected);
});
