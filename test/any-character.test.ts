// The characters of property tests.

import fc from "fast-check";
import { expect, test } from "vitest";
import { anyCharacter } from "./any-character.js";

test("one is any code point that is a whole character", () => {
  for (const point of [0, 0x61, 0xd7ff, 0xe000, 0x1f680, 0x10ffff]) {
    expect(anyCharacter.canShrinkWithoutContext(String.fromCodePoint(point)), `${point}`).toBe(true);
  }
  for (const other of ["", "ab", "\ud800", "\udfff", 1]) {
    expect(anyCharacter.canShrinkWithoutContext(other), String(other)).toBe(false);
  }
  fc.assert(fc.property(anyCharacter, (character) => /^\P{Surrogate}$/u.test(character)));
});

test("texts of them are now and then those that cause trouble", () => {
  const texts = fc.sample(fc.string({ unit: anyCharacter }), { numRuns: 10_000, seed: 1 });
  expect(texts.filter((text) => /__proto__|constructor|toString/.test(text))).not.toEqual([]);
});
