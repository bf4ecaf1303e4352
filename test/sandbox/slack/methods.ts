// The Web API methods, each with the scope it needs and what it does.

import { required } from "./args.js";
import type { Room } from "./channels.js";
import { contentOf } from "./content.js";
import type { Core } from "./core.js";
import { type Json, stringAt } from "./json.js";
import { Refusal, refuse } from "./refusal.js";
import type { Person, SlackMessage, SlackView } from "./types.js";
import { wireView } from "./view-payloads.js";

/** Whose token a call comes with. */
export type TokenKind = "bot" | "app" | "other_app";

export interface Method {
  scope?: string;
  /** How many times a minute it may be called, when limits are enforced. */
  perMinute?: number;
  /** Which token it needs. Default: "bot". */
  token?: "app" | "any";
  /** The answer without `ok`. Throws a Refusal or TooFast. */
  run(core: Core, args: Json, token: TokenKind): Json;
}

export const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ["auth.test", { token: "any", run: authTest }],
  ["auth.teams.list", { run: listTeams }],
  ["apps.connections.open", { token: "app", run: openConnection }],
  ["chat.postMessage", { scope: "chat:write", run: postMessage }],
  ["chat.update", { scope: "chat:write", run: update }],
  ["chat.postEphemeral", { perMinute: 100, scope: "chat:write", run: postEphemeral }],
  ["chat.delete", { scope: "chat:write", run: remove }],
  ["chat.getPermalink", { run: permalink }],
  ["conversations.open", { scope: "im:write", run: openDm }],
  ["users.info", { perMinute: 100, scope: "users:read", run: userInfo }],
  ["users.list", { perMinute: 20, scope: "users:read", run: listUsers }],
  ["conversations.info", { perMinute: 50, scope: "channels:read", run: conversationInfo }],
  ["usergroups.list", { perMinute: 20, scope: "usergroups:read", run: listGroups }],
  ["usergroups.users.list", { perMinute: 20, scope: "usergroups:read", run: groupMembers }],
  ["users.lookupByEmail", { perMinute: 50, scope: "users:read.email", run: personByEmail }],
  ["views.open", { perMinute: 100, run: openView }],
  ["views.push", { perMinute: 100, run: pushView }],
  ["views.update", { perMinute: 100, run: updateView }],
  ["views.publish", { perMinute: 100, run: publishView }],
]);

function openConnection({ identity, openSocketUrl }: Core, _args: Json, token: TokenKind): Json {
  return { url: openSocketUrl(token === "other_app" ? identity.otherApp.appId : identity.appId) };
}

function authTest(core: Core, _args: Json, token: TokenKind): Json {
  const { identity } = core;
  const { organization } = identity;
  if (token === "other_app") return { app_name: "Other", app_id: identity.otherApp.appId };
  if (token === "app") return { app_name: "Hex", app_id: identity.appId };
  return {
    url: `${core.origin}/`,
    team: identity.domain,
    user: "hex",
    team_id: identity.teamId,
    user_id: identity.botUserId,
    bot_id: identity.botId,
    ...(organization === null ? {} : { enterprise_id: organization.id }),
    is_enterprise_install: organization?.installed ?? false,
  };
}

function listTeams({ identity }: Core): Json {
  const { organization, teamId, domain } = identity;
  const ids = organization?.installed ? organization.workspaces : [teamId];
  return { teams: ids.map((id) => ({ id, name: id === teamId ? domain : id })) };
}

function postMessage(core: Core, args: Json): Json {
  const room = core.directory.postable(required(args, "channel"), core.app.scopes);
  if (room.im && !core.app.messagesTab) throw new Refusal("messages_tab_disabled");
  const content = contentOf(args, { over: "web-api", takesDataTables: core.takesDataTables });
  const threadTs = threadOf(core, room, args);
  core.limits.post(room.id);
  const message = core.log.post({
    ...content,
    channel: room.id,
    author: core.identity.botUserId,
    via: "postMessage",
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(typeof args.unfurl_links === "boolean" ? { unfurlLinks: args.unfurl_links } : {}),
    ...(typeof args.unfurl_media === "boolean" ? { unfurlMedia: args.unfurl_media } : {}),
  });
  core.onOwnMessage(message);
  return { channel: room.id, ts: message.ts, message: core.wireMessage(message) };
}

function update(core: Core, args: Json): Json {
  const room = core.directory.visible(required(args, "channel"));
  const message = ownMessage(core, room, required(args, "ts"), "cant_update_message");
  if (room.archived) throw new Refusal("is_archived");
  const content = contentOf(args, { over: "web-api", takesDataTables: core.takesDataTables });
  core.limits.update();
  const before = core.wireMessage(message);
  core.log.edit(room.id, message.ts, content);
  core.onOwnMessage(message, before);
  return { channel: room.id, ts: message.ts, text: content.text, message: core.wireMessage(message) };
}

