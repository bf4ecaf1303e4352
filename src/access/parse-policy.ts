// The text of a policy file -> the policy, or every mistake in it.

import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit, YAMLError } from "yaml";
import type { Policy } from "./policy.js";
import { LONGEST_FILE, type PolicyFile, peopleWord, policyFileSchema } from "./policy-file.js";
import type { Fault, Finding, PolicyMistake, PolicyPath } from "./policy-mistake.js";
import { namesInFile } from "./policy-names.js";
import { shapeFindings } from "./policy-shape.js";
import { type Names, readPeople, readRule } from "./read-rule.js";

export type PolicyReading = { ok: true; policy: Policy } | { ok: false; mistakes: PolicyMistake[] };

/** `text` is that of a policy file. Mistakes come in the order in which they stand in the file. */
export function parsePolicy(text: string): PolicyReading {
  if (text.length > LONGEST_FILE) {
    return failed([mistakeAt(1, 1, { kind: "too_long", characters: text.length, most: LONGEST_FILE })]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = [...yamlMistakes(document, lines), ...foreignMistakes(document, lines)];
  if (broken.length > 0) return failed(broken);
  const locate = (finding: Finding) => locationOf(document, lines, finding);
  const content: unknown = document.toJS();
  const reading = policyFileSchema.safeParse(content);
  if (!reading.success) return failed(shapeFindings(reading.error.issues, content).map(locate));
  const findings: Finding[] = [];
  const positionOf = (path: PolicyPath) => positionAt(lines, offsetOf(document, path, false));
  const rules = rulesOf(reading.data, findings, (path) => positionOf(path).line);
  if (findings.length > 0) return failed(findings.map(locate));
  const names = namesInFile(reading.data).map(({ path, ...name }) => ({ ...name, ...positionOf(path) }));
  return { ok: true, policy: { rules, names } };
}

function rulesOf(file: PolicyFile, findings: Finding[], lineOf: (path: PolicyPath) => number): Policy["rules"] {
  const names = readNames(file.people ?? {}, findings);
  return file.rules.map((rule, place) => readRule(rule, place, lineOf(["rules", place]), names, findings));
}

function readNames(people: NonNullable<PolicyFile["people"]>, findings: Finding[]): Names {
  const none: Names = new Map();
  return new Map(
    Object.entries(people).map(([name, who]) => {
      const path = ["people", name];
      if (peopleWord(name) !== null) findings.push({ path, ofKey: true, fault: { kind: "bad_name", text: name } });
      return [name, readPeople(who, path, none, findings)];
    }),
  );
}

function yamlMistakes({ errors }: Document, lines: LineCounter): PolicyMistake[] {
  return errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const isStar = error instanceof YAMLError && error.code === "BAD_ALIAS";
    return mistakeAt(line, col, isStar ? { kind: "unquoted_star" } : { kind: "no_yaml", reason: error.message });
  });
}

/**
 * What is YAML, and means nothing in this file. `title: *report` is an alias there, and this file has no use for aliases: it has names
 * for people.
 */
function foreignMistakes(document: Document, lines: LineCounter): PolicyMistake[] {
  const mistakes: PolicyMistake[] = [];
  const note = (offset: number, fault: Fault) => {
    const { line, col } = lines.linePos(offset);
    mistakes.push(mistakeAt(line, col, fault));
  };
  visit(document, {
    Alias: (_, { range }) => note(range?.[0] ?? 0, { kind: "unquoted_star" }),
    Pair: (_, { key, value }) => {
      if (isScalar(key) && typeof key.value === "string") return;
      const [offset = 0] = (isNode(key) ? key : isNode(value) ? value : null)?.range ?? [];
      note(offset, { kind: "no_key" });
    },
  });
  return mistakes;
}

/** Where a finding stands in the file, or what holds it if it is something that is not there. */
function locationOf(document: Document, lines: LineCounter, { path, ofKey, fault }: Finding): PolicyMistake {
  const { line, column } = positionAt(lines, offsetOf(document, path, ofKey));
  return mistakeAt(line, column, fault);
}

function positionAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function offsetOf(document: Document, path: PolicyPath, ofKey: boolean): number {
  const above = path.slice(0, -1);
  const last = path.at(-1);
  const node = ofKey ? keyAt(document, above, last) : nodeAt(document, path);
  if (isNode(node) && node.range) return node.range[0];
  return path.length === 0 ? 0 : offsetOf(document, above, false);
}

function nodeAt(document: Document, path: PolicyPath): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

function keyAt(document: Document, path: PolicyPath, key: unknown): unknown {
  const map = nodeAt(document, path);
  const pair = isMap(map) ? map.items.find((item) => isPair(item) && String(item.key) === key) : undefined;
  return pair?.key;
}

function mistakeAt(line: number, column: number, fault: Fault): PolicyMistake {
  return { line, column, fault };
}

function failed(mistakes: PolicyMistake[]): PolicyReading {
  return { ok: false, mistakes: mistakes.sort((one, other) => one.line - other.line || one.column - other.column) };
}
