// Slack's mrkdwn. Text that is not ours is escaped and shortened here, so that it notifies nobody and breaks nothing.

import { withoutInvisible, withoutStrays } from "../../lib/spelling.js";

/** In place of what is cut. */
export const ELLIPSIS = "…";

/** Kept, because creating one takes longer than all the rest. */
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/** At most `max` UTF-16 units, cut between characters as people see them, ending in "…" when something was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  // The character that would take the place of the ellipsis.
  const first = characters.segment(text.slice(0, max + 32)).containing(max - ELLIPSIS.length);
  return `${text.slice(0, first?.index ?? 0).trimEnd()}${ELLIPSIS}`;
}

/** The same for finished mrkdwn, which it never cuts inside `<…>` or an entity. */
export function shortenMrkdwn(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = shorten(text, max).slice(0, -ELLIPSIS.length);
  const open = kept.lastIndexOf("<");
  const whole = open > kept.lastIndexOf(">") ? kept.slice(0, open) : kept;
  return `${whole.replace(/&[a-z]{0,3}$/, "").trimEnd()}${ELLIPSIS}`;
}

/** The marks that the functions below write. Slack takes any other `<…>` for a link and swallows it, even inside code. */
const MARK =
  /<(?:[@#][A-Z0-9]+|!subteam\^S[A-Z0-9]{4,}|!date\^\d+\^[^<>|^\n]+\|[^<>|\n]+|https?:\/\/[^\s<>|]+\|[^<>|\n]+)>|&(?:amp|lt|gt);|[<>&]/g;

/**
 * Escapes `<`, `>` and `&` in finished mrkdwn wherever they are not one of our marks, an entity, or a quote at the beginning of a
 * line. So our own words, such as `--view <id>`, are shown as they are written.
 */
export function escapeLoose(text: string): string {
  return text.replace(MARK, (found, at: number) => {
    const isQuote = found === ">" && (at === 0 || text.charAt(at - 1) === "\n");
    return found.length > 1 || isQuote ? found : escapeText(found);
  });
}

/** Escapes exactly the characters with which mrkdwn writes angle brackets and entities. */
export function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/**
 * Foreign text on one line: white space collapsed, shortened to `max` characters, then escaped. Without the marks that reverse what follows
 * them; empty when nobody would see any of it.
 */
export function inline(text: string, max: number): string {
  const line = withoutStrays(text).replace(/\s+/g, " ").trim();
  return withoutInvisible(line) === "" ? "" : escapeText(shorten(line, max));
}

/** Foreign text between backticks. A backtick inside would end the code, so it becomes an apostrophe. */
export function code(text: string, max = 200): string {
  const line = inline(text.replace(/`/g, "'"), max);
  return line === "" ? "` `" : `\`${line}\``;
}

/**
 * Foreign text in bold. Text with `*`, `_`, `~` or a backtick is shown as code instead: mrkdwn cannot escape these, and invisible
 * separators such as zero-width spaces would be copied along with the name.
 */
export function bold(text: string, max: number): string {
  return /[*_~`]/.test(text) ? code(text, max) : `*${inline(text, max) || " "}*`;
}

/** A link with a foreign label; only the label when the URL is not valid. `|` would end the URL, and a newline the label. */
export function link(url: string | null, label: string, max: number): string {
  const text = inline(label, max) || "untitled";
  if (url === null || url.length > 2_000 || !/^https?:\/\/\S+$/.test(url)) return text;
  return `<${url.replace(/[|<>]/g, encodeURIComponent).replace(/&/g, "&amp;")}|${text.replace(/\|/g, "¦")}>`;
}

/** A moment in each reader's own time zone, or in UTC where that is not possible. `at`: epoch ms. */
export function date(at: number, format = "{date_short_pretty} {time}"): string {
  return `<!date^${Math.floor(at / 1_000)}^${format}|${plainDate(at)}>`;
}

/** The same moment for the plain text of a notification, where Slack does not format dates. */
export function plainDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A link or a mention, in which nothing is emphasized, or how our own mrkdwn marks code, and bold, italic and struck words. */
const EMPHASIS =
  /<[^<>\n]*>|`([^`\n]+)`|(?<![\w*])\*((?:<[^<>\n]*>|[^*<\n])+)\*(?![\w*])|(?<!\w)([_~])((?:<[^<>\n]*>|(?!\3)[^<\n])+)\3(?!\w)/g;

/**
 * Finished mrkdwn as a notification and a screen reader have it: without formatting, without lines of nothing but emoji and without the
 * emoji before a sentence or a state and behind a mention, with links as their labels and times in UTC. Mentions stay, because Slack
 * puts names in their place.
 */
export function spoken(mrkdwn: string): string {
  return mrkdwn
    .replace(/(^|\n|: |• |> |· ):[a-z_]+: /g, "$1")
    .replace(/\n(?::[a-z_]+:)+(?=\n|$)/g, "")
    .replace(/^>/gm, "")
    .replace(
      EMPHASIS,
      (found, code?: string, bold?: string, _?: string, other?: string) => code ?? bold ?? other ?? found,
    )
    .replace(/<(?:!date\^|https?:)[^<>|]*\|([^<>]*)>/g, "$1");
}

/** The parts of a line, separated by dots. Parts that are `null` are left out. */
export function dotted(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null).join(" · ");
}

export function mention(userId: string): string {
  return `<@${userId}>`;
}

/** Mentions everybody in a user group, and so tells all of them. */
export function groupMention(groupId: string): string {
  return `<!subteam^${groupId}>`;
}

/** What to look for in the bot's log. */
export function referenceWords(reference: string): string {
  return `Reference ${code(reference, 40)}`;
}

/** `… and 3 more projects.`; `null` when there are no more. */
export function moreProjects(more: number): string | null {
  return more > 0 ? `… and ${count(more, "more project")}.` : null;
}

/** ` in <#C…>`; empty for a direct message, which has no name. */
export function inChannel(channel: string | null): string {
  return channel !== null && /^C[A-Z0-9]+$/.test(channel) ? ` in <#${channel}>` : "";
}

/** A duration in words, such as "45 s", "3 min 20 s", "2 h 5 min" or "3 days". `ms`: milliseconds. */
export function duration(ms: number): string {
  // A clock that was set back makes the end come before the beginning.
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** The same text, beginning with a capital letter. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The same text in the middle of a sentence, beginning with a small letter. */
export function inSentence(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The first `shown` of the words, and how many more there are. The caller joins them. */
export function andMore(words: readonly string[], shown: number): string[] {
  const rest = words.length - shown;
  return rest > 0 ? [...words.slice(0, shown), `and ${rest} more`] : [...words];
}

/** `1 run`, `2 runs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
