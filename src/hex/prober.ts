// The probe: asks Hex whether it answers, whose token it is, what it may do and when it expires. Proven by asking, never assumed.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Call, HexClient, Identity, TokenKind } from "./client.js";
import { asHexError, HexError, type HexErrorKind, isOptional, lifeSignOf, withholdsIdentity } from "./errors.js";
import type { Project } from "./schema.js";

/** What is known about one scope of the token. */
export type Proof =
  /** `at` is when it was proven, epoch ms. */
  | { state: "proven"; at: number }
  | { state: "missing"; error: HexError }
  /** The question failed for another reason, which says nothing about the scope. */
  | { state: "failed"; error: HexError }
  /** Nothing could be asked that would show it. */
  | { state: "unproven"; why: "no_published_project" | "projects_unread" | "disconnected" };

export interface Connection {
  host: string;
  /** `null` when connected, otherwise why not. */
  error: HexError | null;
  /** Since when the connection has been as it is now, as far as this process has seen, epoch ms. */
  since: number;
  me: Identity | null;
  tokenKind: TokenKind | null;
  /** How long the answer to `users/me` took, in ms. */
  latencyMs: number | null;
  read: Proof;
  run: Proof;
  /** How many projects the token sees; `null` when that could not be read. */
  projects: { total: number; published: number; complete: boolean } | null;
}

/** Everything that does not work: the connection itself, or what the token may not do. */
export function failuresOf({ error, read, run }: Connection): HexError[] {
  if (error !== null) return [error];
  return [read, run].flatMap((proof) => ("error" in proof ? [proof.error] : []));
}

/** The projects that the token sees, as far as they are known. */
export interface ProjectsSeen {
  /** Asks Hex for projects now. @throws HexError */
  look(call: Call): Promise<void>;
  /** The listed projects, most recently published first; `null` when nothing is known. `isWhole` is true when there are no others. */
  readonly seen: { projects: readonly Project[]; isWhole: boolean } | null;
}

/** How long (ms) it counts as proven that the token may run projects. */
const RUN_PROOF_MS = 10 * MINUTE;
/** How many projects to try when one of them refuses for a reason that concerns only itself. */
const RUN_ATTEMPTS = 3;
const PERMISSIONS: ReadonlySet<HexErrorKind> = new Set(["scope", "forbidden", "plan", "unauthorized"]);
const ABOUT_ONE_PROJECT: ReadonlySet<HexErrorKind> = new Set([
  "bad_request",
  "forbidden",
  "not_found",
  "not_published",
  "request_refused",
  "inputs_refused",
]);

export class Prober {
  /** `at` is by the monotonic clock. */
  #runProof: { proof: Extract<Proof, { state: "proven" }>; at: number } | null = null;
  #alive: boolean | null = null;
  #since: number;

  constructor(
    private readonly hex: HexClient,
    private readonly projects: ProjectsSeen,
    private readonly clock: Clock,
  ) {
    this.#since = clock.now();
  }

  /** Must be told about every request that ends. This keeps "since when" and the proofs true between probes. */
  observe(error: HexError | null): void {
    if (error !== null && PERMISSIONS.has(error.kind) && isAboutRight(error)) this.#runProof = null;
    const sign = lifeSignOf(error);
    const alive = sign === "alive";
    if (sign === "nothing" || alive === this.#alive) return;
    this.#alive = alive;
    this.#since = this.clock.now();
  }

  /** Asks Hex now. Takes at most `call.timeoutMs`, and never rejects because of Hex. */
  async probe(call: Call): Promise<Connection> {
    const askedAt = this.clock.monotonic();
    const until = askedAt + call.timeoutMs;
    const [me, failure] = await Promise.all([
      this.hex
        .me(call)
        .then((value) => ({ value, latencyMs: Math.round(this.clock.monotonic() - askedAt) }), asHexError),
      this.projects.look(call).then(() => null, asHexError),
    ]);
    const error = me instanceof HexError ? me : null;
    const base = { host: this.hex.host, error, since: this.#since };
    if (me instanceof HexError) {
      const unproven: Proof = { state: "unproven", why: "disconnected" };
      return { ...base, me: null, tokenKind: null, latencyMs: null, read: unproven, run: unproven, projects: null };
    }
    if (failure && PERMISSIONS.has(failure.kind)) this.#runProof = null;
    const { seen } = this.projects;
    const published = (seen?.projects ?? []).filter((project) => project.lastPublishedAt !== null);
    const left = { ...call, timeoutMs: Math.max(1, until - this.clock.monotonic()) };
    return {
      ...base,
      me: me.value,
      tokenKind: this.#kindOf(me.value),
      latencyMs: me.latencyMs,
      read: failure ? disproof(failure) : { state: "proven", at: this.clock.now() },
      // Projects known from before help here, but knowing none proves nothing.
      run: await this.#proveRun(seen === null || (failure && published.length === 0) ? null : published, left),
      projects:
        seen === null || failure
          ? null
          : { total: seen.projects.length, published: published.length, complete: seen.isWhole },
    };
  }

  /** The kind of token, by what Hex says about it, or else by its prefix. */
  #kindOf(me: Identity): TokenKind | null {
    if (me.user !== null) return "personal";
    return me.withheld === undefined ? "workspace" : this.hex.tokenKind;
  }

  /** `published` is `null` when the projects are not known. Only a proof is kept: a missing scope may be there next time. */
  async #proveRun(published: readonly Project[] | null, call: Call): Promise<Proof> {
    const known = this.#runProof;
    if (known !== null && this.clock.monotonic() - known.at < RUN_PROOF_MS) return known.proof;
    let proof: Proof = { state: "unproven", why: published === null ? "projects_unread" : "no_published_project" };
    for (const { id } of (published ?? []).slice(0, RUN_ATTEMPTS)) {
      const error = await this.hex.dryRun(id, {}, call).then(() => null, asHexError);
      if (error === null) {
        const proven = { state: "proven" as const, at: this.clock.now() };
        this.#runProof = { proof: proven, at: this.clock.monotonic() };
        return proven;
      }
      proof = disproof(error);
      if (!mayBeAboutOneProject(error)) break;
    }
    return proof;
  }
}

/** Whether a refused permission is one that is needed. */
function isAboutRight(error: HexError): boolean {
  return !withholdsIdentity(error) && !isOptional(error.facts.operation);
}

/** A 403 that names neither the token nor a scope may be about one project: Hex answers like that for projects that are not shared. */
function mayBeAboutOneProject({ kind, facts: { detail = "" } }: HexError): boolean {
  return ABOUT_ONE_PROJECT.has(kind) || (kind === "scope" && !/\bscopes?\b|\btoken\b/i.test(detail));
}

function disproof(error: HexError): Proof {
  return { state: PERMISSIONS.has(error.kind) ? "missing" : "failed", error };
}
