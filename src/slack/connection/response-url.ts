// Where answers may be posted. A payload names the address, which might be anybody's.

import type { RespondArguments, RespondFn } from "@slack/bolt";
import { wordOfAnswer } from "./calls.js";
import { failureOfCall, type SlackFailure } from "./failures.js";

const SLACK_HOSTS: ReadonlySet<string> = new Set(["hooks.slack.com", "hooks.slack-gov.com"]);
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether a `response_url` belongs to Slack, or to the server that takes its place. `apiUrl` is SLACK_API_URL. */
export function isSlacksOwn(responseUrl: string, apiUrl: string): boolean {
  if (!URL.canParse(responseUrl)) return false;
  const url = new URL(responseUrl);
  if (url.username !== "" || url.password !== "") return false;
  const api = new URL(apiUrl);
  // A local server may give out another name of the machine and another port.
  if (LOOPBACK.has(api.hostname)) return /^https?:$/.test(url.protocol) && LOOPBACK.has(url.hostname);
  if (url.protocol !== "https:") return false;
  return url.host === api.host || SLACK_HOSTS.has(url.host);
}

/** The host of a URL, for the log; `null` for anything that is not a URL. */
export function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host.slice(0, 100) : null;
}

/** Answers an interaction. Rejects when Slack refuses the answer. */
export type Respond = (answer: RespondArguments) => Promise<unknown>;

/** A response_url refused an answer. */
export class AnswerRefused extends Error {
  override readonly name = "AnswerRefused";
  constructor(readonly failure: SlackFailure) {
    super(`The response_url did not take the answer: ${failure.word}`);
  }
}

/** Like Bolt's `respond`, for an address that has been checked. Rejects with an AnswerRefused when Slack refuses the answer. */
export function respondTo(responseUrl: string, send: typeof fetch): Respond {
  return async (answer) => {
    const response = await send(responseUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(answer),
    });
    const failure = await refusalIn(response);
    if (failure !== null) throw new AnswerRefused(failure);
  };
}

/** The same for Bolt's `respond`, which is `undefined` when the payload's `response_url` is missing or not Slack's. */
export function respondThrough(respond: RespondFn | undefined): Respond | undefined {
  if (respond === undefined) return undefined;
  return async (answer) => {
    const failure = await refusalIn(await respond(answer));
    if (failure !== null) throw new AnswerRefused(failure);
  };
}

/** Slack may refuse an answer with a status of 200. */
async function refusalIn(response: Pick<Response, "ok" | "status" | "text">): Promise<SlackFailure | null> {
  const { ok, status } = response;
  const word = wordOfAnswer(await response.text(), ok);
  const failure = failureOfCall({ method: "response_url", ok: ok && word === null, status, word });
  // Anything but a refusal: the answer may well have arrived, and people would read it twice.
  return ok && failure?.kind === "transient" ? null : failure;
}
