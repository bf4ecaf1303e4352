import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { policyFingerprint } from "../../src/access/policy-fingerprint.js";

function of(...rules: string[]): string {
  const reading = parsePolicy(`rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return policyFingerprint(reading.policy);
}

const ONE = "{ allow: [see, run], people: everyone, channels: [C0DATA, C0TEAM] }";
const OTHER = "{ deny: see, people: guests, projects: { category: Finance } }";

test("what decides the same has the same fingerprint", () => {
  expect(of(ONE)).toMatch(/^[0-9a-f]{12}$/);
  expect(of(ONE.replace("{", "{ name: Everybody,"))).toBe(of(ONE));
  expect(of("{ people: everyone, channels: [C0TEAM, C0DATA], allow: [run, see] }")).toBe(of(ONE));
});

test("what may decide differently has another one", () => {
  const all = [
    policyFingerprint(null),
    of(ONE),
    of(OTHER),
    of(ONE, OTHER),
    of(OTHER, ONE),
    of(ONE.replace("allow", "deny")),
    of(ONE.replace("everyone", "members")),
    of(ONE.replace("C0DATA", "C0OTHER")),
    of(ONE.replace(", run", "")),
    of(OTHER.replace("Finance", "Sales")),
    of("{ allow: run, people: everyone }"),
    of('{ allow: run, people: everyone, needs: "approval by U0ADALOVEL" }'),
  ];
  expect(new Set(all).size).toBe(all.length);
});
