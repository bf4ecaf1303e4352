// Text as Unicode has it, whatever it was made of.

/** Half of a character that takes two UTF-16 units. `encodeURIComponent` throws at it, and no JSON parser has to take it. */
const HALF = /\p{Surrogate}/gu;

/** The same text with U+FFFD for each half of a character. */
function wellFormed(text: string): string {
  return text.replace(HALF, "\uFFFD");
}

/**
 * The beginning of a text, at most `max` UTF-16 units, cut between characters, well formed. A copy: a slice would keep all of the
 * text in memory for as long as it is kept itself.
 */
export function beginning(text: string, max: number): string {
  const kept = text.slice(0, max);
  const isHalved = kept.length < text.length && /[\uD800-\uDBFF]$/.test(kept);
  const whole = wellFormed(isHalved ? kept.slice(0, -1) : kept);
  return kept.length < text.length ? Buffer.from(whole).toString() : whole;
}
