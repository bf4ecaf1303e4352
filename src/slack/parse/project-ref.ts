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

/** A link that leads to no project of the bot's Hex. */
export type UnusableLink = Extract<HexReference, { kind: "other_host" | "no_project" }>;

export function isUnusable(reference: HexReference | null): reference is UnusableLink {
  return reference?.kind === "other_host" || reference?.kind === "no_project";
}

/** The id of the project that an id or a link names, or of the run's project; `null` when there is none in it. */
export function projectIdIn(reference: HexReference | null): string | null {
  return reference?.kind === "project" || reference?.kind === "run" ? reference.projectId : null;
}

/** The title in a link that has no project's id; `null` for anything else. */
export function titleIn(reference: HexReference | null): string | null {
  return reference?.kind === "no_id" ? reference.words.join(" ") : null;
}
