// Reads the bodies of HTTP requests before it is known whether Slack has signed them.

import type { IncomingMessage } from "node:http";

/** In bytes. Slack's payloads are far smaller. */
export const MAX_BODY = 1_000_000;
/** In bytes, of all bodies that are being read at a time: anybody can send them, on every connection that may be open. */
const MAX_TOGETHER = 50_000_000;

export class RequestBodies {
  /** How many bytes have come of each body that is being read, the oldest first. */
  readonly #coming = new Map<IncomingMessage, number>();
  #together = 0;

  /**
   * Rejects when the body breaks off or is larger than anything Slack sends, even if its headers do not say so. If too much comes at a
   * time, those break off that have been coming for the longest: Slack sends a body in one piece.
   */
  async read(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of request) {
        if (!Buffer.isBuffer(chunk)) continue;
        size += chunk.length;
        // This also destroys the request, as whatever leaves the loop early does.
        if (size > MAX_BODY) throw new Error("The body is too large");
        chunks.push(chunk);
        this.#note(request, chunk.length);
      }
    } finally {
      this.#forget(request);
    }
    return Buffer.concat(chunks);
  }

  #note(request: IncomingMessage, bytes: number): void {
    this.#coming.set(request, (this.#coming.get(request) ?? 0) + bytes);
    this.#together += bytes;
    for (const [oldest] of this.#coming) {
      if (this.#together <= MAX_TOGETHER) return;
      this.#forget(oldest);
      oldest.destroy();
    }
  }

  #forget(request: IncomingMessage): void {
    this.#together -= this.#coming.get(request) ?? 0;
    this.#coming.delete(request);
  }
}
