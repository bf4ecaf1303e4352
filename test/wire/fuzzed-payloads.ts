// What Slack would send for a random input, or never would.

import { ELEMENTS } from "../../src/slack/messages/run-form-state.js";
import type { Person, SlackMessage, SlackView } from "../sandbox/slack/server.js";
import type { Act, Fills, Metadata, Named, Value } from "./fuzzed-inputs.js";
import type { Harness } from "./harness.js";

export type Json = Record<string, unknown>;
export interface FuzzedProject {
  id: string;
  title: string;
}

/** An interactive payload without its trigger_id and response_url. */
export interface Payload {
  body: Json;
  /** Where the rules say that it happens. */
  place: string | null;
}

export class Payloads {
  constructor(
    private readonly bench: Harness,
    private readonly projects: readonly FuzzedProject[],
  ) {}

  text(named: Named): string {
    if ("text" in named) return named.text;
    return this.#project(named.project)[named.by];
  }

  value(value: Value): string {
    if (!("json" in value)) return this.text(value);
    return JSON.stringify(value.json).replaceAll('"?"', JSON.stringify(this.#project(value.of).id));
  }

  /** A button with this value. */
  madeUp(who: Person, { actionId, value, on }: Extract<Act, { kind: "made up" }>): Payload {
    const action = { type: "button", block_id: "b", action_ts: "1.2", action_id: actionId, value: this.value(value) };
    return this.#click(who, action, on);
  }

  /** The button of any message at its place, or `null` if there is none yet. */
  pressed(who: Person, at: number): (Payload & { message: SlackMessage }) | null {
    const all = this.bench.slack.messages.flatMap((message) =>
      message.deleted
        ? []
        : [...elements(message.history.flatMap(({ blocks }) => blocks))].map((element) => ({ message, element })),
    );
    const found = all[at % Math.max(1, all.length)];
    if (found === undefined) return null;
    const { message, element } = found;
    const { channel, ts, ephemeral } = message;
    return {
      message,
      place: channel,
      body: {
        ...this.#common(who, "block_actions"),
        container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: ephemeral },
        channel: { id: channel, name: "data" },
        ...(ephemeral ? {} : { message: { ts, text: "" } }),
        actions: [pressedAs(element, at)],
      },
    };
  }

  picker(
    who: Person,
    { actionId, query, metadata, on }: Extract<Act, { kind: "picker" }>,
    view: SlackView | undefined,
  ): Payload {
    const common = {
      ...this.#common(who, "block_suggestion"),
      action_id: actionId,
      block_id: "b",
      value: this.text(query),
    };
    if (on === "channel") {
      const { id } = this.bench.slack.channels.data;
      return {
        place: id,
        body: { ...common, channel: { id, name: "data" }, container: { type: "message", channel_id: id } },
      };
    }
    const sent = this.#view(view, on, metadata, {});
    return { place: placeIn(sent), body: { ...common, container: { type: "view", view_id: sent.id }, view: sent } };
  }

  form(who: Person, { deed, fills, metadata, callbackId }: Extract<Act, { kind: "form" }>, view: SlackView): Payload {
    const values = this.#filled(view, fills);
    const sent = { ...this.#view(view, "modal", metadata, values), callback_id: callbackId };
    const place = placeIn(sent);
    if (deed === "submits")
      return { place, body: { ...this.#common(who, "view_submission"), view: sent, response_urls: [] } };
    if (deed === "closes")
      return { place, body: { ...this.#common(who, "view_closed"), view: sent, is_cleared: true } };
    const id = deed === "picks" ? ELEMENTS.project : ELEMENTS.typedProject;
    const [block_id = "b", fields] = Object.entries(values).find(([, elements]) => id in elements) ?? [];
    const action = { block_id, action_id: id, action_ts: "1.2", ...fields?.[id] };
    const container = { type: "view", view_id: view.id };
    return { place, body: { ...this.#common(who, "block_actions"), container, view: sent, actions: [action] } };
  }

  shortcut(
    who: Person,
    { callbackId, on }: Extract<Act, { kind: "shortcut" }>,
    message: SlackMessage | undefined,
  ): Payload {
    const common = { callback_id: callbackId, action_ts: "1.2" };
    if (on === "nothing" || message === undefined) {
      return { place: null, body: { ...this.#common(who, "shortcut"), ...common, response_url: "" } };
    }
    const { channel, ts } = message;
    const where = { message_ts: ts, channel: { id: channel, name: "data" }, message: { ts, text: "" } };
    return { place: null, body: { ...this.#common(who, "message_action"), ...common, ...where } };
  }

  command(who: Person, text: string): Json {
    const { teamId, appId, channels } = this.bench.slack;
    return {
      command: "/hex",
      text,
      user_id: who.id,
      user_name: who.name,
      team_id: teamId,
      channel_id: channels.data.id,
      channel_name: "data",
      api_app_id: appId,
      is_enterprise_install: "false",
    };
  }

  #project(at: number): FuzzedProject {
    return this.projects[at % this.projects.length] ?? { id: "", title: "" };
  }

  #click(who: Person, action: Json, on: "channel" | "modal" | "home"): Payload {
    const common = { ...this.#common(who, "block_actions"), actions: [action] };
    if (on === "channel") {
      const { id } = this.bench.slack.channels.data;
      const container = { type: "message", message_ts: "1.1", channel_id: id, is_ephemeral: false };
      return { place: id, body: { ...common, channel: { id, name: "data" }, container } };
    }
    const view = this.#view(undefined, on, { made: {} }, {});
    return { place: null, body: { ...common, container: { type: "view", view_id: view.id }, view } };
  }

  #common({ id, name, teamId }: Person, type: string): Json {
    const { slack } = this.bench;
    return {
      type,
      team: { id: slack.teamId, domain: "acme" },
      enterprise: null,
      is_enterprise_install: false,
      user: { id, username: name, name, team_id: teamId },
      api_app_id: slack.appId,
    };
  }

  #view(view: SlackView | undefined, type: "modal" | "home", metadata: Metadata, values: Json) {
    const { slack } = this.bench;
    const own = String(view?.view.private_metadata ?? "");
    const others = slack.views.map((one) => String(one.view.private_metadata ?? ""));
    return {
      id: view?.id ?? "V0NOWHERE01",
      type,
      team_id: slack.teamId,
      app_id: slack.appId,
      bot_id: slack.botId,
      hash: view?.hash ?? "1.a",
      callback_id: String(view?.view.callback_id ?? ""),
      private_metadata:
        metadata === "own"
          ? own
          : "form" in metadata
            ? (others[metadata.form % Math.max(1, others.length)] ?? "")
            : JSON.stringify(metadata.made).slice(0, 3_000),
      root_view_id: view?.rootId ?? "V0NOWHERE01",
      state: { values },
    };
  }

  /** What stands in each input of a form, by its block and action. */
  #filled(view: SlackView, fills: Fills): Record<string, Record<string, Json>> {
    const values: Record<string, Record<string, Json>> = {};
    for (const { blockId, element } of placed(view.view.blocks)) {
      const actionId = String(element.action_id);
      const state = this.#stateOf(element, actionId, fills);
      if (state !== null) values[blockId] = { ...values[blockId], [actionId]: state };
    }
    return values;
  }

  #stateOf({ type }: Json, actionId: string, { project, typed, text, options, channel }: Fills): Json | null {
    const channels = Object.values(this.bench.slack.channels);
    switch (type) {
      case "external_select": {
        if (project === null) return { type, selected_option: null };
        const value = this.text("project" in project ? { ...project, by: "id" } : project).slice(0, 150);
        return {
          type,
          selected_option: { value, text: { type: "plain_text", text: this.text(project).slice(0, 75) } },
        };
      }
      case "plain_text_input":
        if (actionId !== ELEMENTS.typedProject) return { type, value: text };
        return { type, value: typed === null ? null : this.text(typed) };
      case "checkboxes":
        return {
          type,
          selected_options: options.map((value) => ({ value, text: { type: "plain_text", text: value } })),
        };
      case "conversations_select":
        return {
          type,
          selected_conversation: channel === null ? null : (channels[channel % channels.length]?.id ?? null),
        };
      default:
        return null;
    }
  }
}

/** Where the rules say that a form was opened: as its metadata has it. */
function placeIn({ private_metadata }: { private_metadata: string }): string | null {
  try {
    const metadata: unknown = JSON.parse(private_metadata);
    const has = typeof metadata === "object" && metadata !== null && "place" in metadata ? metadata.place : null;
    return typeof has === "string" ? has : null;
  } catch {
    return null;
  }
}

/** Everything in blocks that can be pressed. */
function* elements(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const one of value) yield* elements(one);
  else if (isJson(value)) {
    if (typeof value.action_id === "string") yield value;
    for (const one of Object.values(value)) yield* elements(one);
  }
}

function* placed(blocks: unknown): Generator<{ blockId: string; element: Json }> {
  for (const block of Array.isArray(blocks) ? blocks : []) {
    if (!isJson(block)) continue;
    for (const element of elements(block)) yield { blockId: String(block.block_id), element };
  }
}

function pressedAs({ type, action_id, value, options }: Json, at: number): Json {
  const common = { type, action_id, block_id: "b", action_ts: "1.2" };
  const all = Array.isArray(options) ? options : [];
  return all.length > 0 ? { ...common, selected_option: all[at % all.length] } : { ...common, value };
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Puts strange values at some places of a payload. Whose it is stays as it is: Slack always says that. */
export function damaged(body: Json, damage: readonly { at: number; put: unknown }[]): Json {
  const copy: Json = structuredClone(body);
  for (const { at, put } of damage) {
    const places = [...fieldsOf(copy)].filter(({ path }) => !/^(user|team|user_id|team_id)\b/.test(path));
    const place = places[at % Math.max(1, places.length)];
    if (place === undefined) continue;
    if (put === undefined) delete place.holder[place.key];
    else place.holder[place.key] = structuredClone(put);
  }
  return copy;
}

function* fieldsOf(holder: Json, above = ""): Generator<{ holder: Json; key: string; path: string }> {
  for (const [key, value] of Object.entries(holder)) {
    const path = `${above}${key}`;
    yield { holder, key, path };
    if (isJson(value)) yield* fieldsOf(value, `${path}.`);
    else if (Array.isArray(value)) {
      for (const one of value) if (isJson(one)) yield* fieldsOf(one, `${path}.`);
    }
  }
}
