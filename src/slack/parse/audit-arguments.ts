// What follows `/hex audit`: a project or a person, and how many days.

import { plainWords } from "./words.js";

export interface AuditArguments {
  /** A person's id in Slack; `null` for everybody. */
  who: string | null;
  /** The name, id or link of a project; empty for all. */
  project: string;
  /** `null` when none were typed. */
  days: number | null;
}

/** Slack writes a mention as `<@U0ADA|ada>` or `<@U0ADA>`. */
const MENTION = /<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/;
/** Slack offers no mention of people who have left: their id is in their profile and in exports. No word of a title looks like it. */
const PERSON = /^(?=.*\d)[UW][A-Z0-9]{8,}$/;
const DAYS = /^(\d{1,5})\s*(?:d|days?)?$/i;

/** The days come last. A project whose title ends in a number is named by its id, or with the days behind it. */
export function parseAuditArguments(text: string): AuditArguments {
  const who = MENTION.exec(text)?.[1] ?? null;
  const words = plainWords(text.replace(MENTION, " "));
  const unit = words.length > 1 && /^days?$/i.test(words.at(-1) ?? "") ? 1 : 0;
  const [, digits] = DAYS.exec(words[words.length - 1 - unit] ?? "") ?? [];
  const named = digits === undefined ? words : words.slice(0, -1 - unit);
  const id = who === null ? (named.find((word) => PERSON.test(word)) ?? null) : null;
  const project = named.filter((word) => word !== id).join(" ");
  return { who: who ?? id, project, days: digits === undefined ? null : Number(digits) };
}
