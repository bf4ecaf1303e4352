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
  "no_kernel",
  "hex_failed",
] as const;
export type HexErrorKind = (typeof HEX_ERROR_KINDS)[number];

/** Why Hex refused inputs: names it does not know, and values of the wrong type with the type it expects. */
export interface RefusedInputs {
  unknown: string[];
  wrongType: { name: string; expected: string; given: string }[];
}

export interface HexErrorFacts {
  kind: HexErrorKind;
  operation: Operation;
  /** The host that was asked, without a path. */
  host: string;
  status?: number | undefined;
  /** Hex's own sentence, at most 300 characters. */
  detail?: string | undefined;
  traceId?: string | undefined;
  /** How long to wait, in ms, when Hex or the bot's own budget says so. */
  retryAfterMs?: number | undefined;
  inputs?: RefusedInputs | undefined;
}

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
  "tls",
  "timeout",
  "network",
  "not_hex",
  "unauthorized",
  "plan",
  "hex_failed",
]);

export type Sight = "alive" | "failure" | "nothing";

/**
 * What a request that ended says about the connection; `nothing` when it says nothing. "Who am I" needs no scope, so that
 * Hex's refusal of it, whatever the reason, is a refusal of the bot. A 429 of Hex's own is a sign of life.
 */
export function sightOf(error: HexError | null): Sight {
  if (error === null) return "alive";
  const { kind, operation, status } = error.facts;
  if (kind === "rate_limited") return status === 429 ? "alive" : "nothing";
  return operation === "me" || meansDisconnected(kind) || kind === "unreadable" ? "failure" : "nothing";
}

/** An answer that was not the expected success. */
export interface Answer {
  operation: Operation;
  host: string;
  status: number;
  headers: Headers;
  /** The body as text, whatever it is. */
  body: string;
}

const sentence = z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]);
/** One sentence, or a list of them; what is none is left out. */
const sentences = z
  .union([z.string(), z.array(sentence.catch(""))])
  .transform((said) => [said].flat().filter(Boolean).join("; "))
  .optional()
  .catch(undefined);

const bodySchema = z.object({
  reason: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  details: sentences,
  issues: sentences,
  traceId: z.string().optional().catch(undefined),
  notFound: z.array(z.string()).optional().catch(undefined),
  invalid: z
    .array(
      z.object({
        paramName: z.string(),
        dataType: z.string().optional(),
        inputCellType: z.string().optional(),
        paramValue: z.unknown().optional(),
      }),
    )
    .optional()
    .catch(undefined),
});
type Body = z.output<typeof bodySchema>;

/**
 * Turns an unsuccessful answer into a HexError. Understands the three shapes that Hex answers with
 * (`reason`, `code` + `message`, bare text), RunProject's list of refused inputs, and HTML of a proxy.
 * `now` (epoch ms) is needed for a `Retry-After` that is a date.
 */
export function errorOfAnswer(answer: Answer, now: number): HexError {
  const body = parseBody(answer.body);
  const detail = detailOf(answer, body);
  const inputs = inputsOf(body);
  return new HexError({
    kind: kindOfAnswer(answer, body, detail ?? "", inputs),
    operation: answer.operation,
    host: answer.host,
    status: answer.status,
    detail,
    traceId: body?.traceId ?? answer.headers.get("x-trace-id") ?? undefined,
    // Servers send `x-ratelimit-reset` with every answer; it means a wait only here.
    retryAfterMs: answer.status === 429 || answer.status === 503 ? retryAfterMs(answer.headers, now) : undefined,
    inputs,
  });
}

function kindOfAnswer(
  answer: Answer,
  body: Body | null,
  detail: string,
  inputs: RefusedInputs | undefined,
): HexErrorKind {
  const { status, operation } = answer;
  const starts = operation === "runProject" || operation === "dryRun";
  if (status === 401) return "unauthorized";
  if (status === 429) return "rate_limited";
  // Hex's own 503 proves that no run was created; a gateway's, in bare text or HTML, proves nothing.
  if (status === 503 && starts && (body !== null || /\bkernels?\b/i.test(detail))) return "no_kernel";
  if (status >= 500) return "hex_failed";
  if (isHtml(answer.body) || status < 400) return "not_hex";
  if (status === 403) return kindOfForbidden(operation, detail);
  if (inputs) return "inputs_refused";
  if (status === 404 || NO_SUCH.test(detail)) return "not_found";
  if (status === 409 || status === 422 || status === 400) {
    if (operation === "cancelRun" && status !== 400) return "already_finished";
    if (starts && /\bpublish/i.test(detail)) return "not_published";
    if (status === 400) return "bad_request";
    return "request_refused";
  }
  return status < 500 ? "request_refused" : "hex_failed";
}

