// How long to wait for Slack's `Retry-After`. Whatever it says, the bot neither retries at once nor waits for days.

/** Slack's limits are per minute. A server that asks for more than this is wrong, and must not silence the bot. */
const LONGEST_S = 60 * 60;
const SHORTEST_S = 1;
/** For a header that is not a number. */
const SOME_TIME_S = 30;

/** A pause in ms for the number of seconds that Slack gives. Source: https://docs.slack.dev/apis/web-api/rate-limits */
export function pauseMsOf(seconds: number): number {
  const asked = Number.isNaN(seconds) ? SOME_TIME_S : Math.ceil(seconds);
  return Math.min(LONGEST_S, Math.max(SHORTEST_S, asked)) * 1_000;
}

/**
 * A `fetch` whose 429s always have a sane time. The WebClient waits as long as the header says: not at all for 0, and a millisecond
 * for more than 2^31 ms. For anything that is not a number it gives up with an error of no particular class.
 */
export function withSaneRetryAfter(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.status !== 429) return response;
    const headers = new Headers(response.headers);
    const told = headers.get("retry-after") ?? "";
    const seconds = told.trim() === "" ? Number.NaN : Number(told);
    headers.set("retry-after", String(pauseMsOf(seconds) / 1_000));
    return new Response(response.body, { status: 429, statusText: response.statusText, headers });
  };
}
