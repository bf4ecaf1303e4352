// Checks query parameters. Whatever is not allowed gets a 400.

import { z } from "zod";
import { INVALID_INPUT, issuesOf, Refusal } from "./errors.js";

export const limitParam = z.coerce.number().int().min(1).max(100).default(25);
export const offsetParam = z.coerce.number().int().min(0).default(0);
export const flagParam = z
  .enum(["true", "false"])
  .default("false")
  .transform((value) => value === "true");

export function parseQuery<S extends z.ZodType>(schema: S, query: URLSearchParams): z.output<S> {
  const parsed = schema.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  throw new Refusal(400, INVALID_INPUT, { issues: issuesOf(parsed.error) });
}
