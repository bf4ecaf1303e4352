// The rights of people and of conversations, under the policy that is in force now.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answer } from "../../access/answer.js";
import { mayBeShownIn } from "../../access/conversation-rights.js";
import type { PolicyTrouble } from "../../access/load-policy.js";
import { isAmong } from "../../access/matching.js";
import type { PeopleTerm, Person, Place, Policy, ProjectFacts, Verb } from "../../access/policy.js";
import { factsOf } from "../../access/project-facts.js";
import { projectRulesOf } from "../../access/project-rules.js";
import { Rights } from "../../access/rights.js";
import { factsWantedBy, type WantedFacts, wantedFacts } from "../../access/wanted-facts.js";
import { whoMay } from "../../access/who-may.js";
import type { Project } from "../../hex/schema.js";
import { keepLatest } from "../../lib/keep-latest.js";
import { NOTHING_SAID, type People, type PersonDetails } from "../connection/people.js";
import type { OptionalScope } from "../connection/scopes.js";
import type { UserGroups } from "../connection/user-groups.js";
import type { RulesShown } from "../messages/policy.js";
import { scopesForRules } from "./rule-scopes.js";

export interface AccessOptions {
  /** The one that is in force; `null` when there is none. */
  policy: () => Policy | null;
  /** Why the policy file cannot be used at the moment; `null` when it can, or when there is none. */
  policyTrouble: () => PolicyTrouble | null;
  people: Pick<People, "of" | "known">;
  groups: Pick<UserGroups, "of" | "known" | "isMissing">;
  /** How many different sets of rules the replicas of the bot use. */
  policyVersions?: () => number;
}

/** For how many people and places the rights are kept compiled. */
const MOST_COMPILED = 200;
/** With how many projects the rules are compared at a time: a thousand rules take a few ms for them. */
const SLICE = 100;

interface Compiled {
  policy: Policy | null;
  /** What the rights were compiled from, as JSON. */
  person: string;
  rights: Rights;
}

export class Access {
  /** By person and place, the oldest first. */
  readonly #compiled = new Map<string, Compiled>();
  /** Folding the texts of thousands of projects again for each person would take longer than the rules do. */
  readonly #facts = new WeakMap<Project, ProjectFacts>();
  /** What the rules were last compared with. */
  #compared: { policy: Policy; projects: readonly Project[] } | null = null;

  constructor(private readonly options: AccessOptions) {}

  /** Whether there are rules. Without any, everybody of the workspace but its guests may do everything. */
  get hasPolicy(): boolean {
    return this.options.policy() !== null;
  }

  /**
   * Asks Slack for what the rules need to know, unless it has just said it. What it does not say in time gives no rights. Never rejects.
   * @param user a person of the workspace
   * @param place where they act
   */
  async rightsOf(user: string, place: Place): Promise<Rights> {
    const { policy } = this.options;
    const who = await this.#ask(user, wantedOf(policy()));
    // The policy may have changed in the meantime.
    return this.#rights(policy(), who, place);
  }

  /**
   * Whether somebody is meant by one of these terms; `null` when Slack or Hex has not said what it takes. Never rejects.
   * @param user a person of the workspace
   */
  async isAmong(user: string, terms: readonly PeopleTerm[], project: ProjectFacts): Promise<Answer> {
    return isAmong(await this.#ask(user, factsWantedBy(terms)), terms, project);
  }

  async #ask(user: string, wanted: WantedFacts): Promise<Person> {
    const { people, groups } = this.options;
    const [details, members] = await Promise.all([
      wanted.details ? people.of(user) : NOTHING_SAID,
      groups.of(wanted.groups),
    ]);
    return person(user, details, members);
  }

  /**
   * The ids of the people that these terms name: those who are named themselves, and then the members of groups. `isWhole` is false
   * when Slack does not say who is in one of the groups. There is nobody in a group that does not exist. Never rejects.
   */
  async named(terms: readonly PeopleTerm[]): Promise<{ ids: string[]; isWhole: boolean }> {
    const people = terms.flatMap((term) => (term.kind === "person" ? [term.id] : []));
    const { groups } = factsWantedBy(terms);
    const members = await this.options.groups.of(groups);
    const ids = [...new Set([...people, ...[...members.values()].flatMap((group) => [...group])])];
    const others = groups.filter((group) => !members.has(group));
    const areMissing = await Promise.all(others.map((group) => this.options.groups.isMissing(group)));
    return { ids, isWhole: !areMissing.includes(false) };
  }

