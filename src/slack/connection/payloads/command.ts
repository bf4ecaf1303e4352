// A slash command. Source: https://docs.slack.dev/interactivity/implementing-slash-commands

import { z } from "zod";
import { flag, id, maybe, maybeId, maybeWord, responseUrl } from "./fields.js";

/** The longest text, in characters: Slack's own limit for a message. */
const MAX_TEXT = 40_000;
/** The longest channel name, in characters: 80 by Slack's own limit, and more for names that Slack makes up of people's names. */
const MAX_NAME = 1_000;

export const command = z.object({
  command: z.string().regex(/^\/\S{1,99}$/, "is no command"),
  text: maybe(z.string().max(MAX_TEXT)),
  user_id: id,
  channel_id: id,
  channel_name: maybe(z.string().max(MAX_NAME)),
  team_id: id,
  enterprise_id: maybeId,
  is_enterprise_install: flag,
  trigger_id: maybeWord,
  response_url: responseUrl,
});
