// Who is in which user group of Slack.

import { asSlackFailure, NO_GROUP, NO_GROUPS, slackFailureOf } from "./failures.js";
import { KeptAnswers } from "./kept-answers.js";
import type { AskingOptions } from "./people.js";
import { groupMembers, readAnswer, userGroups } from "./read-answer.js";

/** The ids of the people in a group. */
type GroupMembers = ReadonlySet<string>;

export interface UserGroupsOptions extends AskingOptions {
  /** Where groups are looked for. Empty unless the app is installed for an organization: there, Slack has to be told. */
  workspaces: readonly string[];
}

/** How many workspaces of an organization are asked about, since each may take a request. */
export const MOST_WORKSPACES = 20;
/** With this many groups or more, all are asked about at once: Slack answers only twenty questions about single ones a minute. */
const MANY = 10;
/** The key of the answer about all groups. */
const ALL = "all";

export class UserGroups {
  readonly #answers: KeptAnswers<GroupMembers | typeof NO_GROUP>;
  readonly #all: KeptAnswers<ReadonlyMap<string, GroupMembers>>;
  /** In which workspace of an organization each group was found. */
  readonly #workspaces = new Map<string, string>();

  constructor(private readonly options: UserGroupsOptions) {
    this.#answers = new KeptAnswers(options.clock, (group) => this.#ask(group));
    this.#all = new KeptAnswers(options.clock, () => this.#askForAll());
  }

  /**
   * Needs the optional scope `usergroups:read`, and asks nothing without it. Never rejects.
   * @returns the ids of the people in each group; a group is missing when Slack does not say, or does not know it
   */
  async of(groups: readonly string[]): Promise<ReadonlyMap<string, GroupMembers>> {
    if (this.#isDeclined) return new Map();
    const all = groups.length < MANY ? null : await this.#all.of(ALL);
    if (all !== null) return among(all, groups);
    return present(await Promise.all(groups.map(async (group) => [group, await this.#answers.of(group)])));
  }

  /** What is known without asking Slack. */
  known(groups: readonly string[]): ReadonlyMap<string, GroupMembers> {
    if (this.#isDeclined) return new Map();
    const all = groups.length < MANY ? null : this.#all.known(ALL);
    return all === null ? present(groups.map((group) => [group, this.#answers.known(group)])) : among(all, groups);
  }

  /**
   * Whether Slack says that there is no such group, or that it is switched off. False while it may be in a workspace that is not
   * asked about. Never rejects.
   */
  async isMissing(group: string): Promise<boolean> {
    if (this.#isDeclined || this.options.workspaces.length > MOST_WORKSPACES) return false;
    return (await this.#answers.of(group)) === NO_GROUP;
  }

  get #isDeclined(): boolean {
    return this.options.slackRefusals.now().declinedScopes.includes("usergroups:read");
  }

  /** `null` when Slack does not answer. */
  async #ask(group: string): Promise<GroupMembers | typeof NO_GROUP | null> {
    const { log } = this.options;
    try {
      return await this.#find(group);
    } catch (error) {
      // The daily check of the names in the rules reports a group that is not there.
      const level = isNoGroup(error) ? "debug" : "warn";
      log[level]({ group, failure: asSlackFailure(error).facts }, "Slack does not say who is in a user group");
      return isNoGroup(error) ? NO_GROUP : null;
    }
  }

  /** Everybody in every group that is switched on; `null` when Slack does not answer, or says more than is read. */
  async #askForAll(): Promise<ReadonlyMap<string, GroupMembers> | null> {
    const { log, workspaces } = this.options;
    const teams = workspaces.length === 0 ? [{}] : workspaces.slice(0, MOST_WORKSPACES).map((team_id) => ({ team_id }));
    try {
      const answers = await Promise.all(teams.map((team) => this.#membersOfAll(team)));
      return new Map(answers.flat());
    } catch (error) {
      if (isNoGroup(error)) return new Map();
      log.warn(
        { failure: asSlackFailure(error).facts },
        "Slack does not say who is in all user groups, and is asked about each",
      );
      return null;
    }
  }

  /** Rejects with a WebClient's error. */
  async #membersOfAll(team: { team_id?: string }): Promise<[string, GroupMembers][]> {
    const answer = await this.options.slack.usergroups.list({ include_users: true, ...team });
    const { usergroups } = readAnswer("usergroups.list", userGroups, answer);
    return usergroups.flatMap(({ id, users }) => (users === undefined ? [] : [[id, new Set(users)]]));
  }

  /** A group belongs to one workspace, and its id does not say to which. Rejects with a WebClient's error. */
  async #find(group: string): Promise<GroupMembers> {
    const known = this.#workspaces.get(group);
    const [first, ...others] = known === undefined ? this.options.workspaces.slice(0, MOST_WORKSPACES) : [known];
    if (first === undefined) return this.#membersOf(group);
    let answer = this.#membersIn(first, group);
    for (const workspace of others) {
      answer = answer.catch((error: unknown) => {
        if (!isNoGroup(error)) throw error;
        return this.#membersIn(workspace, group);
      });
    }
    return answer;
  }

  async #membersIn(workspace: string, group: string): Promise<GroupMembers> {
    const members = await this.#membersOf(group, { team_id: workspace });
    this.#workspaces.set(group, workspace);
    return members;
  }

  async #membersOf(usergroup: string, team: { team_id?: string } = {}): Promise<GroupMembers> {
    const answer = await this.options.slack.usergroups.users.list({ usergroup, ...team });
    return new Set(readAnswer("usergroups.users.list", groupMembers, answer).users);
  }
}

function isNoGroup(error: unknown): boolean {
  const word = slackFailureOf(error)?.word;
  return word === NO_GROUP || word === NO_GROUPS;
}

function present(entries: readonly [string, GroupMembers | typeof NO_GROUP | null][]): Map<string, GroupMembers> {
  return new Map(
    entries.flatMap(([group, members]) => (members === null || members === NO_GROUP ? [] : [[group, members]])),
  );
}

function among(all: ReadonlyMap<string, GroupMembers>, groups: readonly string[]): Map<string, GroupMembers> {
  return new Map(
    groups.flatMap((group) => {
      const members = all.get(group);
      return members === undefined ? [] : [[group, members]];
    }),
  );
}
