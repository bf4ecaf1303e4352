// Who the bot is in Slack.

import type { WebClient } from "@slack/web-api";
import { abortable } from "../../lib/abortable.js";
import type { Clock } from "../../lib/clock.js";
import { MINUTE } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { mayPass, retryPauseMs, SlackFailure, slackFailureOf } from "./failures.js";
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

/** The same, but retries for as long as Slack cannot be reached or fails. Rejects when Slack refuses or `signal` aborts. */
export async function identifyOnceReached(slack: WebClient, { clock, log, signal }: Waiting): Promise<SlackIdentity> {
  for (let failures = 1; ; failures++) {
    const outcome = await abortable(identify(slack), signal).catch((error: unknown) => {
      const failure = mayPassOf(error);
      if (failure === null || signal.aborted) throw error;
      return failure;
    });
    if (!(outcome instanceof SlackFailure)) return outcome;
    const pause = pauseOf(outcome, failures);
    const { what, todo } = slackRemedy(outcome.word);
    log.warn(
      { failure: outcome.facts, todo, again: pause },
      "%s, and the start waits for it: trying again in %d s",
      what,
      pause / 1_000,
    );
    await clock.sleep(pause, signal);
    signal.throwIfAborted();
  }
}

/** `null` when the failure is not temporary. */
function mayPassOf(error: unknown): SlackFailure | null {
  const failure = slackFailureOf(error);
  return failure !== null && mayPass(failure) ? failure : null;
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
