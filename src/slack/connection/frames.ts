// What Slack writes on a Socket Mode connection. Source: https://docs.slack.dev/apis/events-api/using-socket-mode

import { z } from "zod";
import { isNestedDeeper, MAX_DEPTH, parseJson } from "../../lib/json.js";
import type { Retries } from "./deliveries.js";
import { maybe } from "./payloads/fields.js";
import { DELIVERY_TYPES, type DeliveryType } from "./payloads/read-payload.js";

/** In characters. Slack's frames are far smaller. */
const MAX_FRAME = 1_000_000;

const envelopeId = z.string().min(1).max(255);

const hello = z.object({
  type: z.literal("hello"),
  connection_info: maybe(z.object({ app_id: maybe(z.string().max(255)).catch(undefined) })).catch(undefined),
});
const disconnect = z.object({ type: z.literal("disconnect"), reason: maybe(z.string().regex(/^[a-z_]{1,60}$/)) });
const envelope = z.object({
  type: z.enum(DELIVERY_TYPES),
  envelope_id: envelopeId,
  payload: z.unknown(),
  retry_attempt: maybe(z.number().int().nonnegative()),
  retry_reason: maybe(z.string().max(255)),
});
/** Slack waits for the acknowledgement of anything with an envelope_id. */
const acknowledgeable = z.object({ envelope_id: envelopeId });
/** The envelope_id in a text that cannot be parsed. Slack writes it first. */
const LEADING_ID = /^.{0,200}?"envelope_id"\s*:\s*"([^"\\]{1,255})"/s;

export type Frame =
  /** The connection is ready. `appId`: the app whose envelopes come on it; `null` when Slack does not say. */
  | { kind: "hello"; appId: string | null }
  /** Slack is about to close the connection. `reason`: its word, such as `warning`. */
  | { kind: "disconnect"; reason: string }
  | { kind: "envelope"; id: string; type: DeliveryType; payload: unknown; retries: Retries }
  /** `problem`: what is wrong, never what it holds. */
  | { kind: "unreadable"; problem: string; id: string | null };

/** `data` is what the WebSocket delivers. */
export function readFrame(data: unknown): Frame {
  if (typeof data !== "string") return { kind: "unreadable", problem: "is binary", id: null };
  if (data.length > MAX_FRAME) {
    return { kind: "unreadable", problem: `is ${data.length} characters long`, id: leadingId(data) };
  }
  if (isNestedDeeper(data, MAX_DEPTH)) {
    return { kind: "unreadable", problem: `is nested deeper than ${MAX_DEPTH}`, id: leadingId(data) };
  }
  const frame = parseJson(data);
  const greeting = hello.safeParse(frame);
  if (greeting.success) return { kind: "hello", appId: greeting.data.connection_info?.app_id ?? null };
  const farewell = disconnect.safeParse(frame);
  if (farewell.success) return { kind: "disconnect", reason: farewell.data.reason ?? "none given" };
  const reading = envelope.safeParse(frame);
  if (!reading.success) {
    const id = frame === undefined ? leadingId(data) : (acknowledgeable.safeParse(frame).data?.envelope_id ?? null);
    const [issue] = reading.error.issues;
    const place = issue?.path.join(".") ?? "";
    return {
      kind: "unreadable",
      problem: `${place === "" ? "" : `${place}: `}${issue?.message ?? "is no envelope"}`,
      id,
    };
  }
  const { envelope_id, type, payload, retry_attempt, retry_reason } = reading.data;
  const retries = {
    ...(retry_attempt === undefined ? {} : { retryNum: retry_attempt }),
    ...(retry_reason === undefined ? {} : { retryReason: retry_reason }),
  };
  return { kind: "envelope", id: envelope_id, type, payload, retries };
}

function leadingId(data: string): string | null {
  return LEADING_ID.exec(data)?.[1] ?? null;
}
