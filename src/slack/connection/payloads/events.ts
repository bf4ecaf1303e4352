// What Slack tells of by itself, each event in its envelope. Source: https://docs.slack.dev/apis/events-api

import { z } from "zod";
import { id, maybe, word } from "./fields.js";

/** Longest text, in characters: 40,000 by Slack's own limit for a message, and more once `&`, `<` and `>` are escaped. */
const MAX_TEXT = 200_000;

/** A message's time, which is its id in a channel. */
const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/, "is no timestamp");
const flag = maybe(z.boolean());

/** Who installed the app, as far as this event is concerned. */
const authorization = z.object({
  team_id: maybe(id),
  enterprise_id: maybe(id),
  user_id: maybe(id),
  is_bot: flag,
  is_enterprise_install: flag,
});

function enveloped<T extends z.ZodType>(event: T) {
  return z.object({
    type: z.literal("event_callback"),
    event_id: word,
    team_id: maybe(id),
    context_team_id: maybe(id),
    context_enterprise_id: maybe(id),
    authorizations: maybe(z.array(authorization)),
    /** Whether people of other organizations are in the channel. */
    is_ext_shared_channel: flag,
    event,
  });
}

/** What a message and a mention share. What tells bots and edits apart from people may be missing. */
const message = {
  channel: id,
  ts: timestamp,
  /** The message that began the thread. */
  thread_ts: maybe(timestamp),
  user: maybe(id),
  text: maybe(z.string().max(MAX_TEXT)),
  subtype: maybe(word),
  bot_id: maybe(word),
  hidden: flag,
  edited: maybe(z.object({})),
  /** Of whoever wrote it: a workspace's id, or an organization's. */
  team: maybe(id),
  user_team: maybe(id),
  source_team: maybe(id),
};

export const appMention = enveloped(z.object({ ...message, type: z.literal("app_mention") }));

/** `channel_type`: such as `im`; the bot asks for no others, and may be sent them. */
export const messageSent = enveloped(z.object({ ...message, type: z.literal("message"), channel_type: maybe(word) }));

/** `tab`: `home` or `messages`. */
export const appHomeOpened = enveloped(
  z.object({
    type: z.literal("app_home_opened"),
    user: id,
    channel: maybe(id),
    tab: maybe(word),
    user_team: maybe(id),
    /** As it stands; undefined while the bot has published none. */
    view: maybe(z.object({ team_id: maybe(id) })),
  }),
);

export const appUninstalled = enveloped(z.object({ type: z.literal("app_uninstalled") }));

/** `bot`: the user ids of the bots whose token is gone. */
export const tokensRevoked = enveloped(
  z.object({ type: z.literal("tokens_revoked"), tokens: maybe(z.object({ bot: maybe(z.array(id)) })) }),
);

/** Comes without an envelope. `minute_rate_limited`: epoch seconds. */
export const appRateLimited = z.object({
  type: z.literal("app_rate_limited"),
  minute_rate_limited: maybe(z.number()),
});

/** The events that the bot has listeners for, by Slack's word for them. */
export const EVENTS = {
  app_home_opened: appHomeOpened,
  app_mention: appMention,
  app_uninstalled: appUninstalled,
  message: messageSent,
  tokens_revoked: tokensRevoked,
} as const;
