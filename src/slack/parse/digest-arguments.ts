// What follows `/hex digest`: when, in which time zone, and about which projects.

import type { DigestTime } from "../../follow/digest-times.js";
import type { Rule } from "../../follow/watch.js";
import { nearestZone, zoneNamed } from "../../follow/zones.js";
import { folded, withoutEdges } from "../../lib/spelling.js";
import { ruleIn } from "./watch-arguments.js";
import { plainWords } from "./words.js";

export type DigestArguments =
  | { kind: "now" }
  | { kind: "off" }
  | TypedDigest
  /** There is no time in it. `typed`: all of it. */
  | { kind: "no_time"; typed: string }
  | { kind: "wrong_time"; typed: string }
  /** `nearest`: the zone with the most similar name, if one is similar. */
  | { kind: "wrong_zone"; typed: string; nearest: string | null; digest: TypedDigest };

/** A digest as it was typed. `zone`: null if none was typed. */
export interface TypedDigest extends Omit<DigestTime, "zone"> {
  kind: "set";
  zone: string | null;
  /** Null if none was typed: `text` is the name, id or link of a project, or empty. */
  rule: Exclude<Rule, { kind: "project" }> | null;
  /** What was typed for the projects. */
  text: string;
}

const OFF = new Set(["off", "stop", "end", "never", "none"]);
const FILLERS = new Set(["at", "daily", "every", "each", "day", "morning", "in", "on", "from"]);
const WEEKDAYS = new Set(["weekdays", "weekday", "workdays", "workday", "mon-fri", "mo-fr", "monday-friday"]);
const WEEKDAYS_IN_THREE_WORDS = new Set(["monday to friday", "mon to fri"]);
const NAMED_TIMES: Readonly<Record<string, TimeOfDay>> = {
  noon: { hour: 12, minute: 0 },
  midnight: { hour: 0, minute: 0 },
};

interface TimeOfDay {
  hour: number;
  minute: number;
}

/** Before the projects, the time, the days and the zone may come in any order. */
export function parseDigestArguments(typed: string): DigestArguments {
  const words = plainWords(typed);
  const [first = "", ...others] = words.map(folded);
  if (words.length === 0 || (others.length === 0 && first === "now")) return { kind: "now" };
  if (others.length === 0 && OFF.has(first)) return { kind: "off" };
  const plain = words.map(withoutMarks);
  let clock: TimeOfDay | null = null;
  let weekdaysOnly = false;
  let zone: ZoneRead | null = null;
  let at = 0;
  /** Where the projects begin, with any fillers before them. `at` ends up at their first other word. */
  let from = 0;
  for (; at < words.length; at++) {
    const word = folded(plain[at] ?? "");
    if (FILLERS.has(word)) continue;
    if (WEEKDAYS_IN_THREE_WORDS.has(folded(plain.slice(at, at + 3).join(" ")))) {
      weekdaysOnly = true;
      at += 2;
    } else if (WEEKDAYS.has(word)) weekdaysOnly = true;
    else if (zone === null && looksLikeZone(plain[at] ?? "")) zone = readZone(plain[at] ?? "");
    else if (clock === null && looksLikeTime(word)) {
      const half = /^([ap])\.?m\.?$/.exec(folded(words[at + 1] ?? ""))?.[1];
      clock = clockOf(half === undefined ? word : `${word}${half}m`);
      if (clock === null)
        return { kind: "wrong_time", typed: words.slice(at, at + (half === undefined ? 1 : 2)).join(" ") };
      if (half !== undefined) at++;
    } else break;
    from = at + 1;
  }
  if (clock === null) return { kind: "no_time", typed: words.join(" ") };
  const digest = { kind: "set", ...clock, weekdaysOnly, zone: null, ...projectsIn(words, from, at) } as const;
  if (zone === null) return digest;
  return zone.name === null ? { kind: "wrong_zone", ...zone, digest } : { ...digest, zone: zone.name };
}

/** A title may begin with a filler, as `Daily sales` does. */
function projectsIn(words: readonly string[], from: number, at: number): Pick<TypedDigest, "rule" | "text"> {
  const behind = words.slice(at).join(" ");
  const rule = ruleIn(behind);
  return { rule, text: behind === "" || rule !== null ? behind : words.slice(from).join(" ") };
}

const BEFORE = new Set("(");
const BEHIND = new Set("),;.");

/** A word without the brackets around it and the punctuation after it. */
function withoutMarks(word: string): string {
  return withoutEdges(word, BEFORE, BEHIND);
}

function looksLikeTime(word: string): boolean {
  return /^\d{1,2}([:.h]|[ap]\.?m|$)|^\d{4}$/.test(word) || Object.hasOwn(NAMED_TIMES, word);
}

const CLOCK = /^(\d{1,2})(?:[:.h](\d{2})|h)?(?:([ap])\.?m\.?)?$/;
const FOUR_DIGITS = /^(\d{2})(\d{2})$/;

/** `8`, `8:00`, `08.00`, `8h`, `8h30`, `0800`, `8am`, `8:30pm`. `null`: that is no time of a day. */
function clockOf(word: string): TimeOfDay | null {
  const named = Object.hasOwn(NAMED_TIMES, word) ? NAMED_TIMES[word] : undefined;
  if (named !== undefined) return named;
  const [, hours, minutes = "0", half] = CLOCK.exec(word) ?? FOUR_DIGITS.exec(word) ?? [];
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (hours === undefined || hour > 23 || minute > 59) return null;
  if (half === undefined) return { hour, minute };
  return hour < 1 || hour > 12 ? null : { hour: (hour % 12) + (half === "p" ? 12 : 0), minute };
}

/** `typed` is no zone if `name` is null. */
interface ZoneRead {
  typed: string;
  name: string | null;
  nearest: string | null;
}

const REGION = /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc|US|Canada)\/\S+$/i;

/** What people write for a zone, although several places use it, or it applies to only half of the year. */
const ABBREVIATION = /^(?:CES?T|EES?T|WES?T|BST|[ECMP][SD]T|AE[SD]T|NZ[SD]T|IST|JST)$/;

function looksLikeZone(word: string): boolean {
  return (
    ABBREVIATION.test(word) ||
    REGION.test(word) ||
    /^(UTC|GMT)$/i.test(word) ||
    /^(UTC|GMT)?[+-]\d{1,2}(:?\d{2})?$/i.test(word)
  );
}

function readZone(typed: string): ZoneRead {
  if (ABBREVIATION.test(typed)) return { typed, name: null, nearest: null };
  const name = zoneNamed(typed);
  return { typed, name, nearest: name === null ? nearestZone(typed) : null };
}
