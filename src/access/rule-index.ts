// The rules that may be about a project, without a comparison of each project with each of a thousand rules.

import { type Pattern, patternOf } from "./pattern.js";
import { PatternIndex } from "./pattern-index.js";
import type { ProjectFacts, ProjectField, ProjectFilter, Rule } from "./policy.js";

/** Fields by which rules are found, those that few projects share first. */
const KEYS: readonly ProjectField[] = ["id", "title", "collection", "category", "owner", "status"];
/** So many filters under one pattern are told apart by another field, too. */
const MANY = 8;

export class RuleIndex<T extends { rule: Rule }> {
  readonly #filters: FilterIndex<T>;

  /** `entries` in the order of their rules. */
  constructor(entries: readonly T[]) {
    const filed = entries.flatMap((entry) => (entry.rule.projects ?? [{}]).map((filter) => ({ filter, entry })));
    this.#filters = new FilterIndex(filed, KEYS);
  }

  /** Every entry whose rule may be about the project, in the order of the rules. */
  for(project: ProjectFacts): T[] {
    const found = new Set<T>();
    this.#filters.find(project, found);
    return found.size < 2 ? [...found] : [...found].sort((one, other) => one.rule.number - other.rule.number);
  }
}

interface Filed<T> {
  filter: ProjectFilter;
  entry: T;
}

interface Bucket<T> {
  filed: Filed<T>[];
  /** What is filed here, by another field; `null` where it is little, or has no other field. */
  more: FilterIndex<T> | null;
}

class FilterIndex<T> {
  /** Entries that must be compared with every project. */
  readonly #always: T[] = [];
  readonly #byField = new Map<ProjectField, { all: Filed<T>[]; byPattern: PatternIndex<Bucket<T>> }>();

  /** @param keys the fields by which to find them, best first */
  constructor(filed: readonly Filed<T>[], keys: readonly ProjectField[]) {
    const buckets = new Map<ProjectField, Set<Bucket<T>>>();
    for (const one of filed) {
      const key = keyOf(one.filter, keys);
      if (key === null) {
        this.#always.push(one.entry);
        continue;
      }
      const { field, patterns } = key;
      const ofField = buckets.get(field) ?? new Set();
      buckets.set(field, ofField);
      for (const bucket of this.#file(field, patterns, one)) ofField.add(bucket);
    }
    for (const { byPattern } of this.#byField.values()) byPattern.settle();
    for (const [field, ofField] of buckets) {
      const others = keys.filter((key) => key !== field);
      for (const bucket of ofField) if (bucket.filed.length > MANY) bucket.more = new FilterIndex(bucket.filed, others);
    }
  }

  find(project: ProjectFacts, found: Set<T>): void {
    for (const entry of this.#always) found.add(entry);
    const take = ({ filed, more }: Bucket<T>) => {
      if (more === null) for (const { entry } of filed) found.add(entry);
      else more.find(project, found);
    };
    for (const [field, { all, byPattern }] of this.#byField) {
      const values = project[field];
      // Where Hex has not said a project's values, any rule about them may be about the project.
      if (values === null) for (const { entry } of all) found.add(entry);
      else for (const value of values) byPattern.find(value, take);
    }
  }

  /** @returns where it is filed */
  #file(field: ProjectField, patterns: readonly Pattern[], one: Filed<T>): Bucket<T>[] {
    const ofField = this.#byField.get(field) ?? { all: [], byPattern: new PatternIndex<Bucket<T>>() };
    this.#byField.set(field, ofField);
    ofField.all.push(one);
    return patterns.map((pattern) => {
      const buckets = ofField.byPattern.under(pattern);
      const [bucket = { filed: [], more: null }] = buckets;
      if (buckets.length === 0) buckets.push(bucket);
      bucket.filed.push(one);
      return bucket;
    });
  }
}

/** A field whose patterns all say how its texts begin or end; `null` when the filter has none. */
function keyOf(
  filter: ProjectFilter,
  keys: readonly ProjectField[],
): { field: ProjectField; patterns: readonly Pattern[] } | null {
  for (const field of keys) {
    const patterns = filter[field]?.map(patternOf);
    if (patterns?.every(PatternIndex.isFilable)) return { field, patterns };
  }
  return null;
}
