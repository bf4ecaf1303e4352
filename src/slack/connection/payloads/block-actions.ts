// A click on an element of a message. Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload

import { z } from "zod";
import { flag, id, maybe, responseUrl, word } from "./fields.js";

/** Longest value of a button, in characters. Source: Block Kit's button element. */
const MAX_VALUE = 2_000;
const MAX_NAME = 1_000;

const action = z.object({
  type: word,
  action_id: word,
  block_id: maybe(word),
  value: maybe(z.string().max(MAX_VALUE)),
});

/** Who pressed, and where. */
export const origin = {
  user: z.object({ id, team_id: maybe(id) }),
  // null when the app is installed for a whole organisation.
  team: maybe(z.object({ id, enterprise_id: maybe(id) })),
  enterprise: maybe(z.object({ id })),
  is_enterprise_install: flag,
  channel: maybe(z.object({ id, name: maybe(z.string().max(MAX_NAME)) })),
  response_url: responseUrl,
};

export const blockActions = z.object({
  ...origin,
  type: z.literal("block_actions"),
  trigger_id: word,
  container: maybe(z.object({ channel_id: maybe(id), message_ts: maybe(word) })),
  actions: z.array(action).min(1),
});
