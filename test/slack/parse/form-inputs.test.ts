// The values and lines of a form: the command's grammar, and every value comes back as it was.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../../src/hex/client.js";
import { fieldText, readField, readLines } from "../../../src/slack/parse/form-inputs.js";
import { readInputValue } from "../../../src/slack/parse/input-value.js";
import { anyCharacter } from "../../any-character.js";

describe("a field", () => {
  test.each<[string, JsonValue]>([
    ["North America", "North America"],
    ["  EMEA ", "EMEA"],
    ["30", 30],
    ['"30"', "30"],
    ["“30”", "30"],
    ["true", true],
    ["null", null],
    ['""', ""],
    ["'two words'", "two words"],
    ['"a \\"b\\" c"', 'a "b" c'],
    ['"North" or "South"', '"North" or "South"'],
    ["[1, 2]", [1, 2]],
    ["{“a”: 1}", { a: 1 }],
    ["2026-11-02", "2026-11-02"],
    ["12345678901234567890", "12345678901234567890"],
    ["a = b & <c>", "a = b & <c>"],
    ["two\nlines", "two\nlines"],
    ["price [EUR]", "price [EUR]"],
    ["a {b", "a {b"],
    ["007", "007"],
    ["1.50", 1.5],
    ["-0.0010e5", -100],
    ["[1000000000000000000000, 0.5]", [1e21, 0.5]],
    ["12345678901234567000", 12345678901234567000],
    ["12345678901234567001", "12345678901234567001"],
    [
      '["a\\" 12345678901234567001 \\" b", 12345678901234567001]',
      ['a" 12345678901234567001 " b', "12345678901234567001"],
    ],
  ])("%j is %j", (text, value) => expect(readField(text)).toEqual({ ok: true, value }));

  test.each(["", "  ", "\n", "\u200b"])("%j is empty", (text) => expect(readField(text)).toBeUndefined());

  test.each([
    ["[1,", "bad_json"],
    ["{a}", "bad_json"],
    ["[1] x", "bad_json"],
    ['"open', "unbalanced_quote"],
    ["[".repeat(40) + "]".repeat(40), "nested_too_deep"],
  ])("%j is refused: %s", (text, kind) => expect(readField(text)).toMatchObject({ ok: false, problem: { kind } }));
});

test("text in quotes that nothing has taken off is text, quotes included", () => {
  expect(readInputValue('"30"')).toEqual({ ok: true, value: '"30"' });
});

describe("lines", () => {
  const inputs = (text: string) => {
    const read = readLines(text);
    return read.ok ? Object.fromEntries(read.inputs) : read;
  };

  test("a name and a value a line, with or without spaces", () => {
    expect(inputs('region = North America\ndays=30\n\n  live =true\nempty =\nquoted="x = 1"')).toEqual({
      region: "North America",
      days: 30,
      live: true,
      empty: "",
      quoted: "x = 1",
    });
  });

  test("a line that is none is told as it was typed, without what stands around it", () => {
    expect(readLines("a = 1\n  region  \nb = 2")).toMatchObject({ problem: { kind: "no_equals", line: "region" } });
  });

  test("what stands behind quotes, brackets or a value", () => {
    expect(inputs('a = "North" or "South"\nb = "East" \t\nc = West \nd = [1] \ne =  \nf=')).toEqual({
      a: '"North" or "South"',
      b: "East",
      c: "West",
      d: [1],
      e: "",
      f: "",
    });
  });

  test("lists, objects and quotes may go over several lines", () => {
    expect(inputs('a = [1,\n 2]\nb = {"x": "}",\n"y": 2}\nc = "two\nlines"\nd = 4')).toEqual({
      a: [1, 2],
      b: { x: "}", y: 2 },
      c: "two\nlines",
      d: 4,
    });
  });

  test.each([
    ["region", "no_equals", null],
    ["region\nb = 2", "no_equals", null],
    ["a = 1\n--fresh", "no_equals", null],
    ["= 3", "bad_input_name", null],
    ["my name = 3", "bad_input_name", null],
    ["a = 1\na = 2", "input_given_twice", "a"],
    ["a = [1\nb = 2", "bad_json", "a"],
    ["a = “open\nb = 2", "unbalanced_quote", "a"],
  ])("%j is refused: %s", (text, kind, at) => {
    expect(readLines(text)).toMatchObject({ ok: false, problem: { kind }, at });
  });
});

const json = fc
  .jsonValue({ maxDepth: 4, noUnicodeString: false })
  .map((value): JsonValue => JSON.parse(JSON.stringify(value)));

test.each<[JsonValue, string | null]>([
  ["EMEA", "EMEA"],
  ["30", '"30"'],
  [" x ", '" x "'],
  ['"', '"\\""'],
  [30, "30"],
  [null, "null"],
  [[1, "a"], '[1,"a"]'],
  // No text is read as what cannot be seen at all.
  ["a\u200b", null],
  [["a\u200b"], null],
])("%j is written as %j", (value, text) => expect(fieldText(value)).toBe(text));

test("a value is read as it was written, or is not written at all", () => {
  fc.assert(
    fc.property(fc.oneof(json, fc.string({ unit: anyCharacter })), (value) => {
      const text = fieldText(value);
      if (text === null) return;
      const read = readField(text);
      expect(read).toMatchObject({ ok: true });
      expect(JSON.stringify(read?.ok && read.value)).toBe(JSON.stringify(value));
    }),
    { numRuns: 500 },
  );
  for (const value of ["30", "", " x ", 'say "hi"', "“", "[1", "{", "null", "a\\", "\\", "-0"])
    expect(fieldText(value)).not.toBeNull();
});

test("no text makes it throw, or takes long", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom("=", "\n", '"', "[", "{", "a = ")), {
        maxLength: 60,
      }),
      (parts) => {
        const text = parts.join("");
        readField(text);
        readLines(text);
      },
    ),
  );
  readLines("a = [\n".repeat(20_000));
  readLines(`a = ${'"x" '.repeat(20_000)}`);
});
