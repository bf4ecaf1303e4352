// What somebody says to the bot in a message: the words beside its mention.

/** Nobody means the bot more often in one message: looking behind each mention of thousands would take long. */
const MOST_MENTIONS = 8;
/** What people write between a name and what they want of it: `@hex, run …`. */
const BETWEEN = /^[\s,:;.!?]*/;
const QUOTES = /["“”„‟«»]/g;

/**
 * The command in a message's text, as it was typed; "" when there is nothing but the mention. The bot may be mentioned at the
 * beginning, in the middle (`Hey @hex, run …`), at the end, or several times. Lines that quote somebody else are no wish of
 * whoever quotes them. Of what stands behind a command no word is left out: it may be an input.
 * @param text as Slack escapes it
 * @param botUserId U…
 * @param isCommand whether a text begins with one of the bot's commands
 */
export function wordsToBot(text: string, botUserId: string, isCommand: (text: string) => boolean): string {
  const own = withoutQuotedLines(text);
  // Right behind a `=` it is the value of an input.
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

/** A line in quotation marks that are open is one of a value. */
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

/** `*@hex* run …` and `*@hex run …*`: formatting that began before the mention ends behind it. */
function withoutMarks(text: string, before: string): string {
  const [marks = ""] = /[*_~]{0,4}$/.exec(before.slice(-4)) ?? [];
  const end = [...marks].reverse().join("");
  if (end === "") return text;
  if (text.startsWith(end)) return text.slice(end.length);
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

function between(text: string): string {
  return text.replace(BETWEEN, "").trimEnd();
}

/** Without the mentions at the end. */
function withoutLast(text: string, mention: RegExp): string {
  let end = text.trimEnd().length;
  for (const one of [...text.matchAll(mention)].reverse()) {
    if (one.index + one[0].length < end) break;
    end = text.slice(0, one.index).trimEnd().length;
  }
  return text.slice(0, end);
}

/** Without the mentions that stand in no quotes. */
function outOfQuotes(text: string, mention: RegExp): string {
  let [from, quotes] = [0, 0];
  return text.replace(mention, (whole, at: number) => {
    quotes += quotesIn(text.slice(from, at));
    from = at;
    return quotes % 2 === 0 ? " " : whole;
  });
}
