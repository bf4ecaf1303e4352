// What follows `/hex run`: a project by its name, id or link, flags, and inputs as name=value.

import type { JsonValue } from "../../hex/client.js";
import { closest } from "../../lib/closest.js";
import { withoutInvisible, withPlainDashes } from "../../lib/spelling.js";
import type { RunOptions } from "../../runs/run.js";
import { type Contradiction, contradictionsIn } from "./contradictions.js";
import { plainName, readInputName, readInputValue } from "./input-value.js";
import { parseProjectRef } from "./project-ref.js";
import { splitWords, type Word } from "./words.js";

/** What to run, and how. */
export interface RunArguments extends RunOptions {
  /** An id, a link, or the words of a name separated by spaces. Never empty. */
  target: string;
  dryRun: boolean;
}

/** Why the arguments were not understood. */
export type RunProblem =
  | { kind: "unbalanced_quote" }
  | { kind: "no_target" }
  /** Words behind the name that are no input and no flag. `target`: the name before them, may be empty. `behind`: the input right before them. */
  | { kind: "stray_words"; words: string[]; target: string; behind: { name: string; value: string } | null }
  | { kind: "unknown_flag"; flag: string; suggestion: string | null }
  | { kind: "flag_without_value"; flag: string }
  | { kind: "flag_with_value"; flag: string }
  | { kind: "flag_given_twice"; flag: string }
  | { kind: "input_given_twice"; name: string }
  | { kind: "bad_input_name"; name: string }
  | { kind: "bad_json"; name: string }
  /** `most`: levels. */
  | { kind: "nested_too_deep"; name: string; most: number }
  /** In characters. */
  | { kind: "too_long"; length: number; most: number }
  | Contradiction;

/** The arguments, or what is wrong with them. */
export type Parsed = { ok: true; arguments: RunArguments } | { ok: false; problem: RunProblem };

/** Every flag there is. */
export const RUN_FLAGS = [
  { name: "--fresh", takesValue: false },
  { name: "--publish", takesValue: false },
  { name: "--dry-run", takesValue: false },
  { name: "--view", takesValue: true },
] as const;

/** The flags with one dash too few. They belong to no title: somebody who asks for a dry run must not be offered a run. */
const ONE_DASH: ReadonlySet<string> = new Set(RUN_FLAGS.map(({ name }) => name.slice(1)));

/** Slack cuts messages off at this many characters, so nobody types more. */
const MOST_CHARACTERS = 40_000;

class Refused extends Error {
  constructor(readonly problem: RunProblem) {
    super(problem.kind);
  }
}

/** Reads what was typed after `run`. Never throws. */
export function parseRunArguments(text: string): Parsed {
  if (text.length > MOST_CHARACTERS) {
    return { ok: false, problem: { kind: "too_long", length: text.length, most: MOST_CHARACTERS } };
  }
  const split = splitWords(text);
  if (!split.ok) return { ok: false, problem: { kind: split.problem } };
  try {
    return { ok: true, arguments: read(split.words) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, problem: error.problem };
    throw error;
  }
}

function read(words: readonly Word[]): RunArguments {
  const name: string[] = [];
  const flags = new Map<string, string>();
  const inputs = new Map<string, JsonValue>();
  /** Whether a word may still belong to the name, which comes in one piece before the inputs. */
  let mayBeName = true;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) break;
    const text = withoutInvisible(word.text);
    const kind = kindOf(word);
    if (kind === "flag") {
      if (readFlag(text, words[index + 1], flags)) index++;
    } else if (kind === "input") readInput(word, inputs);
    else if (mayBeName || (name.length === 0 && isIdOrLink(text))) name.push(text);
    else throw new Refused(strayWords(words, index, name.join(" ")));
    mayBeName &&= kind === "word" || (kind === "flag" && name.length === 0);
  }
  const target = name.filter((word) => word !== "").join(" ");
  if (target === "") throw new Refused({ kind: "no_target" });
  const options = {
    fresh: flags.has("--fresh"),
    publish: flags.has("--publish"),
    view: flags.get("--view") ?? null,
    inputs: Object.fromEntries(inputs),
  };
  const [contradiction] = contradictionsIn(options);
  if (contradiction !== undefined) throw new Refused(contradiction);
  return { target, dryRun: flags.has("--dry-run"), ...options };
}

