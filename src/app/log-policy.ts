// What the log says about the rules of the policy file.

import type { Policy } from "../access/policy.js";
import type { PolicyNews } from "../access/policy-in-force.js";
import { kindOf, type NameFindings, type NameKind } from "../access/unmatched-name.js";
import type { Logger } from "../log/logger.js";
import { policyTroubleLines, uncheckedNamesSentence, unmatchedNameLine } from "../remedies/policy.js";
import { scopesForRules } from "../slack/access/rule-scopes.js";
import type { OptionalScope } from "../slack/connection/scopes.js";
import { noRulesSentence, POLICY_VERSIONS, POLICY_VERSIONS_TODO } from "../slack/messages/policy.js";
import { ruleScopesSentence } from "../slack/messages/slack-remedies.js";

/** Logs whether there are rules about who may do what, and what keeps them from being of use. */
export function logRules(log: Logger, policy: Policy | null, declined: readonly OptionalScope[]): void {
  if (policy === null) log.info("%s", noRulesSentence(!declined.includes("users:read")));
  else log.info({ rules: policy.rules.length }, "The rules of the policy file decide who may do what");
  const useless = ruleScopesSentence(scopesForRules(policy, declined));
  if (useless !== null) log.warn("%s", useless);
}

/** Logs that replicas use different rules, or the same ones again. `own`: see `policyFingerprint`. */
export function logPolicyVersions(log: Logger, count: number, own: string): void {
  if (count > 1) log.warn({ count, own, todo: POLICY_VERSIONS_TODO }, POLICY_VERSIONS);
  else log.info({ own }, "The replicas use the same rules again");
}

/** Logs what has become of the policy file at `path`. */
export function logPolicyNews(log: Logger, path: string, news: PolicyNews): void {
  if (news.kind === "new")
    log.info({ rules: news.policy.rules.length }, "The policy file has changed, and its rules are in force");
  else if (news.kind === "mended") log.info("The policy file can be used again, and holds the rules that are in force");
  else {
    const mistakes = policyTroubleLines(path, news.trouble);
    log.error(
      { mistakes: mistakes.slice(0, MOST_MISTAKES), count: mistakes.length },
      "The policy file cannot be used, and the rules from before stay in force: correct it, or the bot will not start again",
    );
  }
}

const MOST_MISTAKES = 20;

/**
 * Logs which names in the rules match nobody and nothing, and which were not looked up: once, until the name matches again.
 * @param path of the policy file
 */
export function nameLogger(log: Logger, path: string): (findings: NameFindings) => void {
  /** What was said, by the kind of name. */
  let said: ReadonlyMap<string, NameKind> = new Map();
  return ({ unmatched, unchecked }) => {
    const found = new Map(unmatched.map((one) => [`${one.name.kind} ${one.name.text} ${one.why}`, one]));
    const news = [...found].flatMap(([key, one]) => (said.has(key) ? [] : [unmatchedNameLine(path, one)]));
    for (const line of news.slice(0, MOST_NAMES)) log.warn("%s", line);
    if (news.length > MOST_NAMES)
      log.warn(
        "%d more names in the rules match nothing: npm run policy -- check names them",
        news.length - MOST_NAMES,
      );
    const open = new Map(unchecked.map((one) => [`${one.kind} ${one.why.kind}`, one]));
    for (const [key, one] of open) if (!said.has(key)) log.info("%s", uncheckedNamesSentence(one));
    const isOpen = (kind: NameKind) => unchecked.some((one) => one.kind === kind);
    said = new Map([
      // What was not looked up this time may still match nothing.
      ...[...said].filter(([, kind]) => isOpen(kind)),
      ...[...found].map(([key, { name }]) => [key, kindOf(name)] as const),
      ...[...open].map(([key, { kind }]) => [key, kind] as const),
    ]);
  };
}

const MOST_NAMES = 50;
