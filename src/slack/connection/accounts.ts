// Who has an account in the workspace, where rules mean people whom they do not name, such as admins.

import { asSlackFailure } from "./failures.js";
import { KeptAnswers } from "./kept-answers.js";
import { detailsIn, type PeopleOptions, type PersonDetails } from "./people.js";
import { accountsPage, readAnswer } from "./read-answer.js";

/** What is known of people, by their ids. */
export type AccountList = ReadonlyMap<string, PersonDetails>;

/** Slack advises against more on a page. Source: https://docs.slack.dev/reference/methods/users.list */
const PAGE = 200;
/** Slack gives twenty pages a minute. */
const MOST_PAGES = 10;
/** The key of the one answer. */
const ALL = "all";
/** Slack's own bot, which it does not call a bot. */
const SLACKBOT = "USLACKBOT";

export class Accounts {
  readonly #answers: KeptAnswers<AccountList | "too_many">;

  constructor(private readonly options: PeopleOptions) {
    this.#answers = new KeptAnswers(options.clock, () => this.#ask());
  }

  /**
   * Everybody who has an account, with those who have left and bots. Needs the optional scope `users:read`, and asks nothing without it.
   * Never rejects.
   * @returns `null` when Slack does not say in time, and when there are more than the bot asks for
   */
  async all(): Promise<AccountList | null> {
    if (this.options.slackRefusals.now().declinedScopes.includes("users:read")) return null;
    const accounts = await this.#answers.of(ALL);
    return accounts === "too_many" ? null : accounts;
  }

  /** `null` when Slack does not answer. */
  async #ask(): Promise<AccountList | "too_many" | null> {
    const { slack, home, log } = this.options;
    const accounts = new Map<string, PersonDetails>();
    let cursor = "";
    try {
      for (let page = 0; page < MOST_PAGES; page++) {
        const answer = await slack.users.list({ limit: PAGE, ...(cursor === "" ? {} : { cursor }) });
        const { members, response_metadata } = readAnswer("users.list", accountsPage, answer);
        for (const { id, ...said } of members) if (id !== SLACKBOT) accounts.set(id, detailsIn(said, home));
        cursor = response_metadata?.next_cursor ?? "";
        if (cursor === "") return accounts;
      }
      return "too_many";
    } catch (error) {
      log.warn({ failure: asSlackFailure(error).facts }, "Slack does not say who is in the workspace");
      return null;
    }
  }
}
