// A shortcut, either global or on a message. Source: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload

import { z } from "zod";
import { conversation, origin } from "./block-actions.js";
import { maybeWord, word } from "./fields.js";

const picked = { ...origin, callback_id: word, trigger_id: word };

/** It does not say where it was picked. */
export const shortcut = z.object({ ...picked, type: z.literal("shortcut") });

export const messageAction = z.object({
  ...picked,
  type: z.literal("message_action"),
  channel: conversation,
  message_ts: maybeWord,
  message: z.object({ thread_ts: maybeWord }).catch({ thread_ts: undefined }),
});
