// What `/hex status` says about the rules of who may do what. Everybody may read it, so it says nothing of what the rules hold.

import type { PolicyTrouble } from "../../access/load-policy.js";
import { policyTroubleSentence } from "../../remedies/policy.js";
import type { OptionalScope } from "../connection/scopes.js";
import { count, inline } from "./mrkdwn.js";
import { ruleScopesSentence } from "./slack-remedies.js";

export interface RulesShown {
  /** How many there are; `null` without a policy. */
  count: number | null;
  /** Why the policy file cannot be used at the moment; `null` when it can. */
  trouble: PolicyTrouble | null;
  /** Optional scopes that the app lacks and the rules need. */
  missingScopes: readonly OptionalScope[];
  /** Whether the bot can tell guests from members. */
  knowsGuests: boolean;
}

/** One sentence without its full stop. */
export function noRulesSentence(knowsGuests: boolean): string {
  const guests = knowsGuests
    ? "its guests are turned away"
    : "guests count as members, because the app lacks the scope users:read";
  return `There are no rules: everybody of this workspace may do everything with the bot, and ${guests} (see docs/access.md)`;
}

/** A small line for when all is well. */
export function rulesLine({ count: rules, knowsGuests }: RulesShown): string {
  return rules === null
    ? `${inline(noRulesSentence(knowsGuests), 400)}.`
    : `${count(rules, "rule")} in force for who may do what`;
}

/** mrkdwn lines for what is wrong; none when all is well. */
export function rulesTroubleLines({ trouble, missingScopes }: RulesShown): string[] {
  const useless = ruleScopesSentence(missingScopes);
  return [
    ...(trouble === null
      ? []
      : [
          `:warning: The policy file cannot be used, and the rules from before are still in force. ${inline(policyTroubleSentence(trouble), 300)} To do: \`npm run policy -- check\` names every mistake. Correct them, or the bot will not start again.`,
        ]),
    ...(useless === null ? [] : [`:warning: ${inline(useless, 600)}.`]),
  ];
}
