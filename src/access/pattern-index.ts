// Finds what is filed under patterns that a text may match, without a comparison with each pattern.

import type { Pattern } from "./pattern.js";

export class PatternIndex<T> {
  readonly #byFirst = new EdgeIndex<T>((text, at) => text.charCodeAt(at));
  readonly #byLast = new EdgeIndex<T>((text, at) => text.charCodeAt(text.length - 1 - at));

  /** Whether a pattern says how its texts begin or end. */
  static isFilable({ first, last }: Pattern): boolean {
    return first !== "" || last !== "";
  }

  /** The entries under the pattern, for more to be added. */
  under({ first, last }: Pattern): T[] {
    return first !== "" ? this.#byFirst.under(first) : this.#byLast.under(last);
  }

  /** Does now what the next search would have to do first, once everything has been added. */
  settle(): void {
    this.#byFirst.settle();
    this.#byLast.settle();
  }

  /** Calls `found` with whatever is filed under a pattern that the text may match. */
  find(text: string, found: (entry: T) => void): void {
    this.#byFirst.find(text, found);
    this.#byLast.find(text, found);
  }
}

interface Edge<T> {
  text: string;
  entries: T[];
  /** The longest other one with which this one begins. */
  shorter: Edge<T> | null;
}

/** Entries by how a text begins, or by how it ends if `unit` counts from the end. */
class EdgeIndex<T> {
  readonly #edges = new Map<string, Edge<T>>();
  /** In order; `null` when there are new ones. */
  #sorted: Edge<T>[] | null = [];

  /** @param unit the UTF-16 unit at a place of a text, from 0 on; NaN behind its end */
  constructor(private readonly unit: (text: string, at: number) => number) {}

  under(text: string): T[] {
    const known = this.#edges.get(text);
    if (known !== undefined) return known.entries;
    const edge: Edge<T> = { text, entries: [], shorter: null };
    this.#edges.set(text, edge);
    this.#sorted = null;
    return edge.entries;
  }

  settle(): readonly Edge<T>[] {
    this.#sorted ??= this.#inOrder();
    return this.#sorted;
  }

  /**
   * The longest edge that the text has sorts before the text, and whatever sorts between the two has that edge, too. So it is the last
   * one that sorts before the text, or one of those with which that one begins.
   */
  find(text: string, found: (entry: T) => void): void {
    let edge = lastBefore(this.settle(), (other) => this.#compare(other.text, text) <= 0);
    while (edge !== null && !this.#has(text, edge.text)) edge = edge.shorter;
    for (; edge !== null; edge = edge.shorter) for (const entry of edge.entries) found(entry);
  }

  #inOrder(): Edge<T>[] {
    const sorted = [...this.#edges.values()].sort((one, other) => this.#compare(one.text, other.text));
    let before: Edge<T> | null = null;
    for (const edge of sorted) {
      while (before !== null && !this.#has(edge.text, before.text)) before = before.shorter;
      edge.shorter = before;
      before = edge;
    }
    return sorted;
  }

  #has(text: string, edge: string): boolean {
    for (let at = 0; at < edge.length; at++) if (this.unit(text, at) !== this.unit(edge, at)) return false;
    return true;
  }

  /** Negative if `one` sorts before the other. If one begins with the other, the shorter one comes first. */
  #compare(one: string, other: string): number {
    const length = Math.min(one.length, other.length);
    for (let at = 0; at < length; at++) {
      const difference = this.unit(one, at) - this.unit(other, at);
      if (difference !== 0) return difference;
    }
    return one.length - other.length;
  }
}

/** The last item of those at the beginning of a list to which this applies; `null` when it applies to none. */
function lastBefore<T>(items: readonly T[], applies: (item: T) => boolean): T | null {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const item = items[middle];
    if (item !== undefined && applies(item)) from = middle + 1;
    else to = middle;
  }
  return items[from - 1] ?? null;
}
