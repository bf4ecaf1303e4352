// The project in the form, picked or typed: redraws the rest of the form for that project.

import { choosePicked, chooseTyped } from "../../flows/choose-form-project.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { staleFormMessage } from "../../messages/run-form-answers.js";
import type { Action } from "./action.js";

export const formProject: Action = {
  id: ACTIONS.formProject,
  deed: null,
  press: (bot, click) =>
    click.view === null ? click.respond(staleFormMessage()) : choosePicked(bot, click, click.view),
};

export const formTypedProject: Action = {
  id: ACTIONS.formTypedProject,
  deed: null,
  press: (bot, click) =>
    click.view === null ? click.respond(staleFormMessage()) : chooseTyped(bot, click, click.view),
};
