// Slack's HTTP requests: checks each signature before reading anything, and answers within Slack's time. Bolt's own HTTPReceiver
// accepts timestamps in the future, and for a body that is `null` it throws where nobody can catch it.

import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { App, Receiver } from "@slack/bolt";
import { z } from "zod";
import type { Clock } from "../../lib/clock.js";
import { parseJson } from "../../lib/json.js";
import { LineLimit } from "../../log/line-limit.js";
import type { Logger } from "../../log/logger.js";
import type { Deliveries, Retries } from "./deliveries.js";
import type { DeliveryType } from "./payloads/read-payload.js";
import { MAX_BODY, type RequestBodies } from "./request-bodies.js";
import type { SigningSecret } from "./signing-secret.js";

/** The longest body (bytes) of Slack's certificate check, which has two short fields. */
const MAX_CHECK = 10_000;
const FORM = "application/x-www-form-urlencoded";

export interface HttpReceiverOptions {
  signingSecret: Pick<SigningSecret, "whyNotSigned">;
  bodies: RequestBodies;
  deliveries: Deliveries;
  log: Logger;
  clock: Clock;
}

export class HttpReceiver implements Receiver {
  /** Limits the log lines about requests that Slack has not signed, since anybody can send them. */
  readonly #strangers: LineLimit;

  constructor(private readonly options: HttpReceiverOptions) {
    const { clock, log } = options;
    this.#strangers = new LineLimit(clock, (lines) =>
      log.warn(
        { lines },
        "%d more requests to the bot's URL for Slack were refused or broke off within a minute",
        lines,
      ),
    );
  }

  init(app: App): void {
    this.options.deliveries.handOnTo(app);
  }

  /** Nothing to start: the bot's own server listens. */
  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  readonly requestListener: RequestListener = (request, response) => {
    this.#answer(request, response).catch((err: unknown) => {
      // In most cases, the client has disconnected.
      if (this.#strangers.allows()) this.options.log.info({ err }, "A request to the bot's URL for Slack broke off");
      if (!response.headersSent) response.writeHead(400, { connection: "close" });
      response.end();
    });
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { signingSecret, bodies, deliveries, log } = this.options;
    const refuse = (status: number, headers: Record<string, string> = {}) =>
      void response.writeHead(status, headers).end();
    if (request.method !== "POST") return refuse(405, { allow: "POST" });
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) return refuse(413, { connection: "close" });
    const body = await bodies.read(request);
    const isForm = mediaType(request) === FORM && !isObject(body);
    // Slack's check of the server's certificate has no signature.
    if (isForm && isCertificateCheck(body)) return refuse(200);
    const refusal = signingSecret.whyNotSigned({ headers: request.headersDistinct, body });
    if (refusal !== null) {
      if (this.#strangers.allows()) log.warn("A request to the bot's URL for Slack was refused: %s", refusal);
      return refuse(401);
    }
    const sent = isForm ? readForm(body.toString()) : { type: "events_api" as const, body: parseJson(body.toString()) };
    const challenge = verification.safeParse(sent.body);
    if (challenge.success) return sendJson(response, { challenge: challenge.data.challenge });
    if (!isRecord(sent.body)) {
      deliveries.unreadable("request", ["is neither a form nor a JSON object"]);
      return refuse(400);
    }
    const ack = async (answer?: unknown) => acknowledge(response, answer);
    await deliveries.take({ ...sent, ack, retries: retriesOf(request), requestId: requestIdOf(request) });
    // A listener failed before it could acknowledge, so Slack tells the person.
    if (!response.headersSent) refuse(500);
  }
}

function mediaType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Whether it is JSON, whatever its headers say: Slack signs the body alone. No form of Slack's begins like that. */
function isObject(body: Buffer): boolean {
  return body.subarray(0, 1).toString() === "{";
}

/** The check is short. Anything longer is read only once it has proven to come from Slack. */
function isCertificateCheck(body: Buffer): boolean {
  return body.length <= MAX_CHECK && new URLSearchParams(body.toString()).get("ssl_check") === "1";
}

/** Interactions come as JSON in one form field, commands as form fields. A field that occurs twice has no single value. */
function readForm(text: string): { type: DeliveryType; body: unknown } {
  const fields = new URLSearchParams(text);
  const payload = fields.get("payload");
  if (payload !== null) return { type: "interactive", body: parseJson(payload) };
  const values = new Map<string, string | null>();
  for (const [name, value] of fields) values.set(name, values.has(name) ? null : value);
  return { type: "slash_commands", body: Object.fromEntries(values) };
}

/** How Slack checks that the URL is the bot's. Source: https://docs.slack.dev/reference/events/url_verification */
const verification = z.object({ type: z.literal("url_verification"), challenge: z.string() });

function acknowledge(response: ServerResponse, answer: unknown): void {
  if (answer === undefined || answer === "") response.writeHead(200).end();
  else if (typeof answer === "string") response.writeHead(200, { "content-type": "text/plain" }).end(answer);
  else sendJson(response, answer);
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** The retries of an event. Source: https://docs.slack.dev/apis/events-api#retries */
function retriesOf({ headers }: IncomingMessage): Retries {
  const [num, reason] = [headers["x-slack-retry-num"], headers["x-slack-retry-reason"]];
  return {
    ...(typeof num === "string" && /^\d{1,3}$/.test(num) ? { retryNum: Number(num) } : {}),
    ...(typeof reason === "string" ? { retryReason: reason } : {}),
  };
}

/** A request that is sent again has the same signature, whatever is in it. */
function requestIdOf({ headers }: IncomingMessage): string | null {
  const signature = headers["x-slack-signature"];
  return typeof signature === "string" ? signature : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
