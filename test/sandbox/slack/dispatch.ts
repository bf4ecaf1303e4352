// Delivers payloads to the app, over HTTP or Socket Mode, and reads the acknowledgement.

import { randomUUID } from "node:crypto";
import type { Core } from "./core.js";
import { type Delivered, DeliveryTimeout, deliver, formType, signedHeaders } from "./delivery.js";
import { isRecord, type Json, parseJson } from "./json.js";
import { Refusal } from "./refusal.js";
import { type Origin, respond } from "./response-url.js";
import type { Envelope, SocketMode } from "./socket-mode.js";
import type { Ack, ApiAnswer, DeliveryOptions, Interaction } from "./types.js";

/** Real ms. */
const acknowledgeWithinMs = 3_000;
/** Real ms, used when the clock decides when it is too late. */
const longestWaitMs = 10_000;

/** Everything that is needed to deliver it again. */
export interface Sending {
  id: string;
  triggerId: string;
  responseUrl: string;
  kind: Envelope["type"];
  payload: unknown;
  envelopeId: string;
  origin: Origin;
  /** Slack gives up after some seconds of the clock, because a person is waiting for the app's answer. */
  isAwaited: boolean;
  /** The address to send it to in HTTP mode, if it is not the usual one. */
  url?: string | null;
  /** How many times an event was sent before, and why it is sent again. */
  retry?: { number: number; reason: string };
}

export interface Ends {
  triggerId: string;
  responseUrl: string;
}

/** Where an interaction comes from, and where the answer to it goes. */
export interface Route {
  origin: Origin;
  ends: Ends;
  isAwaited?: boolean;
  url?: string | null;
}

export class Dispatch {
  /** Where the app listens in HTTP mode; null: Socket Mode. */
  eventsUrl: string | null = null;
  readonly #sent = new Map<string, Sending>();

  constructor(
    readonly core: Core,
    readonly socket: SocketMode,
  ) {}

  nextId(): string {
    return `interaction-${this.#sent.size + 1}`;
  }

  /** Sends it for the first time. */
  first(
    kind: Sending["kind"],
    payload: unknown,
    { origin, ends, isAwaited = false, url = null }: Route,
    options: DeliveryOptions,
  ): Promise<Interaction> {
    const id = origin.interaction;
    const sending: Sending = { id, kind, payload, origin, ...ends, envelopeId: randomUUID(), isAwaited, url };
    this.#sent.set(id, sending);
    return this.send(sending, options);
  }

  /** Sends the same again. */
  again({ id }: Interaction, options: DeliveryOptions, retry?: Sending["retry"]): Promise<Interaction> {
    const sending = this.#sent.get(id);
    if (!sending) throw new Error(`There was no interaction ${id}.`);
    return this.send(retry === undefined ? sending : { ...sending, retry }, options);
  }

  /** Records an answer that Slack cannot use. */
  trouble({ interaction }: Origin, kind: string, problem: string): void {
    this.core.troubles.push({ at: this.core.clock.now(), kind, problem, interaction });
  }

  /** Clicks, shortcuts and closed views take no answer. If the app sends one, Slack ignores it. */
  mustBeEmpty(origin: Origin, kind: string, ack: Ack): void {
    if (!ack.ok || isEmpty(ack.body)) return;
    this.trouble(origin, kind, `The acknowledgement must be empty: ${JSON.stringify(ack.body)}`);
  }

  /** Does what an acknowledgement asks for, and records Slack's reaction. Returns the error code if Slack refuses it. */
  followed(origin: Origin, args: Json, effect: () => unknown): string | undefined {
    const log = (answer: ApiAnswer) => {
      const { interaction, channel } = origin;
      const entry = { at: this.core.clock.now(), method: "ack", args, answer, interaction, channel };
      this.core.calls.add(entry, true);
    };
    try {
      effect();
      log({ ok: true });
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      log({ ...error.extra, ok: false, error: error.code });
      return error.code;
    }
  }

