// Modals that stay within Slack's limits, whatever goes into them.

import type { KnownBlock, ModalView, PlainTextElement } from "@slack/types";
import { withoutStrays } from "../../lib/spelling.js";
import { LIMITS } from "./limits.js";
import { shorten } from "./mrkdwn.js";

/** Plain text, which Slack shows as it is, so that foreign text turns around nothing that stands behind it. */
export function textObject(text: string, max: number): PlainTextElement {
  return { type: "plain_text", text: shorten(withoutStrays(text), max) || " ", emoji: true };
}

/** A modal that says something and has nothing to fill in. `title`: at most 24 characters. */
export function noticeView(title: string, blocks: readonly (KnownBlock | null)[]): ModalView {
  return {
    type: "modal",
    title: textObject(title, LIMITS.viewTitle),
    close: textObject("Close", LIMITS.viewTitle),
    blocks: blocks.filter((block) => block !== null).slice(0, LIMITS.viewBlocks),
  };
}
