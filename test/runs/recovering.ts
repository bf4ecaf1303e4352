// The client of Hex and the recovery that the tests of starts share.

import { Budget } from "../../src/hex/budget.js";
import { HexClient } from "../../src/hex/client.js";
import type { Clock } from "../../src/lib/clock.js";
import { Canceller } from "../../src/runs/cancel.js";
import { Recovery } from "../../src/runs/recovery.js";
import { Starter } from "../../src/runs/start.js";
import type { RunStore } from "../../src/runs/store.js";

/** A process's client with one token, which `next` replaces when Hex refuses it. */
export function clientOf(origin: string, clock: Clock, token: string, next: string | null = null): HexClient {
  return new HexClient({
    userAgent: "hex-bot/test",
    origin,
    token,
    renewToken: () => next,
    clock,
    budget: new Budget(clock, 1_000),
    attemptTimeoutMs: 2_000,
    backoffMs: 100,
    random: () => 0.5,
    onRequest: () => undefined,
  });
}

/** `maxSleepMs`: how long it pauses at most, in ms. It throws what the bot would log. */
export function recoveryOf(hex: HexClient, store: RunStore, clock: Clock, maxSleepMs: number): Recovery {
  return new Recovery({
    store,
    starter: new Starter({ hex, store, clock }),
    canceller: new Canceller({ hex, store, clock }),
    titles: { areMissing: () => false, learn: async () => undefined },
    clock,
    maxSleepMs,
    onError: (error) => {
      throw error;
    },
  });
}
