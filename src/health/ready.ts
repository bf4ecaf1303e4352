// `GET /readyz`: whether each part that the bot needs works: Slack, the store and Hex. Asks Hex nothing: that is the probe's.

import type { RequestListener } from "node:http";
import type { Clock } from "../clock.js";
import { StoreFailure } from "../store/failure.js";
import type { Probe } from "./memory.js";
import { LateError, patiently, STORE_MS, within } from "./patience.js";

/** `since` or `at`: epoch ms. `why`: a word, such as a remedy's kind; null when it is well. */
export interface SlackReady {
  ok: boolean;
  since: number;
  why: string | null;
}

export interface ReadyOptions {
  clock: Clock;
  slack: () => SlackReady;
  /** null: none has been made yet. */
  lastProbe: () => Promise<Probe | null>;
  /** Writes something small to the store. */
  tryWrite: () => Promise<void>;
}

interface Part {
  ok: boolean;
  /** ISO 8601, UTC. */
  since?: string;
  at?: string;
  why?: string;
}

/** Whoever asks more often gets the last answer: each write is one to the disk. In ms. */
const KEEP_MS = 1_000;

export class Readiness {
  #isWriting = false;
  #store: { part: Promise<Part>; at: number } | null = null;
  readonly #lastProbe: () => Promise<Probe | null>;

  constructor(private readonly options: ReadyOptions) {
    this.#lastProbe = patiently(options.clock, options.lastProbe);
  }

  /** 200 when every part works, 503 while one does not; which, since when and why in JSON. */
  readonly answer: RequestListener = (_, response) => {
    void this.parts().then((parts) => {
      const ok = Object.values(parts).every((part) => part.ok);
      response.writeHead(ok ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(`${JSON.stringify({ ok, ...parts })}\n`);
    });
  };

  async parts(): Promise<{ slack: Part; store: Part; hex: Part }> {
    const [store, hex] = await Promise.all([this.#storePart(), this.#hexPart()]);
    const { ok, since, why } = this.options.slack();
    return { slack: { ok, since: iso(since), ...(why === null ? {} : { why }) }, store, hex };
  }

  #storePart(): Promise<Part> {
    const now = this.options.clock.now();
    if (this.#store === null || now - this.#store.at >= KEEP_MS) this.#store = { part: this.#write(), at: now };
    return this.#store.part;
  }

  /** A write that hangs is not followed by another one. */
  async #write(): Promise<Part> {
    const { clock, tryWrite } = this.options;
    const at = iso(clock.now());
    if (this.#isWriting) return { ok: false, at, why: "timeout" };
    this.#isWriting = true;
    const written = tryWrite().finally(() => {
      this.#isWriting = false;
    });
    return within(clock, STORE_MS, written).then(
      () => ({ ok: true, at }),
      (error: unknown) => ({ ok: false, at, why: error instanceof LateError ? "timeout" : whyNot(error) }),
    );
  }

  async #hexPart(): Promise<Part> {
    const probe = await this.#lastProbe().catch(() => "unread" as const);
    // It is the store that is in trouble: how Hex is cannot be told.
    if (probe === "unread") return { ok: false, why: "store" };
    if (probe === null) return { ok: false, why: "not_probed_yet" };
    // Nobody probes any more: the watch is held by no process.
    if (this.options.clock.now() > probe.until) return { ok: false, at: iso(probe.at), why: "probe_overdue" };
    return { ok: probe.ok, at: iso(probe.at), ...(probe.ok || probe.kind === null ? {} : { why: probe.kind }) };
  }
}

/** A word for what the database said; its own words may name hosts. */
function whyNot(error: unknown): string {
  return error instanceof StoreFailure ? error.kind : "failed";
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
