// Text that people paste: invisible characters, and different spellings of the same thing. All functions take time proportional to
// its length.

/** Direction marks, byte order marks and zero-width spaces. They get copied along with text and mean nothing in it. */
const STRAYS = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
/** Characters that take no room and show nothing, including joiners and variation selectors but not white space. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?!\s)\p{Cc}/gu;
/** Hyphens, dashes and minus signs, including the one on the keyboard. */
export const DASH = "-\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d";
const DASHES = new RegExp(`[${DASH}]`, "g");
/** Text in which only case and spaces need folding. */
const PLAIN = /^[\x20-\x5f\x61-\x7e]*$/;
const SINGLE_QUOTES = /[`´‘’‚‛′‹›]/g;
const DOUBLE_QUOTES = /[“”„‟″«»]/g;

/**
 * For a value: removes what never belongs to it. Joiners stay, because they carry meaning in emoji, Persian and Hindi, and the normal
 * form stays as it is.
 */
export function withoutStrays(text: string): string {
  return text.replace(STRAYS, "");
}

/** For a name, an id, a link or a command: removes all invisible characters. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, "");
}

/** The text without the marks at its beginning (`before`) and at its end (`behind`), each of them one character. */
export function withoutEdges(text: string, before: ReadonlySet<string>, behind: ReadonlySet<string>): string {
  const characters = [...text];
  const from = characters.findIndex((character) => !before.has(character));
  const last = characters.findLastIndex((character) => !behind.has(character));
  return from === -1 ? "" : characters.slice(from, last + 1).join("");
}

/** Replaces every kind of dash with the one on the keyboard. */
export function withPlainDashes(text: string): string {
  return text.replace(DASHES, "-");
}

/**
 * Equal for texts that people would call the same. For comparing, never for showing. Folds case, normal forms (composed or not, wide
 * or not, `…` or three dots), quotes, dashes and white space, and removes invisible characters.
 */
export function folded(text: string): string {
  // A shortcut: most texts are plain, and there are thousands of titles.
  if (PLAIN.test(text)) return text.toLowerCase().replace(/ {2,}/g, " ").trim();
  const plain = text.replace(SINGLE_QUOTES, "'").replace(DOUBLE_QUOTES, '"');
  const letters = withoutInvisible(plain.normalize("NFKC").toLowerCase().normalize("NFKC"));
  return withPlainDashes(letters).replace(/\s+/g, " ").trim();
}
