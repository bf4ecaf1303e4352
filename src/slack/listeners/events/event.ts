// What each event of Slack's brings along.

import type { z } from "zod";
import type { Retries } from "../../connection/deliveries.js";
import type { EVENTS } from "../../connection/payloads/events.js";
import type { Listening } from "../interaction.js";

/** An event of the Events API. It has been acknowledged, and may come again. */
export interface HeardEvent {
  /** Slack's word for it. */
  type: keyof typeof EVENTS;
  /** `body`: its envelope. */
  hear: (listening: Listening, body: unknown, retries: Retries) => Promise<void>;
}

/** Reads the envelope as the border has: what Bolt says of it names fields that went no further. */
export function hearing<T>(
  type: HeardEvent["type"],
  envelope: z.ZodType<T>,
  hear: (listening: Listening, envelope: T, retries: Retries) => Promise<void>,
): HeardEvent {
  return { type, hear: (listening, body, retries) => hear(listening, envelope.parse(body), retries) };
}
