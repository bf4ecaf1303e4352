// The HTTP requests of this process that have no answer yet, whoever makes them with `fetch` or undici.

import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Source: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel. Node's own `fetch` speaks on the same channels. */
const BEGIN = "undici:request:create";
const ENDS = ["undici:request:trailers", "undici:request:error"];

export class OpenRequests {
  readonly #open = new Set<unknown>();
  readonly #begin = (message: unknown) => this.#open.add(requestOf(message));
  readonly #end = (message: unknown) => this.#open.delete(requestOf(message));

  constructor() {
    subscribe(BEGIN, this.#begin);
    for (const name of ENDS) subscribe(name, this.#end);
  }

  get count(): number {
    return this.#open.size;
  }

  /** Counts no more. */
  stop(): void {
    unsubscribe(BEGIN, this.#begin);
    for (const name of ENDS) unsubscribe(name, this.#end);
  }
}

function requestOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "request" in message ? message.request : undefined;
}
