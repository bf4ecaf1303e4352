// The buttons: what each does when it is pressed. Every one is safe to press twice, late, and by two people.

import { createHash } from "node:crypto";
import { z } from "zod";
import { projectUrl } from "../../../hex/links.js";
import { parseJson } from "../../../lib/json.js";
import { lookedForAgain } from "../../../runs/transitions.js";
import { cancelHexRun, cancelKnownRun } from "../../flows/cancel-run.js";
import { dryRun } from "../../flows/dry-run.js";
import { readProject } from "../../flows/read-project.js";
import { startRun } from "../../flows/start-run.js";
import { ACTIONS, type ActionId, knownAction } from "../../messages/action-ids.js";
import {
  alreadyRunAgainMessage,
  alreadyStartedMessage,
  nothingToLookForMessage,
  notPublishedMessage,
  staleButtonMessage,
} from "../../messages/answers.js";
import type { Message } from "../../messages/blocks.js";
import { carriedSchema, NOTHING_CARRIED, TOO_LONG } from "../../messages/carried.js";
import { projectsPage } from "../commands/projects.js";
import type { Bot, Interaction } from "../context.js";

/** A click: an interaction, and the message that it was made on. */
export interface Click extends Interaction {
  /** The button's `value`. */
  value: string;
  /** Puts another message in the place of the one that holds the button. */
  replace: (message: Message) => Promise<void>;
}

type Action = (bot: Bot, click: Click) => Promise<void>;

const hexRunValue = z.object({ project: z.string(), run: z.string() });
const projectValue = z.object({
  project: z.string(),
  nonce: z.string(),
  words: z.array(z.string()).catch([]),
  page: z.number().catch(0),
  // Buttons of version 0.1 carry nothing.
  carried: carriedSchema.default(NOTHING_CARRIED),
});
const pageValue = z.object({
  words: z.array(z.string()),
  page: z.number(),
  carried: z.union([carriedSchema, z.literal(TOO_LONG)]).default(NOTHING_CARRIED),
});

const ACTION_HANDLERS: Record<ActionId, Action> = {
  [ACTIONS.cancelRun]: (bot, click) => cancelKnownRun(bot, click, click.value, true),
  [ACTIONS.cancelHexRun]: withValue(hexRunValue, (bot, click, { project, run }) =>
    cancelHexRun(bot, click, project, run),
  ),
  [ACTIONS.runAgain]: runAgain,
  [ACTIONS.lookAgain]: lookAgain,
  [ACTIONS.runProject]: withValue(projectValue, runProject),
  [ACTIONS.projectsPrevious]: withValue(pageValue, turnPage),
  [ACTIONS.projectsNext]: withValue(pageValue, turnPage),
};

/** Presses a button. `actionId`: as Slack sent it, possibly of another version of the bot. */
export async function pressButton(bot: Bot, click: Click, actionId: string): Promise<void> {
  const known = knownAction(actionId);
  if (known === null) return click.respond(staleButtonMessage());
  await ACTION_HANDLERS[known](bot, click);
}

/** Reads the JSON in a button's value; one that this version does not understand gets the answer of a stale button. */
function withValue<T>(schema: z.ZodType<T>, action: (bot: Bot, click: Click, value: T) => Promise<void>): Action {
  return async (bot, click) => {
    const value = schema.safeParse(parseJson(click.value));
    if (!value.success) return click.respond(staleButtonMessage());
    await action(bot, click, value.data);
  };
}

/** One run for each card: the key is made from the run that is to be repeated, and does not grow from one to the next. */
async function runAgain(bot: Bot, click: Click): Promise<void> {
  const parent = await bot.runs.get(click.value);
  if (parent === null) return click.respond(staleButtonMessage());
  if (parent.again !== null) return click.respond(alreadyRunAgainMessage(parent.again));
  const again = { by: click.user, at: bot.clock.now() };
  const key = `again:${createHash("sha256").update(parent.key).digest("hex").slice(0, 32)}`;
  const wish = { key, project: parent.project, options: parent.options };
  const markParent = () => bot.runs.update(parent.key, (run) => (run.again === null ? { ...run, again } : null));
  if (!(await startRun(bot, click, wish, markParent))) await click.respond(alreadyRunAgainMessage(null));
}

async function lookAgain(bot: Bot, click: Click): Promise<void> {
  const result = await bot.runs.update(click.value, (run) => lookedForAgain(run, bot.clock.now()));
  if (result === null) return click.respond(staleButtonMessage());
  if (!result.changed) return click.respond(nothingToLookForMessage());
  await bot.starter.look(click.value);
}

async function runProject(bot: Bot, click: Click, value: z.output<typeof projectValue>): Promise<void> {
  const project = await readProject(bot, click, value.project);
  const url = projectUrl(bot.hex.place.now, project);
  if (project.lastPublishedAt === null) return click.respond(notPublishedMessage(project.title, url));
  const { dryRun: onlyTry, ...options } = value.carried;
  if (onlyTry) return dryRun(bot, click, project, options);
  const key = `list:${value.nonce}:${value.project}`;
  const [isNew] = await Promise.all([
    startRun(bot, click, { key, project, options }),
    // New buttons, so that the next press of Run is another run and a double click is not. The run does not depend on them.
    projectsPage(bot, click, value)
      .then(click.replace)
      .catch((err: unknown) => click.log.warn({ err }, "the list of projects keeps its buttons")),
  ]);
  if (!isNew) await click.respond(alreadyStartedMessage());
}

async function turnPage(bot: Bot, click: Click, at: z.output<typeof pageValue>): Promise<void> {
  await click.replace(await projectsPage(bot, click, at));
}
