// Reading JSON that somebody else wrote: it may be none, and it may be nested so deep that reading it overflows the stack.

/**
 * How deep lists and objects may be nested. Nothing that Slack or Hex documents comes near it, and what walks through a value
 * by calling itself (zod, `JSON.stringify`) needs thousands of levels before the stack overflows.
 */
export const MAX_DEPTH = 64;

/**
 * Whether a text nests lists and objects deeper than `max`, if it is JSON. One pass that does not call itself: it takes any
 * text, and time in proportion to its length.
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

/** Never throws. @returns undefined when it is no JSON, or nested deeper than `maxDepth` */
export function parseJson(text: string, maxDepth = MAX_DEPTH): unknown {
  if (isNestedDeeper(text, maxDepth)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
