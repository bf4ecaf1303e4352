// Who may do what: the rules, and the people and projects that they are about. Types only.

/** What a rule can be about. Every verb but `administer` is about a project, and nobody has it for a project that they may not see. */
export const VERBS = ["see", "run", "publish", "cancel", "watch", "silence", "administer"] as const;
export type Verb = (typeof VERBS)[number];

/** What a rule about a project can be about. */
export type ProjectVerb = Exclude<Verb, "administer">;

/** What can wait for somebody's approval. */
export const APPROVABLE = ["run", "publish"] as const satisfies readonly Verb[];

/** Whom a rule is about. */
export type PeopleTerm =
  /** Members and guests of the workspace. */
  | { kind: "everyone" }
  | { kind: "members" }
  /** People who see only some channels. */
  | { kind: "guests" }
  /** Owners and admins of the Slack workspace. */
  | { kind: "admins" }
  /** Whoever owns the project in Hex. */
  | { kind: "owner" }
  | { kind: "person"; id: string }
  | { kind: "group"; id: string };

export const PROJECT_FIELDS = ["id", "title", "category", "status", "owner", "collection"] as const;
export type ProjectField = (typeof PROJECT_FIELDS)[number];

/**
 * The projects to which all of these apply. A list says "one of these", and a field that is not there says "any". Ids are as Hex
 * writes them; anything else is a pattern, in which `*` stands for any text.
 */
export type ProjectFilter = Partial<Record<ProjectField, readonly string[]>>;

/** What a rule gives. `approval`: the verb, once one of these people agrees. */
export type Effect = { kind: "allow" } | { kind: "approval"; by: readonly PeopleTerm[] } | { kind: "deny" };

export interface Rule {
  /** Its place in the file, from 1. */
  number: number;
  name: string | null;
  /** Its place in the file, from 1. */
  line: number;
  column: number;
  effect: Effect;
  verbs: ReadonlySet<Verb>;
  people: readonly PeopleTerm[];
  /** The conversations in which it holds; `null` for everywhere. */
  channels: ReadonlySet<string> | null;
  /** `null` for every project. */
  projects: readonly ProjectFilter[] | null;
}

/** A rule as it is stored and shown. */
export type RuleNamed = Pick<Rule, "number" | "name">;

/** Something outside the file that it names: a person, a user group, a channel, or what a project has. */
export interface PolicyName {
  kind: "person" | "group" | "channel" | ProjectField;
  /** As in the rules: an id or a pattern. */
  text: string;
  /** The file's own name for people that stands for it, if any. */
  alias: string | null;
  /** Where the file names it first, from 1. */
  line: number;
  column: number;
}

/** The first rule that applies decides. Without one, the answer is no. */
export interface Policy {
  rules: readonly Rule[];
  /** Each once, in the order of the file. */
  names: readonly PolicyName[];
}

/** What is known of somebody. `null` where Slack has not said it. */
export interface Person {
  /** Their id in Slack. */
  id: string;
  /** False for people from other organizations and for bots, who have no rights whatever the rules say. */
  isOfWorkspace: boolean;
  isGuest: boolean | null;
  isAdmin: boolean | null;
  /** Folded as for a comparison. */
  email: string | null;
  /** By the id of a user group, whether they are in it. A group that is not here is not known. */
  groups: ReadonlyMap<string, boolean>;
}

/**
 * What is known of a project, folded as for a comparison. A project without a status has an empty list of them; `null` says that Hex
 * has not said it.
 */
export type ProjectFacts = Readonly<Record<ProjectField, readonly string[] | null>>;

/** The id of the conversation in which somebody acts; `null` on the Home tab and in shortcuts, which have none. */
export type Place = string | null;
