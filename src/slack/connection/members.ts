// Who may operate the bot: the people of its workspace and, on Enterprise Grid, of its organization. In channels shared with other
// organizations, their people see the bot's messages too.

import { dropOldest } from "../../lib/keep-latest.js";

/** What the bot knows about itself, from auth.test and never from a payload. */
export interface Installation {
  teamId: string;
  /** The organization (E…); `null` outside Enterprise Grid. */
  enterpriseId: string | null;
  /** Workspaces of the organization, as far as Slack has named them. The bot's own need not be among them. */
  workspaces: readonly string[];
}

/** Where an interaction comes from, in Slack's words; `null` when Slack does not say. */
export interface Origin {
  /** The person's id. */
  user: string;
  /** The person's own workspace (T…) or organization (E…). */
  userTeam: string | null;
  /** The workspace in which it happened. For a click, the one that installed the app; `null` for a whole organization. */
  team: string | null;
  /** The organization of that workspace, or the one that installed the app. */
  enterprise: string | null;
}

/** `unproven`: the person may be from another workspace of the bot's organization, or from a different organization. */
export type Standing = "member" | "stranger" | "unproven";

/**
 * For a click, Slack names the person's own workspace, and the organization that installed the app, not the person's. Source:
 * slackapi/java-slack-sdk#1041 (a click by somebody of another organization), slackapi/bolt-js#1875 (somebody in several
 * workspaces of one organization).
 */
export function standingOf(installation: Installation, { userTeam, team, enterprise }: Origin): Standing {
  const theirs = userTeam ?? team;
  if (theirs !== null && [installation.teamId, installation.enterpriseId, ...installation.workspaces].includes(theirs))
    return "member";
  if (installation.enterpriseId === null || enterprise !== installation.enterpriseId) return "stranger";
  // The id of a different organization.
  if (theirs?.startsWith("E")) return "stranger";
  // Slack says that this very workspace belongs to the organization.
  return theirs !== null && theirs === team ? "member" : "unproven";
}

/** Far more people than operate a bot. */
const REMEMBERED = 10_000;

/**
 * The same with a memory: somebody who has typed a command is a member, because Slack accepts an app's commands only from where the
 * app is installed. Their clicks may say less about them. This is lost at a restart, after which they have to type a command again.
 */
export class Members {
  readonly #proven = new Set<string>();

  constructor(private readonly installation: Installation) {}

  /** For a command. */
  ofCommand(origin: Origin): Standing {
    const standing = standingOf(this.installation, origin);
    if (standing === "member") this.#remember(origin.user);
    return standing;
  }

  /** For a click. */
  ofClick(origin: Origin): Standing {
    const standing = standingOf(this.installation, origin);
    return standing === "unproven" && this.#proven.has(origin.user) ? "member" : standing;
  }

  /** For a message. In a channel shared with another organization, Slack may not say where the writer belongs. */
  ofMessage(origin: Origin): Standing {
    const isUnknown = origin.userTeam === null && origin.team === null;
    const standing = isUnknown ? "unproven" : standingOf(this.installation, origin);
    return standing === "unproven" && this.#proven.has(origin.user) ? "member" : standing;
  }

  #remember(user: string): void {
    this.#proven.delete(user);
    this.#proven.add(user);
    dropOldest(this.#proven, REMEMBERED);
  }
}
