// Refusals and failures of Slack's Web API, classified by what the bot can do about them.

import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { z } from "zod";
import { failuresIn, unreachedBy } from "../../lib/fetch-failure.js";
import { proxyErrorIn } from "../../lib/network.js";
import { MINUTE } from "../../lib/time.js";
import type { SlackCall, SlackMethod } from "./calls.js";
import { pauseMsOf } from "./retry-after.js";

/** Slack says that the call succeeded, in a shape that does not say how. `method` is the Web API method. */
export class UnreadableAnswerError extends Error {
  override readonly name = "UnreadableAnswerError";
  constructor(method: string, problems: readonly string[]) {
    super(`Slack's answer to ${method} cannot be read: ${problems.join("; ")}`);
  }
}

/** What a SlackFailure says. */
export type SlackFailureFacts =
  /** The bot may not write there. `word` is Slack's error code. */
  | { kind: "place"; word: string }
  /** The message is not there any more, or can no longer be changed. */
  | { kind: "gone"; word: string }
  /** `retryAfterMs`: within sane bounds, whatever Slack said. */
  | { kind: "rate_limited"; word: string; retryAfterMs: number }
  /** The network, or a 5xx: it may work later, and may have had its effect. */
  | { kind: "transient"; word: string }
  /** The token is refused, or lacks a scope. */
  | { kind: "credentials"; word: string }
  /** A response_url does not take an answer. It is about that one answer: it says nothing of the token or a channel. */
  | { kind: "answer"; word: string }
  /** Slack does not take the message itself, or says something that this bot does not know. */
  | { kind: "other"; word: string };

/** Slack refused something or could not be asked. Carries no request and no token, so that logging it cannot leak anything. */
export class SlackFailure extends Error {
  override readonly name = "SlackFailure";

  constructor(readonly facts: SlackFailureFacts) {
    super(`Slack: ${facts.kind} (${facts.word})`);
  }

  get kind(): SlackFailureFacts["kind"] {
    return this.facts.kind;
  }

  /** Slack's error code, or a word of the bot for what has none. */
  get word(): string {
    return this.facts.word;
  }
}

/** Refusals of a place that an admin may take back at any moment. */
const PASSING = new Set(["ekm_access_denied", "access_denied"]);
/** Refusals of a thread. */
const THREADLESS = new Set(["thread_not_found", "cannot_reply_to_message"]);

/** Refusals of a place that no invitation brings the bot back to. */
const FOR_GOOD = new Set(["is_archived", "is_inactive", "channel_not_found", "user_not_found", "cannot_dm_bot"]);

/**
 * Whether the bot may not write there any more: the channel is archived, the bot is not in it, or the thread is gone.
 * @param isThread whether the place is a thread. Otherwise, what is refused is a thread of the bot's own, and says nothing.
 */
export function losesPlace({ kind, word }: SlackFailure, isThread: boolean): boolean {
  return (kind === "place" && !PASSING.has(word)) || (isThread && THREADLESS.has(word));
}

/** Whether a place is lost for good, by Slack's error code. */
export function isLostForGood(word: string): boolean {
  return FOR_GOOD.has(word) || THREADLESS.has(word);
}

/** Whether Slack may accept the same message without its blocks. For a response_url's refusals, that is not known. */
export function refusesMessage({ kind }: SlackFailure): boolean {
  return kind === "other" || kind === "answer";
}

/** Whether it may be the blocks. A response_url does not say. */
export function refusesBlocks({ kind, word }: SlackFailure): boolean {
  return word === "invalid_blocks" || kind === "answer";
}

/** Whether the failure may pass on its own, so that the same call is worth retrying. */
export function mayPass({ kind }: SlackFailure): boolean {
  return kind === "rate_limited" || kind === "transient";
}

