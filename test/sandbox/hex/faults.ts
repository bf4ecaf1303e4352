// Faults on demand: what happens to a request instead of what it asked for, or after it.

import { STATUS_CODES } from "node:http";
import type { Clock } from "../../../src/lib/clock.js";
import { type Answer, empty, endless, html, json, text } from "./answers.js";
import { type ErrorSettings, errorAnswer, Refusal } from "./errors.js";
import type { Endpoint, Fault, FaultKind, Faults } from "./types.js";

/** An answer, or none: the connection stays open forever, or breaks. */
export type Outcome = Answer | "hang" | "reset";

export class FaultQueue implements Faults {
  #queue: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#queue.push({ fault, left: fault.times ?? 1 });
  }

  remove(fault: Fault): void {
    this.#queue = this.#queue.filter((entry) => entry.fault !== fault);
  }

  clear(): void {
    this.#queue = [];
  }

  /** Returns the oldest fault for such a request, and counts it as used once. */
  take(endpoint: Endpoint, path: string): Fault | undefined {
    const entry = this.#queue.find(
      ({ fault }) => (fault.endpoint ?? endpoint) === endpoint && path.includes(fault.path ?? ""),
    );
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#queue = this.#queue.filter((other) => other !== entry);
    return entry.fault;
  }
}

interface Hit {
  endpoint: Endpoint;
  /** The shape of its errors. */
  settings: ErrorSettings;
  clock: Clock;
  /** Does what the request asks for, and answers as usual. */
  normal: () => Answer;
}

export async function applyFault({ kind, afterEffect = false }: Fault, hit: Hit): Promise<Outcome> {
  const done = afterEffect ? hit.normal() : undefined;
  switch (kind.type) {
    case "hang":
    case "reset":
      return kind.type;
    case "delay":
      await kind.until.catch(() => undefined);
      return done ?? hit.normal();
    case "slow":
      await hit.clock.sleep(kind.ms);
      return done ?? hit.normal();
    case "status":
      return statusAnswer(kind, hit);
    case "rateLimited": {
      const headers: Record<string, string> =
        kind.retryAfter === undefined ? {} : { "retry-after": String(kind.retryAfter) };
      return errorAnswer(new Refusal(429, "Too many requests", { headers }), hit.endpoint, hit.settings);
    }
    case "html":
      return html(kind.status ?? 200, "We will be back soon");
    case "bareText":
      return text(kind.status, kind.text);
    case "altered":
      return altered(done ?? hit.normal(), kind.alter);
    case "endless":
      return endless(kind.status ?? 200, kind.unpacked ?? false);
    case "stall":
      return { ...half(done ?? withoutEffect(hit)), stalls: true };
    case "truncated":
      return half(done ?? withoutEffect(hit));
    case "emptyBody":
      return { ...(done ?? withoutEffect(hit)), body: "" };
  }
}

function altered(usual: Answer, alter: (body: unknown) => unknown): Answer {
  if (usual.body === "") return usual;
  const other = alter(JSON.parse(usual.body));
  return { ...usual, body: typeof other === "string" ? other : JSON.stringify(other) };
}

function half(whole: Answer): Answer {
  return { ...whole, body: whole.body.slice(0, Math.max(1, Math.floor(whole.body.length / 2))) };
}

function statusAnswer(kind: FaultKind & { type: "status" }, hit: Hit): Answer {
  const { status, body, headers = {} } = kind;
  const answer = bodyAnswer(status, body, hit);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function bodyAnswer(status: number, body: unknown, hit: Hit): Answer {
  if (typeof body === "string") return text(status, body);
  if (body !== undefined) return json(status, body);
  if (status < 400) return empty(status);
  return errorAnswer(new Refusal(status, STATUS_CODES[status] ?? "Error"), hit.endpoint, hit.settings);
}

/** The answer that the request would get if it took effect, which it must not. */
function withoutEffect(hit: Hit): Answer {
  if (hit.endpoint === "runProject") return json(201, { projectId: "", runId: "", runUrl: "", runStatusUrl: "" });
  if (hit.endpoint === "cancelRun") return json(200, {});
  return hit.normal();
}