function postEphemeral(core: Core, args: Json): Json {
  const room = core.directory.visible(required(args, "channel"));
  const reader = required(args, "user");
  if (room.archived) throw new Refusal("is_archived");
  if (!room.members.has(core.identity.botUserId)) throw new Refusal("not_in_channel");
  if (!room.members.has(reader)) throw new Refusal("user_not_in_channel");
  if (room.im && !core.app.messagesTab) throw new Refusal("messages_tab_disabled");
  const content = contentOf(args, { over: "web-api", takesDataTables: core.takesDataTables });
  const threadTs = threadOf(core, room, args);
  const message = core.log.post({
    ...content,
    channel: room.id,
    author: core.identity.botUserId,
    via: "postEphemeral",
    reader,
    ...(threadTs === undefined ? {} : { threadTs }),
    // If the thread has no replies yet, Slack shows it to nobody.
    ...(threadTs === undefined || core.log.hasReplies(room.id, threadTs) ? {} : { unseen: true as const }),
  });
  return { message_ts: message.ts };
}

function remove(core: Core, args: Json): Json {
  const room = core.directory.visible(required(args, "channel"));
  const message = ownMessage(core, room, required(args, "ts"), "cant_delete_message");
  core.log.remove(room.id, message.ts);
  return { channel: room.id, ts: message.ts };
}

