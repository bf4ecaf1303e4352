// Names in a policy file of things that must exist elsewhere, and where they are in the file.

import { safeId } from "../hex/ids.js";
import { uuidOfShortId } from "../hex/links.js";
import { type PolicyName, PROJECT_FIELDS, type ProjectField } from "./policy.js";
import { isGroupId, isPersonId, type PolicyFile, type RuleInFile } from "./policy-file.js";
import type { PolicyPath } from "./policy-mistake.js";
import { approversIn, listOf } from "./read-rule.js";

type NameInFile = Omit<PolicyName, "line" | "column"> & { path: PolicyPath };

/** Each name once, at its first place. `file` has no mistakes. */
export function namesInFile(file: PolicyFile): NameInFile[] {
  const first = new Map<string, NameInFile>();
  for (const name of allNames(file)) {
    const key = `${name.kind} ${name.text}`;
    if (!first.has(key)) first.set(key, name);
  }
  return [...first.values()];
}

function* allNames({ people = {}, rules }: PolicyFile): Generator<NameInFile> {
  for (const [alias, who] of Object.entries(people)) yield* peopleIn(who, ["people", alias], alias);
  for (const [place, rule] of rules.entries()) yield* namesInRule(rule, ["rules", place]);
}

function* namesInRule({ people, needs, channels = [], projects = [] }: RuleInFile, path: PolicyPath) {
  yield* peopleIn(people, [...path, "people"], null);
  // They are one text in the file.
  for (const text of needs === undefined ? [] : approversIn(needs)) yield* person(text, [...path, "needs"], null);
  yield* inOrder(channels, [...path, "channels"], (text, at) => [{ kind: "channel", text, alias: null, path: at }]);
  yield* inOrder(projects, [...path, "projects"], (filter, at) =>
    PROJECT_FIELDS.flatMap((field) => [
      ...inOrder(filter[field] ?? [], [...at, field], (text, here) => [
        { kind: field, text: textOf(field, text), alias: null, path: here },
      ]),
    ]),
  );
}

function peopleIn(who: string | readonly string[], path: PolicyPath, alias: string | null): Generator<NameInFile> {
  return inOrder(who, path, (text, at) => person(text, at, alias));
}

function* person(text: string, path: PolicyPath, alias: string | null): Generator<NameInFile> {
  if (isPersonId(text)) yield { kind: "person", text, alias, path };
  else if (isGroupId(text)) yield { kind: "group", text, alias, path };
}

/** The names in a value that is one or a list. */
function* inOrder<T>(
  oneOrMore: T | readonly T[],
  path: PolicyPath,
  namesOf: (item: T, path: PolicyPath) => Iterable<NameInFile>,
): Generator<NameInFile> {
  const isList = Array.isArray(oneOrMore);
  for (const [place, item] of listOf(oneOrMore).entries()) yield* namesOf(item, isList ? [...path, place] : path);
}

/** A short id counts as the id that it stands for. */
function textOf(field: ProjectField, text: string): string {
  return field === "id" ? (uuidOfShortId(text) ?? safeId(text) ?? text) : text;
}
