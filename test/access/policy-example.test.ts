// What is published beside the policy: its JSON Schema, and an example to begin with.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { policyJsonSchema } from "../../src/access/policy-file.js";

const read = (file: string) => readFileSync(join(import.meta.dirname, "../..", file), "utf8");

test("policy.schema.json is what npm run policy -- schema prints", () => {
  expect(JSON.parse(read("policy.schema.json"))).toEqual(policyJsonSchema());
});

test("policy.example.yml has no mistakes, and tells editors where its schema is", () => {
  const text = read("policy.example.yml");
  expect(parsePolicy(text)).toMatchObject({ ok: true });
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/policy\.schema\.json\n/);
});
