// What is sent of a message when Slack does not accept its blocks.

import type { DataTableBlock, KnownBlock } from "@slack/types";
import type { Message } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { escapeText, shortenMrkdwn } from "./mrkdwn.js";

/** A message as it is sent, or only its text. */
export type Content = Pick<Message, "text"> & Partial<Pick<Message, "blocks">>;

/** The ways to say a message, the best one first: as it is, what it has instead, and without blocks. */
export function waysToSay(message: Message): [Content, ...Content[]] {
  const { text, blocks, instead } = message;
  const other = instead === undefined ? [] : [{ text: instead.message.text, blocks: instead.message.blocks }];
  const plain = blocks.length === 0 ? [] : [{ text: plainText(instead?.message ?? message) }];
  return [{ text, blocks }, ...other, ...plain];
}

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
