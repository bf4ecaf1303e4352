// One table from what Slack refused to what people can do about it: for `/hex status`, the start and the log alike.
// The phrases have no full stop, because they are put together where they are shown.

import type { SlackRefusal, SlackState } from "../connection/refusals.js";
import type { OptionalScope } from "../connection/scopes.js";
import { code, date, inChannel, inline, listed, sentence } from "./mrkdwn.js";

export interface SlackRemedy {
  what: string;
  todo: string;
}

const APP = "api.slack.com/apps > your app";
const REINSTALL = `reinstall the app at ${APP} > Install App and copy the new token`;
const COPY = `copy it again from ${APP} > OAuth & Permissions (xoxb-…)`;
const FROM_MANIFEST = `compare the app with manifest.yml at ${APP} > App Manifest, and reinstall it`;
const ANOTHER = "use another channel";
const INVITE = `invite the bot there with /invite, or ${ANOTHER}`;
const FEW_MAY_POST = "Only some people may post there";
const UPDATE = "update the bot; if it keeps happening, report the log line with this reference";

const GONE: SlackRemedy = {
  what: "The message can no longer be changed",
  todo: "nothing; the card goes to whoever asked for the run",
};

/** A command or a click can be answered for half an hour, and at most five times. */
const EXPIRED: SlackRemedy = {
  what: "Slack accepts no more answers to this command or click",
  todo: "type the command or press the button again",
};
const UNTAKEN: SlackRemedy = {
  what: "Slack did not accept an answer to a command or click",
  todo: "type the command or press the button again; if it keeps happening, look for a proxy that changes the bot's requests",
};

const FAILS: SlackRemedy = {
  what: "Slack is having trouble",
  todo: "look at https://slack-status.com; the bot tries again on its own",
};
const UNSHOWN: SlackRemedy = { what: "Slack refuses the message that the bot wrote", todo: UPDATE };
const MOVES: SlackRemedy = {
  what: "Slack is moving the workspace or the channel",
  todo: "nothing; the bot tries again on its own",
};
const ARCHIVED: SlackRemedy = { what: "The channel is archived", todo: `${ANOTHER}, or unarchive it` };

const DIRECT_MESSAGES_REMEDY: SlackRemedy = {
  what: "The bot may not send direct messages",
  todo: `allow the Messages tab at ${APP} > App Home`,
};
/** A sentence for the Home tab. */
export const DIRECT_MESSAGES_OFF = `Direct messages are off: you will not get the cards of runs that you start here until somebody allows the Messages tab at ${APP} > App Home.`;

