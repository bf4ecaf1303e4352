import type { KnownBlock, ModalView } from "@slack/types";
import { textObject } from "./blocks.js";
import { LIMITS } from "./limits.js";

/** A modal that says something and has nothing to fill in. `title`: at most 24 characters. */
export function noticeView(title: string, blocks: readonly (KnownBlock | null)[]): ModalView {
  return {
    type: "modal",
    title: textObject(title, LIMITS.viewTitle),
    close: textObject("Close", LIMITS.viewTitle),
    blocks: blocks.filter((block) => block !== null).slice(0, LIMITS.viewBlocks),
  };
}
