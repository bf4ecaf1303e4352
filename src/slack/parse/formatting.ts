// Bold, italics, strike-through and code around words: `*run*`, `` `id` ``, `_two words_`. It is taken off where it is closed.

/** A word with the formatting characters (`*`, `_`, `~`, backtick) that stand before and behind it, none of them in its text. */
export interface Formatted {
  text: string;
  /** True: all of the text stood in quotes. */
  isQuoted: boolean;
  lead: string;
  tail: string;
}

interface Mark {
  character: string;
  closed: boolean;
}

/** More than these together, or open at a time, are no formatting: looking for their ends would take long. */
const MOST_TOGETHER = 8;
const MOST_OPEN = 16;

/**
 * The texts without the formatting that begins before one of them and ends behind the same or a later one. What is not closed,
 * or was not opened, is no formatting and belongs to its text. null for a word of which nothing is left.
 */
export function withoutFormatting(words: readonly Formatted[]): (string | null)[] {
  const marked = words.map((word) => ({ ...word, lead: marksOf(word.lead), tail: marksOf(word.tail) }));
  const open: Mark[] = [];
  for (const { text, isQuoted, lead, tail } of marked) {
    if (lead.length > MOST_TOGETHER || tail.length > MOST_TOGETHER) continue;
    // A word of marks alone, such as the fence of a code block, closes what is open, or else opens.
    const closing = text === "" && tail.length === 0 && lead.every((mark) => has(open, mark)) ? lead : tail;
    if (closing === tail) {
      // An underscore before `name=` is one of the name.
      const isInput = !isQuoted && text.includes("=");
      open.push(...lead.filter(({ character }) => !isInput || character !== "_"));
      open.splice(0, Math.max(0, open.length - MOST_OPEN));
    }
    for (const mark of closing) {
      const opener = open.findLastIndex(({ character }) => character === mark.character);
      const found = open[opener];
      if (found === undefined) continue;
      open.length = opener;
      found.closed = true;
      mark.closed = true;
    }
  }
  return marked.map(({ text, isQuoted, lead, tail }) => {
    const left = `${rest(lead)}${text}${rest(tail)}`;
    return left === "" && !isQuoted ? null : left;
  });
}

function marksOf(characters: string): Mark[] {
  return [...characters].map((character) => ({ character, closed: false }));
}

function has(open: readonly Mark[], { character }: Mark): boolean {
  return open.some((mark) => mark.character === character);
}

function rest(marks: readonly Mark[]): string {
  return marks
    .filter(({ closed }) => !closed)
    .map(({ character }) => character)
    .join("");
}
