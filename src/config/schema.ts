// A variable's text, cleaned, as a schema that says in its own words what is wrong.

import { z } from "zod";

/** What may stand around a value in a file or a shell, by what opens it. */
const CLOSING: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["‘", "’"],
]);

/** Trims white space and quotes around a value. Nothing left counts as not set. */
export function clean(raw: string | undefined): string | undefined {
  const text = raw ?? "";
  let from = 0;
  let to = text.length;
  for (;;) {
    while (from < to && isSpace(text.charAt(from))) from++;
    while (to > from && isSpace(text.charAt(to - 1))) to--;
    if (to - from < 2 || CLOSING.get(text.charAt(from)) !== text.charAt(to - 1)) break;
    from++;
    to--;
  }
  const value = text.slice(from, to);
  return value === "" || value === '"' || value === "'" ? undefined : value;
}

function isSpace(character: string): boolean {
  return character.trim() === "";
}

/** A schema that cleans a variable's text and reads it; `fail` takes what is wrong and what to do. */
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
