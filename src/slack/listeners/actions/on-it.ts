// *I'm on it*, on an alert: shows who has it. A person who has it and presses again no longer does.

import { pressed } from "../../../attention/attention.js";
import { changeAttention } from "../../flows/change-attention.js";
import { tellInThread } from "../../flows/tell-in-thread.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { onItSchema, takenOverMessage, takingMessage } from "../../messages/attention.js";
import { isOutage } from "../../messages/incident.js";
import type { Bot } from "../context.js";
import { type Action, withValue } from "./action.js";

export const onIt: Action = {
  id: ACTIONS.onIt,
  deed: "on_it",
  press: withValue(onItSchema, async (bot, click, { holder, version, ...target }) => {
    const { user } = click;
    const press = { by: user, at: bot.clock.now(), holder, version };
    const done = await changeAttention(bot, click, { deed: "on_it", target, detail: null }, (now, shown) =>
      pressed(now, shown, press),
    );
    if (done === null) return;
    const { outcome, isSilenced } = done;
    const untold = isSilenced ? "silenced" : hasMessage(bot, target.alert) ? null : "no_message";
    if (outcome.kind === "taken" && outcome.from.length > 0 && untold === null) {
      await tellInThread(bot, click, takenOverMessage(user, outcome.from));
    }
    await click.respond(takingMessage(outcome, { untold, hasPaging: bot.pages !== null }));
  }),
};

/** The button for an outage is also in `/hex status`, which only one person reads. */
function hasMessage({ hasAlertChannel }: Bot, alert: string): boolean {
  return hasAlertChannel || !isOutage(alert);
}
