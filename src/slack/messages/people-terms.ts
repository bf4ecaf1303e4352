// Whom a rule means, in words and mentions.

import type { PeopleTerm } from "../../access/policy.js";
import { groupMention, mention } from "./mrkdwn.js";

/** A rule may name a thousand people. */
const MOST_NAMED = 10;

/**
 * Such as "@grace, @data-team or an admin of the workspace", as mrkdwn.
 * @param most how many are named
 * @param owner the id of the project's owner in Slack; `null` when it is not known
 */
export function peopleWords(
  terms: readonly PeopleTerm[],
  { most = MOST_NAMED, owner = null }: { most?: number; owner?: string | null } = {},
): string {
  const words = [...new Set(terms.map((term) => wordsFor(term, owner)))];
  const named = words.slice(0, most);
  const others = words.length - named.length;
  if (others > 0) named.push(others === 1 ? "one other" : `${others} others`);
  const last = named.pop() ?? "nobody";
  return named.length === 0 ? last : `${named.join(", ")} or ${last}`;
}

function wordsFor(term: PeopleTerm, owner: string | null): string {
  switch (term.kind) {
    case "person":
      return mention(term.id);
    case "group":
      return groupMention(term.id);
    case "admins":
      return "an admin of the workspace";
    case "owner":
      return `the project's owner${owner === null ? "" : ` ${mention(owner)}`}`;
    case "members":
      return "any member";
    case "guests":
      return "a guest";
    case "everyone":
      return "anybody in the workspace";
  }
}

/** Another reason why none of them can approve: a sentence behind the reasons that hold for people; empty without a group. */
export function emptyGroupWords(terms: readonly PeopleTerm[]): string {
  return terms.some(({ kind }) => kind === "group") ? " Or the user group is empty or switched off." : "";
}