const REMEDIES: Record<string, SlackRemedy> = {
  invalid_auth: { what: "Slack does not accept SLACK_BOT_TOKEN", todo: COPY },
  not_authed: { what: "Slack does not accept SLACK_BOT_TOKEN", todo: COPY },
  not_allowed_token_type: { what: "SLACK_BOT_TOKEN is not a bot token", todo: COPY },
  token_revoked: { what: "SLACK_BOT_TOKEN was revoked", todo: REINSTALL },
  token_expired: { what: "SLACK_BOT_TOKEN has expired", todo: REINSTALL },
  account_inactive: {
    what: "The app was removed from the workspace",
    todo: `install it again at ${APP} > Install App and copy the new token`,
  },
  team_access_not_granted: { what: "The app may not act in this workspace", todo: "ask an admin to grant it access" },
  missing_scope: { what: "The app lacks a scope", todo: FROM_MANIFEST },
  team_not_found: {
    what: "Slack cannot find the app's workspace",
    todo: "ask an admin whether the app is still approved for this workspace",
  },
  ekm_access_denied: {
    what: "The organization has suspended posting through its key management",
    todo: "ask an admin of the organization",
  },
  access_denied: { what: "The app may not post there", todo: `ask an admin, or ${ANOTHER}` },
  invalid_blocks: UNSHOWN,
  invalid_blocks_format: UNSHOWN,
  msg_blocks_too_long: UNSHOWN,
  msg_too_long: UNSHOWN,
  no_text: UNSHOWN,
  not_in_channel: { what: "The bot is not in the channel", todo: INVITE },
  channel_not_found: { what: "The bot cannot see the channel", todo: INVITE },
  no_permission: { what: "The bot may not post in the channel", todo: INVITE },
  is_archived: ARCHIVED,
  is_inactive: ARCHIVED,
  restricted_action: { what: FEW_MAY_POST, todo: `ask an admin, or ${ANOTHER}` },
  restricted_action_read_only_channel: { what: FEW_MAY_POST, todo: `ask an admin, or ${ANOTHER}` },
  restricted_action_thread_locked: { what: "The thread is locked", todo: "write in the channel, or in another thread" },
  cannot_reply_to_message: {
    what: "The message does not accept replies",
    todo: "write in the channel, or in another thread",
  },
  user_not_in_channel: { what: "The person is not in the channel", todo: "join the channel" },
  restricted_action_thread_only_channel: { what: "Only threads are allowed there", todo: ANOTHER },
  restricted_action_non_threadable_channel: { what: "Threads are not allowed there", todo: ANOTHER },
  cannot_dm_bot: { what: "The bot may not write to another bot", todo: "use the bot as a person" },
  messages_tab_disabled: DIRECT_MESSAGES_REMEDY,
  not_enabled: { what: "The app's Home tab is switched off", todo: `switch it on at ${APP} > App Home` },
  person_not_known: {
    what: "Slack does not say who somebody is, and the rules depend on that",
    todo: "nothing, if Slack has a problem at the moment; otherwise check whether the app has the scopes that the rules need (`npm run policy -- check`)",
  },
  person_left: { what: "The account was deactivated", todo: "nothing; nobody reads these direct messages any more" },
  user_not_found: { what: "Slack does not know the person", todo: "use the bot from an account of this workspace" },
  message_not_found: GONE,
  thread_not_found: {
    what: "The message that started the thread is gone",
    todo: "write in the channel, or in another thread",
  },
  cant_update_message: GONE,
  edit_window_closed: GONE,
  expired_url: EXPIRED,
  used_url: EXPIRED,
  refused_answer: UNTAKEN,
  ratelimited: { what: "Slack asks the bot to wait", todo: "nothing; the bot tries again on its own" },
  network: {
    what: "Slack cannot be reached",
    todo: "check that the bot's machine can reach SLACK_API_URL over HTTPS, and look at https://slack-status.com",
  },
  too_many_websockets: {
    what: "Slack keeps no more than ten Socket Mode connections for an app, and ten are open",
    todo: "stop other copies of the bot, and whatever else uses SLACK_APP_TOKEN; the bot tries again on its own",
  },
  dns: {
    what: "Slack's host was not found",
    todo: "check SLACK_API_URL and the DNS of the bot's machine",
  },
  tls: {
    what: "The bot could not make a secure connection to Slack",
    todo: "point NODE_EXTRA_CA_CERTS at your company's root certificate and restart the bot, and check the machine's date and time",
  },
  proxy: {
    what: "The proxy does not let the bot through to Slack",
    todo: "check HTTPS_PROXY and NO_PROXY in the bot's environment, and ask whoever runs the proxy to allow Slack's hosts (see docs/deployment.md#behind-a-proxy)",
  },
  internal_error: FAILS,
  fatal_error: FAILS,
  service_unavailable: FAILS,
  request_timeout: FAILS,
  update_failed: FAILS,
  external_channel_migrating: MOVES,
  org_login_required: MOVES,
  team_added_to_org: MOVES,
  unreadable: {
    what: "Something other than Slack answered",
    todo: "check SLACK_API_URL, and whether there is a proxy in between",
  },
};

/** The remedy for Slack's error code, or for the bot's own word for an answer that never came (`network`, `HTTP 503`). */
export function slackRemedy(word: string): SlackRemedy {
  const known = Object.hasOwn(REMEDIES, word) ? REMEDIES[word] : undefined;
  if (known !== undefined) return known;
  if (word.startsWith("HTTP ")) return FAILS;
  return { what: "Slack refused it", todo: UPDATE };
}

const ALERT_DELETED: SlackRemedy = {
  what: "Somebody deleted the message",
  todo: "nothing; the bot posts it once more, and not again if it is deleted a second time",
};
const ALERT_FIXED: SlackRemedy = { ...GONE, todo: "nothing; the bot posts news in its thread" };
const ALERT_REMEDIES: Record<string, SlackRemedy> = {
  message_not_found: ALERT_DELETED,
  thread_not_found: ALERT_DELETED,
  cant_update_message: ALERT_FIXED,
  edit_window_closed: ALERT_FIXED,
};

/** The same for a message in the channel for alerts, which the bot's configuration names. */
export function alertRemedy(word: string): SlackRemedy {
  const own = Object.hasOwn(ALERT_REMEDIES, word) ? ALERT_REMEDIES[word] : undefined;
  if (own !== undefined) return own;
  const { what, todo } = slackRemedy(word);
  return { what, todo: todo.replace(ANOTHER, "set HEX_ALERT_CHANNEL to another channel and restart") };
}

