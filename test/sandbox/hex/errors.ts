// Refusals, and the shapes in which Hex words them. (The third shape, bare text, is `text` in answers.ts.)

import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { type Answer, json } from "./answers.js";
import type { Endpoint, HexWorkspace } from "./types.js";

interface RefusalDetails {
  /** What is wrong, one by one. */
  issues?: string[];
  headers?: Record<string, string>;
  /** The refusal comes from what all endpoints share, which speaks the `code` shape. */
  shared?: boolean;
}

/** Thrown by whatever refuses a request. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

const REASON_ENDPOINTS: ReadonlySet<Endpoint> = new Set(["listProjects", "cancelRun", "unknown"]);

/** The refusal in the shape that the endpoint uses, or that the workspace is set to. */
export function errorAnswer(refusal: Refusal, endpoint: Endpoint, shape: HexWorkspace["errorShape"]): Answer {
  const { issues = [], headers = {}, shared = false } = refusal.details;
  const natural = REASON_ENDPOINTS.has(endpoint) && !shared ? "reason" : "code";
  if ((shape === "natural" ? natural : shape) === "reason") {
    const body = { reason: refusal.message, ...(issues.length > 0 ? { details: issues } : {}), traceId: randomUUID() };
    return json(refusal.status, body, headers);
  }
  const body = {
    code: codeOf(refusal.status),
    message: refusal.message,
    ...(issues.length > 0 ? { issues: issues.map((message) => ({ message })) } : {}),
  };
  return json(refusal.status, body, { "x-trace-id": randomUUID(), ...headers });
}

/** 404 is NOT_FOUND, and so on. */
function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? "Unknown error").toUpperCase().replace(/[^A-Z]+/g, "_");
}
