// Whether an HTTP request comes from Slack. Source: https://docs.slack.dev/authentication/verifying-requests-from-slack

import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const SIGNATURE = "x-slack-signature";
const TIMESTAMP = "x-slack-request-timestamp";

/** How far Slack's clock and the bot's may be apart, in seconds. Anything older may be a replay. */
const MAX_SKEW_S = 5 * 60;

export interface Signed {
  headers: IncomingMessage["headersDistinct"];
  body: Buffer;
}

/** Why a request does not count as Slack's, in words for the log; `null` when it is Slack's. `now`: epoch ms. */
export function whyNotSigned({ headers, body }: Signed, signingSecret: string, now: number): string | null {
  const signature = theOnly(headers[SIGNATURE]);
  const timestamp = theOnly(headers[TIMESTAMP]);
  if (signature === null || timestamp === null) return `it needs one ${SIGNATURE} and one ${TIMESTAMP}`;
  if (!/^\d{1,12}$/.test(timestamp)) return `${TIMESTAMP} is no time`;
  const skew = Number(timestamp) - Math.floor(now / 1_000);
  const expected = createHmac("sha256", signingSecret).update(`v0:${timestamp}:`).update(body).digest("hex");
  if (!isSame(signature, `v0=${expected}`)) return "its signature does not match SLACK_SIGNING_SECRET";
  if (Math.abs(skew) <= MAX_SKEW_S) return null;
  const way = skew > 0 ? "ahead of" : "behind";
  return `it was signed ${Math.abs(skew)} s ${way} this machine's clock: set the clock, unless somebody replays old requests`;
}

/** `null` when there is none, or more than one. */
function theOnly(values: readonly string[] | undefined): string | null {
  const [value, ...others] = values ?? [];
  return value === undefined || others.length > 0 ? null : value;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
