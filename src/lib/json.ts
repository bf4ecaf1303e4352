// Reads JSON that somebody else wrote, which may be invalid, or nested so deep that reading it overflows the stack.

/**
 * How deep lists and objects may be nested. Nothing that Slack or Hex documents comes near this, and recursive code (zod,
 * `JSON.stringify`) needs thousands of levels to overflow the stack.
 */
export const MAX_DEPTH = 64;

/**
 * Whether a text, if it is JSON, nests lists and objects deeper than `max`. A single pass without recursion, so it accepts any text
 * and takes time proportional to its length.
 */
export function isNestedDeeper(text: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === BACKSLASH) at++;
      else if (character === QUOTE) inString = false;
    } else if (character === QUOTE) inString = true;
    else if (character === OPEN_LIST || character === OPEN_OBJECT) {
      depth++;
      if (depth > max) return true;
    } else if (character === CLOSE_LIST || character === CLOSE_OBJECT) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Never throws. @returns `undefined` for anything that is not JSON or is nested deeper than `MAX_DEPTH` */
export function parseJson(text: string): unknown {
  if (isNestedDeeper(text, MAX_DEPTH)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
