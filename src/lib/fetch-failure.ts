// Why `fetch` had no answer, by the codes of Node and the operating system.

import { z } from "zod";

const failureSchema = z.object({
  code: z.string().optional().catch(undefined),
  /** What the operating system was asked to do. */
  syscall: z.string().optional().catch(undefined),
});
export type FetchFailure = z.output<typeof failureSchema>;

const causeSchema = failureSchema.extend({
  cause: z.unknown().optional(),
  errors: z.array(z.unknown()).optional().catch(undefined),
});

/**
 * What is in what `fetch` threw, the innermost first. Node puts the cause (a system error with a `code`) in `error.cause`, sometimes
 * inside an AggregateError.
 */
export function failuresIn(error: unknown, depth = 0): FetchFailure[] {
  const parsed = causeSchema.safeParse(error);
  if (!parsed.success || depth > 4) return [];
  const { cause, errors, ...outer } = parsed.data;
  return [...[...(errors ?? []), cause].flatMap((next) => failuresIn(next, depth + 1)), outer];
}

/** Whether the host was not found (`dns`), or no secure connection could be made (`tls`); `null` when it was something else. */
export function unreachedBy(failures: readonly FetchFailure[]): "dns" | "tls" | null {
  const any = (pattern: RegExp) => failures.some(({ code }) => code !== undefined && pattern.test(code));
  if (any(/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA|EAI_NONAME)$/)) return "dns";
  return any(/CERT|SELF_SIGNED|UNABLE_TO_|WRONG_VERSION_NUMBER|PACKET_LENGTH|HANDSHAKE|UNSUPPORTED_PROTOCOL/)
    ? "tls"
    : null;
}
