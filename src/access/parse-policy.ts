// The text of a policy file -> the policy, or every mistake in it.

import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Policy } from "./policy.js";
import { LONGEST_FILE, type PolicyFile, peopleWord, policyFileSchema, readablePart } from "./policy-file.js";
import type { Fault, Finding, PolicyMistake, PolicyPath } from "./policy-mistake.js";
import { namesInFile } from "./policy-names.js";
import { shapeFindings } from "./policy-shape.js";
import { type Names, readPeople, readRule } from "./read-rule.js";

type PositionOf = (path: PolicyPath) => Pick<PolicyMistake, "line" | "column">;

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
  const ofShape = reading.success ? [] : shapeFindings(reading.error.issues, content);
  const file = reading.success ? reading.data : readablePart(content);
  const findings: Finding[] = [];
  const positionOf: PositionOf = (path) => positionAt(lines, offsetOf(document, path, false));
  const rules = rulesOf(file, findings, positionOf);
  const all = [...ofShape, ...findings.filter((finding) => !followsFrom(finding, ofShape))];
  if (all.length > 0) return failed(all.map(locate));
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

/** A name behind another name is none of somebody unknown. */
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

function yamlMistakes({ errors }: Document, lines: LineCounter): PolicyMistake[] {
  return errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    const { code, message } = error;
    return mistakeAt(
      line,
      col,
      code === "BAD_ALIAS" ? { kind: "unquoted_mark", mark: "*" } : { kind: "no_yaml", code, reason: message },
    );
  });
}

/**
 * What is YAML, and means nothing in this file. `title: *report` is an alias there, and this file has no use for aliases: it has names
 * for people. Of `title: &D report` and `title: !D report`, only the last word is the title.
 */
function foreignMistakes(document: Document, lines: LineCounter): PolicyMistake[] {
  const mistakes: PolicyMistake[] = [];
  const note = (offset: number, fault: Fault) => {
    const { line, col } = lines.linePos(offset);
    mistakes.push(mistakeAt(line, col, fault));
  };
  visit(document, {
    Alias: (_, { range }) => note(range?.[0] ?? 0, { kind: "unquoted_mark", mark: "*" }),
    Node: (_, { anchor, tag, range }) => {
      const mark = anchor !== undefined ? "&" : tag !== undefined ? "!" : null;
      if (mark !== null) note(range?.[0] ?? 0, { kind: "unquoted_mark", mark });
    },
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
