// The rules are compared with all projects before somebody types into a picker, without keeping anybody waiting.

import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { parsePolicy } from "../../../src/access/parse-policy.js";
import type { Policy } from "../../../src/access/policy.js";
import type { Project } from "../../../src/hex/schema.js";
import { Access } from "../../../src/slack/access/access.js";
import { NOTHING_SAID } from "../../../src/slack/connection/people.js";
import { projectOf } from "../../catalog/projects.js";

function policyOf(): Policy {
  const reading = parsePolicy("rules: [{ allow: see, people: everyone, projects: { title: 'Weekly *' } }]");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.policy;
}

function accessUnder(policy: () => Policy | null): Access {
  return new Access({
    policy,
    policyTrouble: () => null,
    people: { of: async () => NOTHING_SAID, known: () => NOTHING_SAID },
    groups: { of: async () => new Map(), known: () => new Map(), isMissing: async () => false },
  });
}

/** How often others had a turn while this was done. */
async function turnsDuring(work: Promise<void>): Promise<number> {
  let isDone = false;
  void work.then(() => {
    isDone = true;
  });
  for (let turns = 0; ; turns++) {
    if (isDone) return turns;
    await nextTurn();
  }
}

const projects = Array.from({ length: 1_000 }, () => projectOf());

test("it lets others have their turn, and does nothing twice", async () => {
  let policy = policyOf();
  const access = accessUnder(() => policy);
  let known: readonly Project[] = projects;
  const compare = () => turnsDuring(access.compareAll(() => known));
  expect(await compare()).toBeGreaterThanOrEqual(10);
  expect(await compare()).toBeLessThan(5);
  known = [...projects];
  expect(await compare()).toBeGreaterThanOrEqual(10);
  policy = policyOf();
  expect(await compare()).toBeGreaterThanOrEqual(10);
});

test("without rules there is nothing to compare, and the projects are not even listed", async () => {
  await accessUnder(() => null).compareAll(() => {
    throw new Error("nobody asked");
  });
});
