// The probe: is Hex there, who is the token, what may it do, until when. Proven by asking, never assumed.

import type { Clock } from "../clock.js";
import type { Catalog } from "./catalog.js";
import type { Call, HexClient } from "./client.js";
import { HexError, meansDisconnected } from "./errors.js";
import type { Me } from "./schema.js";

/** What is known of one scope of the token. */
export type Proof =
  | { state: "proven" }
  | { state: "missing"; error: HexError }
  /** Nothing could be asked that would show it. */
  | { state: "unproven"; why: "no_published_project" | "disconnected" };

export interface Connection {
  host: string;
  /** null when connected; else why not. */
  error: HexError | null;
  /** Since when it has been as it is now, as far as this process has seen, epoch ms. */
  since: number;
  me: Me | null;
  tokenKind: "personal" | "workspace" | null;
  /** Of the answer to `users/me`, in ms. */
  latencyMs: number | null;
  read: Proof;
  run: Proof;
  /** How many projects the token sees; null when it could not be read. */
  projects: { total: number; published: number; complete: boolean } | null;
}

const RUN_PROOF_MS = 10 * 60_000;
const CATALOG_MS = 60_000;

export class Prober {
  #runProof: { proof: Proof; at: number } | null = null;
  #alive: boolean | null = null;
  #since: number;

  constructor(
    private readonly hex: HexClient,
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {
    this.#since = clock.now();
  }

  /** To be told of every request that ended: keeps "since when" true between probes. */
  observe(error: HexError | null): void {
    const alive = error === null || !meansDisconnected(error.kind);
    if (alive === this.#alive) return;
    this.#alive = alive;
    this.#since = this.clock.now();
  }

  /** Asks Hex now. Takes `call.patienceMs` at most, and never rejects for a reason that lies with Hex. */
  async probe(call: Call): Promise<Connection> {
    const askedAt = performance.now();
    const [me, projects] = await Promise.all([
      caught(this.hex.me(call).then((value) => ({ value, latencyMs: Math.round(performance.now() - askedAt) }))),
      caught(this.catalog.list(call, CATALOG_MS)),
    ]);
    const error = me instanceof HexError ? me : null;
    const base = { host: this.hex.host, error, since: this.#since };
    if (me instanceof HexError) {
      const unproven: Proof = { state: "unproven", why: "disconnected" };
      return { ...base, me: null, tokenKind: null, latencyMs: null, read: unproven, run: unproven, projects: null };
    }
    const published = projects instanceof HexError ? [] : projects.projects.filter((p) => p.lastPublishedAt !== null);
    return {
      ...base,
      me: me.value,
      tokenKind: me.value.user === null ? "workspace" : "personal",
      latencyMs: me.latencyMs,
      read: projects instanceof HexError ? { state: "missing", error: projects } : { state: "proven" },
      run: await this.#proveRun(published[0]?.id ?? null, call),
      projects:
        projects instanceof HexError
          ? null
          : { total: projects.projects.length, published: published.length, complete: projects.complete },
    };
  }

  async #proveRun(projectId: string | null, call: Call): Promise<Proof> {
    const known = this.#runProof;
    if (known !== null && this.clock.now() - known.at < RUN_PROOF_MS) return known.proof;
    if (projectId === null) return { state: "unproven", why: "no_published_project" };
    const error = await caught(this.hex.dryRun(projectId, {}, call).then(() => null));
    const proof: Proof = error === null ? { state: "proven" } : { state: "missing", error };
    // Only what is certain is kept: a timeout says nothing about a scope.
    if (error === null) this.#runProof = { proof, at: this.clock.now() };
    return proof;
  }
}

async function caught<T>(promise: Promise<T>): Promise<T | HexError> {
  return promise.catch((error: unknown) => {
    if (error instanceof HexError) return error;
    throw error;
  });
}
