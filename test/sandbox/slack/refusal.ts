// The two ways in which the Web API says no: an error code, or "later".

import type { Json } from "./json.js";

export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly extra: Json = {},
  ) {
    super(code);
  }
}

/** `messages` as Slack words them, e.g. "must be more than 0 characters [json-pointer:/blocks/0/text/text]". */
export function refuse(code: string, messages: readonly string[]): Refusal {
  return new Refusal(code, {
    ...(code === "invalid_blocks" ? { errors: messages } : {}),
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}

export class TooFast extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super("ratelimited");
  }
}

/** The codes that mean that the call itself was wrong, whatever state the workspace is in. */
const wrongCalls: ReadonlySet<string> = new Set([
  "invalid_arguments",
  "invalid_attachments",
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_form_data",
  "invalid_json",
  "msg_blocks_too_long",
  "msg_too_long",
  "no_text",
  "unknown_method",
]);

export function isWrongCall(code: string | undefined): boolean {
  return code !== undefined && wrongCalls.has(code);
}
