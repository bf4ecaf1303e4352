// A click on an element in a message or a view. Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload

import { z } from "zod";
import { drawnValue, flag, id, maybe, maybeId, maybeWord, responseUrl, word } from "./fields.js";
import { option, view } from "./view.js";

/** The longest value of a button, or of a text that is sent when somebody presses Enter, in characters. Source: Block Kit's elements. */
const MAX_VALUE = 3_000;
const MAX_NAME = 1_000;

const action = z.object({
  type: word,
  action_id: word,
  block_id: maybeWord,
  action_ts: maybeWord,
  value: maybe(drawnValue(MAX_VALUE)),
  selected_option: maybe(option),
});

/** The conversation in which somebody acted. */
export const conversation = z.object({ id, name: maybe(z.string().max(MAX_NAME)) });

/** Who pressed it, and where. */
export const origin = {
  user: z.object({ id, team_id: maybeId }),
  // `null` when the app is installed for a whole organization.
  team: maybe(z.object({ id, enterprise_id: maybeId })),
  enterprise: maybe(z.object({ id: maybeId })),
  is_enterprise_install: flag,
  channel: maybe(conversation),
  response_url: responseUrl,
};

export const blockActions = z.object({
  ...origin,
  type: z.literal("block_actions"),
  trigger_id: maybeWord,
  container: maybe(z.object({ channel_id: maybeId, message_ts: maybeWord, thread_ts: maybeWord })),
  /** Missing when only one person sees the message. */
  message: maybe(z.object({ ts: maybeWord, thread_ts: maybeWord })),
  actions: z.array(action).min(1),
  /** The view in which it was pressed. Then there is neither a channel nor a response_url. */
  view: maybe(view),
});
