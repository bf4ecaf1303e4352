// Somebody as described in a terminal: by their id, by what they are, or both.

import type { Person, Policy, ProjectFacts } from "../access/policy.js";
import { isGroupId, isPersonId } from "../access/policy-file.js";
import { wantedFacts } from "../access/wanted-facts.js";
import { folded } from "../lib/spelling.js";
import { UsageError } from "./usage-error.js";

type Kind = "member" | "guest" | "admin";

export interface DescribedPerson {
  /** As it was typed. */
  label: string;
  id: string | null;
  /** `null` when only an id is given: then Slack has to say it. */
  kind: Kind | null;
  groups: readonly string[];
  /** Folded. */
  email: string | null;
  /** Whoever owns the project that is asked about. */
  isOwner: boolean;
}

/** Somebody in a question or in a table, as far as they are known. */
export interface AskedPerson {
  label: string;
  /** @param project the one that is asked about, which an owner owns; `null` where it is about none */
  as: (project: ProjectFacts | null) => Person;
  /** Whether that depends on the project. */
  isOwner: boolean;
}

/** @throws UsageError */
export function readPerson(label: string): DescribedPerson {
  const words = label.split(",").map((word) => word.trim());
  const strange = words.find((word) => !isKnown(word));
  if (strange !== undefined) {
    const quoted = JSON.stringify(strange.slice(0, 60));
    throw new UsageError(
      `${quoted} names nobody. Write member, guest, admin or owner, an id (U… or S…), or an e-mail address.`,
    );
  }
  const id = words.find(isPersonId) ?? null;
  const described = words.find(isKind) ?? (id === null || words.length > 1 ? "member" : null);
  const email = words.find(isEmail) ?? null;
  return {
    label,
    id,
    kind: described,
    groups: words.filter(isGroupId),
    email: email === null ? null : folded(email),
    isOwner: words.includes("owner"),
  };
}

/** The person as described. Nothing more is known about somebody who is given by an id alone. */
export function describedPerson(who: DescribedPerson, policy: Policy): AskedPerson {
  const { label, isOwner } = who;
  return { label, isOwner, as: (project) => personLike(who, policy, project) };
}

function personLike(who: DescribedPerson, policy: Policy, project: ProjectFacts | null): Person {
  const { id, kind, groups, email, isOwner } = who;
  if (kind === null) {
    return { id: id ?? "", isOfWorkspace: true, isGuest: null, isAdmin: null, email: null, groups: new Map() };
  }
  const owned = isOwner ? project?.owner?.[0] : undefined;
  return {
    id: id ?? "",
    isOfWorkspace: true,
    isGuest: kind === "guest",
    isAdmin: kind === "admin",
    email: email ?? owned ?? "",
    groups: new Map(wantedFacts(policy).groups.map((group) => [group, groups.includes(group)])),
  };
}

function isKnown(word: string): boolean {
  return isPersonId(word) || isGroupId(word) || isKind(word) || isEmail(word) || word === "owner";
}

function isKind(word: string): word is Kind {
  return word === "member" || word === "guest" || word === "admin";
}

function isEmail(word: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(word);
}
