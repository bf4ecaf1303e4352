// The payloads of slash commands and of buttons and menus in messages.

import type { Room } from "./channels.js";
import type { Core } from "./core.js";
import type { Json } from "./json.js";
import type { Person, SlackMessage } from "./types.js";

export interface Ends {
  responseUrl: string;
  triggerId: string;
}

/**
 * A URL, an email address, an address without a scheme, a phone number, `#channel` or `@person`, or a character that Slack escapes.
 */
const MARKED = new RegExp(
  [
    /(?<url>https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)"'”’])/,
    /(?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})/,
    /(?<![\w@./-])(?<bare>[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\/[^\s<>|"'”’]*)/,
    /(?<![\w+-])(?<tel>\+\d(?:-?\d){6,14})(?![\w-])/,
    /(?<![\w&/])(?<mention>[#@][a-z][\w-]*)/,
    /[&<>]/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/**
 * What Slack turns typed text into: `&`, `<` and `>` are escaped. In messages, and in commands with should_escape, links, channels
 * and people arrive in angle brackets.
 */
export function escapeTyped({ directory }: Core, text: string, as: "message" | "command" | "bare command"): string {
  if (as === "bare command") return escaped(text);
  return text.replace(MARKED, (whole, ...rest) => {
    const { url, mail, bare, tel, mention }: Partial<Record<string, string>> = rest.at(-1);
    if (url !== undefined) return `<${escaped(url)}>`;
    if (mail !== undefined) return `<mailto:${mail}|${mail}>`;
    if (bare !== undefined) return `<http://${escaped(bare)}|${escaped(bare)}>`;
    if (tel !== undefined) return `<tel:${tel.replaceAll("-", "")}|${tel}>`;
    return mention === undefined ? escaped(whole) : directory.mentioned(mention, as === "command");
  });
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function commandPayload(core: Core, command: string, text: string, user: Person, room: Room, ends: Ends): Json {
  const { verificationToken, teamId, domain, appId, organization } = core.identity;
  return {
    token: verificationToken,
    // The workspace in which it is typed. If an organization has installed the app, any workspace that may use it.
    team_id: organization?.installed ? user.teamId : teamId,
    team_domain: domain,
    ...(organization === null ? {} : { enterprise_id: organization.id, enterprise_name: organization.name }),
    channel_id: room.id,
    channel_name: core.directory.payloadName(room),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: appId,
    is_enterprise_install: String(organization?.installed ?? false),
    response_url: ends.responseUrl,
    trigger_id: ends.triggerId,
  };
}

export function actionsPayload(
  core: Core,
  message: SlackMessage,
  room: Room,
  user: Person,
  action: Json,
  ends: Ends,
): Json {
  const { verificationToken, appId } = core.identity;
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
  return {
    type: "block_actions",
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    api_app_id: appId,
    token: verificationToken,
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: room.id,
      is_ephemeral: message.ephemeral,
      ...thread,
    },
    trigger_id: ends.triggerId,
    ...installation(core),
    channel: { id: room.id, name: core.directory.payloadName(room) },
    ...(message.ephemeral ? {} : { message: core.wireMessage(message) }),
    state: { values: stateOf(action) },
    response_url: ends.responseUrl,
    actions: [action],
  };
}

/** `ends.responseUrl`: only for message shortcuts. Global shortcuts have no channel, so they have none. */
export function shortcutPayload(
  core: Core,
  callbackId: string,
  user: Person,
  { triggerId, responseUrl }: Ends,
  on?: { message: SlackMessage; room: Room },
): Json {
  const { verificationToken } = core.identity;
  const common = {
    type: on ? "message_action" : "shortcut",
    token: verificationToken,
    action_ts: core.log.timestamps.next(),
    ...installation(core),
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    callback_id: callbackId,
    trigger_id: triggerId,
  };
  if (!on) return common;
  return {
    ...common,
    response_url: responseUrl,
    message_ts: on.message.ts,
    channel: { id: on.room.id, name: core.directory.payloadName(on.room) },
    message: core.wireMessage(on.message),
  };
}

/** Where the app is installed. It does not depend on who clicks. */
export function installation({ identity }: Core): Json {
  const { teamId, domain, organization } = identity;
  if (organization === null) return { team: { id: teamId, domain }, enterprise: null, is_enterprise_install: false };
  const { id, name, installed } = organization;
  const team = { id: teamId, domain, enterprise_id: id, enterprise_name: name };
  return { team: installed ? null : team, enterprise: { id, name }, is_enterprise_install: installed };
}

/** The state of the menu that was just used. Buttons have none. */
function stateOf(action: Json): Json {
  if (action.type === "button" || action.type === "overflow") return {};
  const {
    action_id,
    block_id,
    action_ts: _time,
    placeholder: _hint,
    confirm: _question,
    text: _text,
    ...state
  } = action;
  return { [String(block_id)]: { [String(action_id)]: state } };
}
