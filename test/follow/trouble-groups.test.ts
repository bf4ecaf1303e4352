// Which troubles share a message.

import { describe, expect, test } from "vitest";
import type { Trouble } from "../../src/follow/trouble.js";
import { type Member, namedTogether, newMembers } from "../../src/follow/trouble-groups.js";

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
    members.push(
      ...newMembers(PLACE, [...come].map(trouble), { members, isOpen, isSettled: () => false }, at * MINUTE),
    );
  }
  const alerts = [...new Set(members.map(({ alert }) => alert))];
  return alerts.map((id) => {
    const its = members.filter(({ alert }) => alert === id);
    expect(its.map(({ position }) => position)).toEqual(its.map((_, index) => index));
    expect(id).toBe(`trouble C1  ${its[0]?.troubleId}`);
    return its.map(({ troubleId }) => troubleId).join("");
  });
}

test("troubles within ten minutes of the first join its message", () => {
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

test("none joins a message that is no longer kept up to date, such as one that somebody has deleted twice", () => {
  const there = { isOpen: () => true, isSettled: () => false };
  const members = newMembers(PLACE, [trouble("a")], { ...there, members: [] }, 0);
  const isSettled = (alert: string) => alert === members[0]?.alert;
  const joined = newMembers(PLACE, [trouble("b")], { ...there, members, isSettled }, MINUTE);
  expect(joined).toMatchObject([{ alert: "trouble C1  b", position: 0 }]);
});

test("a message that a trouble joined ten minutes after the first is not the one that the next joins", () => {
  expect(messages({ at: 0, come: "a" }, { at: 12, come: "b", open: "a" }, { at: 13, come: "c", open: "ab" })).toEqual([
    "a",
    "bc",
  ]);
});

describe("which of those that joined one reply names", () => {
  /** The batches as strings, each with the minute at which its reply is due. The first joined at minute 0. */
  const batches = (...joined: [name: string, minute: number][]) =>
    namedTogether(
      [["first", 0] as const, ...joined].map(([name, minute]) => ({ name, joinedAt: minute * MINUTE, failedAt: null })),
    ).map(({ members, at }) => `${members.map(({ name }) => name).join("")} ${at / MINUTE}`);

  test("the first to join is named at once, and the others of the next minute together at its end", () => {
    expect(batches(["a", 1], ["b", 1.2], ["c", 1.9], ["d", 2], ["e", 2.1])).toEqual(["a 1", "bcd 2", "e 3"]);
    expect(batches(["a", 1], ["b", 1], ["c", 4])).toEqual(["ab 1", "c 4"]);
  });

  test("what the message told from its beginning is not said again", () => {
    expect(batches(["a", 0], ["b", 3])).toEqual(["b 3"]);
    expect(namedTogether([{ joinedAt: 0, failedAt: null }])).toEqual([]);
    expect(namedTogether([])).toEqual([]);
  });

  test("those that fail later are named by replies of their own, in the order in which they fail", () => {
    const member = (name: string, joined: number, failed: number | null) => ({
      name,
      joinedAt: joined * MINUTE,
      failedAt: failed === null ? null : failed * MINUTE,
    });
    const members = [member("a", 0, 7.5), member("b", 0, 7), member("c", 5, 7.2), member("d", 5, null)];
    const named = namedTogether(members).map(
      ({ kind, members: those, at }) => `${kind} ${those.map(({ name }) => name).join("")} ${at / MINUTE}`,
    );
    expect(named).toEqual(["joined cd 5", "failed b 7", "failed ca 8"]);
  });

  test("after the clock was set back, a reply waits for no time that lies a day ahead", () => {
    expect(batches(["a", 3], ["b", -1440], ["c", -1439.5])).toEqual(["a 3", "b -1440", "c -1439"]);
  });
});
