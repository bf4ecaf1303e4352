// Tokens of the app are good for nothing any more: the bot's, or those of people, which the bot does not use.

import { tokensRevoked as envelope } from "../../connection/payloads/events.js";
import { hearing } from "./event.js";
import { tellLoss } from "./tell-loss.js";

export const tokensRevoked = hearing("tokens_revoked", envelope, async (listening, { event }) => {
  if (event.tokens?.bot?.includes(listening.bot.userId)) tellLoss(listening, "tokens_revoked");
});
