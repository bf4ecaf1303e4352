// The bot has lost its token: nobody can be told in Slack any more.

import type { LossEvent } from "../../connection/refusals.js";
import { slackRemedy } from "../../messages/slack-remedies.js";
import type { Listening } from "../interaction.js";

/** In the log, and wherever else the bot says whether Slack works. */
export function tellLoss({ bot, log }: Listening, event: LossEvent): void {
  const { what, todo } = slackRemedy(bot.slackRefusals.lost(event));
  log.error({ event, todo }, "%s", what);
}
