// What Hex finds wrong with a request, one issue at a time: `issues` in its newest answers, `details` in the other shape.
// Source: the OpenAPI document promises `{message}`. The paths and the rest are zod's, as Hex's framework (trpc-openapi) sends them.

import { z } from "zod";
import { list, orNull, readable, shortText } from "./tolerant-schemas.js";

/** One thing that is wrong. */
export interface Issue {
  /** Where in the request, such as `["inputParams", "days"]`; empty when Hex does not say. */
  path: string[];
  message: string;
  /** The type that would have been right, when Hex names it outside the message. */
  expected: string | null;
  /** Fields that Hex does not know. */
  keys: string[];
}

/** The longest message, and the longest name that people see, in characters. */
const LONGEST = 2_000;
const LONGEST_NAME = 200;

/** Parts of the HTTP request. They mean nothing to people, so they are left out of paths. */
const PLACES = new Set(["body", "params", "query", "input"]);

/** The longest path. No request is nested more deeply. */
const DEEPEST = 20;

const path = z
  .union([
    list.transform((parts) => parts.slice(0, DEEPEST)),
    shortText(LONGEST).transform((text) => text.split(/[./]/).slice(0, DEEPEST)),
  ])
  .pipe(z.array(z.union([shortText(LONGEST_NAME), z.number()])))
  .transform((parts) => parts.map(String).filter((part) => part !== ""))
  .transform((parts) => (parts.length > 1 && PLACES.has(parts[0] ?? "") ? parts.slice(1) : parts))
  .catch([]);

/** A sentence may begin with the path, as in `inputParams.days: Required`. */
function splitSentence(sentence: string): Pick<Issue, "path" | "message"> {
  const [, field, message] = /^([\w./-]{1,200}): (.+)$/s.exec(sentence) ?? [];
  return field === undefined || message === undefined
    ? { path: [], message: sentence }
    : { path: path.parse(field), message };
}

const issue = z.union([
  shortText(LONGEST).transform((sentence): Issue => ({ ...splitSentence(sentence), expected: null, keys: [] })),
  z.object({
    path,
    message: shortText(LONGEST),
    expected: orNull(shortText(LONGEST_NAME)),
    keys: readable(shortText(LONGEST_NAME)),
  }),
]);

const issues = readable(issue);

/** A list of issues, or one sentence that may name several. Anything else is left out, and so is everything after the first hundred. */
export const issuesSchema = z
  .union([shortText(LONGEST).transform((text) => text.split(/;\s+|\n+/)), list])
  .catch([])
  .transform((entries) => issues.parse(entries))
  .transform((found) => found.filter(({ message }) => message.trim() !== ""));

/** An issue as people read it, with the name of the field unless the message contains it. */
export function issueWords({ path: parts, message }: Issue): string {
  const field = parts.at(-1);
  return field === undefined || message.includes(field) ? message : `${parts.join(".")}: ${message}`;
}
