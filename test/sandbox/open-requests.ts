// The HTTP requests of this process that have no answer yet, whether `fetch` or undici sends them.

import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Source: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel. Node's own `fetch` publishes to the same channels. */
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

  /** Stops counting. */
  stop(): void {
    unsubscribe(BEGIN, this.#begin);
    for (const name of ENDS) unsubscribe(name, this.#end);
  }
}

function requestOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "request" in message ? message.request : undefined;
}
