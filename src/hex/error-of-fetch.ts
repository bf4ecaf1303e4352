// Finds out from what `fetch` threw why there was no answer.

import { type FetchFailure, failuresIn, unreachedBy } from "../lib/fetch-failure.js";
import { proxyErrorIn } from "../lib/network.js";
import { type Flaw, HexError, type HexErrorKind, type Operation } from "./errors.js";

/** Turns what `fetch` threw into a HexError. `timedOut` is true when the sender's own time limit ended the request. */
export function errorOfFetch(error: unknown, at: { operation: Operation; host: string }, timedOut: boolean): HexError {
  const proxy = timedOut ? null : proxyErrorIn(error);
  if (proxy !== null) return new HexError({ ...at, kind: "proxy", proxy: { host: proxy.proxy, status: proxy.status } });
  const failures = timedOut ? [] : failuresIn(error);
  const codes = failures.flatMap(({ code }) => code ?? []);
  const kind = timedOut ? "timeout" : kindOf(failures, codes);
  return new HexError({ ...at, kind, detail: codes[0], ...(kind === "unreadable" ? { flaw: flawOf(codes) } : {}) });
}

function kindOf(failures: readonly FetchFailure[], codes: readonly string[]): HexErrorKind {
  const any = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  const unreached = unreachedBy(failures);
  if (unreached !== null) return unreached;
  const isConnected = failures.every(({ syscall }) => syscall !== "connect");
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
