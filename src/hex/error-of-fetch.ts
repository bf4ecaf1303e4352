// Reads what `fetch` threw: why there was no answer.

import { z } from "zod";
import { HexError, type HexErrorKind, type Operation } from "./errors.js";

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
