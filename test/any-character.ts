// What fast-check calls the unit "binary", without its table of all characters, which takes three seconds and much memory.

import fc from "fast-check";

/** The first half of a character that takes two UTF-16 units, and how many such halves there are, first and second ones. */
const FIRST_HALF = 0xd800;
const HALVES = 0x800;
const LAST = 0x10ffff;

/** Any character of Unicode, for the texts of property tests. */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: LAST - HALVES }).map(characterAt, indexOf);

function characterAt(index: number): string {
  return String.fromCodePoint(index < FIRST_HALF ? index : index + HALVES);
}

/** Lets fast-check also try texts that are known to cause trouble, such as `__proto__`. @throws when it is not one character */
function indexOf(character: unknown): number {
  const point = (typeof character === "string" ? character.codePointAt(0) : undefined) ?? 0;
  const index = point < FIRST_HALF ? point : Math.max(0, point - HALVES);
  if (characterAt(index) !== character) throw new Error("This is not one character.");
  return index;
}
