// Who the bot is in Slack.

import type { WebClient } from "@slack/web-api";
import { abortable } from "../../lib/abortable.js";
import { atMostEvery } from "../../lib/at-most-every.js";
import type { Clock } from "../../lib/clock.js";
import { MINUTE } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { mayPass, retryPauseMs, type SlackFailure, slackFailureOf } from "./failures.js";
import type { Installation } from "./members.js";
import { authTest, readAnswer, teamsList } from "./read-answer.js";

/** From `auth.test`. */
export interface SlackIdentity extends Installation {
  botUserId: string;
  botId: string;
  /** The bot user's name. */
  name: string;
}

/** The most that one answer contains. Source: Slack's reference for auth.teams.list. */
const TEAMS = 1_000;

/** Asks Slack whose token it is. Rejects with a WebClient's error or an UnreadableAnswerError. */
export async function identify(slack: WebClient): Promise<SlackIdentity> {
  const answer = readAnswer("auth.test", authTest, await slack.auth.test());
  const { team_id, user_id, bot_id, user, enterprise_id, is_enterprise_install } = answer;
  return {
    teamId: team_id,
    enterpriseId: enterprise_id ?? null,
    workspaces: is_enterprise_install === true ? await workspacesOf(slack) : [],
    botUserId: user_id,
    botId: bot_id ?? "",
    name: user ?? "hex",
  };
}

export interface Waiting {
  clock: Clock;
  log: Logger;
  /** Ends the wait when it aborts. */
  signal: AbortSignal;
}

/** The longest pause before asking Slack again, in ms, unless Slack itself asks for a longer one. */
const LONGEST_PAUSE_MS = MINUTE;
/** How often the log says that Slack still fails for the same reason, in ms. */
const SAID_AGAIN_MS = 10 * MINUTE;

/** The same, but retries for as long as Slack cannot be reached or fails. Rejects when Slack refuses or `signal` aborts. */
export async function identifyOnceReached(slack: WebClient, { clock, log, signal }: Waiting): Promise<SlackIdentity> {
  const isNews = atMostEvery<string>(clock, SAID_AGAIN_MS);
  for (let failures = 1; ; failures++) {
    try {
      return await abortable(identify(slack), signal);
    } catch (err) {
      const failure = slackFailureOf(err);
      if (failure === null || !mayPass(failure) || signal.aborted) throw err;
      const pause = pauseOf(failure, failures);
      const { what, todo } = slackRemedy(failure.word);
      const level = isNews(failure.word) ? "warn" : "debug";
      const facts = { err, failure: failure.facts, todo, again: pause };
      log[level](facts, "%s, and the start waits for it: the bot keeps trying", what);
      await clock.sleep(pause, signal);
      signal.throwIfAborted();
    }
  }
}

function pauseOf(failure: SlackFailure, failures: number): number {
  const pause = retryPauseMs(failure, failures);
  return failure.kind === "rate_limited" ? pause : Math.min(LONGEST_PAUSE_MS, pause);
}

/** The workspaces of the organization in which the app may be used. Helpful but not needed: empty when Slack refuses. */
async function workspacesOf(slack: WebClient): Promise<string[]> {
  try {
    const { teams = [] } = readAnswer("auth.teams.list", teamsList, await slack.auth.teams.list({ limit: TEAMS }));
    return teams.map(({ id }) => id);
  } catch {
    return [];
  }
}
