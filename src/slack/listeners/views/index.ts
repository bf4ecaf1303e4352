// The modals and what each one does when it is submitted.

import { runForm } from "./run-form.js";
import type { View } from "./view.js";

const VIEWS: readonly View[] = [runForm];

/** `callbackId` is what Slack sent, possibly from another version of the bot. */
export function viewOf(callbackId: string): View | null {
  return VIEWS.find(({ id }) => id === callbackId) ?? null;
}
