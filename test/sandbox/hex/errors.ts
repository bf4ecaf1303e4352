// Refusals, and the shapes in which Hex sends them. (The third shape, bare text, is `text` in answers.ts.)

import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import { type Answer, json } from "./answers.js";
import type { Endpoint, HexWorkspace } from "./types.js";

/** One thing that is wrong with a request. `path`: where it is, if Hex says so. */
export interface Issue {
  message: string;
  path?: (string | number)[];
}

interface RefusalDetails {
  /** Everything that is wrong. */
  issues?: Issue[];
  headers?: Record<string, string>;
}

/** Thrown when a request is refused. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** The text of every 400, whatever is wrong. */
export const INVALID_INPUT = "Invalid input data";

/** What a schema found wrong. */
export function issuesOf({ issues }: z.ZodError): Issue[] {
  return issues.map(({ path, message }) => ({
    path: path.map((part) => (typeof part === "symbol" ? String(part) : part)),
    message,
  }));
}

/** How the workspace words its refusals. */
export type ErrorSettings = Pick<HexWorkspace, "errorShape" | "detailsAs">;

const REASON_ENDPOINTS: ReadonlySet<Endpoint> = new Set(["listProjects", "cancelRun", "unknown"]);

/** The refusal in the endpoint's own shape, or in the shape that the workspace is set to. */
export function errorAnswer(refusal: Refusal, endpoint: Endpoint, { errorShape, detailsAs }: ErrorSettings): Answer {
  const { issues = [], headers = {} } = refusal.details;
  const natural = REASON_ENDPOINTS.has(endpoint) ? "reason" : "code";
  if ((errorShape === "natural" ? natural : errorShape) === "reason") {
    const sentences = issues.map(inWords);
    const details = detailsAs === "list" ? sentences : sentences.join("; ");
    const body = { reason: refusal.message, ...(issues.length > 0 ? { details } : {}), traceId: randomUUID() };
    return json(refusal.status, body, headers);
  }
  const body = {
    code: codeOf(refusal.status),
    message: refusal.message,
    ...(issues.length > 0 ? { issues } : {}),
  };
  return json(refusal.status, body, { "x-trace-id": randomUUID(), ...headers });
}

function inWords({ path = [], message }: Issue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

/** 404 is NOT_FOUND, and so on. 422 has its newer name. */
function codeOf(status: number): string {
  if (status === 422) return "UNPROCESSABLE_CONTENT";
  return (STATUS_CODES[status] ?? "Unknown error").toUpperCase().replace(/[^A-Z]+/g, "_");
}