  /** Whether somebody of the workspace uses the account. Never rejects. @param user a person's id */
  async isActive(user: string): Promise<Answer> {
    return (await this.options.people.of(user)).isActive;
  }

  /** Whether somebody sees only some channels. Without rules, guests are turned away, and nobody is asked. Never rejects. */
  async isGuest(user: string): Promise<Answer> {
    return this.hasPolicy ? (await this.options.people.of(user)).isGuest : false;
  }

  /** The rights of somebody, only from memory, for when nobody can wait for Slack any longer. */
  rightsInMemory(user: string, place: Place): Rights {
    const { policy: policyNow, people, groups } = this.options;
    const policy = policyNow();
    return this.#rights(policy, person(user, people.known(user), groups.known(wantedOf(policy).groups)), place);
  }

  /** The rights, compiled once for as long as nothing changes that they depend on. */
  #rights(policy: Policy | null, who: Person, place: Place): Rights {
    const key = `${who.id} ${place ?? ""}`;
    const facts = JSON.stringify([who.isGuest, who.isAdmin, who.email, [...who.groups]]);
    const kept = this.#compiled.get(key);
    if (kept !== undefined && kept.policy === policy && kept.person === facts) return kept.rights;
    const rights = new Rights(policy, who, place);
    keepLatest(this.#compiled, key, { policy, person: facts, rights }, MOST_COMPILED);
    return rights;
  }

  /**
   * Compares the rules with all projects, in slices, unless that was done: before somebody types into a picker, whose options Slack
   * waits for. Never rejects.
   * @param projects those known now; the same list for as long as they stay the same
   */
  async compareAll(projects: () => readonly Project[]): Promise<void> {
    const policy = this.options.policy();
    if (policy === null) return;
    await nextTurn();
    const all = projects();
    if (this.#compared?.policy === policy && this.#compared.projects === all) return;
    this.#compared = { policy, projects: all };
    const rules = projectRulesOf(policy);
    for (let at = 0; at < all.length; at += SLICE) {
      for (const project of all.slice(at, at + SLICE)) rules.about(this.factsOf(project));
      await nextTurn();
    }
  }

  /** What there is to say about the rules themselves. `declined`: the optional scopes that the app lacks. */
  shownRules(declined: readonly OptionalScope[]): RulesShown {
    const { policy: policyNow, policyTrouble } = this.options;
    const policy = policyNow();
    return {
      count: policy?.rules.length ?? null,
      trouble: policyTrouble(),
      versions: this.options.policyVersions?.() ?? 1,
      missingScopes: scopesForRules(policy, declined),
      knowsGuests: !declined.includes("users:read"),
    };
  }

  /** @returns whether a project may be shown in a channel, to everybody who reads it there */
  shownIn(channel: string): (project: ProjectFacts) => boolean {
    return mayBeShownIn(this.options.policy(), channel);
  }

  /** Whom the rules let do something to a project in a place, for the answer to somebody who may not. */
  whoMay(verb: Verb, project: ProjectFacts, place: Place): PeopleTerm[] {
    const policy = this.options.policy();
    return policy === null ? [] : whoMay(policy, verb, project, place);
  }

  /** What the rules can ask about a project. */
  factsOf(project: Project): ProjectFacts {
    const known = this.#facts.get(project);
    if (known !== undefined) return known;
    const facts = factsOf(project, project.collections ?? null);
    this.#facts.set(project, facts);
    return facts;
  }
}

/** Without a policy, guests are turned away. */
function wantedOf(policy: Policy | null): WantedFacts {
  return policy === null ? { details: true, groups: [] } : wantedFacts(policy);
}

function person(id: string, details: PersonDetails, members: ReadonlyMap<string, ReadonlySet<string>>): Person {
  const groups = new Map([...members].map(([group, ids]) => [group, ids.has(id)]));
  return { id, isOfWorkspace: true, ...details, groups };
}
