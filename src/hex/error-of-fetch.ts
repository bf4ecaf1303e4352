// Finds out from what `fetch` threw why there was no answer.

import { z } from "zod";
import { proxyErrorIn } from "../lib/network.js";
import { type Flaw, HexError, type HexErrorKind, type Operation } from "./errors.js";

/**
 * Turns what `fetch` threw into a HexError. `timedOut` is true when the sender's own time limit ended the request.
 * Node puts the cause (a system error with a `code`) in `error.cause`, sometimes inside an AggregateError.
 */
export function errorOfFetch(error: unknown, at: { operation: Operation; host: string }, timedOut: boolean): HexError {
  const proxy = timedOut ? null : proxyErrorIn(error);
  if (proxy !== null) return new HexError({ ...at, kind: "proxy", proxy: { host: proxy.proxy, status: proxy.status } });
  const failures = timedOut ? [] : failuresIn(error, 0);
  const codes = failures.flatMap(({ code }) => code ?? []);
  const isConnected = failures.every(({ syscall }) => syscall !== "connect");
  const kind = timedOut ? "timeout" : kindOfCodes(codes, isConnected);
  return new HexError({ ...at, kind, detail: codes[0], ...(kind === "unreadable" ? { flaw: flawOf(codes) } : {}) });
}

/** `isConnected` is false when it is certain that there was no connection. */
function kindOfCodes(codes: string[], isConnected: boolean): HexErrorKind {
  const any = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  if (any(/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME)$/)) return "dns";
  if (any(/CERT|SELF_SIGNED|UNABLE_TO_|WRONG_VERSION_NUMBER|PACKET_LENGTH|HANDSHAKE|UNSUPPORTED_PROTOCOL/))
    return "tls";
  // Only what can happen before a request is sent, because this kind proves that Hex never saw the request.
  if (!isConnected || any(/^(UND_ERR_CONNECT_TIMEOUT|ECONNREFUSED)$/)) return "refused";
  if (any(/^(ETIMEDOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/)) return "timeout";
  if (codes.some((code) => code === HEADERS_TOO_LARGE || COMPRESSION.test(code))) return "unreadable";
  return "network";
}

/** Hex answered, but the answer was unusable: headers beyond Node's limit, or invalid compressed data. */
const HEADERS_TOO_LARGE = "UND_ERR_HEADERS_OVERFLOW";
const COMPRESSION = /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING)/;

function flawOf(codes: string[]): Flaw {
  return codes.includes(HEADERS_TOO_LARGE) ? "too_large" : "no_json";
}

const failureSchema = z.object({
  code: z.string().optional().catch(undefined),
  /** What the operating system was asked to do. */
  syscall: z.string().optional().catch(undefined),
});
type Failure = z.output<typeof failureSchema>;

const causeSchema = failureSchema.extend({
  cause: z.unknown().optional(),
  errors: z.array(z.unknown()).optional().catch(undefined),
});

/** The innermost first. */
function failuresIn(error: unknown, depth: number): Failure[] {
  const parsed = causeSchema.safeParse(error);
  if (!parsed.success || depth > 4) return [];
  const { cause, errors, ...outer } = parsed.data;
  return [...[...(errors ?? []), cause].flatMap((next) => failuresIn(next, depth + 1)), outer];
}
