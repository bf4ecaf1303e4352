// What the fields of Slack's payloads may contain. Fields that no schema names go no further than the border.

import { z } from "zod";

/** A Slack id, such as U…, T…, E…, C… or D…. */
export const id = z.string().regex(/^[\w-]{1,64}$/, "is no id");

/** A message's timestamp, which is its id in a channel. */
export const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/, "is no timestamp");

/** An identifier of Slack's or an app's: a `trigger_id`, an `action_id`, an element type. Source: Block Kit's limit for ids. */
export const word = z.string().min(1).max(255);

/** A value that the bot gave to a button or an option, of at most `most` characters. What is in it may become a key of the store. */
export const drawnValue = (most: number) => z.string().max(most).refine(isWithoutNul, "contains a NUL");

/** The store takes no text with a NUL, and nobody can type one. In JSON it is an escape that no backslash takes back. */
function isWithoutNul(text: string): boolean {
  return !/\0|(?<!\\)(?:\\\\)*\\u0000/.test(text);
}

/** A field that Slack may leave out or set to null. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** Commands come as form fields, which may be there without a value. */
export const empty = z.literal("").transform(() => undefined);

/** An id or a word that Slack may leave out, set to null, or leave empty. */
export const maybeId = maybe(z.union([id, empty]));
export const maybeWord = maybe(z.union([word, empty]));

/** In a command "true" or "false" as text; elsewhere a boolean. */
const told = z.union([
  z.boolean(),
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(["true", "false"])),
]);
export const flag = maybe(z.union([told, empty]));

/** Where Slack accepts an answer. Whether the address is really Slack's is checked elsewhere. */
export const responseUrl = maybe(z.string().max(2_000));
