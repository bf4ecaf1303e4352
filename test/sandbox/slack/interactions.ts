// What people do: commands, clicks and other interactions, their delivery, and what the acknowledgement says.

import { randomUUID } from "node:crypto";
import type { Room } from "./channels.js";
import type { Core } from "./core.js";
import { type Delivered, DeliveryTimeout, deliver, formType, signedHeaders } from "./delivery.js";
import { pressElement } from "./elements.js";
import { missing, stateValues } from "./form.js";
import { isRecord, type Json, parseJson, recordsAt, stringAt } from "./json.js";
import { actionsPayload, commandPayload, escapeTyped } from "./payloads.js";
import { Refusal } from "./refusal.js";
import { type Origin, type ResponseUrls, respond } from "./response-url.js";
import type { Envelope, SocketMode } from "./socket-mode.js";
import type {
  Ack,
  ApiAnswer,
  ClickOptions,
  CommandOptions,
  DeliveryOptions,
  Entry,
  Interaction,
  Person,
  SlackMessage,
  SlackView,
  Submission,
} from "./types.js";
import { closedPayload, homeOpenedPayload, submissionPayload, viewActionsPayload } from "./view-payloads.js";

const acknowledgeWithinMs = 3_000;

/** Everything that is needed to deliver it again. */
interface Sending {
  id: string;
  triggerId: string;
  responseUrl: string;
  kind: Envelope["type"];
  payload: unknown;
  envelopeId: string;
  origin: Origin;
}

export class Interactions {
  /** Where the app listens in HTTP mode; null: Socket Mode. */
  eventsUrl: string | null = null;
  readonly #sent = new Map<string, Sending>();

  constructor(
    readonly core: Core,
    readonly responseUrls: ResponseUrls,
    readonly socket: SocketMode,
  ) {}

