// Finds what is filed under patterns that a text may match, without a comparison with each pattern.

import type { Pattern } from "./pattern.js";

export class PatternIndex<T> {
  readonly #byFirst = new Map<string, T[]>();
  readonly #byLast = new Map<string, T[]>();
  /** The lengths of the keys, so that a text is looked up as often as there are lengths. */
  readonly #firsts = new Set<number>();
  readonly #lasts = new Set<number>();

  /** Whether a pattern says how its texts begin or end. */
  static isFilable({ first, last }: Pattern): boolean {
    return first !== "" || last !== "";
  }

  add({ first, last }: Pattern, entry: T): void {
    if (first !== "") file(this.#byFirst, this.#firsts, first, entry);
    else file(this.#byLast, this.#lasts, last, entry);
  }

  /** Adds to `found` whatever is filed under a pattern that the text may match. */
  find(text: string, found: Set<T>): void {
    for (const length of this.#firsts) addAll(found, this.#byFirst.get(text.slice(0, length)));
    for (const length of this.#lasts) addAll(found, this.#byLast.get(text.slice(-length)));
  }
}

function file<T>(byText: Map<string, T[]>, lengths: Set<number>, text: string, entry: T): void {
  const filed = byText.get(text);
  if (filed === undefined) byText.set(text, [entry]);
  else filed.push(entry);
  lengths.add(text.length);
}

function addAll<T>(found: Set<T>, entries: readonly T[] | undefined): void {
  for (const entry of entries ?? []) found.add(entry);
}