/** Hex may say this with a 400, 409 or 422 too. */
const NO_SUCH = /^(the |this )?(project|run)\b.*\b(not (be )?found|not exist)\b/i;

function kindOfForbidden(operation: Operation, detail: string): HexErrorKind {
  if (/\bplan\b|\bupgrade\b|\benterprise\b|\bteam tier\b|\bbilling\b/i.test(detail)) return "plan";
  // Needs no scope.
  if (operation === "me") return "forbidden";
  if (/\bscopes?\b|\btoken\b|\bpermissions? to (run|read|cancel)\b/i.test(detail)) return "scope";
  if (/\bshared?\b|\baccess to\b|\bproject\b/i.test(detail)) return "forbidden";
  return "scope";
}

function parseBody(text: string): Body | null {
  try {
    return bodySchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function detailOf(answer: Answer, body: Body | null): string | undefined {
  const parts = [body?.reason ?? body?.message, body?.details, body?.issues].filter((part) => part);
  const bare = body === null && !isHtml(answer.body) ? answer.body.trim() : "";
  const detail = parts.length > 0 ? parts.join(": ") : bare;
  return detail === "" ? undefined : detail.slice(0, 300);
}

function inputsOf(body: Body | null): RefusedInputs | undefined {
  const unknown = body?.notFound ?? [];
  const invalid = body?.invalid ?? [];
  if (unknown.length + invalid.length === 0) return undefined;
  const wrongType = invalid.map((input) => ({
    name: input.paramName,
    expected: input.dataType ?? input.inputCellType ?? "another type",
    given: JSON.stringify(input.paramValue ?? null).slice(0, 100),
  }));
  return { unknown, wrongType };
}

/** True when a body is a page for people and not the API's answer. */
export function isHtml(body: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body|<\?xml)/i.test(body);
}

/** Hex's longest window. A server that asks for more is wrong, and must not silence the bot for days. */
const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * How long a `Retry-After` (seconds or an HTTP date) or an `x-ratelimit-reset` (seconds, relative or epoch) asks to wait,
 * in ms; an hour at most.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const wait = askedWaitMs(headers, now);
  return wait === undefined ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

function askedWaitMs(headers: Headers, now: number): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = Number(after);
    if (after.trim() !== "" && Number.isFinite(seconds)) return seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return date - now;
  }
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (!Number.isFinite(reset) || reset < 0) return undefined;
  const epochMs = reset > 100_000_000_000 ? reset : reset * 1000;
  return epochMs > 1_000_000_000_000 ? epochMs - now : epochMs;
}

/**
 * Turns what `fetch` threw into a HexError. `timedOut`: the bot's own time limit ended the request.
 * Node hides the cause (a system error with a `code`) in `error.cause`, sometimes in an AggregateError.
 */
export function errorOfFetch(error: unknown, at: { operation: Operation; host: string }, timedOut: boolean): HexError {
  const codes = timedOut ? [] : codesOf(error, 0);
  return new HexError({ ...at, kind: timedOut ? "timeout" : kindOfCodes(codes), detail: codes[0] });
}

function kindOfCodes(codes: string[]): HexErrorKind {
  const any = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  if (any(/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME)$/)) return "dns";
  if (any(/CERT|SELF_SIGNED|UNABLE_TO_|WRONG_VERSION_NUMBER|PACKET_LENGTH|HANDSHAKE|UNSUPPORTED_PROTOCOL/))
    return "tls";
  // Only what can happen before a request is sent: this kind proves that Hex never saw it.
  if (any(/^(UND_ERR_CONNECT_TIMEOUT|ECONNREFUSED)$/)) return "refused";
  if (any(/^(ETIMEDOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/)) return "timeout";
  return "network";
}

const causeSchema = z.object({
  code: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
  errors: z.array(z.unknown()).optional().catch(undefined),
});

function codesOf(error: unknown, depth: number): string[] {
  const parsed = causeSchema.safeParse(error);
  if (!parsed.success || depth > 4) return [];
  const { code, cause, errors } = parsed.data;
  const inner = [...(errors ?? []), cause].flatMap((next) => codesOf(next, depth + 1));
  return code === undefined ? inner : [...inner, code];
}
