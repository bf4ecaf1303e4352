// What the fields of Slack's payloads may hold. Whatever is not named in a schema goes no further than the border.

import { z } from "zod";

/** An id of Slack's, such as U…, T…, E…, C… or D…. */
export const id = z.string().regex(/^[\w-]{1,64}$/, "is no id");

/** A word of an app's or of Slack's: a `trigger_id`, an `action_id`, the type of an element. Source: Block Kit's limit of ids. */
export const word = z.string().min(1).max(255);

/** A field that Slack may leave out or set to null. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** In a command "true" or "false" as text, elsewhere a boolean. */
export const flag = maybe(z.union([z.boolean(), z.enum(["true", "false"])]));

/** Where Slack takes an answer. Whether it is Slack's own address is another question. */
export const responseUrl = maybe(z.string().max(2_000));
