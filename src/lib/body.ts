// Reads the body of an answer without ever holding more of it than it may be long.

/**
 * The body as text, decompressed. `isWhole`: false when it is longer than `maxBytes`; then `text` is its beginning, and the
 * rest is not read: the connection is given up, whatever is still to come. Rejects as `fetch` does when the connection breaks.
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
