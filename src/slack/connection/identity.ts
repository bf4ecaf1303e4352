// Who the bot is in Slack.

import type { WebClient } from "@slack/web-api";
import type { Home } from "../listeners/members.js";
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

/** The workspaces of its organization that the app may be used in. A help and no need: when Slack refuses, there are none. */
async function workspacesOf(slack: WebClient): Promise<string[]> {
  try {
    const { teams = [] } = readAnswer("auth.teams.list", teamsList, await slack.auth.teams.list({ limit: TEAMS }));
    return teams.map(({ id }) => id);
  } catch {
    return [];
  }
}
