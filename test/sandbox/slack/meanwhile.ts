// Waits for what an app does in the local Slack.

import type { LocalSlack } from "./types.js";

/** How long a form may take to open, or a view to change, in real ms. */
const waitMs = 20_000;

/** Lets the time pass while something is waited for. */
export type Meanwhile = <T>(work: Promise<T>) => Promise<T>;

/** Resolves with what `find` returns, as soon as that is not undefined. */
export function until<T>(slack: LocalSlack, find: () => T | undefined, complaint: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      stopListening();
    };
    const look = () => {
      const found = find();
      if (found === undefined) return;
      end();
      resolve(found);
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(complaint()));
    }, waitMs);
    const stopListening = slack.onChange(look);
    look();
  });
}
