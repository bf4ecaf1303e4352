// *Look again*, on the card of a run that the bot has lost: it may or may not exist, or Hex did not say how it was doing.

import { lookedForAgain } from "../../../runs/transitions.js";
import { cardPlace } from "../../flows/card-place.js";
import { runFor } from "../../flows/runs-for.js";
import { trackAgain } from "../../flows/track-again.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { nothingToLookForMessage, staleButtonMessage } from "../../messages/answers.js";
import { type Bot, callFor } from "../context.js";
import type { Action, Click } from "./action.js";

export const lookAgain: Action = { id: ACTIONS.lookAgain, deed: null, press };

async function press(bot: Bot, click: Click): Promise<void> {
  if ((await runFor(bot, click, click.value, "see")) === null) return click.respond(staleButtonMessage());
  const result = await bot.runs.update(click.value, (run) => lookedForAgain(run, bot.clock.now()));
  if (result === null) return click.respond(staleButtonMessage());
  const { run, changed } = result;
  if (changed) await bot.starter.look(click.value);
  else if (run.state === "lost" && run.hex !== null) await trackAgain(bot, run, run.hex.runId, callFor(click));
  else await click.respond(nothingToLookForMessage(run, await cardPlace(bot, click, click.value)));
}
