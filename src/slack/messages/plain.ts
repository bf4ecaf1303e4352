// A message without blocks, for when Slack does not take them.

import type { KnownBlock } from "@slack/types";
import type { Message } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { shortenMrkdwn } from "./mrkdwn.js";

/** All that a person reads in the blocks, a paragraph a line, as mrkdwn; buttons are left out. The notification when there is nothing. */
export function plainText({ text, blocks }: Message): string {
  const lines = blocks.flatMap(linesOf).filter((line) => line.trim() !== "");
  return shortenMrkdwn(lines.join("\n") || text, LIMITS.plainText);
}

function linesOf(block: KnownBlock): string[] {
  switch (block.type) {
    case "section":
      return [block.text?.text ?? "", ...(block.fields ?? []).map(({ text }) => text)];
    case "context":
      return block.elements.map((element) => ("text" in element ? element.text : ""));
    default:
      return [];
  }
}
