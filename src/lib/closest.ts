// What an unknown word probably means.

import { distance } from "fastest-levenshtein";

const TYPOS = 2;

/** The name that was probably meant: the only one that begins like this, or one at most two typos away; `null` when none is close. */
export function closest(word: string, names: readonly string[]): string | null {
  const typed = word.toLowerCase();
  if (typed === "") return null;
  const [only, ...others] = names.filter((name) => name.startsWith(typed));
  if (only !== undefined && others.length === 0) return only;
  // Long words are not typos, and measuring them would take long.
  if (typed.length > 40) return null;
  const near = names
    .map((name) => ({ name, typos: distance(typed, name) }))
    .filter(({ name, typos }) => typos <= TYPOS && typos < Math.min(typed.length, name.length))
    .sort((a, b) => a.typos - b.typos);
  return near[0]?.name ?? null;
}
