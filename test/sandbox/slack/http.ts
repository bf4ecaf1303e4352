// Reading requests and writing replies on the local server.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultKind } from "./types.js";

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON. */
  body: unknown;
}

/** "hang": no answer until the server stops. "reset": the connection is cut. */
export type Outcome = Reply | "hang" | "reset";

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

export function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome === "hang") return;
  if (outcome === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const text = typeof outcome.body === "string" ? outcome.body : JSON.stringify(outcome.body);
  const type = typeof outcome.body === "string" ? "text/html" : "application/json; charset=utf-8";
  response.writeHead(outcome.status, { "content-type": type, ...outcome.headers });
  response.end(text);
}

/** What a fault turns the reply into. `onError`: the HTTP status that carries an error code. */
export function faultOutcome(kind: FaultKind, onError: number): Outcome {
  switch (kind.type) {
    case "hang":
    case "reset":
      return kind.type;
    case "status":
      return { status: kind.status, body: kind.body ?? "", headers: kind.headers ?? {} };
    case "ratelimited":
      return tooMany(kind.retryAfter);
    case "error":
      return { status: onError, body: { ok: false, error: kind.error, ...kind.extra } };
  }
}

/** 429; `retryAfter` in seconds. */
export function tooMany(retryAfter: number): Reply {
  return { status: 429, headers: { "retry-after": String(retryAfter) }, body: { ok: false, error: "ratelimited" } };
}
