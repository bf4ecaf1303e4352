import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folded, withoutEdges, withoutInvisible, withoutStrays, withPlainDashes } from "../../src/lib/spelling.js";
import { anyCharacter } from "../any-character.js";

const STRAYS = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff";
const JOINERS = "\u200c\u200d";

test.each([
  [`a${STRAYS}b`, "ab"],
  [`a${JOINERS}b`, `a${JOINERS}b`],
  ["👩‍👩‍👧 ❤️ می‌خواهم", "👩‍👩‍👧 ❤️ می‌خواهم"],
  ["Cafe\u0301 \u00ad\u2060\u0000", "Cafe\u0301 \u00ad\u2060\u0000"],
])("of a value, withoutStrays(%j)", (text, kept) => {
  expect(withoutStrays(text)).toBe(kept);
});

test.each([
  [`a${STRAYS}${JOINERS}\u2060\u00ad\u034f\u180e\u3164\ufe0f\ufff9\u{e0041}b`, "ab"],
  ["a\u0000\u001b\u007f\u0085b", "ab"],
  ["a \t\n\u00a0\u2003b", "a \t\n\u00a0\u2003b"],
  ["売上 Umsätze ٠١٢ ", "売上 Umsätze ٠١٢ "],
])("of a name, withoutInvisible(%j)", (text, kept) => {
  expect(withoutInvisible(text)).toBe(kept);
});

test.each([
  ["(a)", "a"],
  ["((a", "a"],
  ["a))", "a"],
  ["()a()", ")a("],
  ["a(b)c", "a(b)c"],
  ["😀)", "😀"],
  ["(", ""],
  [")", ""],
  ["()", ""],
  [")(", ")("],
  ["", ""],
])("of a word in brackets, withoutEdges(%j)", (text, kept) => {
  expect(withoutEdges(text, new Set("("), new Set(")"))).toBe(kept);
});

describe("folded", () => {
  test.each([
    ["  Weekly   Revenue ", "weekly revenue"],
    ["A B", "a b"],
    ["Ada’s", "ada's"],
    ["‘x’ “y” «z»", '\'x\' "y" "z"'],
    ["Wait… what...", "wait... what..."],
    ["CAFE\u0301", "café"],
    ["non\u2011stop–1−2", "non-stop-1-2"],
    ["  a\u00a0 \u200d\nb ", "a b"],
    ["ＷＩＤＥ", "wide"],
    ["👩\u200d👧", "👩👧"],
  ])("%j", (text, common) => {
    expect(folded(text)).toBe(common);
  });

  test("is the same for every spelling, and for itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 60 }), (text) => {
        const once = folded(text);
        expect(folded(text.normalize("NFC"))).toBe(folded(text.normalize("NFD")));
        expect(folded(`\u200b${text}\ufeff`)).toBe(once);
        expect(folded(`${text}’`)).toBe(folded(`${text}'`));
      }),
    );
  });
});

test("a text without such characters is unchanged", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      fc.pre(![...text].some((character) => STRAYS.includes(character)));
      expect(withoutStrays(text)).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
      expect(withoutInvisible(text)).toBe(text);
    }),
  );
  expect(withPlainDashes("a-b‐c‑d–e—f―g−h")).toBe("a-b-c-d-e-f-g-h");
});
