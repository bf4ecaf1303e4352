// When digests are due, remembered until it is that time: finding it out takes a while, and every round asks it of every digest.

import { type DigestTime, lastDigest, nextDigest } from "./digest-times.js";

/** Times in epoch ms. */
interface Span {
  /** The last time at which the digest was due, and the next. `null`: there is none, for example because there is no such zone. */
  last: number | null;
  next: number | null;
}

/** Far more than there are conversations with a digest. */
const MOST = 5_000;

export class DigestCalendar {
  readonly #spans = new Map<string, Span>();

  /** The last time at which the digest was due, not after `now`, and the next one after it. Epoch ms. */
  around({ hour, minute, zone, weekdaysOnly }: DigestTime, now: number): Span {
    const time = { hour, minute, zone, weekdaysOnly };
    const key = JSON.stringify(time);
    const known = this.#spans.get(key);
    if (known?.last != null && known.next !== null && known.last <= now && now < known.next) return known;
    const span = { last: lastDigest(time, now), next: nextDigest(time, now) };
    if (this.#spans.size >= MOST) this.#spans.clear();
    this.#spans.set(key, span);
    return span;
  }
}
