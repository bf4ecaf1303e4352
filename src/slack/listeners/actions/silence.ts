// *Silence*, on an alert: it is kept up to date, and nothing is posted about it until the silence has run out.

import { silenced } from "../../../attention/attention.js";
import { changeAttention } from "../../flows/change-attention.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { SILENCE_MS, silenceSchema, silencingMessage } from "../../messages/attention.js";
import { type Action, withValue } from "./action.js";

export const silence: Action = {
  id: ACTIONS.silence,
  deed: "silence",
  press: withValue(silenceSchema, async (bot, click, { for: length, ...target }) => {
    const at = bot.clock.now();
    const ms = SILENCE_MS[length];
    const until = ms === null ? null : at + ms;
    const detail = until === null ? "until it is over" : `until ${new Date(until).toISOString()}`;
    const done = await changeAttention(bot, click, { deed: "silence", target, detail }, (now) =>
      silenced(now, { by: click.user, at, until }),
    );
    if (done !== null) await click.respond(silencingMessage(done.outcome, until));
  }),
};
