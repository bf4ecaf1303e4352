// Reads the body of an HTTP request, of which it is not known yet whether Slack has signed it.

import type { IncomingMessage } from "node:http";

/** In bytes. Slack's payloads are far smaller. */
export const MAX_BODY = 1_000_000;
/** In bytes, of all bodies that are being read at a time: anybody can send them, on every connection that may be open. */
const MAX_TOGETHER = 50_000_000;

/** How many bytes have come of each body that is being read, the oldest first. */
const coming = new Map<IncomingMessage, number>();
let together = 0;

/**
 * Rejects when the body breaks off or is larger than anything Slack sends, even if its headers do not say so. If too much comes at a
 * time, those break off that have been coming for the longest: Slack sends a body in one piece.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > MAX_BODY) throw new Error("The body is too large");
      chunks.push(chunk);
      note(request, chunk.length);
    }
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    forget(request);
  }
  return Buffer.concat(chunks);
}

function note(request: IncomingMessage, bytes: number): void {
  coming.set(request, (coming.get(request) ?? 0) + bytes);
  together += bytes;
  for (const [oldest] of coming) {
    if (together <= MAX_TOGETHER) return;
    forget(oldest);
    oldest.destroy();
  }
}

function forget(request: IncomingMessage): void {
  together -= coming.get(request) ?? 0;
  coming.delete(request);
}
