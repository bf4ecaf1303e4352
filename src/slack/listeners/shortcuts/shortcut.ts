// What defines a shortcut.

import type { ShortcutId } from "../../messages/view-ids.js";
import type { Bot, Interaction } from "../context.js";

/** A shortcut in Slack's menus, as in the manifest. It is safe to pick twice. */
export interface Shortcut {
  id: ShortcutId;
  pick: (bot: Bot, interaction: Interaction) => Promise<void>;
}
