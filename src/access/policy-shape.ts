// What the schema of the policy file refuses, as faults that say what was probably meant.

import type { z } from "zod";
import { closest } from "../lib/closest.js";
import { PROJECT_FIELDS, VERBS } from "./policy.js";
import { FILE_KEYS, MOST_RULES, MOST_TERMS, PEOPLE_WORDS, RULE_KEYS } from "./policy-file.js";
import type { Fault, Finding, Listed, PolicyPath } from "./policy-mistake.js";

type Issue = z.core.$ZodIssue;

/** `content` is what the schema refused. */
export function shapeFindings(issues: readonly Issue[], content: unknown): Finding[] {
  return issues.flatMap((issue) => findingsOf(issue, [], content));
}

function findingsOf(issue: Issue, above: PolicyPath, content: unknown): Finding[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key));
  if (issue.code === "invalid_key") return [{ path, ofKey: true, fault: { kind: "bad_name", text: lastName(path) } }];
  const branch = issue.code === "invalid_union" ? nearestBranch(issue.errors) : null;
  if (branch !== null) return branch.flatMap((inner) => findingsOf(inner, path, content));
  return [{ path, ofKey: false, fault: faultAt(path, valueAt(content, path)) }];
}

function unknownKey(path: PolicyPath, key: string): Finding {
  const known = knownKeys(path);
  return { path: [...path, key], ofKey: true, fault: { kind: "unknown_key", key, known, meant: closest(key, known) } };
}

function knownKeys(path: PolicyPath): readonly string[] {
  if (path.length === 0) return FILE_KEYS;
  return path.includes("projects") ? PROJECT_FIELDS : RULE_KEYS;
}

/** Of one term or a list of terms, the form that was written: the other one refuses the value as a whole. */
function nearestBranch(branches: readonly Issue[][]): Issue[] | null {
  const isWhole = ({ code, path }: Issue) => code !== "unrecognized_keys" && path.length === 0;
  return branches.find((issues) => !issues.some(isWhole)) ?? null;
}

function faultAt(path: PolicyPath, value: unknown): Fault {
  if (Array.isArray(value)) {
    const what = listedAt(path);
    const most = what === "rules" ? MOST_RULES : MOST_TERMS;
    if (what !== null && value.length > most) return { kind: "too_many", what, found: value.length, most };
  }
  // A name for people may be any word, also one that stands for something else in a rule.
  if (path[0] === "people") return faultOfPeople(value);
  const isText = typeof value === "string";
  switch (lastName(path)) {
    case "":
      return isEmpty(value)
        ? { kind: "no_rules" }
        : { kind: "wrong_type", expected: "a policy that begins with rules:" };
    case "rules":
      if (path.at(-1) !== "rules") return { kind: "wrong_type", expected: "a rule" };
      if (isEmpty(value)) return { kind: "no_rules" };
      return { kind: "wrong_type", expected: "a list of rules" };
    case "allow":
    case "deny":
      if (!isText) return { kind: "wrong_type", expected: "a verb, or a list of verbs" };
      return { kind: "unknown_verb", text: value, known: VERBS, meant: closest(value, VERBS) };
    case "channels":
      return isText
        ? { kind: "bad_channel", text: value }
        : { kind: "wrong_type", expected: "the id of a channel, or a list of them" };
    case "projects":
      return isEmpty(value)
        ? { kind: "empty_filter" }
        : { kind: "wrong_type", expected: "fields of a project, such as title:" };
    case "needs":
      return isText ? { kind: "bad_approval", text: value } : { kind: "wrong_type", expected: "approval by …" };
    case "name":
      return unquoted(value) ?? { kind: "wrong_type", expected: "a text of at most 500 characters" };
    case "people":
      return faultOfPeople(value);
    default:
      // A field of a project.
      return isText
        ? { kind: "bad_pattern", text: value }
        : (unquoted(value) ?? { kind: "wrong_type", expected: "a text, or a list of texts" });
  }
}

/** What YAML takes for something else than a text; `null` for anything else. */
function unquoted(value: unknown): Fault | null {
  const is = typeof value;
  return is === "number" || is === "boolean" ? { kind: "unquoted", is } : null;
}

/** What may be listed at a path; `null` where no list is allowed. */
function listedAt(path: PolicyPath): Listed | null {
  if (path[0] === "people") return path.length === 2 ? "people" : null;
  const name = path.at(-1);
  switch (name) {
    case "rules":
    case "people":
    case "channels":
    case "projects":
      return name;
    case "allow":
    case "deny":
      return "verbs";
    default:
      return PROJECT_FIELDS.some((field) => field === name) ? "texts" : null;
  }
}

function faultOfPeople(value: unknown): Fault {
  if (isEmpty(value)) return { kind: "nobody" };
  if (typeof value !== "string") return { kind: "wrong_type", expected: "people, such as members" };
  return { kind: "unknown_people", text: value, meant: closest(value, PEOPLE_WORDS) };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** The name of the field that a path leads to. */
function lastName(path: PolicyPath): string {
  const name = path.findLast((step) => typeof step === "string");
  return typeof name === "string" ? name : "";
}

/** What is at a path; undefined when nothing is. */
function valueAt(content: unknown, path: PolicyPath): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined),
    content,
  );
}
