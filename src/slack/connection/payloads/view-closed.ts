// A modal that was closed. Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_closed

import { z } from "zod";
import { origin } from "./block-actions.js";
import { view } from "./view.js";

export const viewClosed = z.object({ ...origin, type: z.literal("view_closed"), view });
