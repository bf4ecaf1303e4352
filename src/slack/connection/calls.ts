// Every call of Slack's Web API and of a response_url as it is on the wire: what was asked, and what came of it.

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

/** A `fetch` that tells of each call. What it returns and throws is what the given one does. */
export function observedFetch(send: typeof fetch, onCall: (call: SlackCall) => void): typeof fetch {
  return async (input, init) => {
    const asked = { method: methodOf(input), channel: channelOf(init?.body) };
    const unanswered = { ...asked, status: null, word: null, ok: false, scopes: null };
    let response: Response;
    try {
      response = await send(input, init);
    } catch (error) {
      onCall({ ...unanswered, word: proxyErrorIn(error) === null ? null : "proxy" });
      throw error;
    }
    const { status, headers } = response;
    const text = await response
      .clone()
      .text()
      .catch(() => null);
    if (text === null) onCall(unanswered);
    else {
      const word = asked.method === "response_url" ? wordOfAnswer(text, response.ok) : wordOf(text);
      const ok = response.ok && word === null;
      onCall({ ...asked, status, word, ok, scopes: scopesOf(headers.get("x-oauth-scopes")) });
    }
    return response;
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

/** A response_url that took the message answers with "ok" in bare text, in JSON, or with nothing at all. */
function wordOfAnswer(text: string, ok: boolean): string | null {
  return ok && /^\s*(ok\s*)?$/.test(text) ? null : wordOf(text);
}

function scopesOf(header: string | null): string[] | null {
  return header === null ? null : header.split(",").map((scope) => scope.trim());
}
