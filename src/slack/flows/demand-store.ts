// What must be in the store before anything else happens.

import { StoreFailure, type StoreFailureKind } from "../../store/failure.js";
import type { Bot } from "../listeners/context.js";
import type { Undone } from "../messages/store-trouble.js";

/** The store did not accept it, so nothing was done. */
export class NothingDone extends Error {
  override readonly name = "NothingDone";
  constructor(
    readonly undone: Extract<Undone, "nothing_started" | "nothing_decided">,
    readonly kind: StoreFailureKind,
    cause?: unknown,
  ) {
    super(`${undone}: the store does not accept it`, { cause });
  }
}

/**
 * Does work that must have no effect if the store does not accept it. A deleted database file accepts writes as before, but they
 * are lost at the next start.
 * @throws NothingDone, and what the work throws
 */
export async function demandStore<T>(
  { storeCheck }: Bot,
  undone: NothingDone["undone"],
  work: () => Promise<T>,
): Promise<T> {
  const { why } = await storeCheck.now();
  if (why !== null && why !== "timeout") throw new NothingDone(undone, why);
  try {
    return await work();
  } catch (error) {
    throw error instanceof StoreFailure ? new NothingDone(undone, error.kind, error) : error;
  }
}
