// The rules that may be about a project, without a comparison of each project with each of a thousand rules.

import { patternOf } from "./pattern.js";
import { PatternIndex } from "./pattern-index.js";
import { PROJECT_FIELDS, type ProjectFacts, type ProjectField, type ProjectFilter, type Rule } from "./policy.js";

/** Fields by which rules are found, those that few projects share first. */
const KEYS: readonly ProjectField[] = ["id", "title", "collection", "category", "owner", "status"];

export class RuleIndex<T extends { rule: Rule }> {
  /** Entries that must be compared with every project. */
  readonly #always: T[] = [];
  readonly #byValue = new Map<ProjectField, PatternIndex<T>>();
  readonly #byField = new Map<ProjectField, T[]>();

  /** `entries` in the order of their rules. */
  constructor(entries: readonly T[]) {
    for (const entry of entries) this.#add(entry);
  }

  /** Every entry whose rule may be about the project, in the order of the rules. */
  for(project: ProjectFacts): T[] {
    const found = new Set(this.#always);
    for (const field of PROJECT_FIELDS) this.#findBy(field, project[field], found);
    return [...found].sort((one, other) => one.rule.number - other.rule.number);
  }

  /** Where Hex has not said a project's values, any rule about them may be about the project. */
  #findBy(field: ProjectField, values: readonly string[] | null, found: Set<T>): void {
    if (values === null) for (const entry of this.#byField.get(field) ?? []) found.add(entry);
    const byValue = this.#byValue.get(field);
    if (byValue !== undefined) for (const value of values ?? []) byValue.find(value, found);
  }

  #add(entry: T): void {
    const keys = (entry.rule.projects ?? []).map(keyOf);
    const filed = keys.filter((key) => key !== null);
    if (filed.length === 0 || filed.length < keys.length) this.#always.push(entry);
    else for (const { field, patterns } of filed) this.#file(field, patterns, entry);
  }

  #file(field: ProjectField, patterns: readonly string[], entry: T): void {
    const byValue = this.#byValue.get(field) ?? new PatternIndex<T>();
    this.#byValue.set(field, byValue);
    for (const pattern of patterns) byValue.add(patternOf(pattern), entry);
    const ofField = this.#byField.get(field);
    if (ofField === undefined) this.#byField.set(field, [entry]);
    else ofField.push(entry);
  }
}

/** A field whose patterns all say how its texts begin or end; `null` when the filter has none. */
function keyOf(filter: ProjectFilter): { field: ProjectField; patterns: readonly string[] } | null {
  for (const field of KEYS) {
    const patterns = filter[field];
    if (patterns?.every((pattern) => PatternIndex.isFilable(patternOf(pattern)))) return { field, patterns };
  }
  return null;
}
