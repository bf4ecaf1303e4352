// A rule as written in the policy file -> the rule that the bot compares, or what is wrong with it.

import { safeId } from "../hex/ids.js";
import { uuidOfShortId } from "../hex/links.js";
import { closest } from "../lib/closest.js";
import {
  APPROVABLE,
  type Effect,
  type PeopleTerm,
  PROJECT_FIELDS,
  type ProjectFilter,
  type Rule,
  type Verb,
} from "./policy.js";
import { APPROVAL, isGroupId, isPersonId, PEOPLE_WORDS, peopleWord, type RuleInFile } from "./policy-file.js";
import type { Fault, Finding, PolicyPath } from "./policy-mistake.js";

/** The file's own names for people. */
export type Names = ReadonlyMap<string, readonly PeopleTerm[]>;

/** `place` counts from 0. Adds to `findings` what is wrong; the rule is then of no use. */
export function readRule(
  inFile: RuleInFile,
  place: number,
  position: Pick<Rule, "line" | "column">,
  names: Names,
  findings: Finding[],
): Rule {
  const path = ["rules", place];
  const verbs = new Set(listOf(inFile.allow ?? inFile.deny ?? []));
  const note = (fault: Fault, field: string, ofKey = true) => findings.push({ path: [...path, field], ofKey, fault });
  if (inFile.allow === undefined && inFile.deny === undefined) {
    findings.push({ path, ofKey: false, fault: { kind: "no_effect" } });
  }
  if (inFile.allow !== undefined && inFile.deny !== undefined) note({ kind: "two_effects" }, "deny");
  const people = readPeople(inFile.people, [...path, "people"], names, findings);
  if (verbs.has("administer")) {
    if (inFile.projects !== undefined) note({ kind: "administer_projects" }, "projects");
    if (people.some(({ kind }) => kind === "owner")) note({ kind: "administer_owner" }, "people", false);
  }
  return {
    number: place + 1,
    name: inFile.name ?? null,
    ...position,
    effect: readEffect(inFile, verbs, path, names, findings),
    verbs,
    people,
    channels: inFile.channels === undefined ? null : new Set(listOf(inFile.channels)),
    projects: inFile.projects === undefined ? null : readProjects(inFile.projects, [...path, "projects"], findings),
  };
}

function readEffect(
  { deny, needs }: RuleInFile,
  verbs: ReadonlySet<Verb>,
  path: PolicyPath,
  names: Names,
  findings: Finding[],
): Effect {
  if (needs === undefined) return { kind: deny === undefined ? "allow" : "deny" };
  const at = [...path, "needs"];
  const note = (fault: Fault) => findings.push({ path: at, ofKey: true, fault });
  if (deny !== undefined) note({ kind: "approval_of_denial" });
  const other = [...verbs].find((verb) => !APPROVABLE.some((approvable) => approvable === verb));
  if (other !== undefined) note({ kind: "not_approvable", verb: other, approvable: APPROVABLE });
  return { kind: "approval", by: readPeople(approversIn(needs), at, names, findings) };
}

/** The people in `approval by …`, as they are written. */
export function approversIn(needs: string): string[] {
  const [, who = ""] = APPROVAL.exec(needs) ?? [];
  return who.split(/,|\s(?:and|or)\s/).map((term) => term.trim());
}

/** Names for people may stand for several, but not for other names, so that nobody has to follow them. */
export function readPeople(
  inFile: string | readonly string[],
  path: PolicyPath,
  names: Names,
  findings: Finding[],
): PeopleTerm[] {
  return listOf(inFile).flatMap((text, place) => {
    const terms = termsOf(text, names);
    if (terms !== null) return terms;
    const meant = closest(text, [...PEOPLE_WORDS, ...names.keys()]);
    // In place of a list there may be a single text. Then the finding is about that text.
    findings.push({ path: [...path, place], ofKey: false, fault: { kind: "unknown_people", text, meant } });
    return [];
  });
}

function termsOf(text: string, names: Names): readonly PeopleTerm[] | null {
  if (isPersonId(text)) return [{ kind: "person", id: text }];
  if (isGroupId(text)) return [{ kind: "group", id: text }];
  const word = peopleWord(text);
  return word === null ? (names.get(text) ?? null) : [{ kind: word }];
}

function readProjects(
  inFile: NonNullable<RuleInFile["projects"]>,
  path: PolicyPath,
  findings: Finding[],
): ProjectFilter[] {
  return listOf(inFile).map((fields, place) => {
    const here = Array.isArray(inFile) ? [...path, place] : path;
    const filter: ProjectFilter = {};
    if (Object.keys(fields).length === 0) findings.push({ path: here, ofKey: false, fault: { kind: "empty_filter" } });
    for (const field of PROJECT_FIELDS) {
      const wanted = fields[field];
      if (wanted === undefined) continue;
      filter[field] = field === "id" ? readIds(listOf(wanted), [...here, field], findings) : listOf(wanted);
    }
    return filter;
  });
}

function readIds(wanted: readonly string[], path: PolicyPath, findings: Finding[]): string[] {
  return wanted.flatMap((text, place) => {
    const id = uuidOfShortId(text) ?? safeId(text);
    if (id !== null) return [id];
    findings.push({ path: [...path, place], ofKey: false, fault: { kind: "bad_id", text } });
    return [];
  });
}

export function listOf<T>(oneOrMore: T | readonly T[]): readonly T[];
export function listOf(oneOrMore: unknown): readonly unknown[] {
  return Array.isArray(oneOrMore) ? oneOrMore : [oneOrMore];
}
