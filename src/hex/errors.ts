// HexError: everything that can go wrong between the bot and Hex, with a `kind` for each cause that people must tell apart.

import { z } from "zod";

/** What the bot asked Hex to do. */
export const OPERATIONS = [
  "me",
  "listProjects",
  "getProject",
  "runProject",
  "dryRun",
  "getRun",
  "listRuns",
  "cancelRun",
] as const;
export type Operation = (typeof OPERATIONS)[number];

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
 * What is wrong with an answer that cannot be read. `shape`: something is missing or of another type; `other_id`: it is about
 * another project or run than the one that was asked for.
 */
const FLAWS = ["too_large", "too_deep", "no_json", "shape", "other_id"] as const;
export type Flaw = (typeof FLAWS)[number];

/** Why Hex refused inputs. */
export const inputsSchema = z.object({
  /** Names that the published app does not show. */
  unknown: z.array(z.string()),
  /** Values of the wrong type. `given`: as JSON, at most 100 characters; empty when it is not known. */
  wrongType: z.array(z.object({ name: z.string(), expected: z.string(), given: z.string() })),
  /** Refused for another reason, in Hex's words. */
  others: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
});

/** What a HexError says; also as it is stored. */
export const factsSchema = z.object({
  kind: z.enum(HEX_ERROR_KINDS),
  operation: z.enum(OPERATIONS),
  /** The host that was asked, without a path. */
  host: z.string(),
  status: z.number().optional(),
  /** The proxy that did not let the request through: its host and port, and its answer; null when it gave none. */
  proxy: z.object({ host: z.string(), status: z.number().nullable() }).optional(),
  /** Hex's own sentence, at most 300 characters. */
  detail: z.string().optional(),
  traceId: z.string().optional(),
  /** Of an answer that cannot be read: what is wrong with it, and where in it, such as `runs.3.runId`. */
  flaw: z.enum(FLAWS).optional(),
  flawAt: z.string().optional(),
  /** How long to wait, in ms, when Hex or the bot's own budget says so. Without a `status` the request was never sent. */
  retryAfterMs: z.number().optional(),
  inputs: inputsSchema.optional(),
});
export type HexErrorFacts = z.output<typeof factsSchema>;

/** Carries no request and no header, so that logging it whole can leak nothing. */
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

/** For a `catch`: a HexError is an outcome like any other. @throws whatever else it is */
export function asHexError(error: unknown): HexError {
  if (error instanceof HexError) return error;
  throw error;
}

/**
 * True when it was not the request's turn: Hex's limit is reached, or the bot's own budget is spent. The same can be asked
 * later, and will be answered then.
 */
export function meansLater(kind: HexErrorKind): boolean {
  return kind === "rate_limited" || kind === "budget_spent";
}

/** True when the error proves that the request had no effect in Hex, so that it may be sent again. */
export function provesNoEffect(kind: HexErrorKind): boolean {
  return !AMBIGUOUS.has(kind);
}
const AMBIGUOUS: ReadonlySet<HexErrorKind> = new Set(["timeout", "network", "not_hex", "unreadable", "hex_failed"]);

/** True for errors that say that Hex cannot be used at all at the moment, whatever is asked. */
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

/**
 * True when Hex does not tell who the token is, but answers: a workspace token without "Users: Read" gets a 403 in JSON. Only
 * a 401 means that the token is dead.
 */
export function withholdsIdentity({ facts: { kind, operation } }: HexError): boolean {
  return operation === "me" && kind === "scope";
}

export type Sight = "alive" | "failure" | "nothing";

/**
 * What a request that ended says about the connection; `nothing` when it says nothing. "Who am I" is about no project, so that
 * its refusal for anything but a scope is a refusal of the bot. A 429 of Hex's own is a sign of life.
 */
export function sightOf(error: HexError | null): Sight {
  if (error === null) return "alive";
  const { kind, operation, status } = error.facts;
  if (withholdsIdentity(error)) return "alive";
  if (meansLater(kind)) return status === 429 ? "alive" : "nothing";
  return operation === "me" || meansDisconnected(kind) || kind === "unreadable" ? "failure" : "nothing";
}
