// What people do in conversations: commands, clicks, and anything else that a test makes up.

import type { Room } from "./channels.js";
import type { Core } from "./core.js";
import type { Dispatch, Route } from "./dispatch.js";
import { type Placed, pressElement } from "./elements.js";
import { type Json, stringAt } from "./json.js";
import { actionsPayload, commandPayload, escapeTyped, shortcutPayload } from "./payloads.js";
import type { ResponseUrls } from "./response-url.js";
import type { Envelope } from "./socket-mode.js";
import type { Suggestions } from "./suggestions.js";
import type {
  ClickOptions,
  CommandOptions,
  DeliveryOptions,
  Interaction,
  Person,
  ShortcutOptions,
  SlackMessage,
} from "./types.js";

export class Interactions {
  constructor(
    readonly core: Core,
    readonly responseUrls: ResponseUrls,
    readonly dispatch: Dispatch,
    readonly suggestions: Suggestions,
  ) {}

  command(text: string, options: CommandOptions): Promise<Interaction> {
    const { directory, triggers } = this.core;
    const user = options.user ?? directory.people.ada;
    if (directory.isFromElsewhere(user)) throw new Error("Commands are there for the app's own workspace only.");
    const room = directory.roomOf(options.channel ?? directory.channels.data);
    this.#mustBeIn(room, user);
    const origin = { interaction: this.dispatch.nextId(), channel: room.id, user: user.id };
    const ends = {
      triggerId: triggers.issue({ user: user.id, conversation: room.id }, options.triggerId),
      responseUrl: this.responseUrls.issue("commands", origin),
    };
    const typed = escapeTyped(this.core, text, (options.escape ?? true) ? "command" : "bare command");
    const payload = commandPayload(this.core, options.command ?? "/hex", typed, user, room, ends);
    return this.dispatch.first("slash_commands", payload, { origin, ends }, options);
  }

  click(message: SlackMessage, actionId: string, options: ClickOptions): Promise<Interaction> {
    const { directory, log, triggers } = this.core;
    const reader = message.user === null ? undefined : directory.person(message.user);
    const user = options.user ?? reader ?? directory.people.ada;
    const room = directory.room(message.channel);
    if (!room) throw new Error(`There is no channel ${message.channel}.`);
    this.#mustBeIn(room, user);
    if (message.user !== null && message.user !== user.id) throw new Error(`Only ${message.user} sees this message.`);
    if (message.deleted && !options.stale) throw new Error("This message has been deleted.");
    const { value, chosen, blockId } = options;
    const offered = (placed: Placed) =>
      this.suggestions.offeredIn(message, { blockId: placed.blockId, actionId: String(placed.element.action_id) });
    const action = pressElement(
      options.stale?.blocks ?? message.blocks,
      { actionId, value, chosen, blockId, offered },
      log.timestamps.next(),
    );
    const origin = { interaction: this.dispatch.nextId(), channel: room.id, user: user.id, messageTs: message.ts };
    const ends = {
      triggerId: triggers.issue({ user: user.id, conversation: room.id }),
      responseUrl: this.responseUrls.issue("actions", origin),
    };
    const payload = actionsPayload(this.core, message, room, user, action, ends);
    return this.#silently("block_actions", payload, { origin, ends }, options);
  }

  /** Somebody picks a shortcut of the app: a global one, or one on a message. */
  shortcut(callbackId: string, { user: given, channel, on, ...options }: ShortcutOptions): Promise<Interaction> {
    const { app, directory, identity, triggers } = this.core;
    const user = given ?? directory.people.ada;
    const type = on ? "message" : "global";
    const known = app.shortcuts.find((one) => one.callback_id === callbackId && one.type === type);
    if (!known || !app.scopes.has("commands")) throw new Error(`The app has no ${type} shortcut ${callbackId}.`);
    if (user.teamId !== identity.teamId) throw new Error("Shortcuts are there for the app's own workspace only.");
    const room = on ? directory.room(on.channel) : channel && directory.roomOf(channel);
    if (room) this.#mustBeIn(room, user);
    if (on && (!room || on.ephemeral || on.deleted)) throw new Error("There are no shortcuts on this message.");
    const place = on && room ? room.id : "";
    const origin = { interaction: this.dispatch.nextId(), channel: place, user: user.id, outsideThreads: true };
    const ends = {
      triggerId: triggers.issue({ user: user.id, ...(room ? { conversation: room.id } : {}) }),
      responseUrl: on ? this.responseUrls.issue("actions", origin) : "",
    };
    const payload = shortcutPayload(this.core, callbackId, user, ends, on && room ? { message: on, room } : undefined);
    return this.#silently("shortcut", payload, { origin, ends }, options);
  }

  /** Sends an interaction whose acknowledgement carries nothing. */
  async #silently(kind: string, payload: Json, route: Route, options: DeliveryOptions): Promise<Interaction> {
    const interaction = await this.dispatch.first("interactive", payload, route, options);
    this.dispatch.mustBeEmpty(route.origin, kind, interaction.ack);
    return interaction;
  }

  raw(given: Json, options: DeliveryOptions): Promise<Interaction> {
    const messageTs = stringAt(given.message, "ts") ?? stringAt(given.container, "message_ts");
    const origin = {
      interaction: this.dispatch.nextId(),
      channel: stringAt(given.channel, "id") ?? stringAt(given.container, "channel_id") ?? "",
      user: stringAt(given.user, "id") ?? "",
      ...(messageTs === undefined ? {} : { messageTs }),
    };
    const ends = {
      triggerId: stringAt(given, "trigger_id") ?? this.core.triggers.issue({ user: origin.user }),
      // Views have none.
      responseUrl:
        stringAt(given, "response_url") ?? (given.view === undefined ? this.responseUrls.issue("actions", origin) : ""),
    };
    const answered = ends.responseUrl === "" ? {} : { response_url: ends.responseUrl };
    const payload = { ...given, trigger_id: ends.triggerId, ...answered };
    return this.dispatch.first("interactive", payload, { origin, ends }, options);
  }

  exact(
    kind: Envelope["type"],
    payload: (ends: { triggerId: string; responseUrl: string }) => unknown,
    options: DeliveryOptions,
  ): Promise<Interaction> {
    const { directory, triggers } = this.core;
    const { ada } = directory.people;
    const origin = { interaction: this.dispatch.nextId(), channel: directory.channels.data.id, user: ada.id };
    const ends = {
      triggerId: triggers.issue({ user: ada.id }),
      responseUrl: this.responseUrls.issue("commands", origin),
    };
    return this.dispatch.first(kind, payload(ends), { origin, ends }, options);
  }

  #mustBeIn(room: Room, user: Person): void {
    if (!room.private || room.members.has(user.id)) return;
    throw new Error(`${user.name} is not in the private channel ${room.name}.`);
  }
}
