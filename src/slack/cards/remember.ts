// What a process remembers of cards.

import { keepLatest } from "../../lib/keep-latest.js";

/** Far more than are ever in flight at once. */
const REMEMBERED = 1_000;

/** Forgets the oldest entries: another process may draw the end of a card, and then this process never learns of it. */
export function remember<T>(map: Map<string, T>, runKey: string, value: T): void {
  keepLatest(map, runKey, value, REMEMBERED);
}
