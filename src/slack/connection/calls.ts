// Every call of Slack's Web API and of a response_url as seen on the wire: the request and its outcome.

import { readBody } from "../../lib/body.js";
import { parseJson } from "../../lib/json.js";
import { refusalWord, slackWord, wordOfLoss } from "./failures.js";

/** The methods that the bot uses. A `response_url` is not a method but counts as one. */
const SLACK_METHODS = [
  "auth.test",
  "chat.postMessage",
  "chat.update",
  "chat.delete",
  "chat.postEphemeral",
  "chat.getPermalink",
  "users.info",
  "users.list",
  "usergroups.list",
  "usergroups.users.list",
  "conversations.info",
  "users.lookupByEmail",
  "views.open",
  "views.update",
  "views.publish",
  "apps.connections.open",
  "response_url",
] as const;
export type SlackMethod = (typeof SLACK_METHODS)[number] | "other";

export interface SlackCall {
  method: SlackMethod;
  /** Where the call was meant to have its effect: a channel's id or, for a direct message, a person's id. */
  channel: string | null;
  /** The HTTP status; `null` when there was no answer. */
  status: number | null;
  /** Slack's error code, or without an answer the bot's word for why there is none; `null` when the call succeeded. */
  word: string | null;
  ok: boolean;
  /** The token's scopes, if the answer lists them. */
  scopes: string[] | null;
}

/** In bytes. Slack's longest answers repeat a message, and even 50 blocks take far less than this. */
const MAX_BODY = 1_000_000;
/** Statuses of answers that have no body. Source: https://fetch.spec.whatwg.org/#null-body-status */
const BODILESS: readonly number[] = [101, 103, 204, 205, 304];

/**
 * A `fetch` that reports each call and holds at most a megabyte of an answer. A longer answer is passed on without its body, which a
 * WebClient reads as a refusal without an error code. Rejects like the given `fetch`, and also when the body breaks off.
 */
export function observedFetch(send: typeof fetch, onCall: (call: SlackCall) => void): typeof fetch {
  return async (input, init) => {
    const asked = { method: methodOf(input), channel: channelOf(init?.body) };
    let answer: { response: Response; text: string; isWhole: boolean };
    try {
      const response = await send(input, init);
      answer = { response, ...(await readBody(response, MAX_BODY, init?.signal)) };
    } catch (error) {
      onCall({ ...asked, status: null, word: wordOfLoss(error), ok: false, scopes: null });
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

/** Web API methods always answer in JSON. */
function wordOf(text: string): string | null {
  const answer = parseJson(text);
  if (typeof answer !== "object" || answer === null || !("ok" in answer)) return slackWord(text);
  if (answer.ok !== false) return null;
  return refusalWord(answer);
}

/**
 * Slack's error code for why a response_url refused a message; `null` when it accepted it and said "ok" as bare text, in JSON, or
 * nothing at all. `ok` says whether the status is a 2xx.
 */
export function wordOfAnswer(text: string, ok: boolean): string | null {
  return ok && /^\s*(ok\s*)?$/.test(text) ? null : wordOf(text);
}

function scopesOf(header: string | null): string[] | null {
  return header === null ? null : header.split(",").map((scope) => scope.trim());
}
