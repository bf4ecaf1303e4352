// The text of a policy file -> the policy, or every mistake in it.

import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Policy } from "./policy.js";
import { LONGEST_FILE, type PolicyFile, peopleWord, policyFileSchema, readablePart } from "./policy-file.js";
import type { Fault, Finding, PolicyMistake, PolicyPath } from "./policy-mistake.js";
import { namesInFile } from "./policy-names.js";
import { shapeFindings } from "./policy-shape.js";
import { type Names, readPeople, readRule } from "./read-rule.js";

type PositionOf = (path: PolicyPath) => Pick<PolicyMistake, "line" | "column">;

export type PolicyReading = { ok: true; policy: Policy } | { ok: false; mistakes: PolicyMistake[] };

/** `text` is that of a policy file. Mistakes come in their order in the file. */
export function parsePolicy(text: string): PolicyReading {
  if (text.length > LONGEST_FILE) {
    return failed([{ line: 1, column: 1, fault: { kind: "too_long", characters: text.length, most: LONGEST_FILE } }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positionAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const broken = [...yamlFaults(document), ...foreignFaults(document)];
  if (broken.length > 0) return failed(broken.map(({ offset, fault }) => ({ ...positionAt(offset), fault })));
  const content: unknown = document.toJS();
  const reading = policyFileSchema.safeParse(content);
  const ofShape = reading.success ? [] : shapeFindings(reading.error.issues, content);
  const file = reading.success ? reading.data : readablePart(content);
  const findings: Finding[] = [];
  const positionOf: PositionOf = (path) => positionAt(offsetOf(document, path));
  const rules = rulesOf(file, findings, positionOf);
  const all = [...ofShape, ...findings.filter((finding) => !followsFrom(finding, ofShape))];
  if (all.length > 0) {
    return failed(all.map(({ path, ofKey, fault }) => ({ ...positionAt(offsetOf(document, path, ofKey)), fault })));
  }
  const names = namesInFile(file).map(({ path, ...name }) => ({ ...name, ...positionOf(path) }));
  return { ok: true, policy: { rules, names } };
}

function rulesOf(file: PolicyFile, findings: Finding[], positionOf: PositionOf): Policy["rules"] {
  const names = readNames(file.people ?? {}, findings);
  return file.rules.map((rule, place) => readRule(rule, place, positionOf(["rules", place]), names, findings));
}

function readNames(people: NonNullable<PolicyFile["people"]>, findings: Finding[]): Names {
  const none: Names = new Map();
  return new Map(
    Object.entries(people).map(([name, who]) => {
      const path = ["people", name];
      if (peopleWord(name) !== null) findings.push({ path, ofKey: true, fault: { kind: "bad_name", text: name } });
      const found: Finding[] = [];
      const terms = readPeople(who, path, none, found);
      findings.push(...found.map((finding) => asNameInName(finding, people)));
      return [name, terms];
    }),
  );
}

/** A name behind another name is not an unknown person. */
function asNameInName(finding: Finding, people: object): Finding {
  const { fault } = finding;
  if (fault.kind !== "unknown_people" || !Object.hasOwn(people, fault.text)) return finding;
  return { ...finding, fault: { kind: "name_in_name", text: fault.text } };
}

/** Whether it is only that what the rule allows or denies cannot be read: misspelt, or not a rule at all. */
function followsFrom({ fault, path }: Finding, others: readonly Finding[]): boolean {
  if (fault.kind !== "no_effect") return false;
  return others.some((other) => {
    const [field, ...below] = other.path.slice(path.length);
    if (path.some((step, at) => step !== other.path[at])) return false;
    const isMisspelt = other.fault.kind === "unknown_key" && below.length === 0;
    return field === undefined || field === "allow" || field === "deny" || isMisspelt;
  });
}

/** `offset`: where in the text, in UTF-16 units from 0. */
interface Located {
  offset: number;
  fault: Fault;
}

function yamlFaults({ errors }: Document): Located[] {
  return errors.map(({ code, message, pos: [offset] }) => ({
    offset,
    fault: code === "BAD_ALIAS" ? { kind: "unquoted_mark", mark: "*" } : { kind: "no_yaml", code, reason: message },
  }));
}

/**
 * What is YAML, and means nothing in this file. `title: *report` is an alias there, and this file has no use for aliases: it has names
 * for people. Of `title: &D report` and `title: !D report`, only the last word is the title.
 */
function foreignFaults(document: Document): Located[] {
  const found: Located[] = [];
  const note = (offset: number | undefined, fault: Fault) => found.push({ offset: offset ?? 0, fault });
  visit(document, {
    Alias: (_, { range }) => void note(range?.[0], { kind: "unquoted_mark", mark: "*" }),
    Node: (_, { anchor, tag, range }) => {
      const mark = anchor !== undefined ? "&" : tag !== undefined ? "!" : null;
      if (mark !== null) note(range?.[0], { kind: "unquoted_mark", mark });
    },
    Pair: (_, { key, value }) => {
      if (isScalar(key) && typeof key.value === "string") return;
      const node = [key, value].find(isNode);
      note(node?.range?.[0], { kind: "no_key" });
    },
  });
  return found;
}

/** Where a path leads, or what holds it if it leads to something that is not there. With `ofKey`, the last key of the path itself. */
function offsetOf(document: Document, path: PolicyPath, ofKey = false): number {
  const above = path.slice(0, -1);
  const node = ofKey ? keyIn(document.getIn(above, true), path.at(-1)) : document.getIn(path, true);
  if (isNode(node) && node.range) return node.range[0];
  return path.length === 0 ? 0 : offsetOf(document, above);
}

function keyIn(map: unknown, key: unknown): unknown {
  return isMap(map) ? map.items.find((item) => String(item.key) === key)?.key : undefined;
}

function failed(mistakes: PolicyMistake[]): PolicyReading {
  return { ok: false, mistakes: mistakes.sort((one, other) => one.line - other.line || one.column - other.column) };
}
