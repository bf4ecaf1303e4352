// 20,000 policy files that somebody has damaged: each is a policy, or has a mistake at a place that is there. Nothing throws.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { policyMistakeLine } from "../../src/remedies/policy.js";
import { seeded } from "../sandbox/seeded.js";

const INPUTS = 20_000;
const SEED = 15;
const EXAMPLE = readFileSync(join(import.meta.dirname, "../../policy.example.yml"), "utf8");
const SHORT = [
  "rules:\n  - { allow: [see, run], people: [everyone, U0ADA, S0FIN], channels: C0DATA }\n",
  "people: { leads: [U0ADA] }\nrules:\n  - allow: run\n    people: leads\n    needs: approval by leads\n",
  'rules:\n  - deny: see\n    people: guests\n    projects:\n      - { title: "*salary*", status: [Draft] }\n',
];
const PIECES = [
  ..."\n\t:-{}[],*&!|>'\"#%@`?\\\u0000\u2028\uFEFF😀",
  "\ud800",
  "rules:",
  "<<: *a",
  "&a ",
  "!!binary ",
  "--- ",
  "...",
  "  ",
  "null",
  "~",
  "1e999",
  "0x10",
  "true",
  "__proto__:",
  "constructor:",
  "toString",
  "everyone",
  "administer",
  "needs: approval by ",
  "projects: ",
  "*".repeat(300),
  "[".repeat(50),
  "x".repeat(600),
];

test("a damaged file is a policy or has mistakes with places", () => {
  const random = seeded(SEED);
  const below = (count: number) => Math.floor(random() * count);
  const one = (texts: readonly string[]) => texts[below(texts.length)] ?? "";
  const outcomes = { policies: 0, refused: 0 };
  for (let input = 0; input < INPUTS; input++) {
    // The example is long, and takes as long to parse as all others together.
    let text = input % 40 === 0 ? EXAMPLE : one(SHORT);
    for (let change = 0; change <= below(4); change++) text = damaged(text, { below, one });
    const reading = parsePolicy(text);
    if (reading.ok) {
      outcomes.policies++;
      expect(reading.policy.rules.length).toBeGreaterThan(0);
      continue;
    }
    outcomes.refused++;
    const lines = text.split("\n").length;
    if (reading.mistakes.length === 0) expect.fail(`no mistake in ${JSON.stringify(text)}`);
    for (const mistake of reading.mistakes) {
      const said = policyMistakeLine("policy.yml", mistake);
      const isThere = mistake.line >= 1 && mistake.line <= lines && mistake.column >= 1;
      if (!isThere || /undefined|NaN|\[object/.test(said)) expect.fail(`${said} in ${JSON.stringify(text)}`);
    }
  }
  expect(outcomes.policies).toBeGreaterThan(INPUTS / 20);
  expect(outcomes.refused).toBeGreaterThan(INPUTS / 4);
});

interface Chance {
  below: (count: number) => number;
  one: (texts: readonly string[]) => string;
}

function damaged(text: string, { below, one }: Chance): string {
  const at = below(text.length + 1);
  const to = Math.min(text.length, at + 1 + below(12));
  switch (below(5)) {
    case 0:
      return text.slice(0, at) + text.slice(to);
    case 1:
      return text.slice(0, at) + one(PIECES) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at, to).repeat(1 + below(4)) + text.slice(to);
    case 3:
      return text.slice(0, at);
    default: {
      const lines = text.split("\n");
      const line = below(lines.length);
      lines.splice(line, 1, ...lines.slice(0, below(lines.length)).slice(-1));
      return lines.join("\n");
    }
  }
}
