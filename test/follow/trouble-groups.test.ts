// Which troubles share a message.

import { expect, test } from "vitest";
import type { Trouble } from "../../src/follow/trouble.js";
import { grouped } from "../../src/follow/trouble-groups.js";

const MINUTE = 60_000;
const trouble = (id: string, seenAt: number, overAt: number | null = null): Trouble => ({
  id,
  projectId: id,
  since: seenAt,
  seenAt,
  ailments: [],
  overAt,
  endedBy: null,
});
const ids = (troubles: readonly Trouble[]) => grouped(troubles).map((group) => group.map(({ id }) => id).join(""));

test("those within ten minutes of the first join its message", () => {
  expect(ids([trouble("a", 0), trouble("b", 9 * MINUTE), trouble("c", 10 * MINUTE)])).toEqual(["ab", "c"]);
});

test("none joins a message that is over: nobody would be told of it", () => {
  expect(ids([trouble("a", 0, 3 * MINUTE), trouble("b", 5 * MINUTE)])).toEqual(["a", "b"]);
  expect(ids([trouble("a", 0, 6 * MINUTE), trouble("b", 5 * MINUTE)])).toEqual(["ab"]);
  expect(ids([trouble("a", 0, 3 * MINUTE), trouble("b", MINUTE), trouble("c", 5 * MINUTE)])).toEqual(["abc"]);
});
