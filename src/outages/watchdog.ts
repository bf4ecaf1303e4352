// Asks Hex once a minute whether it is alive, and remembers the answers. Only the leader does this, so that there is one watchdog.

import type { HexClient } from "../hex/client.js";
import { HexError, lifeSignOf } from "../hex/errors.js";
import type { Share } from "../hex/shares.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import type { Notice } from "./expiry.js";
import { type Health, type IncidentIn, incidentOf, soonMs } from "./incident.js";
import type { HealthStore } from "./store.js";
import { type Answer, type Remembered, remembered, type WatchdogState } from "./watchdog-state.js";

export type HealthEvent =
  | { kind: "began" | "changed_cause" | "answers" | "relapsed"; incident: IncidentIn<"down" | "back"> }
  | { kind: "ended"; incident: IncidentIn<"over"> }
  | { kind: "expiring"; notice: Notice };

export interface WatchdogOptions {
  hex: HexClient;
  store: HealthStore;
  clock: Clock;
  /** The share of the budget that its requests use. */
  share: Share;
  /** The pause between two probes while all is well, in ms. */
  probeMs: number;
  /** Returns a new name for a probe, for the log. */
  newReference: () => string;
  /** Called once for everything that begins or ends. */
  onEvent: (event: HealthEvent) => void;
  /** Called after each stored probe, with whether Hex is well beyond doubt. */
  onStored: (isWell: boolean) => void;
  /** Called with unexpected errors. The watchdog continues. */
  onError: (error: unknown) => void;
}

const TIMEOUT_MS = 15_000;

export class Watchdog {
  readonly #loop: PollingLoop;
  #state: Health["state"] = "up";
  #isProbing = false;
  #probedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: WatchdogOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** Must be called for every request that ends. If one contradicts the last probe, the watchdog probes without delay. */
  observe(error: HexError | null): void {
    if (this.#isProbing) return;
    const { clock, probeMs } = this.options;
    // One endpoint may fail for a long time while Hex is well, and the other way round.
    if (clock.monotonic() - this.#probedAt < soonMs(probeMs)) return;
    const sign = lifeSignOf(error);
    const isNews = this.#state === "down" ? sign === "alive" : this.#state !== "doubt" && sign === "failure";
    if (isNews) this.#loop.wake();
  }

  /** What is known may no longer be true, so the watchdog probes without delay. */
  wake(): void {
    this.#loop.wake();
  }

  /** Probes until `signal` aborts. */
  async probe(signal: AbortSignal): Promise<void> {
    const { probeMs, onError } = this.options;
    await this.#loop.until(signal, () =>
      this.#step(signal).catch((error: unknown) => {
        onError(error);
        return probeMs;
      }),
    );
  }

  /** @returns how long to wait for the next step, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { hex, store, clock, probeMs, newReference, onStored } = this.options;
    const reference = newReference();
    const answer = await this.#ask(reference, signal);
    if (signal.aborted) return 0;
    const now = clock.now();
    const changed = await store.update((before) => ({
      ...remembered(before, answer, { now, reference, probeMs, origin: hex.origin }),
      before,
    }));
    this.#state = changed.memory.health.state;
    this.#tell(changed);
    onStored(this.#state === "up");
    return changed.pauseMs;
  }

  async #ask(reference: string, signal: AbortSignal): Promise<Answer> {
    const { hex, clock, share } = this.options;
    this.#isProbing = true;
    try {
      const me = await hex.me({ reference, priority: share, timeoutMs: TIMEOUT_MS, once: true, signal });
      return { me, error: null };
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      return { me: null, error };
    } finally {
      this.#isProbing = false;
      this.#probedAt = clock.monotonic();
    }
  }

  #tell({ before, memory, ended }: Remembered & { before: WatchdogState }): void {
    const { onEvent } = this.options;
    if (ended !== null) onEvent({ kind: "ended", incident: ended });
    const incident = incidentOf(memory.health);
    const kind = incident && whatIsNew(incidentOf(before.health), incident);
    if (incident && kind) onEvent({ kind, incident });
    const said = before.notices.map(({ expiresAt, days, at }) => `${expiresAt} ${days} ${at}`);
    const news = memory.notices.filter(({ expiresAt, days, at }) => !said.includes(`${expiresAt} ${days} ${at}`));
    for (const notice of news) onEvent({ kind: "expiring", notice });
  }
}

type OpenIncident = IncidentIn<"down" | "back">;

function whatIsNew(before: OpenIncident | null, now: OpenIncident) {
  if (before?.id !== now.id) return "began";
  if (before.state !== now.state) return now.state === "back" ? "answers" : "relapsed";
  return before.cause.facts.kind === now.cause.facts.kind ? null : "changed_cause";
}
