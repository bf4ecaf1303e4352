// What Hex finds wrong with a request, one by one: `issues` of its newest answers, `details` of the other shape.
// Source: the OpenAPI document promises `{message}`; the paths and the rest are zod's, as Hex's framework (trpc-openapi) sends them.

import { z } from "zod";

/** One thing that is wrong. */
export interface Issue {
  /** Where in the request, such as `["inputParams", "days"]`; empty when Hex does not say. */
  path: string[];
  message: string;
  /** The type that would have been right, when Hex names it apart from the message. */
  expected: string | null;
  /** Fields that Hex does not know. */
  keys: string[];
}

/** Where a field stands in the HTTP request tells people nothing. */
const PLACES = new Set(["body", "params", "query", "input"]);

const path = z
  .union([z.array(z.union([z.string(), z.number()])), z.string().transform((text) => text.split(/[./]/))])
  .transform((parts) => parts.map(String).filter((part) => part !== ""))
  .transform((parts) => (parts.length > 1 && PLACES.has(parts[0] ?? "") ? parts.slice(1) : parts))
  .catch([]);

/** A sentence may begin with its path, as in `inputParams.days: Required`. */
function splitSentence(sentence: string): Pick<Issue, "path" | "message"> {
  const [, field, message] = /^([\w./-]{1,200}): (.+)$/s.exec(sentence) ?? [];
  return field === undefined || message === undefined
    ? { path: [], message: sentence }
    : { path: path.parse(field), message };
}

const issue = z.union([
  z.string().transform((sentence): Issue => ({ ...splitSentence(sentence), expected: null, keys: [] })),
  z.object({
    path,
    message: z.string(),
    expected: z.string().nullable().catch(null),
    keys: z.array(z.string()).catch([]),
  }),
]);

/** A list of issues, or one sentence that may name several. What is neither is left out. */
export const issuesSchema = z
  .union([z.string().transform((text) => text.split(/;\s+|\n+/)), z.array(z.unknown())])
  .transform((list) => list.flatMap((entry) => issue.safeParse(entry).data ?? []))
  .transform((issues) => issues.filter(({ message }) => message.trim() !== ""))
  .catch([]);

/** An issue as people read it: with its field, unless the message names it. */
export function issueWords({ path: parts, message }: Issue): string {
  const field = parts.at(-1);
  return field === undefined || message.includes(field) ? message : `${parts.join(".")}: ${message}`;
}
