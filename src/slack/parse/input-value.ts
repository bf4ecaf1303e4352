// The names and values of inputs, wherever they are typed.

import type { JsonValue } from "../../hex/client.js";
import { isNestedDeeper } from "../../lib/json.js";
import { withoutEdges, withoutInvisible } from "../../lib/spelling.js";

/** For `nested_too_deep`, `most` is a number of levels. */
export type ValueProblem = { kind: "bad_json" } | { kind: "nested_too_deep"; most: number };

export type ReadValue = { ok: true; value: JsonValue } | { ok: false; problem: ValueProblem };

/** The most levels of lists and objects in a value. What is stored around it adds three, and reading stops at `MAX_DEPTH`. */
const MOST_LEVELS = 32;

/** The name in Hex, where it is a Python identifier, which Python normalizes; `null` when it cannot be the name of an input. */
export function readInputName(text: string): string | null {
  const name = plainName(text);
  return /^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u.test(name) ? name : null;
}

/** The same without a check, for showing it to people. */
export function plainName(text: string): string {
  return withoutInvisible(text).normalize("NFC");
}

/** Reads what was typed without quotes: JSON for numbers, booleans, null, lists and objects; text otherwise. */
export function readInputValue(text: string): ReadValue {
  const looksNested = /^[{[]/.test(text);
  if (looksNested && isNestedDeeper(text, MOST_LEVELS)) {
    return { ok: false, problem: { kind: "nested_too_deep", most: MOST_LEVELS } };
  }
  const parsed = parseJson(text);
  if (looksNested && parsed === undefined) return { ok: false, problem: { kind: "bad_json" } };
  const isText = parsed === undefined || typeof parsed === "string";
  return { ok: true, value: isText ? text : parsed };
}

const ZEROS = new Set("0");

function keepsItsDigits(text: string): boolean {
  const number = Number(text);
  return Number.isFinite(number) && significant(text) === significant(String(number));
}

/** A number's digits without its sign, point and exponent, and without leading and trailing zeros. */
function significant(number: string): string {
  const exponent = number.search(/e/i);
  const digits = (exponent === -1 ? number : number.slice(0, exponent)).replace(/[-+.]/g, "");
  return withoutEdges(digits, ZEROS, ZEROS);
}

const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** A number that JavaScript cannot represent, such as a long id, becomes the text that was typed, even inside a list. */
function parseJson(text: string): JsonValue | undefined {
  try {
    JSON.parse(text); // throws if it is not JSON
    const kept = text.replace(STRING_OR_NUMBER, (token) =>
      token.startsWith('"') || keepsItsDigits(token) ? token : `"${token}"`,
    );
    const value: JsonValue = JSON.parse(kept);
    return value;
  } catch {
    return undefined;
  }
}
