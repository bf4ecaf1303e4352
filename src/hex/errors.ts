// HexError: everything that can go wrong with a request to Hex, with a `kind` for each cause that people need to distinguish.

import { z } from "zod";

/** What Hex was asked to do. */
export const OPERATIONS = [
  "me",
  "listProjects",
  "getProject",
  "runProject",
  "dryRun",
  "getRun",
  "listRuns",
  "cancelRun",
  "listCells",
  "listDataConnections",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What a caller can do without: a workspace token needs scopes of their own for these, which not everybody grants. */
const OPTIONAL: ReadonlySet<Operation> = new Set(["listCells", "listDataConnections"]);

export function isOptional(operation: Operation): boolean {
  return OPTIONAL.has(operation);
}

/** What reads one project or run, by its id. */
const READS_ONE: ReadonlySet<Operation> = new Set(["getProject", "getRun", "listRuns"]);

export function readsOne(operation: Operation): boolean {
  return READS_ONE.has(operation);
}

export const HEX_ERROR_KINDS = [
  "dns",
  "refused",
  "proxy",
  "tls",
  "timeout",
  "network",
  "not_hex",
  "unreadable",
  "bad_request",
  "unauthorized",
  "scope",
  "plan",
  "forbidden",
  "not_found",
  "not_published",
  "inputs_refused",
  "already_finished",
  "request_refused",
  "rate_limited",
  "budget_spent",
  "no_kernel",
  "hex_failed",
] as const;
export type HexErrorKind = (typeof HEX_ERROR_KINDS)[number];

/**
 * What is wrong with an answer that cannot be read. `shape`: something is missing or has the wrong type. `other_id`: the answer is
 * about a different project or run from the one that was requested.
 */
const FLAWS = ["too_large", "too_deep", "no_json", "shape", "other_id"] as const;
export type Flaw = (typeof FLAWS)[number];

/** Why Hex refused inputs. */
export const inputsSchema = z.object({
  /** Names of inputs that the published app does not have. */
  unknown: z.array(z.string()),
  /** Values of the wrong type. `given` is JSON of at most 100 characters, empty when it is not known or the name looks like a secret's. */
  wrongType: z.array(z.object({ name: z.string(), expected: z.string(), given: z.string() })),
  /** Inputs refused for another reason, in Hex's words. */
  others: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
});

/** What a HexError says, in the form in which it is also stored. */
export const factsSchema = z.object({
  kind: z.enum(HEX_ERROR_KINDS),
  operation: z.enum(OPERATIONS),
  /** The host of the request, without a path. */
  host: z.string(),
  status: z.number().optional(),
  /** The proxy that did not let the request through: its host and port, and the status of its answer; `null` when it did not answer. */
  proxy: z.object({ host: z.string(), status: z.number().nullable() }).optional(),
  /** Hex's own sentence, at most 300 characters; without an answer, the system's code, such as `ECONNRESET`. */
  detail: z.string().optional(),
  traceId: z.string().optional(),
  /** What is wrong with an answer that cannot be read, and where, such as `runs.3.runId`. */
  flaw: z.enum(FLAWS).optional(),
  flawAt: z.string().optional(),
  /** How long to wait, in ms, when Hex or the request budget says so. Without a `status`, the request was never sent. */
  retryAfterMs: z.number().optional(),
  inputs: inputsSchema.optional(),
});
export type HexErrorFacts = z.output<typeof factsSchema>;

/** Carries no request and no headers, so that logging the whole error cannot leak anything. */
export class HexError extends Error {
  override readonly name = "HexError";
  readonly facts: HexErrorFacts;

  constructor(facts: HexErrorFacts) {
    super(`Hex ${facts.operation}: ${facts.kind}${facts.status ? ` (${facts.status})` : ""}`);
    this.facts = facts;
  }

  get kind(): HexErrorKind {
    return this.facts.kind;
  }
}

/** For a `catch`, where a HexError is an outcome like any other. @throws anything else */
export function asHexError(error: unknown): HexError {
  if (error instanceof HexError) return error;
  throw error;
}

/**
 * True when it was not the request's turn, because Hex's limit is reached or the request budget is spent. The same request can be
 * made later and will be answered then.
 */
export function meansLater(kind: HexErrorKind): boolean {
  return kind === "rate_limited" || kind === "budget_spent";
}

/** True when the error proves that the request had no effect in Hex, so that it may be sent again. */
export function provesNoEffect(kind: HexErrorKind): boolean {
  return !AMBIGUOUS.has(kind);
}
const AMBIGUOUS: ReadonlySet<HexErrorKind> = new Set(["timeout", "network", "not_hex", "unreadable", "hex_failed"]);

/** True for errors that mean that Hex cannot be used at all at the moment, whatever the request. */
export function meansDisconnected(kind: HexErrorKind): boolean {
  return DISCONNECTED.has(kind);
}
const DISCONNECTED: ReadonlySet<HexErrorKind> = new Set([
  "dns",
  "refused",
  "proxy",
  "tls",
  "timeout",
  "network",
  "not_hex",
  "unauthorized",
  "plan",
  "hex_failed",
]);

/** True for the kinds of failures that affect every request. Others may be about one endpoint only. */
export function concernsEverything(kind: HexErrorKind): boolean {
  return CONCERN_EVERYTHING.has(kind);
}
const CONCERN_EVERYTHING: ReadonlySet<HexErrorKind> = new Set([
  "dns",
  "refused",
  "proxy",
  "tls",
  "unauthorized",
  "plan",
]);

/**
 * True when Hex answers, and refuses this one thing. It may not exist (any more), or not be shared with the token, or the token may
 * lack a scope: it is not documented which answer Hex gives for which of these.
 */
export function isRefusal(kind: HexErrorKind): boolean {
  return REFUSALS.has(kind);
}
const REFUSALS: ReadonlySet<HexErrorKind> = new Set([
  "not_found",
  "bad_request",
  "scope",
  "forbidden",
  "not_published",
  "request_refused",
]);

/**
 * True when Hex answers but does not say whose token it is. A workspace token without "Users: Read" gets a 403 in JSON. Only a 401
 * means that the token is dead.
 */
export function withholdsIdentity({ facts: { kind, operation } }: HexError): boolean {
  return operation === "me" && kind === "scope";
}

/** Statuses that say that a server does not have what was asked for. */
const NOT_OFFERED: ReadonlySet<number | undefined> = new Set([404, 405, 501]);

/**
 * True when this server may not have "who am I" at all, or refuses it without Hex's JSON, which would prove that the token is alive.
 * Whether it is Hex, and lets the caller in, shows in another request.
 */
export function mayLackIdentity({ facts: { kind, operation, status } }: HexError): boolean {
  return operation === "me" && (NOT_OFFERED.has(status) || kind === "forbidden");
}

export type LifeSign = "alive" | "failure" | "nothing";

/**
 * What a completed request says about the connection; `nothing` when it says nothing. "Who am I" is not about a project, so if Hex
 * refuses it for any reason but a scope, it refuses the token itself. A 429 from Hex is a sign of life. An optional request
 * says nothing when it fails.
 */
export function lifeSignOf(error: HexError | null): LifeSign {
  if (error === null) return "alive";
  const { kind, operation, status } = error.facts;
  if (withholdsIdentity(error)) return "alive";
  if (isOptional(operation) || mayLackIdentity(error)) return "nothing";
  if (meansLater(kind)) return status === 429 ? "alive" : "nothing";
  return operation === "me" || meansDisconnected(kind) || kind === "unreadable" ? "failure" : "nothing";
}
