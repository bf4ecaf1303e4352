// Which inputs of a run Hex refused, and why: from the lists in its older answers, or from the issues in its newer ones.

import { z } from "zod";
import { holdsSecret } from "../lib/secret-names.js";
import { beginning } from "../lib/text.js";
import type { HexErrorFacts, inputsSchema } from "./errors.js";
import type { Issue } from "./issues.js";
import { orNull, readable, shortText } from "./tolerant-schemas.js";

type Inputs = z.output<typeof inputsSchema>;
type Found = { [K in keyof Inputs]-?: NonNullable<Inputs[K]> };

/** The longest name that people see, in characters. */
const LONGEST_NAME = 200;
/** The most refused inputs that are read. Each issue may be about every input, and everything read is stored. */
const MOST_NAMED = 100;

/** The older answer: names that the published app does not have, and values of the wrong type. */
export const listedInputs = {
  notFound: readable(shortText(LONGEST_NAME)),
  invalid: readable(
    z.object({
      paramName: shortText(LONGEST_NAME),
      dataType: orNull(shortText(LONGEST_NAME)),
      inputCellType: orNull(shortText(LONGEST_NAME)),
      paramValue: z.unknown(),
    }),
  ),
};
export type ListedInputs = z.output<z.ZodObject<typeof listedInputs>>;

/** The inputs that were sent, by name. */
export type SentInputs = Readonly<Record<string, unknown>>;

const sentSchema = z.object({ inputParams: z.record(z.string(), z.unknown()).catch({}) });

/** The inputs in the body of a request; empty when it has none. */
export function sentInputs(body: unknown): SentInputs {
  return sentSchema.safeParse(body).data?.inputParams ?? {};
}

/**
 * `undefined` when Hex did not refuse the request because of its inputs, or not only because of them. The texts of the answer must
 * be free of secrets already.
 */
export function refusedInputs(
  { notFound, invalid }: ListedInputs,
  issues: readonly Issue[],
  sent: SentInputs,
): HexErrorFacts["inputs"] {
  if (notFound.length + invalid.length > 0) {
    const wrongType = invalid.map(({ paramName, dataType, inputCellType, paramValue }) => ({
      name: paramName,
      expected: dataType ?? inputCellType ?? "another type",
      given: holdsSecret(paramName, paramValue) ? "" : shortJson(paramValue ?? null),
    }));
    return { unknown: notFound, wrongType };
  }
  const found: Found = { unknown: [], wrongType: [], others: [] };
  for (const issue of issues) {
    if (Object.values(found).flat().length >= MOST_NAMED) break;
    const names = namesIn(issue, sent);
    if (names.length === 0) return undefined;
    for (const name of names) note(found, name, issue, sent);
  }
  return issues.length === 0 ? undefined : found;
}

function note(found: Found, name: string, { message, expected, keys }: Issue, sent: SentInputs): void {
  if (keys.includes(name) || UNKNOWN.test(message)) {
    found.unknown.push(name);
    return;
  }
  const type = expected ?? EXPECTED.exec(message)?.[1] ?? null;
  const isShown = Object.hasOwn(sent, name) && !holdsSecret(name, sent[name]);
  if (type !== null) found.wrongType.push({ name, expected: type, given: isShown ? shortJson(sent[name]) : "" });
  else found.others.push({ name, reason: beginning(message, 200) });
}

const UNKNOWN =
  /\bnot an? (known |valid )?(input|param)|\bunknown\b|\bunrecogni[sz]ed\b|\bnot found\b|\bno such\b|\bnot exist\b/i;
const EXPECTED = /\b(?:must be(?: of type| an?)?|expected|should be(?: of type| an?)?) ([a-z_]{1,40})\b/i;

/** The inputs that an issue is about: those at its path, or else those that were sent and that it names. */
function namesIn({ path, message, keys }: Issue, sent: SentInputs): string[] {
  const [first, name] = path;
  if (first === "inputParams") return name !== undefined ? [name] : keys;
  if (first !== undefined) return Object.hasOwn(sent, first) ? [first] : [];
  return Object.keys(sent).filter((one) => names(message, one));
}

/** Whether the message names it: at the start, in quotes, or as an input. An input's name may be a common word. */
function names(message: string, name: string): boolean {
  const said = name.replace(/[^\w]/g, "\\$&");
  const pattern = `^${said}\\b|["'\`]${said}["'\`]|\\b(?:[Ii]nputs?|[Pp]aram(?:eter)?s?|[Vv]ariables?):? ["'\`]?${said}\\b`;
  return new RegExp(pattern).test(message);
}

function shortJson(value: unknown): string {
  return beginning(JSON.stringify(value) ?? "null", 100);
}
