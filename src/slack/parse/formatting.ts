// Bold, italics, strikethrough and code around words: `*run*`, `` `id` ``, `_two words_`. It is removed where it is closed.

/** A word with the formatting characters (`*`, `_`, `~`, backtick) before and after it, which its text does not include. */
export interface Formatted {
  text: string;
  /** True when all of the text was in quotes. */
  isQuoted: boolean;
  lead: string;
  tail: string;
}

interface Mark {
  character: string;
  closed: boolean;
}

/** More marks than this together, or open at once, are not formatting: searching for their ends would take long. */
const MOST_TOGETHER = 8;
const MOST_OPEN = 16;

/**
 * The texts without formatting that begins before one of them and ends after the same or a later one. Marks that are not closed, or
 * were not opened, are not formatting and belong to the text. `null` for a word with nothing left.
 */
export function withoutFormatting(words: readonly Formatted[]): (string | null)[] {
  const marked = words.map((word) => ({ ...word, lead: marksOf(word.lead), tail: marksOf(word.tail) }));
  const open: Mark[] = [];
  for (const { text, isQuoted, lead, tail } of marked) {
    if (lead.length > MOST_TOGETHER || tail.length > MOST_TOGETHER) continue;
    // A word of marks only, such as the fence of a code block, closes what is open, or else opens something.
    const closing = text === "" && tail.length === 0 && lead.every((mark) => has(open, mark)) ? lead : tail;
    if (closing === tail) {
      // An underscore before `name=` is part of the name.
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
