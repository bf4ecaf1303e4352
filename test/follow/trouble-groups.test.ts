// Which troubles share a message.

import { expect, test } from "vitest";
import type { Trouble } from "../../src/follow/trouble.js";
import { type Member, newMembers } from "../../src/follow/trouble-groups.js";

const MINUTE = 60_000;
const PLACE = { channel: "C1", threadTs: null };
const trouble = (id: string): Trouble => ({
  id,
  projectId: `project ${id}`,
  since: 0,
  seenAt: 0,
  newsAt: [],
  ailments: [],
  overAt: null,
  endedBy: null,
});

/** The messages after troubles have come up: each a string of the ids that it tells of. `open`: those that are not over by then. */
function messages(...rounds: { at: number; come: string; open?: string }[]): string[] {
  const members: Member[] = [];
  for (const { at, come, open = "" } of rounds) {
    const isOpen = ({ troubleId }: Member) => (open + come).includes(troubleId);
    members.push(...newMembers(PLACE, [...come].map(trouble), members, isOpen, () => false, at * MINUTE));
  }
  const alerts = [...new Set(members.map(({ alert }) => alert))];
  return alerts.map((id) => {
    const its = members.filter(({ alert }) => alert === id);
    expect(its.map(({ position }) => position)).toEqual(its.map((_, index) => index));
    expect(id).toBe(`trouble C1  ${its[0]?.troubleId}`);
    return its.map(({ troubleId }) => troubleId).join("");
  });
}

test("those within ten minutes of the first join its message", () => {
  expect(messages({ at: 0, come: "a" }, { at: 9, come: "b", open: "a" }, { at: 10, come: "c", open: "ab" })).toEqual([
    "ab",
    "c",
  ]);
  expect(messages({ at: 0, come: "abc" })).toEqual(["abc"]);
});

test("none joins a message that is over: nobody would be told of it", () => {
  expect(messages({ at: 0, come: "a" }, { at: 5, come: "b" })).toEqual(["a", "b"]);
  expect(messages({ at: 0, come: "a" }, { at: 1, come: "b", open: "a" }, { at: 5, come: "c", open: "b" })).toEqual([
    "abc",
  ]);
});

test("a message that a trouble joined ten minutes after the first is not the one that the next joins", () => {
  expect(messages({ at: 0, come: "a" }, { at: 12, come: "b", open: "a" }, { at: 13, come: "c", open: "ab" })).toEqual([
    "a",
    "bc",
  ]);
});
