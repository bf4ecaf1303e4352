// Splits what people type and paste into words, as a shell would, but tolerates what Slack's clients make of quotes, dashes, links
// and formatting.

import { DASH, withoutInvisible, withoutStrays } from "../../lib/spelling.js";
import { withoutFormatting } from "./formatting.js";
import { withoutSlackMarks } from "./slack-marks.js";

/** `quoted` says what was in quotes: the whole word, or the value after its first `=`. That is text, whatever it looks like. */
export interface Word {
  text: string;
  quoted: "word" | "value" | null;
}

/** The words, or why there are none. */
export type Words = { ok: true; words: Word[] } | { ok: false; problem: "unbalanced_quote" };

/** Quotation marks that close what any one of them opens. */
type Family = ReadonlySet<string>;
const FAMILIES: readonly Family[] = [
  new Set(['"', "“", "”", "„", "‟"]),
  new Set(["'", "‘", "’", "‚", "‛"]),
  new Set(["«", "»"]),
  new Set(["‹", "›"]),
];
const [DOUBLE = new Set<string>(), , ...GUILLEMETS] = FAMILIES;
const SPACE = /\s/;
/** A Markdown link, with a limit on its text. People see links like this while they type. */
const MARKDOWN_LINK =
  /\[[^[\]]{1,300}\]\(<?((?:https?:\/\/|[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)(?:[^\s()<>]|\([^\s()<>]*\))*)>?\)/iy;
const INVISIBLE_OR_FORMATTING = /[\p{Default_Ignorable_Code_Point}*_~`]/u;

/**
 * White space separates words. Quotes at the beginning of a word or its value group; inside them `\` escapes a quote or itself.
 * A value that begins with `{` or `[` continues until its brackets balance. A dash that a client made of `--` becomes `--` again.
 * The word for a Markdown link, `[text](address)`, is its address. Formatting around words is removed, and so are direction marks,
 * byte order marks and zero-width spaces anywhere.
 */
export function splitWords(text: string): Words {
  const source = withoutSlackMarks(withoutStrays(text));
  const read: RawWord[] = [];
  /** An unclosed bracket means that the command will be refused, so there is no need to search the rest of the text for the others. */
  let bracketsClose = true;
  let at = 0;
  while (at < source.length) {
    if (SPACE.test(source.charAt(at))) {
      at++;
      continue;
    }
    const word = readWord(source, at, bracketsClose);
    if (word === null) return { ok: false, problem: "unbalanced_quote" };
    read.push(word);
    bracketsClose &&= word.bracketsClose;
    at = word.end;
  }
  const texts = withoutFormatting(read.map((word) => ({ ...word, isQuoted: word.quoted === "word" })));
  const words = read.flatMap(({ quoted }, index) => {
    const word = texts[index] ?? null;
    return word === null ? [] : [{ text: quoted === "word" ? word : withoutLongDash(word), quoted }];
  });
  return { ok: true, words };
}

/**
 * The words as names to look up or search for, without invisible characters. If a quote is not closed, just the parts that white
 * space separates.
 */
export function plainWords(text: string): string[] {
  const split = splitWords(text);
  const words = split.ok ? split.words.map((word) => word.text) : withoutSlackMarks(withoutStrays(text)).split(/\s+/);
  return words.map(withoutInvisible).filter((word) => word !== "");
}

const LONG_DASH = new RegExp(`^(?:[${DASH}]{2,}|[—–―⸺⸻])(?=\\p{L})`, "u");

/** A long dash at the beginning of a word, or several dashes of any kind, stand for the two that were typed. */
function withoutLongDash(text: string): string {
  return text.replace(LONG_DASH, "--");
}

/** `lead` and `tail` are formatting characters before and after the text, outside its quotes. */
interface RawWord extends Word {
  lead: string;
  tail: string;
  end: number;
  /** False when a value's bracket is opened but never closed. */
  bracketsClose: boolean;
}

function readWord(source: string, from: number, mayReadBrackets: boolean): RawWord | null {
  const lead = leadOf(source, from);
  const start = from + lead.length;
  let text = "";
  let quoted: Word["quoted"] = null;
  /** Where the first `=` is in `text`. */
  let equals = -1;
  /** How much of `text` was inside quotes or brackets, or before them. */
  let kept = 0;
  let bracketsClose = true;
  let at = start;
  MARKDOWN_LINK.lastIndex = start;
  const [link = "", address = ""] = MARKDOWN_LINK.exec(source) ?? [];
  text += address;
  at += link.length;
  while (at < source.length && !SPACE.test(source.charAt(at))) {
    const beginsValue = equals !== -1 && equals === text.length - 1 && quoted === null;
    const family = at === start || beginsValue ? familyOf(source.charAt(at)) : null;
    const json = beginsValue && mayReadBrackets && bracketsClose ? readBrackets(source, at) : null;
    if (family !== null) {
      const read = readQuoted(source, at, family);
      if (read === null) return null;
      text += read.text;
      quoted = at === start ? "word" : "value";
      kept = text.length;
      at = read.end;
    } else if (json?.closed) {
      text += json.text;
      kept = text.length;
      at = json.end;
    } else {
      if (json?.closed === false) bracketsClose = false;
      if (source.charAt(at) === "=" && equals === -1 && quoted === null) equals = text.length;
      text += source.charAt(at);
      at++;
    }
  }
  const tail = tailOf(text.slice(kept));
  return {
    text: text.slice(0, text.length - tail.length),
    quoted,
    lead: lead.replace(/[^*_~`]/g, ""),
    tail,
    end: at,
    bracketsClose,
  };
}

