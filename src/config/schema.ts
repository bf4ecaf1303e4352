// Schemas that clean a variable's text, read it, and say in their own words what is wrong with it.

import { z } from "zod";

/** The quotes that may surround a value in a file or a shell: opening -> closing. */
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["‘", "’"],
]);

/** Trims white space and quotes around a value. If nothing is left, the variable counts as not set. */
export function clean(raw: string | undefined): string | undefined {
  const text = raw ?? "";
  let from = 0;
  let to = text.length;
  for (;;) {
    while (from < to && isSpace(text.charAt(from))) from++;
    while (to > from && isSpace(text.charAt(to - 1))) to--;
    if (CLOSING.get(text.charAt(from)) !== text.charAt(to - 1)) break;
    from++;
    to--;
  }
  const value = text.slice(from, to);
  return value === "" ? undefined : value;
}

function isSpace(character: string): boolean {
  return character.trim() === "";
}

/** A schema that cleans and reads a variable's text. `fail` takes what is wrong and what to do. */
export function variable<T>(read: (value: string | undefined, fail: (problem: string) => never) => T) {
  return z
    .string()
    .optional()
    .transform((raw, context) =>
      read(clean(raw), (problem) => {
        context.addIssue({ code: "custom", message: problem });
        return z.NEVER;
      }),
    );
}
