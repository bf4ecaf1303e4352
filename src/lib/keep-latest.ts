// Maps and sets that keep only what came last, so that they do not grow for as long as the process lives.

/** Makes an entry the latest one, and removes the oldest when there are more than `most`. */
export function keepLatest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  dropOldest(map, most);
}

/** Removes the oldest entry when there are more than `most`, which is enough if this is called after each one that is added. */
export function dropOldest<Key>(kept: Map<Key, unknown> | Set<Key>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
