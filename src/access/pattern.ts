// Patterns for titles, names and e-mail addresses, such as `Finance*` or `*@acme.com`.

import { folded } from "../lib/spelling.js";

export interface Pattern {
  /** What each text that matches begins with, and what it ends with, folded. */
  first: string;
  last: string;
  /**
   * Whether a folded text matches as a whole. `*` stands for any text; spelling counts as little as in a search (case, quotes, dashes,
   * spaces). Takes time proportional to the length of the text, times the number of `*`.
   */
  matches: (text: string) => boolean;
}

export function patternOf(written: string): Pattern {
  const [first = "", ...others] = folded(written).split("*");
  const last = others.pop();
  if (last === undefined) return { first, last: first, matches: (text) => text === first };
  return { first, last, matches: (text) => isMade(text, first, others, last) };
}

function isMade(text: string, first: string, middle: readonly string[], last: string): boolean {
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of middle) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