function permalink(core: Core, args: Json): Json {
  const room = core.directory.visible(required(args, "channel"));
  const message = core.log.find(room.id, required(args, "message_ts"));
  if (!message || message.ephemeral) throw new Refusal("message_not_found");
  const thread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${room.id}`;
  return { channel: room.id, permalink: `${core.origin}/archives/${room.id}/p${message.ts.replace(".", "")}${thread}` };
}

function openDm(core: Core, args: Json): Json {
  const known = stringAt(args, "channel");
  if (known !== undefined) return { channel: { id: core.directory.visible(known).id } };
  const ids = required(args, "users").split(",");
  const person = core.directory.person(ids[0] ?? "");
  if (!person) throw new Refusal("user_not_found");
  if (ids.length > 1)
    throw new Refusal("missing_scope", { needed: "mpim:write", provided: [...core.app.scopes].join(",") });
  return { channel: { id: core.directory.dm(person).id } };
}

function userInfo(core: Core, args: Json): Json {
  const person = core.directory.person(required(args, "user"));
  if (!person) throw new Refusal("user_not_found");
  if (core.directory.unseen.has(person.id)) throw new Refusal("user_not_visible");
  return { user: wireUser(core, person) };
}

function wireUser(core: Core, person: Person): Json {
  const { id, teamId, name, realName, tz, email } = person;
  const role = core.directory.roles.get(id);
  const user = {
    id,
    team_id: teamId,
    name,
    real_name: realName,
    is_bot: false,
    deleted: core.directory.deactivated.has(id),
    is_admin: role === "admin",
    is_owner: id === core.directory.primaryOwner.id,
    is_restricted: role === "guest",
    is_ultra_restricted: false,
    profile: email !== undefined && core.app.scopes.has("users:read.email") ? { email } : {},
  };
  const { organization } = core.identity;
  const isOfOrganization = organization?.workspaces.includes(teamId) === true;
  return {
    ...user,
    ...(tz === undefined ? {} : { tz }),
    ...(core.directory.isStranger(person) ? { is_stranger: true } : {}),
    ...(isOfOrganization ? { enterprise_user: { enterprise_id: organization.id } } : {}),
  };
}

/** Slack lists bots and people who were deactivated, too. Of the latter, it does not say what they were. */
function listUsers(core: Core, args: Json): Json {
  const workspace = workspaceAsked(core, args);
  const { identity, directory } = core;
  const { deactivated, otherBot } = directory;
  const bot = { deleted: false, is_bot: true, is_admin: false, is_owner: false, profile: {} };
  const slackbot = { ...bot, id: "USLACKBOT", team_id: workspace, name: "slackbot", is_bot: false };
  const people = directory.everybody().map((person) => {
    const { id, team_id, name, profile } = wireUser(core, person);
    return deactivated.has(person.id)
      ? { id, team_id, name, profile, deleted: true, is_bot: false }
      : wireUser(core, person);
  });
  const bots = [
    { ...bot, id: otherBot.id, team_id: otherBot.teamId, name: otherBot.name },
    { ...bot, id: identity.botUserId, team_id: identity.teamId, name: "hex" },
  ];
  return pageOf([slackbot, ...people, ...bots], args);
}

/** As Slack gives them: a cursor is for the next page, and that of the last one is empty. */
function pageOf(members: Json[], args: Json): Json {
  const limit = Number(args.limit ?? 0);
  if (!Number.isInteger(limit) || limit < 0 || limit > 1_000) throw new Refusal("invalid_limit");
  const cursor = stringAt(args, "cursor") ?? "";
  const from = cursor === "" ? 0 : Number(/^user:(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw new Refusal("invalid_cursor");
  const to = limit === 0 ? members.length : from + limit;
  return {
    members: members.slice(from, to),
    response_metadata: { next_cursor: to < members.length ? `user:${to}` : "" },
  };
}

/** Slack does not find people who were deactivated, nor those of another workspace. */
function personByEmail(core: Core, args: Json): Json {
  const email = required(args, "email").toLowerCase();
  const { deactivated } = core.directory;
  const found = core.directory
    .everybody()
    .find((person) => person.email === email && person.teamId === core.identity.teamId && !deactivated.has(person.id));
  if (!found) throw new Refusal("users_not_found");
  return userInfo(core, { user: found.id });
}

function conversationInfo(core: Core, args: Json): Json {
  const room = core.directory.visible(required(args, "channel"));
  if (room.private && !core.app.scopes.has("groups:read")) {
    throw new Refusal("missing_scope", { needed: "groups:read", provided: [...core.app.scopes].join(",") });
  }
  return { channel: { id: room.id, name: room.name, is_private: room.private, is_archived: room.archived } };
}

/** With the token of an organization, the workspace has to be named, since a group belongs to one. Otherwise the name is ignored. */
function workspaceAsked({ identity }: Core, args: Json): string {
  const { organization, teamId } = identity;
  if (!organization?.installed) return teamId;
  const asked = stringAt(args, "team_id");
  if (asked === undefined) throw new Refusal("missing_argument");
  if (!organization.workspaces.includes(asked)) throw new Refusal("team_access_not_granted");
  return asked;
}

function listGroups(core: Core, args: Json): Json {
  const workspace = workspaceAsked(core, args);
  const { groups, groupsOff, groupHandles, groupTeams, hasGroups } = core.directory;
  if (!hasGroups) throw new Refusal("plan_upgrade_required");
  const withOff = args.include_disabled === true || args.include_disabled === "true";
  const shown = [...groups.keys()].filter(
    (id) => (groupTeams.get(id) ?? core.identity.teamId) === workspace && (withOff || !groupsOff.has(id)),
  );
  return {
    usergroups: shown.map((id) => ({
      id,
      team_id: workspace,
      is_usergroup: true,
      name: groupHandles.get(id) ?? id,
      handle: groupHandles.get(id) ?? id.toLowerCase(),
      date_delete: groupsOff.has(id) ? 1_446_746_793 : 0,
      ...(args.include_users === true || args.include_users === "true" ? { users: [...(groups.get(id) ?? [])] } : {}),
    })),
  };
}

function groupMembers(core: Core, args: Json): Json {
  const workspace = workspaceAsked(core, args);
  const id = required(args, "usergroup");
  const { groups, groupsOff, groupTeams, hasGroups } = core.directory;
  if (!hasGroups) throw new Refusal("plan_upgrade_required");
  const members = groups.get(id);
  if (members === undefined || (groupTeams.get(id) ?? core.identity.teamId) !== workspace) {
    throw new Refusal("no_such_subteam");
  }
  return { users: groupsOff.has(id) ? [] : [...members] };
}

function openView(core: Core, args: Json): Json {
  const cause = core.triggers.exchange(required(args, "trigger_id"));
  return viewAnswer(core, core.views.open(cause, args.view));
}

function pushView(core: Core, args: Json): Json {
  const cause = core.triggers.exchange(required(args, "trigger_id"));
  return viewAnswer(core, core.views.push(cause, args.view));
}

function updateView(core: Core, args: Json): Json {
  return viewAnswer(core, core.views.update(args));
}

function publishView(core: Core, args: Json): Json {
  const user = required(args, "user_id");
  if (core.directory.person(user)?.teamId !== core.identity.teamId) {
    throw refuse("invalid_arguments", ["must be a valid user id [json-pointer:/user_id]"]);
  }
  if (!core.app.homeTab) throw new Refusal("not_enabled");
  return viewAnswer(core, core.views.publish(user, args));
}

function viewAnswer(core: Core, view: SlackView): Json {
  return { view: wireView(core, view) };
}

/** A message of the bot that can be edited. For the Web API, ephemeral messages do not exist. */
function ownMessage(core: Core, room: Room, ts: string, otherwise: string): SlackMessage {
  const message = core.log.find(room.id, ts);
  if (!message || message.ephemeral) throw new Refusal("message_not_found");
  if (message.author !== core.identity.botUserId) throw new Refusal(otherwise);
  return message;
}

function threadOf(core: Core, room: Room, args: Json): string | undefined {
  const ts = stringAt(args, "thread_ts");
  if (ts === undefined) return undefined;
  const parent = core.log.find(room.id, ts);
  if (!parent) throw new Refusal("thread_not_found");
  if (parent.ephemeral) throw new Refusal("cannot_reply_to_message");
  return parent.threadTs ?? parent.ts;
}
