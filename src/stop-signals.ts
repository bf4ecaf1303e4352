// What asks the process to stop: signals, and the end of npm when npm started it.

import { isatty } from "node:tty";
import type { Clock } from "./lib/clock.js";

export type StopReason = "SIGTERM" | "SIGINT" | "SIGHUP" | "npm has ended";

export interface StopListeners {
  /** Told once, of the first request. */
  onStop: (reason: StopReason) => void;
  /** Somebody pressed Ctrl-C once more and does not want to wait. */
  onHurry: () => void;
  /** A SIGHUP that is no request to stop, since no terminal could have hung up. */
  onIgnored: (signal: "SIGHUP") => void;
}

/**
 * One Ctrl-C may arrive twice: npm passes it on to a process that has it from the terminal already. In ms; people take longer
 * to press it again.
 */
const SAME_CTRL_C_MS = 500;
const LOOK_MS = 1_000;

/** Listens for as long as the process lives. To be called before the first `await`: nothing may end a start halfway. */
export function listenForStop(clock: Clock, { onStop, onHurry, onIgnored }: StopListeners): void {
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  let askedAt: number | null = null;
  const request = (reason: StopReason) => {
    if (askedAt !== null) return;
    askedAt = clock.monotonic();
    onStop(reason);
  };
  process.on("SIGTERM", () => request("SIGTERM"));
  process.on("SIGINT", () => {
    if (askedAt !== null && clock.monotonic() - askedAt > SAME_CTRL_C_MS) onHurry();
    else request("SIGINT");
  });
  process.on("SIGHUP", () => (hasTerminal ? request("SIGHUP") : onIgnored("SIGHUP")));
  if (process.env.npm_lifecycle_event === "start") whenParentEnds(() => request("npm has ended"));
}

/** npm passes on SIGTERM and SIGINT. When anything else ends it, its child would live on, unseen by whoever stopped npm. */
function whenParentEnds(tell: () => void): void {
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    tell();
  }, LOOK_MS);
  looking.unref();
}