/** What precedes a word: formatting and invisible characters. */
function leadOf(source: string, start: number): string {
  let at = start;
  while (at < source.length && INVISIBLE_OR_FORMATTING.test(source.charAt(at))) at++;
  return source.slice(start, at);
}

function tailOf(text: string): string {
  let from = text.length;
  while (from > 0 && "*_~`".includes(text.charAt(from - 1))) from--;
  return text.slice(from);
}

function familyOf(character: string): Family | null {
  return FAMILIES.find((family) => family.has(character)) ?? null;
}

function readQuoted(source: string, start: number, family: Family): { text: string; end: number } | null {
  let text = "";
  for (let at = start + 1; at < source.length; at++) {
    const character = source.charAt(at);
    const next = source.charAt(at + 1);
    if (character === "\\" && (next === "\\" || familyOf(next) !== null)) {
      text += next;
      at++;
    } else if (family.has(character)) {
      // French puts spaces inside.
      return { text: GUILLEMETS.includes(family) ? text.trim() : text, end: at + 1 };
    } else {
      text += character;
    }
  }
  return null;
}

/** The contents of quotes or brackets, up to and including the closing mark. `text` is without the quotes, or JSON with straight quotes. */
export type Opened =
  | { kind: "quoted" | "brackets"; text: string; end: number }
  | { kind: "unclosed"; by: "quote" | "bracket" };

/** Reads what begins with a quote or a bracket at `start`; `null` for anything else. */
export function readOpened(source: string, start: number): Opened | null {
  const family = familyOf(source.charAt(start));
  if (family !== null) {
    const quoted = readQuoted(source, start, family);
    return quoted === null ? { kind: "unclosed", by: "quote" } : { kind: "quoted", ...quoted };
  }
  const json = readBrackets(source, start);
  if (json === null) return null;
  return json.closed ? { kind: "brackets", text: json.text, end: json.end } : { kind: "unclosed", by: "bracket" };
}

const BRACKETS: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

type Brackets = { closed: true; text: string; end: number } | { closed: false };

/** A JSON list or object from its opening bracket to the closing one, with its quotes made straight; `null` when none opens. */
function readBrackets(source: string, start: number): Brackets | null {
  if (BRACKETS[source.charAt(start)] === undefined) return null;
  const open: string[] = [];
  let text = "";
  let closing: Family | null = null;
  for (let at = start; at < source.length; at++) {
    const character = source.charAt(at);
    if (closing !== null) {
      if (character === "\\") {
        const next = source.charAt(at + 1);
        text += character + (DOUBLE.has(next) ? '"' : next);
        at++;
      } else if (closing.has(character)) {
        text += '"';
        closing = null;
      } else text += character;
      continue;
    }
    if (DOUBLE.has(character)) {
      // Only a straight quote closes what a straight quote opens. A curly one inside is text.
      closing = character === '"' ? new Set(['"']) : DOUBLE;
      text += '"';
      continue;
    }
    text += character;
    const closer = BRACKETS[character];
    if (closer !== undefined) open.push(closer);
    else if (character === open.at(-1)) open.pop();
    if (open.length === 0) return { closed: true, text, end: at + 1 };
  }
  return { closed: false };
}
