// The events that Slack sends, each in its envelope. Source: https://docs.slack.dev/apis/events-api

import { z } from "zod";
import { empty, id, maybe, maybeId, maybeWord, timestamp } from "./fields.js";

/** The longest text, in characters: 40,000 by Slack's own limit for a message, and more once `&`, `<` and `>` are escaped. */
const MAX_TEXT = 200_000;

const flag = maybe(z.boolean());

/** Who installed the app, as far as this event is concerned. */
const authorization = z.object({
  team_id: maybeId,
  enterprise_id: maybeId,
  user_id: maybeId,
  is_bot: flag,
  is_enterprise_install: flag,
});

function enveloped<T extends z.ZodType>(event: T) {
  return z.object({
    type: z.literal("event_callback"),
    team_id: maybeId,
    context_team_id: maybeId,
    context_enterprise_id: maybeId,
    authorizations: maybe(z.array(authorization)),
    /** Whether people of other organizations are in the channel. */
    is_ext_shared_channel: flag,
    event,
  });
}

/** What a message and a mention have in common. The fields that mark bots and edits may be missing. */
const message = {
  channel: id,
  ts: timestamp,
  /** The message that started the thread. */
  thread_ts: maybe(z.union([timestamp, empty])),
  user: maybeId,
  text: maybe(z.string().max(MAX_TEXT)),
  subtype: maybeWord,
  bot_id: maybeWord,
  hidden: flag,
  edited: maybe(z.object({})),
  /** The writer's workspace id or organization id. */
  team: maybeId,
  user_team: maybeId,
  source_team: maybeId,
};

export const appMention = enveloped(z.object({ ...message, type: z.literal("app_mention") }));

/** `channel_type` is for example `im`. The bot asks for no others, but may get them. */
export const messageSent = enveloped(z.object({ ...message, type: z.literal("message"), channel_type: maybeWord }));

/** `tab` is `home` or `messages`. */
export const appHomeOpened = enveloped(
  z.object({
    type: z.literal("app_home_opened"),
    user: id,
    channel: maybeId,
    tab: maybeWord,
    user_team: maybeId,
    /** The current view; `undefined` while the bot has not published one. */
    view: maybe(z.object({ team_id: maybeId })),
  }),
);

export const appUninstalled = enveloped(z.object({ type: z.literal("app_uninstalled") }));

/** `bot` has the user ids of the bots whose tokens were revoked. */
export const tokensRevoked = enveloped(
  z.object({ type: z.literal("tokens_revoked"), tokens: maybe(z.object({ bot: maybe(z.array(id)) })) }),
);

/** Comes without an envelope. `minute_rate_limited` is in epoch seconds. */
export const appRateLimited = z.object({
  type: z.literal("app_rate_limited"),
  minute_rate_limited: maybe(z.number()),
});

/** The events that the bot listens to, by Slack's name for them. */
export const EVENTS = {
  app_home_opened: appHomeOpened,
  app_mention: appMention,
  app_uninstalled: appUninstalled,
  message: messageSent,
  tokens_revoked: tokensRevoked,
} as const;
