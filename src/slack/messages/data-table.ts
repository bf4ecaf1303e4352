// A table that people can sort in Slack, within Slack's limits, whatever goes into it.

import type { DataTableBlock, RawNumberElement, RawTextElement, RichTextBlock } from "@slack/types";
import { withoutStrays } from "../../lib/spelling.js";
import { firstWithin } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { shorten } from "./mrkdwn.js";

export interface Cell {
  text: string;
  /** The number to sort by. Without it, the text decides. */
  sortBy?: number;
  /** Where the text leads. */
  url?: string;
}

/** @returns the table with the first of the rows, as many as fit (null if none does), and how many these are */
export function dataTable(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
): { block: DataTableBlock | null; shown: number } {
  const room = LIMITS.tableText - lengthOf([{ text: caption }, ...header.map((text) => ({ text }))]);
  const cut = rows.map((row) => row.map((cell) => ({ ...cell, text: oneLine(cell.text) })));
  const kept = firstWithin(cut, room, lengthOf).slice(0, LIMITS.tableRows - 1);
  if (kept.length === 0) return { block: null, shown: 0 };
  const block: DataTableBlock = {
    type: "data_table",
    caption: shorten(caption, LIMITS.tableCell),
    page_size: LIMITS.tablePage,
    rows: [header.map((text) => ({ type: "raw_text" as const, text })), ...kept.map((row) => row.map(drawn))],
  };
  return { block, shown: kept.length };
}

function drawn({ text, sortBy, url }: Cell): RawTextElement | RawNumberElement | RichTextBlock {
  if (url !== undefined) {
    return {
      type: "rich_text",
      elements: [{ type: "rich_text_section", elements: [{ type: "link", url, text }] }],
    };
  }
  return sortBy === undefined ? { type: "raw_text", text } : { type: "raw_number", value: sortBy, text };
}

/** Slack takes no empty cell. */
function oneLine(text: string): string {
  return shorten(withoutStrays(text).replace(/\s+/g, " ").trim(), LIMITS.tableCell) || "–";
}

/** In characters. It is not documented whether an address counts, so it does. */
function lengthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { text, url = "" }) => sum + text.length + url.length, 0);
}
