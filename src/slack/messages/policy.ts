// What `/hex status` says about the rules of the policy file. Everybody may read it, so it says nothing of what the rules hold.

import type { PolicyTrouble } from "../../access/load-policy.js";
import type { NameFindings, UnmatchedName } from "../../access/unmatched-name.js";
import { policyTroubleSentence, uncheckedNamesSentence } from "../../remedies/policy.js";
import type { OptionalScope } from "../connection/scopes.js";
import { andMore, code, count, inline } from "./mrkdwn.js";
import { ruleScopesSentence } from "./slack-remedies.js";

export interface RulesShown {
  /** How many there are; `null` without a policy. */
  count: number | null;
  /** Why the policy file cannot be used at the moment; `null` when it can. */
  trouble: PolicyTrouble | null;
  /** How many different sets of rules the replicas of the bot use. */
  versions: number;
  /** Optional scopes that the app lacks and the rules need. */
  missingScopes: readonly OptionalScope[];
  /** Whether the bot can tell guests from members. */
  knowsGuests: boolean;
}

/** One sentence without its full stop. */
export function noRulesSentence(knowsGuests: boolean): string {
  const guests = knowsGuests
    ? "but guests are turned away"
    : "and guests count as members, because the app lacks the scope users:read";
  return `There are no rules: everybody in this workspace may do everything with the bot, ${guests} (see docs/access.md)`;
}

/** A small line for when all is well. */
export function rulesLine({ count: rules, knowsGuests }: RulesShown): string {
  return rules === null
    ? `${inline(noRulesSentence(knowsGuests), 400)}.`
    : `${count(rules, "rule")} in force for who may do what`;
}

/** Sentences without their full stops, for people and for the log. */
export const POLICY_VERSIONS =
  "The replicas of the bot use different rules: each applies its own to what people do, and the leader's decide what conversations are told";
export const POLICY_VERSIONS_TODO = "Give all of them the same policy file";

/** mrkdwn lines for what is wrong; none when all is well. */
export function rulesTroubleLines({ trouble, versions, missingScopes }: RulesShown): string[] {
  const useless = ruleScopesSentence(missingScopes);
  return [
    ...(trouble === null
      ? []
      : [
          `:warning: The policy file cannot be used, and the rules from before are still in force. ${inline(policyTroubleSentence(trouble), 300)} To do: \`npm run policy -- check\` names every mistake. Correct them, or the bot will not start again.`,
        ]),
    ...(versions === 1 ? [] : [`:warning: ${POLICY_VERSIONS}. To do: ${POLICY_VERSIONS_TODO}.`]),
    ...(useless === null ? [] : [`:warning: ${inline(useless, 600)}.`]),
  ];
}

/** How many are named. */
const MOST_NAMED = 5;

/** An mrkdwn line for those who look after the bot; `null` when every name matches. */
export function unmatchedNamesLine(names: NameFindings | null): string | null {
  const unmatched = names?.unmatched ?? [];
  if (unmatched.length === 0) return null;
  const all = andMore(unmatched.map(unmatchedWords), MOST_NAMED).join(", ");
  const match = unmatched.length === 1 ? "name in the policy matches" : "names in the policy match";
  return `:warning: ${unmatched.length} ${match} nobody: ${all}. To do: \`npm run policy -- check\` says what is wrong with each.`;
}

/** A small line for what was not looked up; `null` when there is nothing. */
export function uncheckedNamesLine(names: NameFindings | null): string | null {
  const unchecked = names?.unchecked ?? [];
  return unchecked.length === 0 ? null : inline(unchecked.map(uncheckedNamesSentence).join(" "), 600);
}

function unmatchedWords({ name: { kind, text, line } }: UnmatchedName): string {
  const what = kind === "group" ? "user group" : kind === "id" ? "project" : kind;
  return `the ${what} ${code(text, 60)} (line ${line})`;
}
