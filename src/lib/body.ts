// Reads the body of an answer without ever holding more than the allowed length.

/**
 * The body as decompressed text. `isWhole` is false when the body is longer than `maxBytes`. Then `text` is its beginning, and the
 * connection is closed without reading the rest. Rejects like `fetch` when the connection breaks.
 */
export async function readBody(response: Response, maxBytes: number): Promise<{ text: string; isWhole: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  let left = maxBytes;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.byteLength;
    if (left < 0) return { text, isWhole: false };
  }
  return { text: text + decoder.decode(), isWhole: true };
}
