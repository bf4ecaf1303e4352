// What goes wrong on demand: error answers, rate limits, lost answers, cut connections.

import { isRecord, recordsAt } from "./json.js";
import type { ApiAnswer, Fault, FaultKind, SlackFaults } from "./types.js";

export class Faults implements SlackFaults {
  #faults: { fault: Fault; left: number }[] = [];
  readonly #held = new Map<string, Promise<void>>();

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  hold(method: string): () => void {
    let release: () => void = () => undefined;
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    this.#held.set(method, held);
    return () => {
      this.#held.delete(method);
      release();
    };
  }

  /** Resolves when nothing holds the method. */
  async whenFree(method: string): Promise<void> {
    await this.#held.get(method);
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that hits this call, counted. */
  take(method: string, args: unknown): Fault | undefined {
    const isHit = (fault: Fault) =>
      (fault.method === method || fault.method === "*") &&
      (!fault.withBlocks || recordsAt(args, "blocks").length > 0) &&
      (!fault.inThread || (isRecord(args) && args.thread_ts !== undefined));
    const hit = this.#faults.find(({ fault, left }) => left > 0 && isHit(fault));
    if (!hit) return undefined;
    hit.left -= 1;
    return hit.fault;
  }
}

/** What the caller gets instead of an answer, as the log shows it. */
export function faultAnswer(kind: FaultKind): ApiAnswer {
  switch (kind.type) {
    case "error":
      return { ...kind.extra, ok: false, error: kind.error };
    case "status":
      return { ok: false, error: `http_${kind.status}` };
    default:
      return { ok: false, error: kind.type };
  }
}
