// What people may type to name a project or a run: an id, or a link from the address bar, with whatever was copied along with it.

import { type HexReference, readReference } from "../../hex/links.js";
import { withoutEdges, withoutInvisible, withPlainDashes } from "../../lib/spelling.js";

const BEFORE = new Set("<([{\"'“”„‘’‚«‹`*_~");
const BEHIND = new Set(">)]}\"'“”‘’»›`*_~.,;:!?…");

/** `hexOrigin` is where the bot's Hex is, such as `https://app.hex.tech`. `null` for a title or anything else. */
export function parseProjectRef(typed: string, hexOrigin: string): HexReference | null {
  const word = withoutInvisible(typed).trim();
  return readReference(withPlainDashes(withoutEdges(word, BEFORE, BEHIND)), hexOrigin);
}
