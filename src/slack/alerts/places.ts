// The conversations that watch something.

import { placeKey, type Watch, type WatchPlace } from "../../follow/watch.js";

/** The watches of each conversation. */
export function byPlace(watches: readonly Watch[]): { place: WatchPlace; watches: Watch[] }[] {
  const places = new Map<string, { place: WatchPlace; watches: Watch[] }>();
  for (const watch of watches) {
    const { channel, threadTs } = watch;
    const key = placeKey(watch);
    const known = places.get(key) ?? { place: { channel, threadTs }, watches: [] };
    known.watches.push(watch);
    places.set(key, known);
  }
  return [...places.values()];
}
