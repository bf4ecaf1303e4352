// The pickers and what each one offers.

import type { Picker } from "./picker.js";
import { homeSearch, projects } from "./projects.js";

export const PICKERS: readonly Picker[] = [projects, homeSearch];

/** `actionId` is what Slack sent, possibly from another version of the bot. */
export function pickerOf(actionId: string): Picker | null {
  return PICKERS.find(({ id }) => id === actionId) ?? null;
}