/** For any refusal to open a Socket Mode connection. */
export const APP_TOKEN_REMEDY: SlackRemedy = {
  what: "Slack refuses SLACK_APP_TOKEN",
  todo: `create an app-level token with the scope connections:write at ${APP} > Basic Information > App-Level Tokens, and switch on Socket Mode`,
};

/** For Slack's notice that a connection has ended for good. */
export const SOCKET_MODE_OFF_REMEDY: SlackRemedy = {
  what: "Socket Mode is switched off for the app",
  todo: `switch it on at ${APP} > Socket Mode and start the bot again, or set SLACK_SIGNING_SECRET instead of SLACK_APP_TOKEN to use HTTP`,
};

/** For Slack's notice that it is holding back the app's events for a while. */
export const EVENTS_LIMITED_REMEDY: SlackRemedy = {
  what: "Slack is holding back this app's events, because there were more than 30,000 within an hour: mentions and direct messages may go unanswered",
  todo: `keep only the events in manifest.yml at ${APP} > Event Subscriptions`,
};

/** One sentence; `null` when no scope is missing. */
export function missingScopesSentence(missing: readonly string[]): string | null {
  if (missing.length === 0) return null;
  const names = `${missing.length === 1 ? "scope" : "scopes"} ${missing.join(", ")}`;
  return `The app lacks the ${names}, which it cannot work without: reinstall it from manifest.yml at ${APP} > App Manifest, then Install App`;
}

/** What each optional scope is for, in the plural; `null` for one that only rules need. */
const FEATURES: Record<OptionalScope, string | null> = {
  "chat:write.public": "cards in public channels that the bot is not in",
  "app_mentions:read": "mentions",
  "im:history": "commands in direct messages",
  "users:read": "digests in people's own time zones",
  "usergroups:read": null,
  "users:read.email": "mentions of the owners of projects that fail",
};

/** What is off because the app was installed without some scopes, and how to switch it on: one sentence; `null` when nothing is off. */
export function declinedScopesSentence(declined: readonly OptionalScope[]): string | null {
  const missed = declined.filter((scope) => FEATURES[scope] !== null);
  if (missed.length === 0) return null;
  const off = sentence(listed(missed.flatMap((scope) => FEATURES[scope] ?? [])));
  const scopes = `${missed.length === 1 ? "scope" : "scopes"} ${listed(missed)}`;
  return `${off} are off: add the ${scopes} at ${APP} > OAuth & Permissions and reinstall the app (see docs/setup.md#scopes)`;
}

/** The same for Slack, in mrkdwn. */
export function declinedScopesLine(declined: readonly OptionalScope[]): string | null {
  const off = declinedScopesSentence(declined);
  return off === null ? null : `:information_source: ${inline(off, 500)}.`;
}

/** For rules that need scopes which the app lacks: one sentence; `null` when it lacks none of them. */
export function ruleScopesSentence(missing: readonly OptionalScope[]): string | null {
  if (missing.length === 0) return null;
  const asked = listed(missing.flatMap((scope) => ASKED_BY_RULES[scope] ?? []));
  const scopes = `${missing.length === 1 ? "scope" : "scopes"} ${listed(missing)}`;
  return `The rules ask about ${asked}, but Slack does not tell the bot, so such rules give nobody a right: add the ${scopes} at ${APP} > OAuth & Permissions and reinstall the app (see docs/setup.md#scopes)`;
}

const ASKED_BY_RULES: Partial<Record<OptionalScope, string>> = {
  "users:read": "members, guests, admins or owners",
  "users:read.email": "the owners of projects",
  "usergroups:read": "user groups",
};

/** mrkdwn lines for `/hex status`; none when all is well. */
export function slackTroubleLines({ troubles, missingScopes }: SlackState): string[] {
  const missing = missingScopesSentence(missingScopes);
  // The names of the missing scopes say it better.
  const others = troubles.filter(({ word }) => missing === null || word !== "missing_scope");
  return [...(missing === null ? [] : [`:warning: ${inline(missing, 400)}.`]), ...others.map(troubleLine)];
}

function remedyOf(kind: SlackRefusal["kind"], word: string): SlackRemedy {
  if (kind === "app_token") return APP_TOKEN_REMEDY;
  return kind === "answer" ? UNTAKEN : slackRemedy(word);
}

function troubleLine({ kind, word, method, channel, at }: SlackRefusal): string {
  const { what, todo } = remedyOf(kind, word);
  const facts = `${code(method, 40)}${inChannel(channel)}: ${code(word, 60)}, ${date(at, "{time}")}`;
  return `:warning: ${inline(what, 200)} (${facts}). To do: ${inline(todo, 300)}.`;
}
