// A variable's text, cleaned, as a schema that says in its own words what is wrong.

import { z } from "zod";

/** Trims white space and quotes around a value. Nothing left counts as not set. */
export function clean(raw: string | undefined): string | undefined {
  let value = (raw ?? "").trim();
  for (let before = ""; before !== value; ) {
    before = value;
    value = value.replace(/^(["'`])(.*)\1$|^“(.*)”$|^‘(.*)’$/s, "$2$3$4").trim();
  }
  return value === "" || value === '"' || value === "'" ? undefined : value;
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
