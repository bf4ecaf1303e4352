// What docs/access.md says, word by word, about people and projects of whom everything is known. It shares nothing with the code that
// it is compared with.

import type { Verb } from "../../src/access/policy.js";

/** One rule of a policy, as it stands in the file. */
export interface WrittenRule {
  effect: "allow" | "deny" | "approval";
  verbs: readonly Verb[];
  /** `everyone`, `members`, `guests`, `admins`, `owner`, or the id of a person or group. */
  people: readonly string[];
  /** Ids. Without it: everywhere. */
  channels?: readonly string[] | undefined;
  /** Of a list, one must apply; of one entry, all fields. Without it: all projects. */
  projects?: readonly Readonly<Partial<Record<"id" | "title" | "owner" | "category", string>>>[] | undefined;
  /** Who approves, for the effect `approval`. */
  by?: readonly string[] | undefined;
}

export interface WrittenPerson {
  id: string;
  email: string;
  isOfWorkspace: boolean;
  isGuest: boolean;
  isAdmin: boolean;
  /** Ids. */
  groups: readonly string[];
}

export interface WrittenProject {
  id: string;
  title: string;
  owner: string;
  categories: readonly string[];
}

/** Whether somebody may; or once one of these people agrees. */
export type Verdict = { kind: "yes" | "no" } | { kind: "approval"; by: readonly string[] };

const NO: Verdict = { kind: "no" };
const YES: Verdict = { kind: "yes" };

export interface Question {
  /** `null`: there are no rules. */
  rules: readonly WrittenRule[] | null;
  person: WrittenPerson;
  verb: Verb;
  /** `null` for what is about no project. */
  project: WrittenProject | null;
  /** The id of the conversation in which they act; `null` where there is none. */
  place: string | null;
}

/** Whether somebody may do it. A project that they may not see, they may not do anything to. */
export function verdictOf(asked: Question): Verdict {
  // "It is not about projects."
  const question = asked.verb === "administer" ? { ...asked, project: null } : asked;
  const { rules, person, verb, project } = question;
  // "People from other organizations and other bots may do nothing, whatever the rules say."
  if (!person.isOfWorkspace) return NO;
  // "Without rules, everybody in your Slack workspace … except guests may do everything with the bot."
  if (rules === null) return person.isGuest ? NO : YES;
  // "Every other verb for a project needs it, too."
  if (verb !== "see" && project !== null && firstThatApplies({ ...question, verb: "see" }).kind !== "yes") return NO;
  const verdict = firstThatApplies(question);
  if (verb !== "publish" || verdict.kind === "no") return verdict;
  // "Needs `run`, too." The approval of those who may approve publishing is enough.
  const running = firstThatApplies({ ...question, verb: "run" });
  return running.kind === "no" || verdict.kind === "approval" ? (running.kind === "no" ? running : verdict) : running;
}

/** "The first rule that applies decides. If no rule applies, the answer is no." */
function firstThatApplies({ rules, person, verb, project, place }: Question): Verdict {
  for (const rule of rules ?? []) {
    const isHere = rule.channels === undefined || (place !== null && rule.channels.includes(place));
    if (!rule.verbs.includes(verb) || !isHere) continue;
    if (!rule.people.some((who) => isMeant(who, person, project)) || !isAbout(rule, project)) continue;
    if (rule.effect === "approval") return { kind: "approval", by: rule.by ?? [] };
    return rule.effect === "allow" ? YES : NO;
  }
  return NO;
}

/** Whether a word in `people` means somebody. */
export function isMeant(who: string, person: WrittenPerson, project: WrittenProject | null): boolean {
  switch (who) {
    case "everyone":
      return true;
    case "members":
      return !person.isGuest;
    case "guests":
      return person.isGuest;
    case "admins":
      return person.isAdmin;
    case "owner":
      return project?.owner === person.email;
    default:
      return who === person.id || person.groups.includes(who);
  }
}

/** "All fields of one entry must apply." Rules with projects are not about what is about no project. */
function isAbout({ projects }: WrittenRule, project: WrittenProject | null): boolean {
  if (projects === undefined) return true;
  if (project === null) return false;
  return projects.some(
    ({ id, title, owner, category }) =>
      (id === undefined || id === project.id) &&
      (title === undefined || fits(title, project.title)) &&
      (owner === undefined || fits(owner, project.owner)) &&
      (category === undefined || project.categories.some((one) => fits(category, one))),
  );
}

/** "`*` stands for any text. Case and spacing don't matter." */
function fits(pattern: string, text: string): boolean {
  const parts = pattern
    .toLowerCase()
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text.toLowerCase());
}

/** The rule as a line of the file. */
export function textOf({ effect, verbs, people, channels, projects, by }: WrittenRule): string {
  const parts = [
    `${effect === "deny" ? "deny" : "allow"}: [${verbs.join(", ")}]`,
    `people: [${people.join(", ")}]`,
    ...(channels === undefined ? [] : [`channels: [${channels.join(", ")}]`]),
    ...(projects === undefined ? [] : [`projects: ${JSON.stringify(projects)}`]),
    ...(effect === "approval" ? [`needs: "approval by ${(by ?? []).join(", ")}"`] : []),
  ];
  return `{ ${parts.join(", ")} }`;
}