const PLACES = new Set([
  // From the organization's key management or another admin rule.
  "ekm_access_denied",
  "access_denied",
  "not_in_channel",
  "channel_not_found",
  "is_archived",
  // The name of is_archived for calls that change a message.
  "is_inactive",
  "no_permission",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_non_threadable_channel",
  "restricted_action_thread_locked",
  "user_not_in_channel",
  "cannot_dm_bot",
  "messages_tab_disabled",
  "user_not_found",
  // The channel belongs to a workspace of the organization in which the app is not installed (any more).
  "team_access_not_granted",
]);
const GONE = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "thread_not_found",
  "cannot_reply_to_message",
  // A modal that has been closed or replaced by another one.
  "not_found",
  "hash_conflict",
  // A trigger_id opens one modal, within three seconds.
  "expired_trigger_id",
  "exchanged_trigger_id",
  "invalid_trigger_id",
  // From a response_url, which lives for half an hour.
  "expired_url",
  "used_url",
]);
const CREDENTIALS = new Set([
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "token_expired",
  "account_inactive",
  "missing_scope",
  "not_allowed_token_type",
]);
const TRANSIENT = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "update_failed",
  "unreadable",
  // The workspace or the channel is being moved.
  "external_channel_migrating",
  "org_login_required",
  "team_added_to_org",
]);
/** Slack has several error codes for it, besides the status 429. */
const RATE_LIMITED = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);

/**
 * Slack's error code, such as `not_in_channel`. Anything else becomes `unreadable`, such as a proxy's page, whose whole text the
 * WebClient takes for an error code: it may contain anything, and people will see the code.
 */
export function slackWord(text: string): string {
  return /^[a-z_]{1,60}$/.test(text) ? text : UNREADABLE;
}
const UNREADABLE = "unreadable";

/**
 * The error code in Slack's refusal, `answer`. For a trigger_id that is too old, Slack has also been seen to say `invalid_arguments`, with
 * the field at fault in a message for developers: https://github.com/slackapi/node-slack-sdk/issues/1131
 */
export function refusalWord(answer: unknown): string {
  const { error, response_metadata } = refusal.parse(answer);
  const isAboutTrigger = response_metadata.messages.some((message) => message.includes("[json-pointer:/trigger_id]"));
  return error === "invalid_arguments" && isAboutTrigger ? "invalid_trigger_id" : slackWord(error);
}

const refusal = z.object({
  error: z.string().catch(""),
  response_metadata: z.object({ messages: z.array(z.string()).catch([]) }).catch({ messages: [] }),
});

/** The bot's word for why `fetch` had no answer. */
export function wordOfLoss(error: unknown): "proxy" | "dns" | "tls" | "network" {
  return proxyErrorIn(error) === null ? (unreachedBy(failuresIn(error)) ?? "network") : "proxy";
}

/** Classifies what a WebClient threw; `null` when it is not a failure of Slack. */
export function slackFailureOf(error: unknown): SlackFailure | null {
  if (error instanceof SlackFailure) return error;
  if (error instanceof WebAPIRateLimitedError) return rateLimited(pauseMsOf(error.retryAfter));
  if (error instanceof WebAPIRequestError) return transient(wordOfLoss(error));
  if (error instanceof WebAPIHTTPError) return transient(`HTTP ${error.statusCode}`);
  if (error instanceof UnreadableAnswerError) return transient(UNREADABLE);
  return error instanceof WebAPIPlatformError ? failureOfWord(refusalWord(error.data)) : null;
}

/** For a `catch`, where a failure of Slack is an outcome like any other. @throws anything else */
export function asSlackFailure(error: unknown): SlackFailure {
  const failure = slackFailureOf(error);
  if (failure === null) throw error;
  return failure;
}

