// *Run* next to a project in a list.

import { z } from "zod";
import { idSchema } from "../../../hex/ids.js";
import { deedOfStart } from "../../flows/demand-start.js";
import { projectsPage } from "../../flows/list-projects.js";
import { optionsToStart } from "../../flows/options-to-start.js";
import { readProject } from "../../flows/read-project.js";
import { startRun } from "../../flows/start-run.js";
import { tellAlreadyStarted } from "../../flows/tell-already-started.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { carriedSchema, NOTHING_CARRIED } from "../../messages/carried.js";
import { searchedSchema } from "../../messages/searched.js";
import type { Bot } from "../context.js";
import { type Action, type Click, withValue } from "./action.js";

const projectValue = z.object({
  project: idSchema,
  nonce: z.string(),
  words: searchedSchema.catch([]),
  page: z.number().catch(0),
  // Buttons of version 0.1 carry nothing.
  carried: carriedSchema.default(NOTHING_CARRIED),
});

export const runProject: Action = { id: ACTIONS.runProject, deed: "run", press: withValue(projectValue, press) };

async function press(bot: Bot, click: Click, value: z.output<typeof projectValue>): Promise<void> {
  const project = await readProject(click, value.project, deedOfStart(value.carried));
  const options = await optionsToStart(bot, click, project, value.carried);
  if (options === null) return;
  const key = `list:${value.nonce}:${value.project}`;
  const [isNew] = await Promise.all([
    startRun(bot, click, { key, project, options }),
    // New buttons, so that pressing Run again starts another run but a double click does not. The run does not depend on them.
    projectsPage(bot, click, value)
      .then((page) => (page === null ? undefined : click.replace(page)))
      .catch((err: unknown) => click.log.warn({ err }, "The list of projects keeps its buttons")),
  ]);
  if (!isNew) await tellAlreadyStarted(bot, click, key);
}
