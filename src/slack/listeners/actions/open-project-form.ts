// Run… beside a project: the form for it.

import { z } from "zod";
import { openRunForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { type Action, withValue } from "./action.js";

const value = z.object({ project: z.string(), title: z.string().catch("") });

export const openProjectForm: Action = {
  id: ACTIONS.openProjectForm,
  press: withValue(value, (bot, click, { project: id, title }) =>
    openRunForm(bot, click, {
      project: { id, title },
      options: null,
      conversation: click.conversation,
    }),
  ),
};
