// What this process has asked Hex to start. A store that has lost its last moments, as in a failover to a standby that lagged behind,
// must not make it ask again.

import type { StartedRun } from "../hex/schema.js";
import { dropOldest } from "../lib/keep-latest.js";

/** How many are remembered: more than are started in the moments that a store may lose. */
const MOST = 1_000;

export class SentStarts {
  /** The oldest first. */
  readonly #sent = new Map<string, StartedRun | null>();

  /** The run that Hex has started; `null` when it is not known whether there is one, and `undefined` when Hex was not asked. */
  get(runKey: string): StartedRun | null | undefined {
    return this.#sent.get(runKey);
  }

  /** Hex is about to be asked. */
  add(runKey: string): void {
    this.#sent.set(runKey, null);
    dropOldest(this.#sent, MOST);
  }

  /** Hex has started the run. */
  started(runKey: string, run: StartedRun): void {
    if (this.#sent.has(runKey)) this.#sent.set(runKey, run);
  }

  /** Hex has made it certain that there is no run. */
  undone(runKey: string): void {
    this.#sent.delete(runKey);
  }
}
