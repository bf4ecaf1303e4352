// The policy file at a path -> the policy, or why it cannot be used.

import { parsePolicy } from "./parse-policy.js";
import type { Policy } from "./policy.js";
import type { PolicyMistake } from "./policy-mistake.js";
import { projectRulesOf } from "./project-rules.js";
import { type FileProblem, type FileReading, readPolicyFile } from "./read-policy-file.js";

/** Why a policy file cannot be used. */
export type PolicyTrouble = { kind: "file"; problem: FileProblem } | { kind: "mistakes"; mistakes: PolicyMistake[] };

export type LoadedPolicy = { ok: true; policy: Policy } | { ok: false; trouble: PolicyTrouble };

/** The bot cannot start with such a file. */
export class UnusablePolicyError extends Error {
  override readonly name = "UnusablePolicyError";

  constructor(
    readonly path: string,
    readonly trouble: PolicyTrouble,
  ) {
    super(trouble.kind === "file" ? `the policy file: ${trouble.problem.kind}` : "the policy file has mistakes");
  }
}

/** Never rejects. */
export async function loadPolicy(path: string): Promise<LoadedPolicy> {
  return policyOf(await readPolicyFile(path));
}

/** Its patterns are read now, so that nobody waits for that later. */
export function policyOf(reading: FileReading): LoadedPolicy {
  if (!reading.ok) return { ok: false, trouble: { kind: "file", problem: reading.problem } };
  const parsed = parsePolicy(reading.text);
  if (parsed.ok) projectRulesOf(parsed.policy);
  return parsed.ok ? parsed : { ok: false, trouble: { kind: "mistakes", mistakes: parsed.mistakes } };
}
