// The way back: what a person must type to be understood so.

import type { JsonValue } from "../../../src/hex/client.js";
import type { RunArguments } from "../../../src/slack/parse/run-arguments.js";

/** A value as it must be typed to be read as this text: in double quotes. */
export function quoteText(text: string): string {
  return `"${text.replace(/["“”„‟\\]/g, "\\$&")}"`;
}

/** A word as it must be typed to be read as this text and never as a flag, an input or formatting: in double quotes when needed. */
export function quoteWord(text: string): string {
  return /^[\w./:][\w./:-]*$/.test(text) && !/^_|_$/.test(text) ? text : quoteText(text);
}

/** What must be typed in Slack, which escapes `&`, `<` and `>` on its way here, to get these arguments. */
export function printRunArguments({ target, fresh, publish, dryRun, view, inputs }: RunArguments): string {
  const words = [
    quoteWord(target),
    ...Object.entries(inputs).map(([name, value]) => `${name}=${printValue(value)}`),
    ...(fresh ? ["--fresh"] : []),
    ...(publish ? ["--publish"] : []),
    ...(dryRun ? ["--dry-run"] : []),
    ...(view === null ? [] : [`--view=${quoteText(view)}`]),
  ];
  return words.join(" ");
}

function printValue(value: JsonValue): string {
  return typeof value === "string" ? quoteText(value) : printJson(value);
}

/** As JSON.stringify, which makes 0 of -0. */
function printJson(value: JsonValue): string {
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(printJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${printJson(member)}`);
  return `{${members.join(",")}}`;
}
