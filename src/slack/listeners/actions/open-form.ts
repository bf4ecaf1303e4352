// *Open the form* and *Open an empty form*: opens the form with nothing filled in.

import { openRunForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Action } from "./action.js";

export const openForm: Action = {
  id: ACTIONS.openForm,
  deed: null,
  press: (bot, click) => openRunForm(bot, click, { project: null, options: null, conversation: click.conversation }),
};