/** Slack's word for "nobody has this address", or only somebody who was deactivated. */
export const NOBODY = "users_not_found";
/** Slack's word for an id that is nobody's. */
export const NO_PERSON = "user_not_found";
/** Slack's word for somebody about whom the bot may know nothing. */
export const UNSEEN = "user_not_visible";
/** Slack's word for a group that is not in the workspace. */
export const NO_GROUP = "no_such_subteam";
/** Slack's word for a workspace whose plan has no user groups. */
export const NO_GROUPS = "plan_upgrade_required";
/** Slack's word for a channel that is not there, or that the bot may not know of. */
export const NO_CHANNEL = "channel_not_found";

/** How Slack says that there is no such person, group or channel for the bot: that is an answer to a question, too. */
const NOT_THERE: Partial<Record<SlackMethod, readonly string[]>> = {
  "users.info": [NO_PERSON, UNSEEN],
  "users.lookupByEmail": [NOBODY],
  "usergroups.list": [NO_GROUPS],
  "usergroups.users.list": [NO_GROUP, NO_GROUPS],
  "conversations.info": [NO_CHANNEL],
  "chat.getPermalink": [NO_CHANNEL],
};

/** Classifies a call that was seen on the wire; `null` when Slack has done or answered what it was asked. */
export function failureOfCall(call: Pick<SlackCall, "method" | "ok" | "status" | "word">): SlackFailure | null {
  if (call.ok || (call.word !== null && NOT_THERE[call.method]?.includes(call.word))) return null;
  if (call.status === null) return transient(call.word ?? "network");
  if (call.status === 429) return rateLimited(SOME_TIME_MS);
  const word = call.word === UNREADABLE ? null : call.word;
  if (call.method === "response_url") return failureOfAnswer(call.status, word);
  if (word !== null) return failureOfWord(word);
  return transient(call.status === 200 ? UNREADABLE : `HTTP ${call.status}`);
}

/** A 2xx without an error code is one whose body is not Slack's answer. */
function failureOfAnswer(status: number, word: string | null): SlackFailure {
  if (status < 300 && word === null) return transient(UNREADABLE);
  if (status >= 500) return transient(`HTTP ${status}`);
  if (word !== null && GONE.has(word)) return new SlackFailure({ kind: "gone", word });
  if (word !== null && RATE_LIMITED.has(word)) return rateLimited(SOME_TIME_MS);
  if (status === 404 || status === 410) return new SlackFailure({ kind: "gone", word: "expired_url" });
  return new SlackFailure({ kind: "answer", word: word ?? `HTTP ${status}` });
}

/** The pauses before retries after a temporary failure, in ms. */
const RETRY_MS = [1_000, 5_000, 15_000, MINUTE];
const LAST_RETRY_MS = 5 * MINUTE;

/**
 * How long (ms) to wait after a failure that was the last of this many in a row. After a limit, as long as Slack says, and longer if
 * that was not enough.
 */
export function retryPauseMs(failure: SlackFailure, failures: number): number {
  const { facts } = failure;
  if (facts.kind !== "rate_limited") return RETRY_MS[failures - 1] ?? LAST_RETRY_MS;
  return Math.max(facts.retryAfterMs, Math.min(LAST_RETRY_MS, 1_000 * 2 ** (failures - 1)));
}

/** For a limit that does not say how long to wait, in ms. */
const SOME_TIME_MS = pauseMsOf(Number.NaN);

function rateLimited(retryAfterMs: number): SlackFailure {
  return new SlackFailure({ kind: "rate_limited", word: "ratelimited", retryAfterMs });
}

function transient(word: string): SlackFailure {
  return new SlackFailure({ kind: "transient", word });
}

function failureOfWord(word: string): SlackFailure {
  if (RATE_LIMITED.has(word)) return rateLimited(SOME_TIME_MS);
  if (PLACES.has(word)) return new SlackFailure({ kind: "place", word });
  if (GONE.has(word)) return new SlackFailure({ kind: "gone", word });
  if (CREDENTIALS.has(word)) return new SlackFailure({ kind: "credentials", word });
  return new SlackFailure({ kind: TRANSIENT.has(word) ? "transient" : "other", word });
}