  command(text: string, options: CommandOptions): Promise<Interaction> {
    const { directory, triggers } = this.core;
    const user = options.user ?? directory.people.ada;
    const room = directory.roomOf(options.channel ?? directory.channels.data);
    this.#mustBeIn(room, user);
    const origin = { interaction: this.#nextId(), channel: room.id, user: user.id };
    const ends = {
      triggerId: triggers.issue(user.id, options.triggerId),
      responseUrl: this.responseUrls.issue("commands", origin),
    };
    const typed = escapeTyped(this.core, text, options.escape ?? true);
    const payload = commandPayload(this.core, options.command ?? "/hex", typed, user, room, ends);
    return this.#send(this.#sending("slash_commands", payload, origin, ends), options);
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
    const action = pressElement(
      options.stale?.blocks ?? message.blocks,
      { actionId, value, chosen, blockId },
      log.timestamps.next(),
    );
    const origin = { interaction: this.#nextId(), channel: room.id, user: user.id, messageTs: message.ts };
    const ends = { triggerId: triggers.issue(user.id), responseUrl: this.responseUrls.issue("actions", origin) };
    const payload = actionsPayload(this.core, message, room, user, action, ends);
    return this.#send(this.#sending("interactive", payload, origin, ends), options);
  }

  clickView(view: SlackView, actionId: string, options: ClickOptions): Promise<Interaction> {
    const { log } = this.core;
    const user = this.#reader(view);
    const { value, chosen, blockId } = options;
    const action = pressElement(
      recordsAt(view.view, "blocks"),
      { actionId, value, chosen, blockId },
      log.timestamps.next(),
    );
    const values = stateValues(view.view, []);
    const { origin, ends } = this.#fromView(user);
    const payload = viewActionsPayload(this.core, view, user, { action, values, triggerId: ends.triggerId });
    return this.#send(this.#sending("interactive", payload, origin, ends), options);
  }

  async submit(view: SlackView, entries: readonly Entry[], options: DeliveryOptions): Promise<Submission> {
    const errors = missing(view.view, entries);
    if (Object.keys(errors).length > 0) return { interaction: null, errors };
    const user = this.#reader(view);
    const { origin, ends } = this.#fromView(user);
    const payload = submissionPayload(this.core, view, user, stateValues(view.view, entries), ends.triggerId);
    const interaction = await this.#send(this.#sending("interactive", payload, origin, ends), options);
    return { interaction, errors: interaction.ack.ok ? this.#next(view, origin, interaction.ack.body) : {} };
  }

  async closeView(view: SlackView): Promise<void> {
    const user = this.#reader(view);
    this.core.views.close(view.id);
    if (view.view.notify_on_close !== true) return;
    const { origin, ends } = this.#fromView(user);
    const payload = closedPayload(this.core, view, user, stateValues(view.view, []));
    await this.#send(this.#sending("interactive", payload, origin, ends), {});
  }

  async openHome(user: Person): Promise<void> {
    if (!this.core.events.has("app_home_opened")) return;
    const { origin, ends } = this.#fromView(user);
    const payload = homeOpenedPayload(this.core, user, this.core.views.home(user.id));
    await this.#send(this.#sending("events_api", payload, origin, ends), {});
  }

  raw(given: Json, options: DeliveryOptions): Promise<Interaction> {
    const messageTs = stringAt(given.message, "ts") ?? stringAt(given.container, "message_ts");
    const origin = {
      interaction: this.#nextId(),
      channel: stringAt(given.channel, "id") ?? stringAt(given.container, "channel_id") ?? "",
      user: stringAt(given.user, "id") ?? "",
      ...(messageTs === undefined ? {} : { messageTs }),
    };
    const ends = {
      triggerId: stringAt(given, "trigger_id") ?? this.core.triggers.issue(origin.user),
      responseUrl: stringAt(given, "response_url") ?? this.responseUrls.issue("actions", origin),
    };
    const payload = { ...given, trigger_id: ends.triggerId, response_url: ends.responseUrl };
    return this.#send(this.#sending("interactive", payload, origin, ends), options);
  }

  exact(
    kind: Envelope["type"],
    payload: (ends: { triggerId: string; responseUrl: string }) => unknown,
    options: DeliveryOptions,
  ): Promise<Interaction> {
    const { directory, triggers } = this.core;
    const { ada } = directory.people;
    const origin = { interaction: this.#nextId(), channel: directory.channels.data.id, user: ada.id };
    const ends = { triggerId: triggers.issue(ada.id), responseUrl: this.responseUrls.issue("commands", origin) };
    return this.#send(this.#sending(kind, payload(ends), origin, ends), options);
  }

  redeliver(interaction: Interaction, options: DeliveryOptions): Promise<Interaction> {
    const sending = this.#sent.get(interaction.id);
    if (!sending) throw new Error(`There was no interaction ${interaction.id}.`);
    return this.#send(sending, options);
  }

  #reader(view: SlackView): Person {
    const person = this.core.directory.person(view.user);
    if (!person) throw new Error(`There is nobody called ${view.user}.`);
    return person;
  }

  /** Views have no response_url, so that there is nothing to answer to. */
  #fromView(user: Person) {
    const origin = { interaction: this.#nextId(), channel: "", user: user.id };
    return { origin, ends: { triggerId: this.core.triggers.issue(user.id), responseUrl: "" } };
  }

  /** Does what the acknowledgement of a submission says. Returns the app's complaints. */
  #next(view: SlackView, origin: Origin, body: unknown): Record<string, string> {
    const { views } = this.core;
    const answer = isRecord(body) ? body : {};
    switch (answer.response_action) {
      case "errors": {
        const errors = isRecord(answer.errors) ? Object.entries(answer.errors) : [];
        return Object.fromEntries(errors.map(([block, text]) => [block, String(text)]));
      }
      case "update":
        this.#logged(origin, answer, () => views.put(view.id, answer.view));
        break;
      case "push":
        this.#logged(origin, answer, () => views.open(view.user, answer.view));
        break;
      case "clear":
        for (const one of views.opened(view.user)) views.close(one.id);
        break;
      default:
        views.close(view.id);
    }
    return {};
  }

  #nextId(): string {
    return `interaction-${this.#sent.size + 1}`;
  }

  #sending(kind: Sending["kind"], payload: unknown, origin: Origin, ends: { triggerId: string; responseUrl: string }) {
    const sending: Sending = { id: origin.interaction, kind, payload, origin, ...ends, envelopeId: randomUUID() };
    this.#sent.set(sending.id, sending);
    return sending;
  }

