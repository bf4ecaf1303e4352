// The bot has lost its token, so it can no longer tell anybody in Slack.

import type { LossEvent } from "../../connection/refusals.js";
import { slackRemedy } from "../../messages/slack-remedies.js";
import type { Listening } from "../interaction.js";

/** Says so in the log, and wherever else the bot reports whether Slack works. */
export function tellLoss({ bot, log }: Listening, event: LossEvent): void {
  const { what, todo } = slackRemedy(bot.slackRefusals.lost(event));
  log.error({ event, todo }, "%s", what);
}
