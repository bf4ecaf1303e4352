// Whether the replicas use the same rules.

import { policyFingerprint } from "../access/policy-fingerprint.js";
import { PolicyVersions } from "../store/policy-versions.js";
import type { StorePart } from "./create-store.js";
import { logPolicyVersions } from "./log-policy.js";
import type { Settings } from "./settings.js";

/** `null` for the embedded store, which has one process. */
export function createPolicyVersions(
  { config, policy, log }: Settings,
  { store, process, clock, seldom }: StorePart,
): PolicyVersions | null {
  if (config.store.kind === "embedded") return null;
  const fingerprint = () => policyFingerprint(policy());
  return new PolicyVersions({
    db: store.db,
    process,
    clock,
    fingerprint,
    onChange: (count) => logPolicyVersions(log, count, fingerprint()),
    onError: seldom((err) => log.warn({ err }, "Cannot tell whether the replicas use the same rules")),
  });
}
