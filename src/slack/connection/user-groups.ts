// Who is in which user group of Slack.

import { within } from "../../lib/with-timeout.js";
import { KeptAnswers } from "./kept-answers.js";
import { ANSWER_MS, type PeopleOptions, whyNot } from "./people.js";
import { groupMembers, readAnswer } from "./read-answer.js";

/** The ids of the people in a group. */
type GroupMembers = ReadonlySet<string>;

export class UserGroups {
  readonly #answers: KeptAnswers<GroupMembers>;

  constructor(private readonly options: PeopleOptions) {
    this.#answers = new KeptAnswers(options.clock, (group) => this.#ask(group));
  }

  /**
   * Needs the optional scope `usergroups:read`, and asks nothing without it. Never rejects.
   * @returns the ids of the people in each group; a group is missing when Slack does not say, or does not know it
   */
  async of(groups: readonly string[]): Promise<ReadonlyMap<string, GroupMembers>> {
    if (this.#isDeclined) return new Map();
    return present(await Promise.all(groups.map(async (group) => [group, await this.#answers.of(group)])));
  }

  /** What is known without asking Slack. */
  known(groups: readonly string[]): ReadonlyMap<string, GroupMembers> {
    return this.#isDeclined ? new Map() : present(groups.map((group) => [group, this.#answers.known(group)]));
  }

  get #isDeclined(): boolean {
    return this.options.slackRefusals.now().declinedScopes.includes("usergroups:read");
  }

  /** `null` when Slack does not answer or does not know the group. */
  async #ask(group: string): Promise<GroupMembers | null> {
    const { slack, clock, log } = this.options;
    try {
      const answer = await within(clock, ANSWER_MS, slack.usergroups.users.list({ usergroup: group }));
      return new Set(readAnswer("usergroups.users.list", groupMembers, answer).users);
    } catch (error) {
      log.warn({ group, ...whyNot(error) }, "Slack does not say who is in a user group");
      return null;
    }
  }
}

function present(entries: readonly [string, GroupMembers | null][]): Map<string, GroupMembers> {
  return new Map(entries.flatMap(([group, members]) => (members === null ? [] : [[group, members]])));
}
