// What is published beside the policy: its JSON Schema, and an example to begin with.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { PROJECT_FIELDS, VERBS } from "../../src/access/policy.js";
import { PEOPLE_WORDS, policyJsonSchema, RULE_KEYS } from "../../src/access/policy-file.js";

const read = (file: string) => readFileSync(join(import.meta.dirname, "../..", file), "utf8");

test("policy.schema.json is what npm run policy -- schema prints", () => {
  expect(JSON.parse(read("policy.schema.json"))).toEqual(policyJsonSchema());
});

test("policy.example.yml has no mistakes, and tells editors where its schema is", () => {
  const text = read("policy.example.yml");
  expect(parsePolicy(text)).toMatchObject({ ok: true });
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/policy\.schema\.json\n/);
});

test("every example in docs/access.md has no mistakes", () => {
  const examples = [...read("docs/access.md").matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => text);
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(parsePolicy(example)).toMatchObject({ ok: true });
});

test("docs/access.md names every verb, every word for people and every field", () => {
  const text = read("docs/access.md");
  for (const word of [...VERBS, ...PEOPLE_WORDS, ...PROJECT_FIELDS, ...RULE_KEYS]) {
    expect(text).toMatch(new RegExp(`^\\|.*\`${word}\`.*\\|`, "m"));
  }
});
