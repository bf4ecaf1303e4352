// A modal or Home tab, as sent with what people do in it. Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload

import { z } from "zod";
import { drawnValue, id, maybe, maybeId, maybeWord, word } from "./fields.js";

/** Source: https://docs.slack.dev/surfaces/modals: 3,000 characters. Elements without their own limit may contain more text. */
const MAX_METADATA = 3_000;
const MAX_TEXT = 100_000;
/** Values of options have at most 150 characters. */
const MAX_OPTION = 1_000;

export const option = z.object({
  value: drawnValue(MAX_OPTION),
  text: maybe(z.object({ text: z.string().max(MAX_OPTION) })),
});

/** The state of an element. For elements that the bot does not use, only the type remains. */
const element = z.object({
  type: word,
  value: maybe(z.string().max(MAX_TEXT)),
  selected_option: maybe(option),
  selected_options: maybe(z.array(option)),
  selected_conversation: maybeId,
});

/** By block_id and action_id. */
const values = maybe(z.record(z.string(), z.record(z.string(), element))).transform((told) => told ?? {});

export const view = z.object({
  id,
  type: z.enum(["modal", "home"]),
  callback_id: z.string().max(255).catch(""),
  private_metadata: z.string().max(MAX_METADATA).catch(""),
  hash: maybeWord,
  state: maybe(z.object({ values })),
});
