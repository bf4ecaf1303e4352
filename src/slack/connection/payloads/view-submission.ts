// A modal that was submitted. Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_submission

import { z } from "zod";
import { origin } from "./block-actions.js";
import { maybe, maybeWord, responseUrl } from "./fields.js";
import { view } from "./view.js";

export const viewSubmission = z.object({
  ...origin,
  type: z.literal("view_submission"),
  // Not documented, though Slack sends it.
  trigger_id: maybeWord,
  view,
  /** For the conversations that were chosen in fields with `response_url_enabled`. */
  response_urls: maybe(z.array(z.object({ response_url: responseUrl }))),
});
