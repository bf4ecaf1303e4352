// Text as people paste it: characters that nobody sees, and spellings that mean the same. All in time in proportion to its length.

/** Marks of direction, byte order marks and zero-width spaces: they come along with what is copied and mean nothing in it. */
const STRAYS = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
/** What takes no room and shows nothing, joiners and variation selectors included; white space is none of it. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?!\s)\p{Cc}/gu;
/** Hyphens, dashes and minus signs, the one on the keyboard included. */
export const DASH = "-\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d";
const DASHES = new RegExp(`[${DASH}]`, "g");
/** Text in which there is only case and spaces to fold. */
const PLAIN = /^[\x20-\x5f\x61-\x7e]*$/;
const SINGLE_QUOTES = /[`´‘’‚‛′‹›]/g;
const DOUBLE_QUOTES = /[“”„‟″«»]/g;

/**
 * For a value: without what never belongs to it. Joiners stay, which carry meaning in emoji, Persian and Hindi, and so does the
 * normal form.
 */
export function withoutStrays(text: string): string {
  return text.replace(STRAYS, "");
}

/** For a name, an id, a link or a command: without anything that cannot be seen. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, "");
}

/** Without the marks that stand at its beginning and at its end. `before`, `behind`: one character each. */
export function withoutEdges(text: string, before: ReadonlySet<string>, behind: ReadonlySet<string>): string {
  const characters = [...text];
  const from = characters.findIndex((character) => !before.has(character));
  const last = characters.findLastIndex((character) => !behind.has(character));
  return from === -1 ? "" : characters.slice(from, last + 1).join("");
}

/** Every kind of dash as the one on the keyboard. */
export function withPlainDashes(text: string): string {
  return text.replace(DASHES, "-");
}

/**
 * What two texts have in common that people would call the same: for comparing, never for showing. Folds case, normal forms
 * (composed or not, wide or not, `…` or three dots), quotes, dashes and white space, and leaves out what cannot be seen.
 */
export function folded(text: string): string {
  // Most texts are, and there are thousands of titles.
  if (PLAIN.test(text)) return text.toLowerCase().replace(/ {2,}/g, " ").trim();
  const plain = text.replace(SINGLE_QUOTES, "'").replace(DOUBLE_QUOTES, '"');
  const letters = withoutInvisible(plain.normalize("NFKC").toLowerCase().normalize("NFKC"));
  return withPlainDashes(letters).replace(/\s+/g, " ").trim();
}
