// A request for options from an external select while somebody types. Source: https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload

import { z } from "zod";
import { origin } from "./block-actions.js";
import { maybe, maybeWord, word } from "./fields.js";
import { view } from "./view.js";

/** The longest query, in characters: far more than anybody types. */
const MAX_QUERY = 40_000;

export const blockSuggestion = z.object({
  ...origin,
  type: z.literal("block_suggestion"),
  action_id: word,
  block_id: maybeWord,
  value: z.string().max(MAX_QUERY).catch(""),
  view: maybe(view),
});
