// What people (and another bot) write, edit and open, and the events that the app receives about it.

import type { Room } from "./channels.js";
import type { Core } from "./core.js";
import type { Events } from "./events.js";
import type { Json } from "./json.js";
import { escapeTyped } from "./payloads.js";
import type { Channel, Person, SlackMessage, WriteOptions } from "./types.js";
import { wireView } from "./view-payloads.js";

export class Conversations {
  constructor(
    readonly core: Core,
    readonly events: Events,
  ) {}

  /** Somebody writes `text` as they would type it: `@hex run …`. Resolves when the app has received the event, if it gets one. */
  async write(author: Person, channel: Channel, text: string, options: WriteOptions): Promise<SlackMessage> {
    const { directory, log } = this.core;
    const room = directory.roomOf(channel);
    this.#mustBeWritable(author, room);
    const threadTs = options.threadTs === undefined ? undefined : this.#rootOf(room, options.threadTs);
    const typed = escapeTyped(this.core, text, "message");
    if (options.invite === true) room.members.add(this.core.identity.botUserId);
    const post = { channel: room.id, author: author.id, via: "person", text: typed, blocks: [] } as const;
    const message = log.post(threadTs === undefined ? post : { ...post, threadTs });
    await this.#tell(message, author, room);
    return message;
  }

  /** Somebody edits their message. */
  async edit(message: SlackMessage, text: string): Promise<void> {
    const { directory, log } = this.core;
    const author = directory.person(message.author);
    const room = directory.room(message.channel);
    if (!author || !room) throw new Error("Only people can edit, and only their own messages.");
    const before = this.#wire(message, author);
    log.edit(room.id, message.ts, { text: escapeTyped(this.core, text, "message"), blocks: [] });
    await this.changed(room, message, before);
    if (this.#isMention(message, room)) await this.events.send(this.#mention(message, author), room);
  }

  /** What apps receive about an edit, even about their own. `before`: the message before the edit. */
  async changed(room: Room, message: SlackMessage, before: Json): Promise<void> {
    const author = this.core.directory.person(message.author);
    const ts = this.core.log.timestamps.next();
    const event = {
      type: "message",
      subtype: "message_changed",
      message: this.#wire(message, author),
      previous_message: before,
      hidden: true,
      channel: room.id,
      channel_type: typeOf(room),
      ts,
      event_ts: ts,
    };
    await this.events.send(event, room, `message.${kindOf(room)}`);
  }

  /** Tells the app about its own messages and edits, as about anybody else's. `before`: the message before the edit. */
  async own(message: SlackMessage, before?: Json): Promise<void> {
    const room = this.core.directory.room(message.channel);
    if (!room || message.ephemeral || !room.members.has(this.core.identity.botUserId)) return;
    if (before !== undefined) return this.changed(room, message, before);
    const { appId, botId } = this.core.identity;
    const profile = { id: botId, app_id: appId, name: "Hex", deleted: false, team_id: this.core.identity.teamId };
    const event = { ...this.core.wireMessage(message), bot_profile: profile, channel: room.id };
    await this.events.send(
      { ...event, channel_type: typeOf(room), event_ts: message.ts },
      room,
      `message.${kindOf(room)}`,
    );
  }

  /** Somebody opens one of the app's tabs. */
  async openHome(person: Person, tab: "home" | "messages"): Promise<void> {
    const { app, directory, log, views } = this.core;
    if (tab === "home" ? !app.homeTab : !app.messagesTab) throw new Error(`The app has no tab called ${tab}.`);
    const view = views.home(person.id);
    const event = {
      type: "app_home_opened",
      user: person.id,
      channel: directory.dm(person).id,
      tab,
      event_ts: log.timestamps.next(),
      ...(view && tab === "home" ? { view: wireView(this.core, view) } : {}),
    };
    await this.events.send(event, undefined);
  }

  /** Somebody removes the app from the workspace. */
  async uninstall(): Promise<void> {
    const { app, identity, log } = this.core;
    const event_ts = log.timestamps.next();
    await this.events.send(
      { type: "tokens_revoked", tokens: { oauth: [], bot: [identity.botUserId] }, event_ts },
      undefined,
    );
    await this.events.send({ type: "app_uninstalled", event_ts }, undefined);
    app.isRemoved = true;
  }

  async #tell(message: SlackMessage, author: Person, room: Room): Promise<void> {
    if (this.#isMention(message, room)) await this.events.send(this.#mention(message, author), room);
    if (!room.members.has(this.core.identity.botUserId)) return;
    const event = {
      ...this.#wire(message, author),
      channel: room.id,
      channel_type: typeOf(room),
      event_ts: message.ts,
    };
    await this.events.send(event, room, `message.${kindOf(room)}`);
  }

  /** Apps receive this only where the bot is a member, and never in direct messages. */
  #isMention(message: SlackMessage, room: Room): boolean {
    const { botUserId } = this.core.identity;
    return !room.im && room.members.has(botUserId) && new RegExp(`<@${botUserId}(\\|[^>]*)?>`).test(message.text);
  }

  #mention(message: SlackMessage, author: Person): Json {
    const { type: _type, ...rest } = this.#wire(message, author);
    return { ...rest, type: "app_mention", channel: message.channel, event_ts: message.ts };
  }

  /** A message from a person or another bot, as events carry it. */
  #wire(message: SlackMessage, author: Person | undefined): Json {
    const wire = this.core.wireMessage(message);
    if (author === undefined) return wire;
    const elements = [{ type: "rich_text_section", elements: [{ type: "text", text: message.text }] }];
    const blocks = [{ type: "rich_text", block_id: "typed", elements }];
    const isForeign = author.teamId !== this.core.identity.teamId;
    return {
      ...wire,
      ...(author.botId === undefined ? { client_msg_id: `msg-${message.ts}` } : { bot_id: author.botId }),
      team: author.teamId,
      blocks,
      ...(isForeign ? { user_team: author.teamId, source_team: author.teamId } : {}),
    };
  }

  #mustBeWritable(author: Person, room: Room): void {
    const { app, directory } = this.core;
    if (room.archived) throw new Error(`${room.name} is archived: nobody can write there.`);
    if (room.private && !room.members.has(author.id)) throw new Error(`${author.name} is not in ${room.name}.`);
    if (room.im === undefined) return;
    if (!app.messagesTab || app.isReadOnly) {
      throw new Error("Sending messages to this app has been turned off.");
    }
    if (directory.person(author.id) === undefined) throw new Error("Only people can write direct messages.");
  }

  #rootOf(room: Room, ts: string): string {
    const parent = this.core.log.find(room.id, ts);
    if (!parent || parent.ephemeral) throw new Error(`There is no message ${ts} to reply to.`);
    return parent.threadTs ?? parent.ts;
  }
}

function typeOf(room: Room): "im" | "group" | "channel" {
  if (room.im) return "im";
  return room.private ? "group" : "channel";
}

function kindOf(room: Room): "im" | "groups" | "channels" {
  if (room.im) return "im";
  return room.private ? "groups" : "channels";
}
