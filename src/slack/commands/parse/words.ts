// Splits what people type into words, as a shell would, but kind to what Slack's clients make of quotes, dashes and links.

/** `quoted`: what stood in quotes, the word or the value behind its first `=`; that is text, whatever it looks like. */
export interface Word {
  text: string;
  quoted: "word" | "value" | null;
}

/** The words, or why there are none. */
export type Words = { ok: true; words: Word[] } | { ok: false; problem: "unbalanced_quote" };

const DOUBLE = new Set(['"', "“", "”", "„", "‟"]);
const SINGLE = new Set(["'", "‘", "’", "‚", "‛"]);
const SPACE = /\s/;

/**
 * White space separates. Quotes group, where a word or its value begins; inside them `\` escapes a quote or itself.
 * A value that begins with `{` or `[` goes on until its brackets balance. A dash that a client made of `--` is `--` again.
 */
export function splitWords(text: string): Words {
  const source = decode(text);
  const words: Word[] = [];
  let at = 0;
  while (at < source.length) {
    if (SPACE.test(source.charAt(at))) {
      at++;
      continue;
    }
    const read = readWord(source, at);
    if (read === null) return { ok: false, problem: "unbalanced_quote" };
    words.push({ text: withoutLongDash(read.word), quoted: read.word.quoted });
    at = read.end;
  }
  return { ok: true, words };
}

/** The texts of the words alone; what white space separates when a quote is not closed. */
export function plainWords(text: string): string[] {
  const split = splitWords(text);
  return split.ok ? split.words.map((word) => word.text) : text.split(/\s+/).filter((word) => word !== "");
}

/** A client's long dash at the beginning of a word stands for the two that were typed. */
function withoutLongDash({ text, quoted }: Word): string {
  return quoted === "word" ? text : text.replace(/^[—–](?=\p{L})/u, "--");
}

function readWord(source: string, start: number): { word: Word; end: number } | null {
  let text = "";
  let quoted: Word["quoted"] = null;
  let at = start;
  while (at < source.length && !SPACE.test(source.charAt(at))) {
    const opens =
      at === start || (quoted === null && source.charAt(at - 1) === "=" && text.indexOf("=") === text.length - 1);
    const family = opens ? familyOf(source.charAt(at)) : null;
    if (family !== null) {
      const read = readQuoted(source, at, family);
      if (read === null) return null;
      text += read.text;
      quoted = at === start ? "word" : "value";
      at = read.end;
      continue;
    }
    const json = opens && at !== start ? readBrackets(source, at) : null;
    if (json !== null) {
      text += json.text;
      at = json.end;
      continue;
    }
    text += source.charAt(at);
    at++;
  }
  return { word: { text, quoted }, end: at };
}

function familyOf(character: string): ReadonlySet<string> | null {
  if (DOUBLE.has(character)) return DOUBLE;
  return SINGLE.has(character) ? SINGLE : null;
}

function readQuoted(source: string, start: number, family: ReadonlySet<string>): { text: string; end: number } | null {
  let text = "";
  for (let at = start + 1; at < source.length; at++) {
    const character = source.charAt(at);
    const next = source.charAt(at + 1);
    if (character === "\\" && (next === "\\" || familyOf(next) !== null)) {
      text += next;
      at++;
    } else if (family.has(character)) {
      return { text, end: at + 1 };
    } else {
      text += character;
    }
  }
  return null;
}

const BRACKETS: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** A JSON list or object from its opening bracket to the one that closes it, its quotes made straight; null when none closes it. */
function readBrackets(source: string, start: number): { text: string; end: number } | null {
  if (BRACKETS[source.charAt(start)] === undefined) return null;
  const open: string[] = [];
  let text = "";
  let closing: ReadonlySet<string> | null = null;
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
      // What a straight quote opens, only a straight quote closes: a curly one inside is text.
      closing = character === '"' ? new Set(['"']) : DOUBLE;
      text += '"';
      continue;
    }
    text += character;
    const closer = BRACKETS[character];
    if (closer !== undefined) open.push(closer);
    else if (character === open.at(-1)) open.pop();
    if (open.length === 0) return { text, end: at + 1 };
  }
  return null;
}

/** Slack wraps links, addresses, channels and people in angle brackets, and escapes `&`, `<` and `>`. */
function decode(text: string): string {
  return text
    .replace(/<(https?:\/\/[^\s|<>]+)(?:\|([^<>]*))?>/g, (_, url: string, label?: string) =>
      // Slack adds the scheme that nobody typed.
      label !== undefined && url === `http://${label}` ? label : url,
    )
    .replace(/<([#@])[A-Z0-9]+\|([^\s|<>]+)>/g, "$1$2")
    .replace(/<mailto:([^\s|<>]+)(?:\|[^<>]*)?>/g, "$1")
    .replace(/&(amp|lt|gt);/g, (_, name: string) => (name === "amp" ? "&" : name === "lt" ? "<" : ">"));
}
