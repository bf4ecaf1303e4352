// A modal that is submitted. Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_submission

import { z } from "zod";
import { origin } from "./block-actions.js";
import { maybe, responseUrl, word } from "./fields.js";
import { view } from "./view.js";

export const viewSubmission = z.object({
  ...origin,
  type: z.literal("view_submission"),
  trigger_id: word,
  view,
  /** Of the conversations that were chosen where `response_url_enabled` stands. */
  response_urls: maybe(z.array(z.object({ response_url: responseUrl }))),
});
