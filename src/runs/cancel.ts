// Cancels a run once: the process that moves it to "cancelling" in the store is the one that asks Hex.

import type { Call, HexClient } from "../hex/client.js";
import { asHexError, HexError, type HexErrorKind, meansLater } from "../hex/errors.js";
import type { Clock } from "../lib/clock.js";
import { UnderWay } from "../lib/under-way.js";
import { ASK_MS, isEnded, isLive, LEASE_MS, type LiveRun, type Run } from "./run.js";
import type { RunStore } from "./store.js";
import { cancelledLater, cancelling, notCancelled, observed, withdrawn } from "./transitions.js";

/** The pauses (ms) before each read of a run that Hex says has ended. A run that is being stopped takes a little longer. */
const READS_AFTER_MS = [0, 2_000, 6_000];
/** Errors that mean that Hex may hide the run. Then Hex did not refuse the cancellation because the run had ended. */
const HIDDEN: ReadonlySet<HexErrorKind> = new Set([
  "bad_request",
  "scope",
  "forbidden",
  "not_found",
  "request_refused",
]);

/** The outcome of a cancellation. `run` is the run afterwards. */
export type CancelOutcome =
  | { kind: "asked"; run: Run }
  /** Hex is asked as soon as its limit, or the bot's budget, allows it. */
  | { kind: "later"; run: Run; error: HexError }
  /** It waited to be approved or started, and never will be. */
  | { kind: "withdrawn"; run: Run }
  /** Somebody was first. */
  | { kind: "already"; run: Run }
  /** There is nothing to cancel: it has ended, or has not begun. */
  | { kind: "too_late"; run: Run }
  | { kind: "failed"; run: Run; error: HexError }
  | { kind: "unknown" };

export interface CancellerOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
}

export class Canceller {
  readonly #asking = new UnderWay();

  constructor(private readonly options: CancellerOptions) {}

  /** Whether this process is in the middle of cancelling a run. If so it is alive, whatever the lease says. */
  isAsking(key: string): boolean {
    return this.#asking.has(key);
  }

  /** `by` is a Slack user id. `reference` is the interaction's, for the log and, when the cancellation fails, for the card. */
  cancel(key: string, by: string, reference: string): Promise<CancelOutcome> {
    return this.#asking.during(key, () => this.#cancel(key, by, reference));
  }

  async #cancel(key: string, by: string, reference: string): Promise<CancelOutcome> {
    const { store, clock } = this.options;
    const result = await store.update(key, (run) => {
      switch (run.state) {
        case "awaiting":
        case "approved":
        case "waiting":
          return withdrawn(run, by, clock.now());
        case "pending":
        case "running":
          return cancelling(run, by, clock.now());
        default:
          return null;
      }
    });
    if (result === null) return { kind: "unknown" };
    const { run, changed } = result;
    if (changed) return run.state === "withdrawn" ? { kind: "withdrawn", run } : this.#ask(run, reference);
    return { kind: run.state === "cancelling" ? "already" : "too_late", run };
  }

  /** Repeats a cancellation that Hex may not have received, because the process that asked has died. Asking twice does no harm. */
  retry(key: string): Promise<void> {
    return this.#asking.during(key, async () => {
      const result = await this.#hold(key, 0);
      if (result !== null && result.run.state === "cancelling") await this.#ask(result.run, result.run.reference);
    });
  }

  /** Makes this process responsible for the run, for `ms` and for as long as the lease says. */
  #hold(key: string, ms: number): Promise<{ run: Run } | null> {
    const { store, clock } = this.options;
    const lease = clock.now() + ms + LEASE_MS;
    return store.update(key, (run) => (run.state === "cancelling" && !run.accepted ? { ...run, lease } : null));
  }

  async #ask(run: Run, reference: string): Promise<CancelOutcome> {
    if (!isLive(run)) return { kind: "too_late", run };
    const call: Call = { reference, priority: "cancel", timeoutMs: ASK_MS };
    const error = await this.options.hex.cancelRun(run.project.id, run.hex.runId, call).then(() => null, asHexError);
    if (error?.kind === "already_finished") return this.#readEnd(run, call, error);
    return this.#answered(run, call, error);
  }

  async #answered(run: LiveRun, { reference }: Call, error: HexError | null): Promise<CancelOutcome> {
    const { store, clock } = this.options;
    const isLater = error !== null && meansLater(error.kind);
    const result = await store.update(run.key, (stored) => {
      // Another process may have asked in the meantime and succeeded. Then the earlier refusal no longer counts.
      if (stored.state !== "cancelling" || (error !== null && stored.accepted)) return null;
      if (error === null) return { ...stored, accepted: true, heldBack: null };
      return isLater
        ? cancelledLater(stored, error.facts, clock.now())
        : notCancelled(stored, error.facts, reference, clock.now());
    });
    const after = result?.run ?? run;
    if (error === null) return { kind: "asked", run: after };
    return outcomeAnyway(after) ?? { kind: isLater ? "later" : "failed", run: after, error };
  }

  /**
   * Hex says that the run has ended. Reads it, so that the card shows how right away and not only after the next poll. If the run is
   * still going, Hex refused for another reason.
   */
  async #readEnd(cancelled: LiveRun, call: Call, refusal: HexError): Promise<CancelOutcome> {
    const { hex, store, clock } = this.options;
    const { key, project } = cancelled;
    for (const pause of READS_AFTER_MS) {
      await this.#hold(key, pause);
      await clock.sleep(pause);
      const seen = await hex.run(project.id, cancelled.hex.runId, call).catch(asHexError);
      if (seen instanceof HexError && HIDDEN.has(seen.kind)) return this.#answered(cancelled, call, seen);
      if (seen instanceof HexError) continue;
      const result = await store.update(key, (stored) =>
        stored.state === "cancelling" ? observed(stored, seen, clock.now()) : null,
      );
      if (result === null) return { kind: "unknown" };
      const { run } = result;
      if (run.state !== "cancelling" || run.accepted) return { kind: "too_late", run };
    }
    return this.#answered(cancelled, call, new HexError({ ...refusal.facts, kind: "request_refused" }));
  }
}

/** What has come of a cancellation although Hex's answer was a failure: a poll or another process has seen more. `null`: nothing. */
function outcomeAnyway(run: Run): CancelOutcome | null {
  if (run.state === "cancelled" || (run.state === "cancelling" && run.accepted)) return { kind: "asked", run };
  return isEnded(run) && run.state !== "lost" ? { kind: "too_late", run } : null;
}
