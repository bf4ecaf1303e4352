// What defines an event that the bot listens to.

import type { z } from "zod";
import type { Retries } from "../../connection/deliveries.js";
import type { EVENTS } from "../../connection/payloads/events.js";
import type { Listening } from "../interaction.js";

/** An event of the Events API. It has been acknowledged but may come again. */
export interface HeardEvent {
  /** Slack's name for it. */
  type: keyof typeof EVENTS;
  /** `body` is the event's envelope. */
  hear: (listening: Listening, body: unknown, retries: Retries) => Promise<void>;
}

/** Reads the envelope with the border's schema, because Bolt's type for it has fields that went no further than the border. */
export function hearing<T>(
  type: HeardEvent["type"],
  envelope: z.ZodType<T>,
  hear: (listening: Listening, envelope: T, retries: Retries) => Promise<void>,
): HeardEvent {
  return { type, hear: (listening, body, retries) => hear(listening, envelope.parse(body), retries) };
}
