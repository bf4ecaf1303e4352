// `GET /readyz`: whether each part that the bot needs works: Slack, the store and Hex. It does not ask Hex; that is the probe's job.

import type { RequestListener, ServerResponse } from "node:http";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { withSharedTimeout } from "../lib/with-timeout.js";
import { isOverdue, type Probe } from "../outages/watchdog-state.js";
import type { StoreState } from "../store/store-check.js";

/** `since` or `at`: epoch ms. `why` is a word, such as a remedy's kind; `null` when all is well. */
export interface SlackReady {
  ok: boolean;
  since: number;
  why: string | null;
}

export interface ReadyOptions {
  clock: Clock;
  slack: () => SlackReady;
  /** `null` when there has been no probe yet. */
  lastProbe: () => Promise<Probe | null>;
  store: () => Promise<StoreState>;
  /** How long (ms) this process has had runs in flight without a request to Hex, and whether Hex asked for that. */
  stalled: () => { ms: number; isLimited: boolean };
}

/** `GET /readyz` while the bot is waiting for Slack at its start, when nothing else exists yet. */
export function notStarted(slack: () => SlackReady): RequestListener {
  return (_, response) => {
    const { since, why } = slack();
    const starting = { ok: false, why: "starting" };
    const parts = { slack: { ok: false, since: iso(since), why: why ?? "starting" }, store: starting, hex: starting };
    sendParts(response, parts);
  };
}

interface Part {
  ok: boolean;
  /** ISO 8601, UTC. */
  since?: string;
  at?: string;
  why?: string;
}

/** What the bot needs. */
export const PARTS = ["slack", "store", "hex", "watch"] as const;
export type Parts = Record<(typeof PARTS)[number], Part>;

/** In ms. While all is well, no run waits this long for the next poll. */
const STANDSTILL_MS = 3 * MINUTE;

export class Readiness {
  readonly #lastProbe: () => Promise<Probe | null>;

  constructor(private readonly options: ReadyOptions) {
    this.#lastProbe = withSharedTimeout(options.clock, options.lastProbe);
  }

  /** 200 when every part works, 503 while one does not. The JSON says which and why, and since when or when it was looked at. */
  readonly answer: RequestListener = (_, response) => {
    void this.parts().then((parts) => sendParts(response, parts));
  };

  async parts(): Promise<Parts> {
    const [store, hex] = await Promise.all([this.#storePart(), this.#hexPart()]);
    const { ok, since, why } = this.options.slack();
    return { slack: { ok, since: iso(since), ...(why === null ? {} : { why }) }, store, hex, watch: this.#watchPart() };
  }

  async #storePart(): Promise<Part> {
    const { at, since, why } = await this.options.store();
    return why === null ? { ok: true, at: iso(at) } : { ok: false, at: iso(at), since: iso(since), why };
  }

  /** When another process leads, there is nothing to report here. If none does, the missing probes show it. */
  #watchPart(): Part {
    const { ms, isLimited } = this.options.stalled();
    if (ms < STANDSTILL_MS) return { ok: true };
    const since = iso(this.options.clock.now() - ms);
    return { ok: false, since, why: isLimited ? "rate_limited" : "standstill" };
  }

  async #hexPart(): Promise<Part> {
    const probe = await this.#lastProbe().catch(() => "unread" as const);
    // The store is in trouble, so there is no telling how Hex is.
    if (probe === "unread") return { ok: false, why: "store" };
    if (probe === null) return { ok: false, why: "not_probed_yet" };
    // Nothing is probing any more: no process leads.
    if (isOverdue(probe, this.options.clock.now())) return { ok: false, at: iso(probe.at), why: "probe_overdue" };
    return { ok: probe.ok, at: iso(probe.at), ...(probe.ok || probe.kind === null ? {} : { why: probe.kind }) };
  }
}

function sendParts(response: ServerResponse, parts: Record<string, Part>): void {
  const ok = Object.values(parts).every((part) => part.ok);
  response.writeHead(ok ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify({ ok, ...parts })}\n`);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
