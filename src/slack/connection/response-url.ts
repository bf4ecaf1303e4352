// Where an answer may be posted: a payload names the address, and it may name anybody's.

import type { RespondArguments, RespondFn } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import { PLAIN } from "../messages/blocks.js";
import { wordOfAnswer } from "./calls.js";
import { failureOfCall, type SlackFailure } from "./failures.js";

const SLACK_HOSTS: ReadonlySet<string> = new Set(["hooks.slack.com", "hooks.slack-gov.com"]);
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Whether a `response_url` is one of Slack's own, or of the server that stands in its place. `apiUrl`: SLACK_API_URL. */
export function isSlacksOwn(responseUrl: string, apiUrl: string): boolean {
  if (!URL.canParse(responseUrl)) return false;
  const url = new URL(responseUrl);
  if (url.username !== "" || url.password !== "") return false;
  const api = new URL(apiUrl);
  // A local server may give out another of the machine's names, and another port.
  if (LOOPBACK.has(api.hostname)) return /^https?:$/.test(url.protocol) && LOOPBACK.has(url.hostname);
  if (url.protocol !== "https:") return false;
  return url.host === api.host || SLACK_HOSTS.has(url.host);
}

/** The host of an address, for the log; null when it is none. */
export function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).host.slice(0, 100) : null;
}

/** Answers whoever asked. Rejects when the answer is not taken. */
export type Respond = (answer: RespondArguments) => Promise<unknown>;

/** A response_url did not take an answer. */
export class AnswerRefused extends Error {
  override readonly name = "AnswerRefused";
  constructor(readonly failure: SlackFailure) {
    super(`The response_url did not take the answer: ${failure.word}`);
  }
}

/** Like Bolt's `respond`, for an address that was checked. Rejects with an AnswerRefused when it does not take the answer. */
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

/** Slack may refuse an answer with a status of 200. */
async function refusalIn(response: Pick<Response, "ok" | "status" | "text">): Promise<SlackFailure | null> {
  const { ok, status } = response;
  const word = wordOfAnswer(await response.text(), ok);
  const failure = failureOfCall({ method: "response_url", ok: ok && word === null, status, word });
  // Something else than a refusal of Slack's: the answer may well have arrived, and would be read twice.
  return ok && failure?.kind === "transient" ? null : failure;
}

export interface Asker {
  /** Bolt's, for the payload's `response_url`; undefined when that is missing or not Slack's own. */
  respond: RespondFn | undefined;
  client: WebClient;
  /** Ids. `channel`: the person's own where there is none. */
  channel: string;
  user: string;
}

/**
 * The way to answer whoever asked: the `response_url`, or else a message in the channel that they alone see, or a direct message
 * where there is no channel. That needs no other scope than cards do, and rejects where the bot is no member.
 */
export function respondIn({ respond, client, channel, user }: Asker): Respond {
  if (respond !== undefined) {
    return async (answer) => {
      const failure = await refusalIn(await respond(answer));
      if (failure !== null) throw new AnswerRefused(failure);
    };
  }
  return async (answer) => {
    const { text = "" } = answer;
    const blocks = "blocks" in answer && answer.blocks !== undefined ? { blocks: answer.blocks } : {};
    if (channel === user) return client.chat.postMessage({ channel, text, ...PLAIN, ...blocks });
    return client.chat.postEphemeral({ channel, user, text, ...blocks });
  };
}