  async send(sending: Sending, options: DeliveryOptions): Promise<Interaction> {
    const { isAwaited } = sending;
    const timeoutMs = options.timeoutMs ?? (isAwaited ? longestWaitMs : acknowledgeWithinMs);
    const start = performance.now();
    const sent = this.#deliver(sending, timeoutMs);
    const outcome = await (isAwaited ? this.#inTime(sent) : sent);
    const ack = { ...outcome, ms: performance.now() - start };
    if (ack.ok && sending.kind === "slash_commands") this.#answer(sending, ack.body);
    const { id, triggerId, responseUrl } = sending;
    return { id, triggerId, responseUrl, ack };
  }

  #deliver(sending: Sending, timeoutMs: number): Promise<Omit<Ack, "ms">> {
    const url = this.eventsUrl;
    return url === null ? this.#overSocket(sending, timeoutMs) : this.#overHttp(sending.url ?? url, sending, timeoutMs);
  }

  /** The acknowledgement, unless the person has stopped waiting according to the clock. */
  async #inTime(sent: Promise<Omit<Ack, "ms">>): Promise<Omit<Ack, "ms">> {
    const { clock, patienceMs } = this.core;
    const ended = new AbortController();
    const late = clock.sleep(patienceMs, ended.signal).then((): Omit<Ack, "ms"> => ({ ok: false, error: "timeout" }));
    const outcome = await Promise.race([sent, late]);
    ended.abort();
    return outcome;
  }

  async #overSocket(sending: Sending, timeoutMs: number): Promise<Omit<Ack, "ms">> {
    const { envelopeId, kind, payload, retry } = sending;
    const accepts = kind !== "events_api";
    const envelope = { envelope_id: envelopeId, type: kind, payload, accepts_response_payload: accepts };
    const attempt = { retry_attempt: retry?.number ?? 0, retry_reason: retry?.reason ?? "" };
    const result = await this.socket.deliver(accepts ? envelope : { ...envelope, ...attempt }, timeoutMs);
    if (typeof result === "string") return { ok: false, error: result };
    return isEmpty(result.payload) ? { ok: true } : { ok: true, body: result.payload };
  }

  async #overHttp(url: string, sending: Sending, timeoutMs: number): Promise<Omit<Ack, "ms">> {
    const isEvent = sending.kind === "events_api";
    const body = isEvent ? JSON.stringify(sending.payload) : formBody(sending);
    const { clock, identity } = this.core;
    const { retry } = sending;
    const headers = {
      ...signedHeaders(identity.signingSecret, body, isEvent ? "application/json" : formType, clock.now()),
      ...(retry ? { "x-slack-retry-num": String(retry.number), "x-slack-retry-reason": retry.reason } : {}),
    };
    try {
      return acknowledgement(await deliver(url, { body, headers, timeoutMs }));
    } catch (error) {
      return { ok: false, error: error instanceof DeliveryTimeout ? "timeout" : "refused" };
    }
  }

  /** The body of a command's acknowledgement is itself a message. */
  #answer(sending: Sending, body: unknown): void {
    const args = typeof body === "string" ? { text: body } : body;
    if (!isRecord(args)) return;
    this.followed(sending.origin, args, () => respond(this.core, sending.origin, args, "ack"));
  }
}

export function isEmpty(body: unknown): boolean {
  return body === undefined || body === "" || (isRecord(body) && Object.keys(body).length === 0);
}

function formBody({ kind, payload }: Sending): string {
  const fields = kind === "interactive" ? { payload: JSON.stringify(payload) } : Object(payload);
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return new URLSearchParams(Object.fromEntries(given.map(([key, value]) => [key, String(value)]))).toString();
}

function acknowledgement({ status, contentType, body }: Delivered): Omit<Ack, "ms"> {
  const content = body === "" ? {} : { body: contentType.includes("application/json") ? parseJson(body) : body };
  const ok = status >= 200 && status < 300;
  return ok ? { ok, status, ...content } : { ok, status, ...content, error: "refused" };
}
