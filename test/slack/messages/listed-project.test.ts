// How much room a project of the list takes.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Project } from "../../../src/hex/schema.js";
import { type CarriedInButton, NOTHING_CARRIED, packed, TOO_LONG } from "../../../src/slack/messages/carried.js";
import { KEPT } from "../../../src/slack/messages/choice.js";
import { lengthsIn } from "../../../src/slack/messages/listed-project.js";
import type { Searched } from "../../../src/slack/messages/searched.js";
import { anyCharacter } from "../../any-character.js";

const UUID = "5d2f0000-0000-4000-8000-000000000001";
/** Text that a glance can measure. */
const plain = fc.string({ unit: fc.constantFrom(..."aÉß 報|`*_~…—٠"), maxLength: 300 });
const anyText = fc.string({ unit: fc.oneof(anyCharacter, fc.constantFrom(...'&<>"\\`|\n')), maxLength: 300 });

const projectOf = (text: fc.Arbitrary<string>) =>
  fc.record({
    id: fc.constantFrom(UUID, "x", "an-id_of-other-form".repeat(5)),
    title: text,
    description: fc.constant(null),
    type: fc.constant("PROJECT"),
    creator: fc.constant(null),
    owner: fc.option(fc.record({ email: text })),
    status: fc.option(fc.record({ name: text })),
    categories: fc.constant<Project["categories"]>([]),
    schedules: fc.constant<Project["schedules"]>([]),
    lastPublishedAt: fc.option(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2100, 0) })),
    lastEditedAt: fc.constant(null),
    createdAt: fc.constant(null),
    archivedAt: fc.constant(null),
    trashedAt: fc.constant(null),
  });

const states = fc.record({
  nonce: fc.constant("nonce123"),
  words: fc.constantFrom<Searched>([], ["churn", 'a "quoted" word'], KEPT),
  page: fc.nat(300),
  carried: fc.constantFrom<CarriedInButton>(
    undefined,
    packed({ ...NOTHING_CARRIED, dryRun: true, inputs: { region: 'the "EU" \\ UK' } }),
    TOO_LONG,
  ),
});
const places = fc.constantFrom(
  { origin: "https://app.hex.tech", workspace: null },
  { origin: "https://app.hex.tech", workspace: "acme & söhne" },
);

test("no project is longer than the bound that is quick to tell", () => {
  fc.assert(
    fc.property(fc.oneof(projectOf(plain), projectOf(anyText)), states, places, (project, state, place) => {
      const { length, atMost } = lengthsIn(state, place);
      expect(length(project)).toBeLessThanOrEqual(atMost(project));
    }),
    { numRuns: 2_000 },
  );
});

test("most projects are measured at a glance", () => {
  fc.assert(
    fc.property(projectOf(plain), states, places, (project, state, place) => {
      expect(lengthsIn(state, place).atMost(project)).toBeLessThan(Number.POSITIVE_INFINITY);
    }),
  );
});
