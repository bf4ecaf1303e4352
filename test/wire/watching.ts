// What the tests of watched projects share: times, projects, and what the bot posts.

import type { Project, ProjectOptions } from "../sandbox/hex/types.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import type { Harness } from "./harness.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** How far time advances at once, in ms. */
export const STEP_MS = 5_000;
/** The tests begin at nine o'clock. */
export const TEN = Date.UTC(2026, 10, 2, 10, 0);
export const DAILY_AT_TEN = { cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 10, minute: 0 } };

/** A project of Olga's that is due at ten, unless told. */
export function addProject({ hex }: Harness, title: string, more: ProjectOptions = {}): Project {
  return hex.workspace.addProject({ title, ownerEmail: "olga@acme.test", schedules: [DAILY_AT_TEN], ...more });
}

/** What the bot has posted, without answers to commands. */
export function postedIn({ slack }: Harness): SlackMessage[] {
  return slack.messages.filter(({ via }) => via === "postMessage");
}

/** The same without replies. */
export function toldIn(harness: Harness): SlackMessage[] {
  return postedIn(harness).filter(({ threadTs }) => threadTs === undefined);
}

/** What a phone shows first of a message's notification. */
export function headline({ text }: Pick<SlackMessage, "text">): string {
  return text.split("\n", 1).join();
}
