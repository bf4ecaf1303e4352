// Asks Hex which data connections projects use that are in trouble together. Runs on the leader, with what nobody else needs of the
// budget.

import type { BudgetShare } from "../hex/budget.js";
import type { HexClient } from "../hex/client.js";
import { HexError, meansDisconnected, meansLater } from "../hex/errors.js";
import { pagesOf } from "../hex/pages.js";
import type { Page } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { HOUR, MINUTE, SECOND } from "../lib/time.js";
import type { ConnectionReading, ConnectionStore } from "./connection-store.js";
import { type ConnectionQuestion, type KnownConnections, nextQuestion } from "./shared-connections.js";

export interface ConnectionReaderOptions {
  hex: Pick<HexClient, "cellConnections" | "dataConnections" | "tokenKind">;
  /** The leader's store. */
  store: ConnectionStore;
  clock: Clock;
  /** What this may use of the budget. */
  share: BudgetShare;
  newReference: () => string;
  /** Called when more is known. */
  onRead: () => void;
  onError: (error: unknown) => void;
}

/** The pause between two requests, in ms, so that a large outage is not followed by a burst of them. */
const PAUSE_MS = 2 * SECOND;
/** How often it looks when nobody wakes it, in ms. */
const LOOK_MS = HOUR;
/** Pause after a failure that says nothing about the question, in ms. */
const AGAIN_MS = 5 * MINUTE;
/** The pause while it is not this request's turn, in ms. */
const LATER_MS = MINUTE;
/** How long a request waits for its turn, and for its turn and its answer, in ms. */
const TURN_MS = MINUTE;
const TIMEOUT_MS = TURN_MS + 30 * SECOND;
/** Pages of 100 that are read of one list. What is on the others is not looked for. */
const MAX_PAGES = 5;

export class ConnectionReader {
  readonly #loop: PollingLoop;
  /** The projects of each message about troubles. */
  #together: readonly (readonly string[])[] = [];

  constructor(private readonly options: ConnectionReaderOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** Says which projects are in trouble together at the moment: the ids of each message. */
  wish(together: readonly (readonly string[])[]): void {
    const isNew = JSON.stringify(together) !== JSON.stringify(this.#together);
    this.#together = together;
    if (isNew) this.#loop.wake();
  }

  /** Reads until `signal` aborts. */
  async read(signal: AbortSignal): Promise<void> {
    this.#together = [];
    await this.#loop.until(signal, () =>
      this.#step(signal).catch((error: unknown) => {
        this.options.onError(error);
        return AGAIN_MS;
      }),
    );
  }

  /** Asks what is to be asked next. @returns how long to wait before looking again, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { store, clock, onRead } = this.options;
    const known = await store.known();
    const question = nextQuestion(this.#together, known, clock.now());
    if (question === null) return LOOK_MS;
    const reading = await this.#ask(question, known, signal);
    if (signal.aborted) return 0;
    if (typeof reading === "number") return reading;
    await store.keep(reading);
    onRead();
    return PAUSE_MS;
  }

  /** @returns what Hex said, or how long to wait before asking again, in ms */
  async #ask(
    question: ConnectionQuestion,
    known: KnownConnections,
    signal: AbortSignal,
  ): Promise<ConnectionReading | number> {
    const { hex, clock, share, newReference } = this.options;
    const turn = { maxWaitMs: TURN_MS, signal };
    const call = { reference: newReference(), priority: share, timeoutMs: TIMEOUT_MS, once: true, signal, turn };
    const { kind } = question;
    try {
      if (kind === "names") {
        const connections = await allPages((after) => hex.dataConnections(call, after));
        return { kind, readAt: clock.now(), connections };
      }
      const { projectId } = question;
      const found = await allPages((after) => hex.cellConnections(projectId, call, after));
      return { kind, projectId, readAt: clock.now(), connectionIds: [...new Set(found)] };
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      return this.#failed(question, known, error);
    }
  }

  /** What Hex does not tell today is not asked again today. What was known before stays. */
  #failed(
    question: ConnectionQuestion,
    known: KnownConnections,
    { kind, facts }: HexError,
  ): ConnectionReading | number {
    const { clock, hex } = this.options;
    const readAt = clock.now();
    // A personal token has no scopes: its user may do less with one project than with another.
    if (kind === "scope" && hex.tokenKind !== "personal") return { kind: "refused", of: question.kind, readAt };
    if (meansLater(kind)) return Math.max(LATER_MS, facts.retryAfterMs ?? 0);
    if (meansDisconnected(kind)) return AGAIN_MS;
    if (question.kind === "names") {
      const connections = [...(known.names?.byId ?? [])].map(([id, name]) => ({ id, name }));
      return { kind: "names", readAt, connections };
    }
    const { projectId } = question;
    return { kind: "cells", projectId, readAt, connectionIds: [...(known.uses.get(projectId)?.connectionIds ?? [])] };
  }
}

/** The entries of the first pages. */
async function allPages<T>(pageAfter: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  for await (const { values } of pagesOf(pageAfter, MAX_PAGES)) found.push(...values);
  return found;
}
