// *Run…* next to a project in a list: opens the form with what was typed before.

import { z } from "zod";
import { idSchema } from "../../../hex/ids.js";
import { openRunForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { carriedSchema } from "../../messages/carried.js";
import { type Action, withValue } from "./action.js";

/** `carried` is missing when nothing was typed. */
const value = z.object({ project: idSchema, carried: carriedSchema.optional() });

export const runProjectForm: Action = {
  id: ACTIONS.runProjectForm,
  deed: null,
  press: withValue(value, async (bot, click, { project: id, carried }) => {
    const project = click.permissions.projects.named({ id });
    const { conversation } = click;
    if (carried === undefined) return openRunForm(bot, click, { project, options: null, conversation });
    const { dryRun, ...options } = carried;
    await openRunForm(bot, click, { project, options, dryRun, conversation });
  }),
};
