// *Run again* or *Start again*, on the card of a run that has ended.

import { createHash } from "node:crypto";
import { cardPlace } from "../../flows/card-place.js";
import { runFor } from "../../flows/runs-for.js";
import { startRun } from "../../flows/start-run.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { alreadyRunAgainMessage, staleButtonMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const runAgain: Action = { id: ACTIONS.runAgain, deed: "run", press };

/** Starts one run for each card. The key is derived from the run to repeat, and does not get longer from one run to the next. */
async function press(bot: Bot, click: Click): Promise<void> {
  const parent = await runFor(bot, click, click.value, "run");
  if (parent === null) return click.respond(staleButtonMessage());
  const key = `again:${createHash("sha256").update(parent.key).digest("hex").slice(0, 32)}`;
  if (parent.again !== null) return tellAlready(bot, click, key, parent.again.by);
  const again = { by: click.user, at: bot.clock.now() };
  const wish = { key, project: parent.project, options: parent.options };
  const markParent = () => bot.runs.update(parent.key, (run) => (run.again === null ? { ...run, again } : null));
  if (!(await startRun(bot, click, wish, markParent))) await tellAlready(bot, click, key, null);
}

/** `key` is that of the run that was started; `by` is the person who was first, if known. */
async function tellAlready(bot: Bot, click: Click, key: string, by: string | null): Promise<void> {
  const run = await bot.runs.get(key);
  await click.respond(alreadyRunAgainMessage(by ?? run?.requester ?? null, run, await cardPlace(bot, click, key)));
}
