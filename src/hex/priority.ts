// Which requests go before which.

import type { Share } from "./shares.js";

/** A cancellation may stop something harmful. A person is waiting for a command. Whatever has a share of the rest can wait. */
export type Priority = "cancel" | "command" | Share;

/** Whether a person is waiting for the answer. */
export function isForSomebody(priority: Priority): priority is "cancel" | "command" {
  return priority === "cancel" || priority === "command";
}

/** The lowest goes first. */
export function rankOf(priority: Priority): number {
  if (priority === "cancel") return 0;
  return priority === "command" ? 1 : 2;
}

/** Whether a request that is already waiting certainly goes before a new one. Two shares take turns, so nobody knows in advance. */
export function isBefore(waiting: Priority, arriving: Priority): boolean {
  return waiting === arriving || rankOf(waiting) < rankOf(arriving);
}
