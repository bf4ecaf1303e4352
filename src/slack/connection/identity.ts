// Who the bot is in Slack.

import type { WebClient } from "@slack/web-api";
import { abortable } from "../../lib/abortable.js";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import type { Home } from "../listeners/members.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { mayPass, retryPauseMs, type SlackFailure, slackFailure } from "./failures.js";
import { authTest, readAnswer, teamsList } from "./read-answer.js";

/** From `auth.test`. */
export interface SlackIdentity extends Home {
  botUserId: string;
  botId: string;
  /** The bot user's name. */
  name: string;
}

/** As many as one answer holds at most. Source: Slack's reference of auth.teams.list. */
const TEAMS = 1_000;

/** Asks Slack who the token is. Rejects with a WebClient's error, or with an UnreadableAnswerError. */
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
  /** Ends the wait. */
  signal: AbortSignal;
}

/** The longest pause before Slack is asked again, in ms, unless it asks for a longer one itself. */
const LONGEST_PAUSE_MS = 60_000;

/** The same, asked again for as long as Slack or the way to it fails. Rejects when Slack refuses, or when `signal` aborts. */
export async function identifyOnceReached(slack: WebClient, { clock, log, signal }: Waiting): Promise<SlackIdentity> {
  for (let failures = 1; ; failures++) {
    const outcome = await abortable(identify(slack), signal).catch((error: unknown) => {
      const failure = mayPassOf(error);
      if (failure === null || signal.aborted) throw error;
      return failure;
    });
    if (!("kind" in outcome)) return outcome;
    const pause = pauseOf(outcome, failures);
    const { what, todo } = slackRemedy(outcome.word);
    log.warn(
      { failure: outcome, todo, again: pause },
      "%s, and the start waits for it: trying again in %d s",
      what,
      pause / 1_000,
    );
    await clock.sleep(pause, signal);
    signal.throwIfAborted();
  }
}

/** null when it is no failure that may pass. */
function mayPassOf(error: unknown): SlackFailure | null {
  try {
    const failure = slackFailure(error);
    return mayPass(failure) ? failure : null;
  } catch {
    return null;
  }
}

function pauseOf(failure: SlackFailure, failures: number): number {
  const pause = retryPauseMs(failure, failures);
  return failure.kind === "rate_limited" ? pause : Math.min(LONGEST_PAUSE_MS, pause);
}

/** The workspaces of its organization that the app may be used in. A help and no need: when Slack refuses, there are none. */
async function workspacesOf(slack: WebClient): Promise<string[]> {
  try {
    const { teams = [] } = readAnswer("auth.teams.list", teamsList, await slack.auth.teams.list({ limit: TEAMS }));
    return teams.map(({ id }) => id);
  } catch {
    return [];
  }
}
