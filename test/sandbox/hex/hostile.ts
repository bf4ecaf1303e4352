// Answers that a broken or hostile Hex would give, as faults. None of them lies about the state of a run, so a client that reads
// what is readable and asks again about the rest finds out the truth.

import type { FaultKind } from "./types.js";

const ELSEWHERE = "https://hex.tech.evil.test/run";
const OTHER_ID = "018f2a1e-ffff-7fff-8fff-ffffffffffff";
const DEEP = 20_000;
const LONG = 5_000_000;

/** The answers by what is wrong with them. Each fault leaves answers without a body unchanged. */
export const HOSTILE_ANSWERS: Readonly<Record<string, FaultKind>> = {
  "about another run": altered({ runId: OTHER_ID }),
  "about another project": altered({ projectId: OTHER_ID, id: OTHER_ID }),
  "ids that lead to another path": altered({ id: "..", projectId: "..", runId: ".." }),
  "ids with slashes": altered({ id: "a/../b", projectId: "a/b", runId: "%2e%2e/%2f" }),
  "empty ids": altered({ id: "", projectId: "", runId: "" }),
  "ids with half a character": altered({ id: "\ud83d", projectId: "\ud83d", runId: "\udc00" }),
  "very long ids": altered({ id: "a".repeat(10_000), projectId: "a".repeat(10_000), runId: "a".repeat(10_000) }),
  "ids that are numbers": altered({ id: 7, projectId: 7, runId: 7 }),
  "links to another host": altered({ runUrl: ELSEWHERE, runStatusUrl: ELSEWHERE }),
  "a script for a link": altered({ runUrl: "javascript:alert(1)", runStatusUrl: "javascript:alert(1)" }),
  "texts with half a character": altered({ title: "Revenue \ud83d", description: "\udc00", traceId: "\ud83d" }),
  "odd texts": altered({ title: null, description: 7, type: null, traceId: [], projectVersion: {}, runTrigger: 1 }),
  "odd people and labels": altered({ owner: "ada", creator: 7, status: undefined, categories: "all", schedules: 7 }),
  "numbers as text": altered((value) => (typeof value === "number" ? String(value) : value)),
  "dates as numbers": altered((value) => (isDate(value) ? Date.parse(value) / 1_000 : value)),
  "an odd entry first": alteredList((entries) => [null, ...entries, { runId: "..", id: 3, status: [] }]),
  "no word of further pages": altered({ pagination: undefined, nextPage: undefined, previousPage: undefined }),
  "nested deep": { type: "altered", alter: (body) => JSON.stringify(body).replace(/^\{/, `{"deep":${nested()},`) },
  "very long texts": altered({ title: "T".repeat(LONG), runUrl: "u".repeat(LONG), traceId: "t".repeat(LONG) }),
  endless: { type: "endless" },
  "endless when it is decompressed": { type: "endless", unpacked: true },
};

/** `change`: new values for existing fields, or a function of the old value. It applies to the answer and its entries. */
function altered(change: Record<string, unknown> | ((value: unknown) => unknown)): FaultKind {
  const field = ([name, value]: [string, unknown]): [string, unknown] => {
    if (typeof change === "function") return [name, change(value)];
    return [name, Object.hasOwn(change, name) && !(name === "status" && isWord(value)) ? change[name] : value];
  };
  const record = (value: unknown): unknown =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).map(field)) : value;
  const inside = ([name, value]: [string, unknown]) => [name, Array.isArray(value) ? value.map(record) : value];
  return {
    type: "altered",
    alter: (body) => (isRecord(body) ? record(Object.fromEntries(Object.entries(body).map(inside))) : body),
  };
}

/** Changes the list in an answer that has one. */
function alteredList(change: (entries: unknown[]) => unknown[]): FaultKind {
  const list = ([name, value]: [string, unknown]): [string, unknown] => [
    name,
    (name === "values" || name === "runs") && Array.isArray(value) ? change(value) : value,
  ];
  return {
    type: "altered",
    alter: (body) => (isRecord(body) ? Object.fromEntries(Object.entries(body).map(list)) : body),
  };
}

function nested(): string {
  return `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDate(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
}

/** A run's status, as opposed to a project's label. */
function isWord(value: unknown): boolean {
  return typeof value === "string";
}
