// The client of a program in a terminal, which runs once and has its requests to itself.

import { Budget } from "./budget.js";
import { HexClient } from "./client.js";
import type { SenderOptions } from "./sender.js";

/** How long (ms) one attempt at a request may take, and the first pause before it is repeated. */
const ATTEMPT_TIMEOUT_MS = 10_000;
const BACKOFF_MS = 500;

/** @param place where Hex is, and the token for it */
export function terminalClient(
  place: Pick<SenderOptions, "token" | "origin"> & { workspace: string | null },
  { userAgent, fetch, clock }: Required<Pick<SenderOptions, "userAgent" | "fetch" | "clock">>,
): HexClient {
  return new HexClient({
    ...place,
    userAgent,
    fetch,
    clock,
    budget: new Budget(clock),
    random: Math.random,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    backoffMs: BACKOFF_MS,
    onRequest: () => undefined,
  });
}
