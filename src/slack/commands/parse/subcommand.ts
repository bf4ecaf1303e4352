// The first word behind `/hex`, and what was probably meant by a word that is not known.

import { distance } from "fastest-levenshtein";

const TYPOS = 2;

/** `name` in lower case; both "" when nothing was typed. A command that was typed twice (`/hex /hex run`) counts once. */
export function splitSubcommand(text: string): { name: string; rest: string } {
  const [name = "", rest = ""] = cut(text);
  if (/^\/?hex$/i.test(name)) {
    const [inner = "", innerRest = ""] = cut(rest);
    return { name: inner.toLowerCase(), rest: innerRest };
  }
  return { name: name.toLowerCase(), rest };
}

function cut(text: string): [string, string] {
  const trimmed = text.trim();
  const end = trimmed.search(/\s/);
  return end === -1 ? [trimmed, ""] : [trimmed.slice(0, end), trimmed.slice(end).trim()];
}

/** The name that was probably meant: the only one that begins so, or one at most two typing errors away; null when none is close. */
export function closest(word: string, names: readonly string[]): string | null {
  const typed = word.toLowerCase();
  const begun = names.filter((name) => typed !== "" && name.startsWith(typed));
  const [only, ...others] = begun;
  if (only !== undefined && others.length === 0) return only;
  // Long words are no typing errors, and measuring them would take long.
  if (typed.length > 40) return null;
  const near = names
    .map((name) => ({ name, typos: distance(typed, name) }))
    .filter(({ name, typos }) => typos <= TYPOS && typos < Math.min(typed.length, name.length))
    .sort((a, b) => a.typos - b.typos);
  return near[0]?.name ?? null;
}
