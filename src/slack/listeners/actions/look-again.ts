// *Look again*, on the card of a run that may or may not exist.

import { lookedForAgain } from "../../../runs/transitions.js";
import { cardPlace } from "../../flows/card-place.js";
import { runFor } from "../../flows/runs-for.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { nothingToLookForMessage, staleButtonMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const lookAgain: Action = { id: ACTIONS.lookAgain, press };

async function press(bot: Bot, click: Click): Promise<void> {
  if ((await runFor(bot, click, click.value)) === null) return click.respond(staleButtonMessage());
  const result = await bot.runs.update(click.value, (run) => lookedForAgain(run, bot.clock.now()));
  if (result === null) return click.respond(staleButtonMessage());
  if (!result.changed) {
    return click.respond(nothingToLookForMessage(result.run, await cardPlace(bot, click, click.value)));
  }
  await bot.starter.look(click.value);
}
