// *End the silence*, on an alert that is silenced.

import { unsilenced } from "../../../attention/attention.js";
import { changeAttention } from "../../flows/change-attention.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { endSilenceSchema, unsilencingMessage } from "../../messages/attention.js";
import { type Action, withValue } from "./action.js";

export const endSilence: Action = {
  id: ACTIONS.endSilence,
  deed: "end_silence",
  press: withValue(endSilenceSchema, async (bot, click, target) => {
    const done = await changeAttention(bot, click, { deed: "end_silence", target, detail: null }, (now) =>
      unsilenced(now, bot.clock.now()),
    );
    if (done !== null) await click.respond(unsilencingMessage(done.outcome, bot.pages !== null));
  }),
};
