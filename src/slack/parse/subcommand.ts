// The first word after `/hex`.

import { folded, withoutEdges, withoutInvisible, withoutStrays } from "../../lib/spelling.js";

const FORMATTING = "*_~`";
/** Nobody writes more before one word, and the whole text is searched for each of them. */
const MOST_MARKS = 8;
/** Marks that may surround a word: formatting, quotes, and the end of a sentence. */
const EDGES = new Set(`${FORMATTING}"'“”„‟‘’‚‛«»‹›.,:;!?`);

/**
 * `name` is in lower case, without formatting and invisible characters. Both are "" when nothing was typed. A command that was typed
 * twice (`/hex /hex run`) counts once. `rest` is as it was typed.
 */
export function splitSubcommand(text: string): { name: string; rest: string } {
  const typed = cut(withoutStrays(text));
  return /^\/?hex$/.test(typed.name) ? cut(typed.rest) : typed;
}

function cut(text: string): { name: string; rest: string } {
  const trimmed = text.trim();
  const end = trimmed.search(/\s/);
  const word = end === -1 ? trimmed : trimmed.slice(0, end);
  const rest = end === -1 ? "" : trimmed.slice(end).trim();
  const name = withoutInvisible(word);
  return { name: folded(withoutEdges(name, EDGES, EDGES)), rest: withoutLastMark(name, rest) };
}

/** If formatting began before the subcommand and lasts to the end of the text (`` `run 5d2f…` ``), its end is removed too. */
function withoutLastMark(name: string, rest: string): string {
  const marks = [...name.replace(/[^*_~`].*/s, "").slice(0, MOST_MARKS)];
  const end = marks.toReversed().join("");
  if (end === "" || FORMATTING.includes(name.charAt(name.length - 1)) || !rest.endsWith(end)) return rest;
  const inside = rest.slice(0, -end.length);
  // A mark left over inside belongs to the end.
  const isPaired = marks.every((mark) => inside.split(mark).length % 2 === 1);
  return isPaired ? inside.trimEnd() : rest;
}
