// Some of the app's tokens no longer work: the bot's own, or people's, which the bot does not use.

import { tokensRevoked as envelope } from "../../connection/payloads/events.js";
import { hearing } from "./event.js";
import { tellLoss } from "./tell-loss.js";

export const tokensRevoked = hearing("tokens_revoked", envelope, async (listening, { event }) => {
  if (event.tokens?.bot?.includes(listening.bot.userId)) tellLoss(listening, "tokens_revoked");
});
