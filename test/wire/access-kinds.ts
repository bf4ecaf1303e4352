// The kinds of people in the table of who may do what where, and the rules that it is done under.

import type { Verb } from "../../src/access/policy.js";
import type { WrittenPerson, WrittenRule } from "../access/by-the-words.js";
import type { Surface } from "./access-surfaces.js";

export const GROUP = "S0DATATEAM1";

export interface Kind {
  /** A word in rules that means them, and one that does not. */
  term: string;
  otherTerm: string;
  role?: "guest" | "admin";
  isOfGroup?: true;
  isOwner?: true;
  /** Who it is in the local Slack. Default: Ada. */
  who?: "stranger" | "bot";
  /** All that Slack lets them use. Default: everything. */
  uses?: readonly Surface[];
}

export const KINDS: Readonly<Record<string, Kind>> = {
  member: { term: "members", otherTerm: "guests" },
  guest: { term: "guests", otherTerm: "members", role: "guest" },
  administrator: { term: "admins", otherTerm: GROUP, role: "admin" },
  "one of a group": { term: GROUP, otherTerm: "admins", isOfGroup: true },
  owner: { term: "owner", otherTerm: "admins", isOwner: true },
  "somebody of another workspace": {
    term: "everyone",
    otherTerm: "members",
    who: "stranger",
    uses: ["mention", "card", "trouble", "outage"],
  },
  "another app's bot": { term: "everyone", otherTerm: "members", who: "bot", uses: ["mention"] },
};

export const POLICIES = [
  "none",
  "names them",
  "names others",
  "holds elsewhere",
  "forbids first",
  "hides the project",
] as const;
export type PolicyName = (typeof POLICIES)[number];

const ALL: WrittenRule = {
  effect: "allow",
  verbs: ["see", "run", "publish", "cancel", "watch", "silence", "administer"],
  people: ["everyone"],
};
/** Lets everybody do everything, so that what a case needs can be prepared. */
export const EVERYTHING: readonly WrittenRule[] = [ALL];

/** `null`: no rules. @param isApart it is about no project; then nobody can be meant as its owner */
export function rulesOf(
  policy: PolicyName,
  { term, otherTerm }: Kind,
  { verb, isApart, projectId, person }: { verb: Verb; isApart: boolean; projectId: string; person: string },
): readonly WrittenRule[] | null {
  const verbs: Verb[] = verb === "publish" ? ["run", "publish"] : [verb];
  const people = [isApart && term === "owner" ? person : term];
  const see: WrittenRule[] = verb === "see" ? [] : [{ effect: "allow", verbs: ["see"], people: ["everyone"] }];
  switch (policy) {
    case "none":
      return null;
    case "names them":
      return [{ effect: "allow", verbs, people }, ...see];
    case "names others":
      return [{ effect: "allow", verbs, people: [otherTerm] }, ...see];
    case "holds elsewhere":
      return [{ effect: "allow", verbs, people, channels: ["C0TEAMROOM1"] }, ...see];
    case "forbids first":
      return [{ effect: "deny", verbs: [verb], people }, ALL];
    case "hides the project":
      return [{ effect: "deny", verbs: ["see"], people: ["everyone"], projects: [{ id: projectId }] }, ALL];
  }
}

/** The kind as somebody with an id and an address. */
export function personOf(
  { role, isOfGroup, who }: Kind,
  { id, email = "" }: { id: string; email?: string },
): WrittenPerson {
  return {
    id,
    email,
    isOfWorkspace: who === undefined,
    isGuest: role === "guest",
    isAdmin: role === "admin",
    groups: isOfGroup ? [GROUP] : [],
  };
}
