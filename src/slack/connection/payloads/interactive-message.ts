// A click on a button of an attachment, as apps had them before Block Kit.
// Source: https://docs.slack.dev/legacy/legacy-messaging/legacy-message-buttons

import { z } from "zod";
import { origin } from "./block-actions.js";

export const interactiveMessage = z.object({
  ...origin,
  type: z.literal("interactive_message"),
  // Bolt asks for it and nobody reads it.
  actions: z.array(z.object({})).min(1),
});
