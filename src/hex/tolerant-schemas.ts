// Schemas for answers that may be odd in places. They accept whatever can be used.

import { z } from "zod";
import { beginning } from "../lib/text.js";

/** The schema's value, or `null` for anything else. */
export const orNull = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .catch(null)
    .transform((value) => value ?? null);

/** Text, cut after `max` UTF-16 units. */
export const shortText = (max: number) => z.string().transform((text) => beginning(text, max));

/** A list with its entries not yet parsed, since there may be very many. */
export const list = z.custom<unknown[]>((value) => Array.isArray(value));

/** How many entries of a nested list are read. Hex never has more than a few dozen. */
const FEW = 100;

/** The readable entries among the first hundred. Anything that is not a list counts as an empty one. */
export const readable = <T extends z.ZodType>(schema: T) =>
  orNull(list).transform((entries) =>
    (entries ?? []).slice(0, FEW).flatMap((entry) => schema.safeParse(entry).data ?? []),
  );
