// Makes any text well-formed Unicode.

/** Half of a character that takes two UTF-16 units. `encodeURIComponent` throws for it, and JSON parsers may refuse it. */
const HALF = /\p{Surrogate}/gu;

/** The same text with U+FFFD in place of each half of a character. */
function wellFormed(text: string): string {
  return text.replace(HALF, "\uFFFD");
}

/**
 * The well-formed beginning of a text: at most `max` UTF-16 units, cut between characters. It is a copy, because a slice would keep
 * the whole text in memory for as long as the slice exists.
 */
export function beginning(text: string, max: number): string {
  const kept = text.slice(0, max);
  if (kept.length === text.length) return wellFormed(text);
  return Buffer.from(wellFormed(kept.replace(/[\uD800-\uDBFF]$/, ""))).toString();
}
