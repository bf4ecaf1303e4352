// A screen reader calls no two projects the same, and a button's label has room for what tells them apart.

import fc from "fast-check";
import { expect, test } from "vitest";
import { LIMITS } from "../../../src/slack/messages/limits.js";
import { spokenNames } from "../../../src/slack/messages/spoken-names.js";

const A = "018f2a1e-0000-7000-8000-00000000000a";
const B = "018f2a1e-0000-7000-8000-00000000000b";
const ada = { owner: { email: "ada@acme.test" } };
const bob = { owner: { email: "bob@acme.test" } };

test.each([
  [
    "by their titles",
    [
      { id: A, title: "Churn", ...ada },
      { id: B, title: "Revenue", ...ada },
    ],
    ["Churn", "Revenue"],
  ],
  [
    "by their owners",
    [
      { id: A, title: "Churn", ...ada },
      { id: B, title: " churn", ...bob },
    ],
    ["Churn, ada@acme.test", " churn, bob@acme.test"],
  ],
  [
    "by their ids where they have the same owner",
    [
      { id: A, title: "Churn", ...ada },
      { id: B, title: "Churn", ...ada },
      { id: "p", title: "Churn", ...bob },
    ],
    [`Churn, ${A}`, `Churn, ${B}`, "Churn, bob@acme.test"],
  ],
  [
    "by their ids where no owner is known",
    [
      { id: A, title: "Churn" },
      { id: B, title: "Churn" },
    ],
    [`Churn, ${A}`, `Churn, ${B}`],
  ],
])("projects are told apart %s", (_, projects, names) => {
  expect(spokenNames(projects)).toEqual(names);
});

test("they are told apart within the label of a button, whatever they are called", () => {
  const project = fc.record({
    title: fc.oneof(fc.constantFrom("Churn", "churn", "C".repeat(90)), fc.string({ unit: "grapheme", maxLength: 90 })),
    owner: fc.option(fc.record({ email: fc.constantFrom("ada@acme.test", "bob@acme.test", "x".repeat(200)) })),
  });
  fc.assert(
    fc.property(fc.array(project, { maxLength: 9 }), (drawn) => {
      const names = spokenNames(drawn.map((one, at) => ({ ...one, id: `018f2a1e-0000-7000-8000-00000000000${at}` })));
      expect(new Set(names).size).toBe(drawn.length);
      for (const name of names) expect(`Run with other inputs: ${name}`.length).toBeLessThanOrEqual(LIMITS.buttonText);
    }),
  );
});
