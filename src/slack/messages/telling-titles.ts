// Shortens long titles that begin alike in a way that keeps their differences visible.

import { shorten } from "./mrkdwn.js";

/** Each title in at most `max` characters. A title that shares its beginning with others is cut in the middle, before the difference. */
export function tellingTitles(titles: readonly string[], max: number): string[] {
  return titles.map((title, at) => {
    if (title.length <= max) return title;
    const alike = Math.max(0, ...titles.map((other, index) => (index === at ? 0 : commonLength(title, other))));
    const head = Math.floor(max / 3);
    const from = wordBefore(title, alike);
    // A difference that the beginning shows needs nothing more, and equal titles have no difference.
    if (alike < (max * 2) / 3 || alike === title.length) return shorten(title, max);
    return `${shorten(title, head)} ${shorten(title.slice(from), max - head - 1)}`;
  });
}

/** The length of the common beginning of two texts, in characters. */
function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** Where the word at `place` begins; in a text without spaces, `place` itself. Never inside a character. */
function wordBefore(text: string, place: number): number {
  const space = text.lastIndexOf(" ", place);
  if (place - space <= 20) return space + 1;
  return /[\udc00-\udfff]/.test(text.charAt(place)) ? place - 1 : place;
}
