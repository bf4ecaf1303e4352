// A click on an attachment's button, as apps used them before Block Kit.
// Source: https://docs.slack.dev/legacy/legacy-messaging/legacy-message-buttons

import { z } from "zod";
import { origin } from "./block-actions.js";

export const interactiveMessage = z.object({
  ...origin,
  type: z.literal("interactive_message"),
  // Bolt requires it, but nobody reads it.
  actions: z.array(z.object({})).min(1),
});
