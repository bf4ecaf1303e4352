// The modals: what each does when it is submitted.

import { runForm } from "./run-form.js";
import type { View } from "./view.js";

const VIEWS: readonly View[] = [runForm];

/** `callbackId`: as Slack sent it, possibly of another version of the bot. */
export function viewOf(callbackId: string): View | null {
  return VIEWS.find(({ id }) => id === callbackId) ?? null;
}
