// Who somebody is in Slack. Answers are kept, because the same people use the bot again and again.

import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import { folded } from "../../lib/spelling.js";
import type { Logger } from "../../log/logger.js";
import { asSlackFailure, NO_PERSON, slackFailureOf, UNSEEN } from "./failures.js";
import { KeptAnswers } from "./kept-answers.js";
import { type Installation, standingOf } from "./members.js";
import { type AccountSaid, personDetails, readAnswer } from "./read-answer.js";
import type { SlackRefusals } from "./refusals.js";

/** What Slack says of somebody; `null` where it does not. */
export interface PersonDetails {
  /** Somebody who sees only some channels. */
  isGuest: boolean | null;
  /** An owner or admin of the workspace. */
  isAdmin: boolean | null;
  /** Folded as for a comparison. */
  email: string | null;
  /**
   * Whether somebody of the workspace or its organization uses the account: false if it was deactivated, is a bot's, belongs elsewhere,
   * or Slack does not know it.
   */
  isActive: boolean | null;
}

export const NOTHING_SAID: PersonDetails = { isGuest: null, isAdmin: null, email: null, isActive: null };

/** What it means that Slack refuses to say, by its word for that. */
const REFUSALS: Readonly<Record<string, PersonDetails>> = {
  [NO_PERSON]: { ...NOTHING_SAID, isActive: false },
  [UNSEEN]: NOTHING_SAID,
};

export interface AskingOptions {
  slack: WebClient;
  slackRefusals: Pick<SlackRefusals, "now">;
  clock: Clock;
  log: Logger;
}

export interface PeopleOptions extends AskingOptions {
  /** Where the bot belongs; `null` when that is not known. */
  home: Installation | null;
}

export class People {
  readonly #answers: KeptAnswers<PersonDetails>;

  constructor(private readonly options: PeopleOptions) {
    this.#answers = new KeptAnswers(options.clock, (user) => this.#ask(user));
  }

  /**
   * Needs the optional scope `users:read`, and asks nothing without it. Never rejects.
   * @param user a person's id
   */
  async of(user: string): Promise<PersonDetails> {
    if (this.#isDeclined) return NOTHING_SAID;
    return (await this.#answers.of(user)) ?? NOTHING_SAID;
  }

  /** What is known without asking Slack. */
  known(user: string): PersonDetails {
    return this.#isDeclined ? NOTHING_SAID : (this.#answers.known(user) ?? NOTHING_SAID);
  }

  get #isDeclined(): boolean {
    return this.options.slackRefusals.now().declinedScopes.includes("users:read");
  }

  /** `null` when Slack does not answer. */
  async #ask(user: string): Promise<PersonDetails | null> {
    const { slack, home, log } = this.options;
    try {
      const answer = await slack.users.info({ user });
      return detailsIn(readAnswer("users.info", personDetails, answer).user, home);
    } catch (error) {
      log.warn({ user, failure: asSlackFailure(error).facts }, "Slack does not say who somebody is");
      return REFUSALS[slackFailureOf(error)?.word ?? ""] ?? null;
    }
  }
}

/** What Slack's answer about an account says of its owner. */
export function detailsIn(said: AccountSaid, home: Installation | null): PersonDetails {
  const { is_admin, is_owner, is_restricted, is_ultra_restricted, profile, deleted, is_bot } = said;
  return {
    isGuest: either(is_restricted, is_ultra_restricted),
    isAdmin: either(is_admin, is_owner),
    email: profile?.email === undefined ? null : folded(profile.email),
    isActive: deleted === undefined ? null : !(deleted || is_bot || isFromElsewhere(said, home)),
  };
}

/** Whether an account certainly belongs neither to the bot's workspace nor to its organization. */
export function isFromElsewhere(
  { is_stranger, team_id, enterprise_user }: Pick<AccountSaid, "is_stranger" | "team_id" | "enterprise_user">,
  home: Installation | null,
): boolean {
  if (is_stranger === true) return true;
  if (home === null || team_id === undefined) return false;
  const enterprise = enterprise_user?.enterprise_id ?? home.enterpriseId;
  return standingOf(home, { user: "", userTeam: team_id, team: null, enterprise }) === "stranger";
}

function either(one: boolean | undefined, other: boolean | undefined): boolean | null {
  return one === undefined && other === undefined ? null : one === true || other === true;
}
