// Schemas for answers that may be odd in places: they take what can be taken.

import { z } from "zod";
import { beginning } from "../lib/text.js";

/** The schema's value, or null for anything else. */
export const lenient = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .catch(null)
    .transform((value) => value ?? null);

/** Text, cut after `max` UTF-16 units. */
export const shortText = (max: number) => z.string().transform((text) => beginning(text, max));

/** A list with its entries as they came: there may be very many. */
export const list = z.custom<unknown[]>((value) => Array.isArray(value));

/** As many entries of a list inside an entry are read; Hex has never more than some dozen. */
const FEW = 100;

/** The entries that can be read, of the first hundred; what is no list counts as an empty one. */
export const readable = <T extends z.ZodType>(schema: T) =>
  lenient(list).transform((entries) =>
    (entries ?? []).slice(0, FEW).flatMap((entry) => schema.safeParse(entry).data ?? []),
  );
