// The shortcuts and what each one does when it is picked.

import { runProject } from "./run-project.js";
import type { Shortcut } from "./shortcut.js";

const SHORTCUTS: readonly Shortcut[] = [runProject];

/** `callbackId` is what Slack sent, possibly from another version of the bot. */
export function shortcutOf(callbackId: string): Shortcut | null {
  return SHORTCUTS.find(({ id }) => id === callbackId) ?? null;
}
