// *Tell me*, on the card of a run in flight: sends a direct message when it ends. Pressing it again cancels that.

import { isEnded } from "../../../runs/run.js";
import { runFor } from "../../flows/runs-for.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { alreadyEndedMessage, staleButtonMessage, tellMeMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const tellMe: Action = { id: ACTIONS.tellMe, deed: null, press };

async function press(bot: Bot, click: Click): Promise<void> {
  const run = await runFor(bot, click, click.value, "see");
  if (run === null) return click.respond(staleButtonMessage());
  if (isEnded(run)) return click.respond(alreadyEndedMessage(run));
  const { key, user } = click;
  const isFollowing = await bot.followers.press({ runKey: run.key, user, click: key, at: bot.clock.now() });
  click.log.info({ runKey: run.key, isFollowing }, "tell me");
  void bot.cards.redraw(run.key);
  // The run may have ended while this was being stored.
  void bot.followers.tell(run.key);
  await click.respond(tellMeMessage(run, isFollowing));
}
