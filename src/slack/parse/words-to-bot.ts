// What somebody says to the bot in a message: the words around its mention.

/** Nobody mentions the bot more often in one message, and looking after each of thousands of mentions would take long. */
const MOST_MENTIONS = 8;
/** Nobody puts more formatting characters before a mention. */
const MOST_MARKS = 4;
/** What people write between a name and what they want of it: `@hex, run …`. */
const BETWEEN = /^[\s,:;.!?]*/;
const QUOTES = /["“”„‟«»]/g;

/**
 * The command in a message's text, as it was typed; "" when there is nothing but the mention. The bot may be mentioned at the
 * beginning, in the middle (`Hey @hex, run …`), at the end, or several times. Lines that quote somebody else are not commands of the
 * person who quotes them. No word after a command is left out, because it may be an input.
 * @param text escaped by Slack
 * @param botUserId U…
 * @param isCommand whether a text begins with one of the bot's commands
 */
export function wordsToBot(text: string, botUserId: string, isCommand: (text: string) => boolean): string {
  const own = withoutQuotedLines(text);
  // Right after a `=`, it is the value of an input.
  const mention = new RegExp(`(?<!=)<@${botUserId}(?:\\|[^<>]*)?>`, "g");
  const found = [...own.matchAll(mention)];
  const [first] = found;
  if (first === undefined) return own.trim();
  const behind = found.slice(0, MOST_MENTIONS).map((one) => {
    const words = withoutLast(own.slice(one.index + one[0].length), mention);
    return between(withoutMarks(words, own.slice(0, one.index)));
  });
  const command = behind.find(isCommand) ?? [between(outOfQuotes(own, mention))].find(isCommand);
  return command ?? (behind[0] || between(own.slice(0, first.index)));
}

/** A line inside open quotation marks belongs to a value. */
function withoutQuotedLines(text: string): string {
  let quotes = 0;
  const own = text.split("\n").filter((line) => {
    if (quotes % 2 === 0 && line.trimStart().startsWith("&gt;")) return false;
    quotes += quotesIn(line);
    return true;
  });
  return own.join("\n");
}

function quotesIn(text: string): number {
  return text.match(QUOTES)?.length ?? 0;
}

/** `*@hex* run …` and `*@hex run …*`: formatting that began before the mention ends after it. */
function withoutMarks(text: string, before: string): string {
  const marks = before.slice(-MOST_MARKS).replace(/.*[^*_~]/s, "");
  const end = [...marks].reverse().join("");
  if (text.startsWith(end)) return text.slice(end.length);
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

function between(text: string): string {
  return text.replace(BETWEEN, "").trimEnd();
}

/** The text without the mentions at its end. */
function withoutLast(text: string, mention: RegExp): string {
  let end = text.trimEnd().length;
  for (const one of [...text.matchAll(mention)].reverse()) {
    if (one.index + one[0].length < end) break;
    end = text.slice(0, one.index).trimEnd().length;
  }
  return text.slice(0, end);
}

/** The text without the mentions outside quotes. */
function outOfQuotes(text: string, mention: RegExp): string {
  let [from, quotes] = [0, 0];
  return text.replace(mention, (whole, at: number) => {
    quotes += quotesIn(text.slice(from, at));
    from = at;
    return quotes % 2 === 0 ? " " : whole;
  });
}
