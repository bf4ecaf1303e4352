import { expect, test } from "vitest";
import { catalogStateSchema, isElsewhere, NOTHING_READ, sourceKnown } from "../../src/catalog/state.js";

const at = (origin: string, workspace: string | null) => ({ origin, workspace });

test.each([
  [null, at("https://a.test", "w1"), false],
  [at("https://a.test", "w1"), at("https://b.test", "w1"), true],
  [at("https://a.test", "w1"), at("https://a.test", "w2"), true],
  [at("https://a.test", "w1"), at("https://a.test", "w1"), false],
  [at("https://a.test", null), at("https://a.test", "w2"), false],
  [at("https://a.test", "w1"), at("https://a.test", null), false],
])("from %j to %j: elsewhere %s", (before, now, expected) => {
  expect(isElsewhere(before, now)).toBe(expected);
});

test("a workspace that Hex has said once is remembered", () => {
  expect(sourceKnown(at("https://a.test", "w1"), at("https://a.test", null))).toEqual(at("https://a.test", "w1"));
  expect(sourceKnown(at("https://a.test", "w1"), at("https://a.test", "w2"))).toEqual(at("https://a.test", "w2"));
  expect(sourceKnown(null, at("https://a.test", null))).toEqual(at("https://a.test", null));
});

test("a stored state is read, also from before it named its source, and what cannot be one is refused", () => {
  const pass = { startedAt: 1, stepAt: 2, cursor: "c", pages: 3, isSound: true, hasCollections: false };
  const whole = {
    pass,
    passEndedAt: 4,
    whole: { startedAt: 1, endedAt: 4 },
    hasCollections: true,
    source: at("https://a.test", "w1"),
  };
  expect(catalogStateSchema.parse(whole)).toEqual(whole);
  expect(catalogStateSchema.parse({ pass: null, passEndedAt: null, whole: null })).toEqual(NOTHING_READ);
  const refused = [
    { ...whole, pass: { ...pass, cursor: "c".repeat(1_001) } },
    { ...whole, pass: { ...pass, pages: -1 } },
    { ...whole, pass: { ...pass, pages: 1.5 } },
    { ...whole, source: { origin: "https://a.test" } },
    { ...whole, whole: { startedAt: 1 } },
  ];
  for (const state of refused) expect(catalogStateSchema.safeParse(state).success).toBe(false);
  expect(
    catalogStateSchema.parse({ ...whole, pass: { ...pass, cursor: "c".repeat(1_000), pages: 0 } }).pass?.pages,
  ).toBe(0);
});
