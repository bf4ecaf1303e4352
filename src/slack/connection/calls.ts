// Every call of Slack's Web API and of a response_url as it is on the wire: what was asked, and what came of it.

import { readBody } from "../../lib/body.js";
import { parseJson } from "../../lib/json.js";
import { proxyErrorIn } from "../../lib/network.js";
import { slackWord } from "./failures.js";

/** The methods that the bot uses; a `response_url` is none, and counts as one. */
const SLACK_METHODS = [
  "auth.test",
  "chat.postMessage",
  "chat.update",
  "chat.delete",
  "chat.postEphemeral",
  "chat.getPermalink",
  "views.open",
  "views.update",
  "views.publish",
  "apps.connections.open",
  "response_url",
] as const;
export type SlackMethod = (typeof SLACK_METHODS)[number] | "other";

export interface SlackCall {
  method: SlackMethod;
  /** Where it was to have its effect: a channel's or, for a direct message, a person's id. */
  channel: string | null;
  /** HTTP status; null when no answer came. */
  status: number | null;
  /** Slack's word for a refusal, or `proxy` for a proxy's; null when it did what was asked, or when no answer came. */
  word: string | null;
  ok: boolean;
  /** What the token may do, as far as the answer says. */
  scopes: string[] | null;
}

/** Slack's longest answer repeats a message, in bytes; a message of 50 blocks takes far less. */
const MAX_BODY = 1_000_000;
/** Statuses of answers that have no body. Source: https://fetch.spec.whatwg.org/#null-body-status */
const BODILESS: readonly number[] = [101, 103, 204, 205, 304];

/**
 * A `fetch` that tells of each call, and holds no more than a megabyte of an answer: one that is longer is handed on without its
 * body, which a WebClient reads as a refusal with no word. Rejects as the given one does, also when the body breaks off.
 */
export function observedFetch(send: typeof fetch, onCall: (call: SlackCall) => void): typeof fetch {
  return async (input, init) => {
    const asked = { method: methodOf(input), channel: channelOf(init?.body) };
    let answer: { response: Response; text: string; isWhole: boolean };
    try {
      const response = await send(input, init);
      answer = { response, ...(await readBody(response, MAX_BODY)) };
    } catch (error) {
      const word = proxyErrorIn(error) === null ? null : "proxy";
      onCall({ ...asked, status: null, word, ok: false, scopes: null });
      throw error;
    }
    const { response, text, isWhole } = answer;
    const { status, statusText, headers } = response;
    const word = asked.method === "response_url" ? wordOfAnswer(text, response.ok) : wordOf(text);
    const ok = response.ok && word === null;
    onCall({ ...asked, status, word, ok, scopes: scopesOf(headers.get("x-oauth-scopes")) });
    const body = BODILESS.includes(status) ? null : isWhole ? text : "";
    return new Response(body, { status, statusText, headers });
  };
}

function methodOf(input: Parameters<typeof fetch>[0]): SlackMethod {
  const url = input instanceof Request ? input.url : String(input);
  const name = new URL(url).pathname.split("/").at(-1) ?? "";
  const known = SLACK_METHODS.find((method) => method === name);
  if (known !== undefined) return known;
  return /^[a-z]+(\.[a-zA-Z]+)+$/.test(name) ? "other" : "response_url";
}

function channelOf(body: unknown): string | null {
  if (typeof body !== "string" && !(body instanceof URLSearchParams)) return null;
  return new URLSearchParams(body).get("channel");
}

/** A Web API method always answers in JSON. */
function wordOf(text: string): string | null {
  const answer = parseJson(text);
  if (typeof answer !== "object" || answer === null || !("ok" in answer)) return slackWord(text);
  if (answer.ok !== false) return null;
  return slackWord("error" in answer ? String(answer.error) : "");
}

/**
 * Slack's word for why a response_url did not take a message; null when it did, and says "ok" in bare text, in JSON, or nothing
 * at all. `ok`: whether its status is a 2xx.
 */
export function wordOfAnswer(text: string, ok: boolean): string | null {
  return ok && /^\s*(ok\s*)?$/.test(text) ? null : wordOf(text);
}

function scopesOf(header: string | null): string[] | null {
  return header === null ? null : header.split(",").map((scope) => scope.trim());
}
