// What a channel may be shown: what the rules let any member see there, and nothing more.

import { describe, expect, test } from "vitest";
import { mayBeShownIn } from "../../src/access/conversation-rights.js";
import { parsePolicy } from "../../src/access/parse-policy.js";
import type { ProjectFacts } from "../../src/access/policy.js";

const REPORT: ProjectFacts = {
  id: ["p-1"],
  title: ["weekly revenue"],
  category: [],
  status: [],
  owner: ["ada@acme.test"],
  collection: [],
};
const HERE = "C0DATA01";

function isShown(...rules: string[]): boolean {
  const reading = parsePolicy(`rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return mayBeShownIn(reading.policy, HERE)(REPORT);
}

test("without rules, everything", () => {
  expect(mayBeShownIn(null, HERE)(REPORT)).toBe(true);
});

describe("with rules, a project", () => {
  test.each(["everyone", "members"])("that %s may see", (people) => {
    expect(isShown(`{ allow: see, people: ${people} }`)).toBe(true);
    expect(isShown(`{ allow: see, people: ${people}, channels: ${HERE} }`)).toBe(true);
    expect(isShown(`{ allow: see, people: ${people}, channels: C0OTHER1 }`)).toBe(false);
  });

  test.each(["guests", "admins", "owner", "S0FINTEAM1", "U0GRACE1"])(
    "but not one that only %s may see, and one that only they may not",
    (people) => {
      expect(isShown(`{ allow: see, people: ${people} }`)).toBe(false);
      expect(isShown(`{ deny: see, people: ${people} }`, "{ allow: see, people: everyone }")).toBe(true);
    },
  );
});
