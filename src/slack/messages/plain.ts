// A message as it is sent: with a text that says all that its blocks say, or without blocks when Slack does not accept them.

import type { DataTableBlock, KnownBlock } from "@slack/types";
import type { Message } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { escapeText, shortenMrkdwn, spoken } from "./mrkdwn.js";

/** A message as it is sent, or only its text. */
export type Content = Pick<Message, "text"> & Partial<Pick<Message, "blocks">>;

/** The ways to say a message, the best one first: as it is, what it has instead, and without blocks. */
export function waysToSay(message: Message): [Content, ...Content[]] {
  const { blocks, instead } = message;
  const text = heard(instead?.message ?? message);
  const other = instead === undefined ? [] : [{ text, blocks: instead.message.blocks }];
  const plain = blocks.length === 0 ? [] : [{ text: plainText(instead?.message ?? message) }];
  return [{ text, blocks }, ...other, ...plain];
}

/**
 * What a screen reader has of a message, since Slack gives it only the text and not the blocks: what a notification says, and then the
 * blocks, except those that say nothing else.
 */
function heard({ text, blocks }: Message): string {
  const known = new Set(wordsOf(text));
  const more = blocks
    .map((block) => spoken(said(block).join("\n")))
    .filter((words) => wordsOf(words).some((word) => !known.has(word)));
  const all = more[0]?.startsWith(text) ? more : [text, ...more];
  return shortenMrkdwn(all.join("\n"), LIMITS.messageText);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Everything that people read in the blocks, as mrkdwn, one paragraph per line and without buttons. The notification's text if that leaves nothing. */
export function plainText({ text, blocks }: Message): string {
  const lines = blocks.flatMap(said);
  return shortenMrkdwn(lines.join("\n") || text, LIMITS.plainText);
}

/** What people read in a block, without buttons. */
function said(block: KnownBlock): string[] {
  return textsOf(block).filter((text) => text.trim() !== "");
}

function textsOf(block: KnownBlock): string[] {
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
