// Who the bot is in Slack.

import type { WebClient } from "@slack/web-api";
import type { Home } from "../listeners/members.js";

/** From `auth.test`. */
export interface SlackIdentity extends Home {
  botUserId: string;
  botId: string;
  /** The bot user's name. */
  name: string;
}

/** As many as one answer holds at most. Source: Slack's reference of auth.teams.list. */
const TEAMS = 1_000;

/** Asks Slack who the token is. Rejects with a WebClient's error when it is refused or cannot be asked. */
export async function identify(slack: WebClient): Promise<SlackIdentity> {
  const { team_id, user_id, bot_id, user, enterprise_id, is_enterprise_install } = await slack.auth.test();
  if (!team_id || !user_id) throw new Error("auth.test names no team or user");
  return {
    teamId: team_id,
    enterpriseId: enterprise_id || null,
    workspaces: is_enterprise_install ? await workspacesOf(slack) : [],
    botUserId: user_id,
    botId: bot_id ?? "",
    name: user ?? "hex",
  };
}

/** The workspaces of its organization that the app may be used in. A help and no need: when Slack refuses, there are none. */
async function workspacesOf(slack: WebClient): Promise<string[]> {
  const { teams = [] } = await slack.auth.teams.list({ limit: TEAMS }).catch(() => ({ teams: [] }));
  return teams.flatMap(({ id }) => (id === undefined ? [] : [id]));
}