  async #send(sending: Sending, options: DeliveryOptions): Promise<Interaction> {
    const timeoutMs = options.timeoutMs ?? acknowledgeWithinMs;
    const start = performance.now();
    const url = this.eventsUrl;
    const outcome =
      url === null ? await this.#overSocket(sending, timeoutMs) : await this.#overHttp(url, sending, timeoutMs);
    const ack = { ...outcome, ms: performance.now() - start };
    if (ack.ok && sending.kind === "slash_commands") this.#answer(sending, ack.body);
    const { id, triggerId, responseUrl } = sending;
    return { id, triggerId, responseUrl, ack };
  }

  async #overSocket(sending: Sending, timeoutMs: number): Promise<Omit<Ack, "ms">> {
    const { envelopeId, kind, payload } = sending;
    const accepts = kind !== "events_api";
    const envelope = { envelope_id: envelopeId, type: kind, payload, accepts_response_payload: accepts };
    const result = await this.socket.deliver(envelope, timeoutMs);
    if (typeof result === "string") return { ok: false, error: result };
    const empty =
      result.payload === undefined || (isRecord(result.payload) && Object.keys(result.payload).length === 0);
    return empty ? { ok: true } : { ok: true, body: result.payload };
  }

  async #overHttp(url: string, sending: Sending, timeoutMs: number): Promise<Omit<Ack, "ms">> {
    const isEvent = sending.kind === "events_api";
    const body = isEvent ? JSON.stringify(sending.payload) : formBody(sending);
    const { clock, identity } = this.core;
    const headers = signedHeaders(identity.signingSecret, body, isEvent ? "application/json" : formType, clock.now());
    try {
      return acknowledgement(await deliver(url, { body, headers, timeoutMs }));
    } catch (error) {
      return { ok: false, error: error instanceof DeliveryTimeout ? "timeout" : "refused" };
    }
  }

  /** The body of a command's acknowledgement is a message of its own. */
  #answer(sending: Sending, body: unknown): void {
    const args = typeof body === "string" ? { text: body } : body;
    if (!isRecord(args)) return;
    this.#logged(sending.origin, args, () => respond(this.core, sending.origin, args, "ack"));
  }

  /** Does what an acknowledgement asks for, and writes down what Slack said to it. */
  #logged(origin: Origin, args: Json, effect: () => unknown): void {
    const log = (answer: ApiAnswer) => {
      const { interaction, channel } = origin;
      const entry = { at: this.core.clock.now(), method: "ack", args, answer, interaction, channel };
      this.core.calls.add(entry, true);
    };
    try {
      effect();
      log({ ok: true });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log({ ...error.extra, ok: false, error: error.code });
    }
  }

  #mustBeIn(room: Room, user: Person): void {
    if (!room.private || room.members.has(user.id)) return;
    throw new Error(`${user.name} is not in the private channel ${room.name}.`);
  }
}

function formBody({ kind, payload }: Sending): string {
  const fields = kind === "interactive" ? { payload: JSON.stringify(payload) } : Object(payload);
  const strings = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)]));
  return new URLSearchParams(strings).toString();
}

function acknowledgement({ status, contentType, body }: Delivered): Omit<Ack, "ms"> {
  const content = body === "" ? {} : { body: contentType.includes("application/json") ? parseJson(body) : body };
  const ok = status >= 200 && status < 300;
  return ok ? { ok, status, ...content } : { ok, status, ...content, error: "refused" };
}
