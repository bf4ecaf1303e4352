// A message without blocks, for when Slack does not accept them.

import type { DataTableBlock, KnownBlock } from "@slack/types";
import type { Message } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { escapeText, shortenMrkdwn } from "./mrkdwn.js";

/** Everything that people read in the blocks, as mrkdwn, one paragraph per line and without buttons. The notification's text if that leaves nothing. */
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
    case "data_table":
      return block.rows.map((row) => row.map(cellText).join(" · "));
    default:
      return [];
  }
}

/** A cell with rich text holds a link. */
function cellText(cell: DataTableBlock["rows"][number][number]): string {
  if (cell.type !== "rich_text") return escapeText(cell.text);
  const parts = cell.elements.flatMap((element) => (element.type === "rich_text_section" ? element.elements : []));
  return parts.map((part) => (part.type === "link" ? escapeText(part.text ?? part.url) : "")).join("");
}
