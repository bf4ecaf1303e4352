// What follows `/hex watch`: which projects, and what to tell of them.

import type { Level, Rule } from "../../follow/watch.js";
import { withoutEdges } from "../../lib/spelling.js";
import { plainWords } from "./words.js";

export interface WatchArguments {
  /** A rule that names its projects by itself; null: `text` is the name, id or link of one. */
  rule: Exclude<Rule, { kind: "project" }> | null;
  text: string;
  level: Level;
  /** Whether whoever is on call is paged for it. */
  page: boolean;
}

const LEVEL_WORDS: Readonly<Record<string, Level>> = { failures: "failures", late: "late", all: "all" };

/** The last words may say what to tell (without that, failures and late runs are told), and `page`; in any order. */
export function parseWatchArguments(text: string): WatchArguments {
  const { words, page } = withoutPage(plainWords(text));
  const level = LEVEL_WORDS[words.at(-1)?.toLowerCase() ?? ""];
  const named = level === undefined || words.length === 1 ? words : words.slice(0, -1);
  const typed = named.join(" ");
  return { rule: ruleIn(typed), text: typed, level: named === words ? "trouble" : (level ?? "trouble"), page };
}

/** A single word is the name of a project, whatever it is. */
function withoutPage(words: string[]): { words: string[]; page: boolean } {
  const [before = "", last = ""] = words.slice(-2).map((word) => word.toLowerCase());
  const isBeforeLevel = before === "page" && words.length > 2 && LEVEL_WORDS[last] !== undefined;
  if (words.length < 2 || (last !== "page" && !isBeforeLevel)) return { words, page: false };
  return { words: words.toSpliced(last === "page" ? -1 : -2, 1), page: true };
}

/** Quotes as keyboards write them, and the spaces that French keyboards put inside them. */
const QUOTES = new Set("\"'“”„‟‘’‚‛«»‹› \u00a0\u202f");

/** In characters. No category or e-mail address is longer, and a button has no room for more. */
const LONGEST = 320;

/** The rule that a text spells, such as `category:Finance`; `null` for anything else, such as a project's name. */
export function ruleIn(typed: string): WatchArguments["rule"] {
  if (typed.toLowerCase() === "scheduled") return { kind: "scheduled" };
  const [, kind, value = ""] = /^(category|owner)\s*:\s*(.+)$/i.exec(typed) ?? [];
  const given = withoutEdges(value, QUOTES, QUOTES).trim().slice(0, LONGEST);
  if (kind === undefined || given === "") return null;
  return kind.toLowerCase() === "category" ? { kind: "category", name: given } : { kind: "owner", email: given };
}

/** Whether a text can be an e-mail address, by which Hex names owners. */
export function isAddress(text: string): boolean {
  return /^[^\s@<>]+@[^\s@<>]+$/.test(text);
}