type Kind = "flag" | "input" | "word";

/** Anything in quotes is a word, whatever it looks like, and so are dashes alone, which occur in titles. */
function kindOf(word: Word): Kind {
  if (word.quoted === "word") return "word";
  const text = withoutInvisible(word.text);
  const [name = ""] = withPlainDashes(text).toLowerCase().split("=", 1);
  if (/^--+[^-]/.test(text) || ONE_DASH.has(name)) return "flag";
  return isInput(word) ? "input" : "word";
}

/** An id or a link is the project, wherever it comes. Which Hex it belongs to does not matter here. */
function isIdOrLink(text: string): boolean {
  return parseProjectRef(text, "https://app.hex.tech") !== null;
}

/** `from` is where in `words` the stray words begin. */
function strayWords(words: readonly Word[], from: number, target: string): RunProblem {
  const end = words.findIndex((word, index) => index > from && kindOf(word) !== "word");
  const stray = words.slice(from, end === -1 ? undefined : end).map(({ text }) => withoutInvisible(text));
  const before = words[from - 1];
  if (before === undefined || kindOf(before) !== "input")
    return { kind: "stray_words", words: stray, target, behind: null };
  const { typed, value } = splitInput(before.text);
  return { kind: "stray_words", words: stray, target, behind: { name: plainName(typed), value } };
}

/** @returns whether the word after the flag was its value */
function readFlag(text: string, next: Word | undefined, flags: Map<string, string>): boolean {
  const equals = text.indexOf("=");
  const name = withPlainDashes(equals === -1 ? text : text.slice(0, equals));
  const flag = RUN_FLAGS.find((known) => known.name === name.toLowerCase());
  if (flag === undefined) {
    const names = RUN_FLAGS.map((known) => known.name);
    throw new Refused({ kind: "unknown_flag", flag: name, suggestion: closest(name, names) });
  }
  if (flags.has(flag.name)) throw new Refused({ kind: "flag_given_twice", flag: flag.name });
  if (!flag.takesValue) {
    if (equals !== -1) throw new Refused({ kind: "flag_with_value", flag: flag.name });
    flags.set(flag.name, "");
    return false;
  }
  const inline = equals === -1 ? null : text.slice(equals + 1);
  const follows = next !== undefined && (next.quoted === "word" || !next.text.startsWith("--"));
  const value = inline ?? (follows ? withoutInvisible(next.text) : "");
  if (value === "") throw new Refused({ kind: "flag_without_value", flag: flag.name });
  flags.set(flag.name, value);
  return inline === null;
}

/** A link may contain a `=` but is not an input, even in brackets or as a path alone. */
function isInput({ text }: Word): boolean {
  return text.includes("=") && !/^[<([{]{0,8}(https?:\/\/|\/|[\w-]+(\.[\w-]+)+\.?(:\d+)?\/)/i.test(text);
}

/** An input as it was typed: the name, which may be empty, and the value. */
function splitInput(text: string): { typed: string; value: string } {
  const equals = text.indexOf("=");
  return { typed: text.slice(0, equals), value: text.slice(equals + 1) };
}

function readInput({ text, quoted }: Word, inputs: Map<string, JsonValue>): void {
  const { typed, value } = splitInput(text);
  const name = readInputName(typed);
  if (name === null) throw new Refused({ kind: "bad_input_name", name: plainName(typed) });
  if (inputs.has(name)) throw new Refused({ kind: "input_given_twice", name });
  inputs.set(name, quoted === "value" ? value : valueOfInput(name, value));
}

function valueOfInput(name: string, text: string): JsonValue {
  const read = readInputValue(text);
  if (!read.ok) throw new Refused({ ...read.problem, name });
  return read.value;
}
