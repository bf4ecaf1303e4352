import { describe, expect, test } from "vitest";
import { plainName, readInputName, readInputValue } from "../../../src/slack/parse/input-value.js";

describe("a name", () => {
  test.each([
    ["days", "days"],
    ["_x1", "_x1"],
    ["größe", "größe"],
    // Composed or not, it is the same name for Python.
    ["gro\u0308ße", "größe"],
    ["da\u200bys", "days"],
    ["नाम", "नाम"],
    ["1x", null],
    ["a-b", null],
    ["a b", null],
    ["", null],
  ])("%j: %j", (text, expected) => {
    expect(readInputName(text)).toBe(expected);
  });

  test("is shown as it was typed, without what nobody sees", () => {
    expect(plainName("a-\u200bo\u0308")).toBe("a-ö");
  });
});

describe("a value", () => {
  test.each([
    ["7", 7],
    ["-0.50", -0.5],
    ["1e3", 1_000],
    ["true", true],
    ["null", null],
    ['[1, "a"]', [1, "a"]],
    ['{"a": {"b": 1}}', { a: { b: 1 } }],
    ["text", "text"],
    ["", ""],
    // In quotes, it is text with its quotes: whoever reads quotes has taken them away before.
    ['"7"', '"7"'],
    ["007", "007"],
    ["1.", "1."],
    // JavaScript would change these.
    ["12345678901234567890", "12345678901234567890"],
    ["1e999", "1e999"],
    ["[12345678901234567890, 1]", ["12345678901234567890", 1]],
    [
      '{"id": 12345678901234567890, "12345678901234567890": "9\\"9"}',
      { id: "12345678901234567890", "12345678901234567890": '9"9' },
    ],
    ["0.10000000000000000000001", "0.10000000000000000000001"],
    ["100000000000000000000000", 1e23],
    ["0.0000001", 1e-7],
  ])("%s", (text, value) => {
    expect(readInputValue(text)).toEqual({ ok: true, value });
  });

  test.each(["[1,", "{a: 1}", "{"])("that looks like a list or an object and is none: %s", (text) => {
    expect(readInputValue(text)).toEqual({ ok: false, problem: { kind: "bad_json" } });
  });

  test("32 levels are read, 33 are not", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(readInputValue(nested(32)).ok).toBe(true);
    expect(readInputValue(nested(33))).toEqual({ ok: false, problem: { kind: "nested_too_deep", most: 32 } });
    expect(readInputValue(`text ${nested(33)}`).ok).toBe(true);
  });
});
