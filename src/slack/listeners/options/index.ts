// The pickers: what each offers.

import type { Picker } from "./picker.js";
import { homeSearch, projects } from "./projects.js";

const PICKERS: readonly Picker[] = [projects, homeSearch];

/** `actionId`: as Slack sent it, possibly of another version of the bot. */
export function pickerOf(actionId: string): Picker | null {
  return PICKERS.find(({ id }) => id === actionId) ?? null;
}
