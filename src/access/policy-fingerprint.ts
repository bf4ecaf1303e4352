// Tells one policy from another, so that replicas can find out whether they use the same one. Pure.

import { createHash } from "node:crypto";
import type { Policy, Rule } from "./policy.js";

/** Twelve hex digits, the same for policies whose rules decide the same; `none` where there is no policy. */
export function policyFingerprint(policy: Policy | null): string {
  if (policy === null) return "none";
  return createHash("sha256")
    .update(JSON.stringify(policy.rules.map(whatDecides)))
    .digest("hex")
    .slice(0, 12);
}

/** What is in a rule, apart from its name and its place in the file. */
function whatDecides({ effect, verbs, people, channels, projects }: Rule): unknown {
  return [effect, [...verbs].sort(), people, channels && [...channels].sort(), projects];
}
