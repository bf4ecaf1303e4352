// Listens for events, which are acknowledged when they arrive.

import type { App } from "@slack/bolt";
import type { Listening } from "../interaction.js";
import { HEARD_EVENTS } from "./index.js";

export function listenToEvents(app: App, listening: Listening): void {
  for (const { type, hear } of HEARD_EVENTS) {
    app.event(type, async ({ body, context: { retryNum, retryReason } }) =>
      hear(listening, body, {
        ...(retryNum === undefined ? {} : { retryNum }),
        ...(retryReason === undefined ? {} : { retryReason }),
      }),
    );
  }
}
