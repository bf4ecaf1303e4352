// The projects that can be run, for the picker in the form.

import { LIMITS } from "../../messages/limits.js";
import { MAX_PROJECT_ID, projectOption } from "../../messages/project-option.js";
import { ELEMENTS } from "../../messages/run-form-state.js";
import type { Picker } from "./picker.js";

export const projects: Picker = {
  id: ELEMENTS.project,
  options: (bot, typed) =>
    bot.catalog
      .suggest(typed, LIMITS.options)
      .filter(({ id }) => id.length <= MAX_PROJECT_ID)
      .map(projectOption),
};
