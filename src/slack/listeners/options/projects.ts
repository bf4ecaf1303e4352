// The projects that can be run, for the picker in the form and the search field on the Home tab.

import { ACTIONS } from "../../messages/action-ids.js";
import { LIMITS } from "../../messages/limits.js";
import { MAX_PROJECT_ID, projectOption } from "../../messages/project-option.js";
import { ELEMENTS } from "../../messages/run-form-state.js";
import type { Picker } from "./picker.js";

const options: Picker["options"] = ({ runnable }, typed) =>
  runnable
    .suggest(typed, LIMITS.options)
    .filter(({ id }) => id.length <= MAX_PROJECT_ID)
    .map(projectOption);

export const projects: Picker = { id: ELEMENTS.project, options };
export const homeSearch: Picker = { id: ACTIONS.homeSearch, options };
