// Slack's requests to a path without a handler. They mean a wrong URL in the app's settings, and nothing else would point that out.

import type { RequestListener } from "node:http";
import { atMostEvery } from "../../lib/at-most-every.js";
import type { Clock } from "../../lib/clock.js";
import { MINUTE } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { misdirectedMessage, misdirectedSentence } from "../messages/misdirected.js";
import { sendJson } from "./http-receiver.js";
import type { RequestBodies } from "./request-bodies.js";
import type { SigningSecret } from "./signing-secret.js";

export interface MisdirectedOptions {
  signingSecret: Pick<SigningSecret, "whyNotSigned">;
  bodies: RequestBodies;
  /** The path where Slack's requests belong. */
  path: string;
  clock: Clock;
  log: Logger;
}

/** How often the log says so at most, in ms. */
const SAID_EVERY_MS = MINUTE;
/** How many characters of the path are logged, since it may be anything. */
const SHOWN = 100;

/**
 * Answers requests to unknown paths. For a request that Slack has signed, the log says where it belongs, and so does the answer,
 * which the person who typed a command reads. Anything else is not found.
 */
export function misdirected({ signingSecret, bodies, path, clock, log }: MisdirectedOptions): RequestListener {
  const isNews = atMostEvery<"misdirected">(clock, SAID_EVERY_MS);
  const isSlacks = async (request: Parameters<RequestListener>[0]): Promise<string | null> => {
    if (request.method !== "POST" || request.headers["x-slack-signature"] === undefined) return null;
    const body = await bodies.read(request);
    return signingSecret.whyNotSigned({ headers: request.headersDistinct, body }) === null ? body.toString() : null;
  };
  return (request, response) => {
    const notFound = (text: string) =>
      response.writeHead(404, { "content-type": "text/plain", connection: "close" }).end(`${text}\n`);
    isSlacks(request).then(
      (body) => {
        if (body === null) return notFound("Not found");
        const came = (request.url ?? "/").split("?", 1)[0]?.slice(0, SHOWN) ?? "/";
        const sentence = misdirectedSentence(came, path);
        if (isNews("misdirected")) log.warn({ came, path }, "%s", sentence);
        const isCommand = new URLSearchParams(body).has("command");
        return isCommand ? sendJson(response, misdirectedMessage(came, path)) : notFound(sentence);
      },
      () => notFound("Not found"),
    );
  };
}
