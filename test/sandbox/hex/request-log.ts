// Records every request that arrives, and waits for those to come.

import type { RecordedRequest } from "./types.js";

const PATIENCE_MS = 20_000;

/** A recorded request whose answer is still missing. */
export type OpenRequest = Omit<RecordedRequest, "status"> & { status: number | null };

interface Waiter {
  match: (request: RecordedRequest) => boolean;
  from: number;
  resolve: (request: RecordedRequest) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export class RequestLog {
  readonly requests: OpenRequest[] = [];
  #waiters = new Set<Waiter>();

  add(request: OpenRequest): void {
    this.requests.push(request);
    this.#check();
  }

  answered(request: OpenRequest, status: number): void {
    request.status = status;
    this.#check();
  }

  waitFor(match: (request: RecordedRequest) => boolean, from = 0): Promise<RecordedRequest> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(waiter, `nothing that fits in ${PATIENCE_MS} ms`), PATIENCE_MS);
      const waiter: Waiter = { match, from, resolve, reject, timer };
      this.#waiters.add(waiter);
      this.#check();
    });
  }

  /** Forgets the answered requests that arrived before a time (clock ms). */
  forget(before: number): void {
    const kept = this.requests.filter(({ at, status }) => status === null || at >= before);
    this.requests.splice(0, this.requests.length, ...kept);
  }

  /** No more requests will arrive. */
  close(): void {
    for (const waiter of this.#waiters) this.#giveUp(waiter, "the simulated Hex was stopped");
  }

  #check(): void {
    for (const waiter of this.#waiters) {
      const found = this.requests.slice(waiter.from).find(waiter.match);
      if (!found) continue;
      this.#forget(waiter);
      waiter.resolve(found);
    }
  }

  #giveUp(waiter: Waiter, why: string): void {
    this.#forget(waiter);
    const lines = this.requests.map((request, index) => `  ${index}. ${line(request)}`);
    waiter.reject(new Error([`waitFor: ${why}. Arrived (from index ${waiter.from} wanted):`, ...lines].join("\n")));
  }

  #forget(waiter: Waiter): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
  }
}

/** A request to start a run, and not a dry run, which only asks whether it could be started. */
export function isStart({ endpoint, body }: RecordedRequest): boolean {
  const isDry = typeof body === "object" && body !== null && "dryRun" in body && body.dryRun === true;
  return endpoint === "runProject" && !isDry;
}

function line({ endpoint, method, path, query, body, status }: RecordedRequest): string {
  const search = query.size > 0 ? `?${query}` : "";
  const sent = body === undefined ? "" : ` ${JSON.stringify(body)}`;
  return `${endpoint}: ${method} ${path}${search}${sent} -> ${status ?? "not answered"}`;
}
