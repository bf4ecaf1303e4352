// "Run a Hex project" in Slack's menus.

import { openRunForm } from "../../flows/open-run-form.js";
import { SHORTCUTS } from "../../messages/view-ids.js";
import type { Shortcut } from "./shortcut.js";

export const runProject: Shortcut = {
  id: SHORTCUTS.runProject,
  pick: (bot, interaction) =>
    openRunForm(bot, interaction, { project: null, options: null, conversation: interaction.conversation }),
};
