// What an error may say in the log.

/** The properties of an error that are logged besides its message. Any other one may contain a request, and with it a token. */
const ERROR_FACTS = [
  "code",
  "kind",
  "status",
  "statusCode",
  "syscall",
  "hostname",
  "operation",
  "host",
  "detail",
  "traceId",
  "flaw",
  "flawAt",
  "retryAfter",
  "retryAfterMs",
];
/** How many causes are followed, which also ends cycles. */
const MAX_CAUSES = 4;

const isPrimitive = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function pickFacts(source: unknown, into: Record<string, unknown>): void {
  if (!isRecord(source)) return;
  for (const key of ERROR_FACTS) {
    const value = source[key];
    if (isPrimitive(value)) into[key] = value;
  }
}

/** The kind of a failure that nobody foresaw. */
const UNFORESEEN = "failed";

/** Whether an error's kind says what happened, so that where in the code it was noticed says nothing more. */
function isForeseen(error: Error): boolean {
  return "kind" in error && typeof error.kind === "string" && error.kind !== UNFORESEEN;
}

/**
 * Reduces an error to what readers of the log need: type, message, code, kind, the facts of a HexError, what Slack answered, its causes,
 * and the stacks unless the error has a kind. The request, the response, their headers and any configuration that it carries stay out.
 * Anything that is not an error is returned as it is.
 */
export function serializeError(error: unknown): unknown {
  return serialized(error, 0, true);
}

/** The same without stacks, for a line that says itself what happened and what to do. */
export function withoutStack(error: unknown): unknown {
  return serialized(error, 0, false);
}

function serialized(error: unknown, depth: number, isStackWanted: boolean): unknown {
  if (!(error instanceof Error)) return error;
  const hasStack = isStackWanted && !isForeseen(error);
  const said: Record<string, unknown> = { type: error.name, message: error.message };
  if (hasStack) said.stack = error.stack;
  pickFacts("facts" in error ? error.facts : undefined, said);
  pickFacts(error, said);
  if ("data" in error && isRecord(error.data)) {
    // A refusal by Slack's Web API: its error code, and for refused blocks where the problems are.
    const { error: word, needed, response_metadata: metadata } = error.data;
    said.slack = { error: word, needed, messages: isRecord(metadata) ? metadata.messages : undefined };
  }
  if (depth < MAX_CAUSES) {
    const cause = error.cause ?? ("original" in error ? error.original : undefined);
    if (cause instanceof Error) said.cause = serialized(cause, depth + 1, hasStack);
    else if (isPrimitive(cause)) said.cause = cause;
    const parts = "errors" in error ? error.errors : "originals" in error ? error.originals : undefined;
    if (Array.isArray(parts)) {
      said.errors = parts
        .filter((part: unknown) => part instanceof Error)
        .slice(0, 5)
        .map((part) => serialized(part, depth + 1, hasStack));
    }
  }
  return said;
}

/** Serializes errors under any key of the logged object, not only under `err`. */
export function serializeErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, serializeError(value)]));
}
