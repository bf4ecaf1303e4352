// Whether Slack accepts the text and the blocks of a message.

import { blockErrors } from "./block-kit.js";
import { isRecord, type Json, stringAt } from "./json.js";
import { type Content, textsOf } from "./messages.js";
import { Refusal, refuse } from "./refusal.js";

/** Slack accepts 40,000 characters but shows only about 4,000 in one piece. A bot that sends more has a bug. */
const longestText = 4_000;
/** The limit for all blocks together (Web API only), as measured in slackapi/bolt-js#2509 and #2867. Slack has a separate error code. */
const longestBlocks = 13_350;
/** What a block counts beyond its text. */
const perBlock = 75;

export interface ContentOptions {
  over: "web-api" | "response_url";
  /** Whether the workspace accepts data tables. */
  takesDataTables: boolean;
}

/** Reads the content of a message from the arguments of a call. Throws a Refusal for what Slack would refuse. */
export function contentOf(args: Json, { over, takesDataTables }: ContentOptions): Content {
  const text = args.text ?? "";
  if (typeof text !== "string") throw refuse("invalid_arguments", ["must be a string [json-pointer:/text]"]);
  if (Array.isArray(args.attachments) && args.attachments.length > 0) throw new Refusal("invalid_attachments");
  const blocks = args.blocks ?? [];
  if (!Array.isArray(blocks)) throw new Refusal("invalid_blocks_format");
  const errors = [...blockErrors(blocks, "message"), ...(takesDataTables ? [] : refusedTables(blocks))];
  if (errors.length > 0) throw refuse("invalid_blocks", errors);
  if (blocks.length === 0 && text.trim() === "") throw new Refusal("no_text");
  if (text.length > longestText) throw new Refusal("msg_too_long");
  const counted = blocks.filter((block) => !isDataTable(block));
  const total = [...textsOf(counted)].reduce((sum, one) => sum + one.length, counted.length * perBlock);
  if (over === "web-api" && total > longestBlocks) throw new Refusal("msg_blocks_too_long");
  return { text, blocks };
}

/** A data table has its own limit. */
function isDataTable(block: unknown): boolean {
  return isRecord(block) && stringAt(block, "type") === "data_table";
}

function refusedTables(blocks: readonly unknown[]): string[] {
  return blocks.flatMap((block, index) =>
    isDataTable(block) ? [`unsupported type: data_table [json-pointer:/blocks/${index}/type]`] : [],
  );
}
