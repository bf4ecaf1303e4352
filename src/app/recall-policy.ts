// Whether the bot may start without rules about who may do what.

import { MissingPolicyError, PolicyMemory } from "../store/policy-memory.js";
import type { StorePart } from "./create-store.js";
import type { Settings } from "./settings.js";

/** @throws MissingPolicyError when there were rules at an earlier start, there are none now, and nobody has said that this is meant */
export async function recallPolicy({ policy, isOpen, log }: Settings, { store, clock }: StorePart): Promise<void> {
  const memory = new PolicyMemory(store.db);
  if (policy() !== null) {
    await memory.remember(clock.now());
    return;
  }
  const since = await memory.since();
  if (since === null) return;
  if (!isOpen) throw new MissingPolicyError(since);
  await memory.forget();
  log.warn("HEX_BOT_POLICY is none: the rules of earlier starts are forgotten, and everybody may do everything again");
}
