// Reads the body of an answer without ever holding more than the allowed length.

import { abortable } from "./abortable.js";

/**
 * The body as decompressed text. `isWhole` is false when the body is longer than `maxBytes`. Then `text` is its beginning, and the
 * connection is closed without reading the rest. Rejects like `fetch` when the connection breaks or `signal` aborts.
 *
 * `fetch` was given the signal, too. But Node may collect the request as garbage while its answer still arrives, and with it what
 * passes the abort on (measured on Node 20.20): a body that never ends would be read forever.
 */
export async function readBody(
  { body }: Response,
  maxBytes: number,
  signal?: AbortSignal | null,
): Promise<{ text: string; isWhole: boolean }> {
  if (body === null) return { text: "", isWhole: true };
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = maxBytes;
  try {
    for (;;) {
      const { done, value } = await (signal ? abortable(reader.read(), signal) : reader.read());
      if (done) return { text: text + decoder.decode(), isWhole: true };
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.byteLength;
      if (left < 0) return { text, isWhole: false };
    }
  } finally {
    // Closes the connection unless everything has been read.
    void reader.cancel().catch(() => undefined);
  }
}
