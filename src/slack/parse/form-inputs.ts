// The inputs in a form: one value per field, and one `name = value` per line. Values have the same grammar as in the command, except
// that the end of the field or line ends them, not white space. Slack sends what is typed into a form unchanged.

import type { JsonValue } from "../../hex/client.js";
import { withoutStrays } from "../../lib/spelling.js";
import { plainName, readInputName, readInputValue, type ValueProblem } from "./input-value.js";
import { readOpened } from "./words.js";

/** Why a value or a line was not understood. */
export type InputProblem =
  | ValueProblem
  | { kind: "unbalanced_quote" }
  | { kind: "no_equals"; line: string }
  | { kind: "bad_input_name"; name: string }
  | { kind: "input_given_twice"; name: string };

export type FieldValue = { ok: true; value: JsonValue } | { ok: false; problem: InputProblem };

/** The value in a field; `undefined` when it is empty, which leaves the input at its default. */
export function readField(text: string): FieldValue | undefined {
  const typed = withoutStrays(text).trim();
  return typed === "" ? undefined : readValue(typed);
}

/** A value that is entirely in quotes is text, whatever it looks like. */
function readValue(typed: string): FieldValue {
  const opened = readOpened(typed, 0);
  if (opened?.kind === "unclosed" && opened.by === "quote") return { ok: false, problem: { kind: "unbalanced_quote" } };
  const isWhole = opened !== null && "end" in opened && opened.end === typed.length;
  if (isWhole && opened.kind === "quoted") return { ok: true, value: opened.text };
  return readInputValue(isWhole ? opened.text : typed);
}

export type Lines =
  /** `texts`: what was typed for each input, with its name. */
  | { ok: true; inputs: ReadonlyMap<string, JsonValue>; texts: ReadonlyMap<string, string> }
  /** `at`: the input that it is about; null when it is about the line. */
  | { ok: false; problem: InputProblem; at: string | null };

/** One `name = value` per line. Text in quotes or brackets may span several lines. Nothing after the `=` means empty text. */
export function readLines(text: string): Lines {
  const source = withoutStrays(text);
  const inputs = new Map<string, JsonValue>();
  const texts = new Map<string, string>();
  let at = 0;
  while (at < source.length) {
    if (/\s/.test(source.charAt(at))) {
      at++;
      continue;
    }
    const end = endOfLine(source, at);
    const equals = source.indexOf("=", at);
    if (equals === -1 || equals > end) {
      return { ok: false, problem: { kind: "no_equals", line: source.slice(at, end).trim() }, at: null };
    }
    const typedName = source.slice(at, equals).trim();
    const name = readInputName(typedName);
    if (name === null) return { ok: false, problem: { kind: "bad_input_name", name: plainName(typedName) }, at: null };
    if (inputs.has(name)) return { ok: false, problem: { kind: "input_given_twice", name }, at: name };
    const typed = valueBehind(source, equals + 1, end);
    const read = readValue(typed.text);
    if (!read.ok) return { ok: false, problem: read.problem, at: name };
    inputs.set(name, read.value);
    texts.set(name, source.slice(at, typed.end));
    at = typed.end;
  }
  return { ok: true, inputs, texts };
}

/** Reads to the end of the line, or to the end of quotes or brackets if nothing follows them. `end` is the end of the line. */
function valueBehind(source: string, from: number, end: number): { text: string; end: number } {
  const start = end - source.slice(from, end).trimStart().length;
  const opened = readOpened(source, start);
  if (opened !== null && "end" in opened) {
    const closed = endOfLine(source, opened.end);
    if (source.slice(opened.end, closed).trim() === "") return { text: source.slice(start, opened.end), end: closed };
  }
  return { text: source.slice(start, end).trim(), end };
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

/** The text for a value in a field or after a `=`; `null` when no text would be read as this value. */
export function fieldText(value: JsonValue): string | null {
  const candidates = typeof value === "string" ? [value, quoted(value)] : [JSON.stringify(value)];
  return candidates.find((text) => means(text, value)) ?? null;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"“”„‟]/g, "\\$&")}"`;
}

function means(text: string, value: JsonValue): boolean {
  const read = readField(text);
  return read?.ok === true && JSON.stringify(read.value) === JSON.stringify(value);
}
