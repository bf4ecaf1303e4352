// The requests to stop: signals, and the end of npm when npm started the process.

import { isatty } from "node:tty";
import type { Clock } from "./lib/clock.js";

export type StopReason = "SIGTERM" | "SIGINT" | "SIGHUP" | "npm has ended";

export interface StopListeners {
  /** Called once, for the first request. */
  onStop: (reason: StopReason) => void;
  /** Somebody pressed Ctrl-C again and does not want to wait. */
  onHurry: () => void;
  /** A SIGHUP that is not a request to stop, because there is no terminal that could have hung up. */
  onReload: () => void;
}

/**
 * In ms. One Ctrl-C can arrive twice: npm passes it on to a process that has already received it from the terminal. People take
 * longer than this to press it again.
 */
const SAME_CTRL_C_MS = 500;
const LOOK_MS = 1_000;

/** Listens for as long as the process lives. Call it before the first `await`, so that no signal can end a start halfway. */
export function listenForStop(clock: Clock, { onStop, onHurry, onReload }: StopListeners): void {
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
  process.on("SIGHUP", () => (hasTerminal ? request("SIGHUP") : onReload()));
  if (process.env.npm_lifecycle_event === "start") whenParentEnds(() => request("npm has ended"));
}

/** npm passes on SIGTERM and SIGINT. If anything else ends npm, its child would live on, unnoticed by the person who stopped npm. */
function whenParentEnds(tell: () => void): void {
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    tell();
  }, LOOK_MS);
  looking.unref();
}
