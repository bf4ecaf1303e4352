// Collections are asked for when rules name some, and Hex's refusal to tell them costs nothing else.

import { expect, test } from "vitest";
import { CollectionsAsked } from "../../src/catalog/collections-asked.js";
import { HexError, type HexErrorKind } from "../../src/hex/errors.js";
import { HOUR } from "../../src/lib/time.js";
import { ManualClock } from "../sandbox/clock.js";

const refusal = (kind: HexErrorKind) => new HexError({ kind, operation: "listProjects", host: "hex.test" });

function asking(areWanted: boolean) {
  const clock = new ManualClock();
  const refused: HexError[] = [];
  const collections = new CollectionsAsked({
    clock,
    areWanted: () => areWanted,
    onRefused: (error) => refused.push(error),
  });
  const sent: boolean[] = [];
  /** Asks, and fails with these errors, with and without collections. */
  const ask = (withThem: HexError | null, without: HexError | null = null) =>
    collections.ask(async (asked) => {
      sent.push(asked);
      const error = asked ? withThem : without;
      if (error !== null) throw error;
      return asked;
    });
  return { clock, collections, refused, sent, ask };
}

test("without rules about collections, nobody asks for them", async () => {
  const { collections, ask } = asking(false);
  expect(collections.areExpected).toBe(false);
  expect(await ask(null)).toBe(false);
});

test.each(["scope", "forbidden", "plan", "bad_request", "request_refused"] as const)(
  "%s: the answer comes without collections, which are asked for again after an hour",
  async (kind) => {
    const { clock, collections, refused, sent, ask } = asking(true);
    expect(await ask(refusal(kind))).toBe(false);
    expect(sent).toEqual([true, false]);
    expect(refused).toHaveLength(1);
    expect(collections.areExpected).toBe(false);
    expect(await ask(null)).toBe(false);
    clock.advance(HOUR);
    expect(await ask(null)).toBe(true);
  },
);

test("what Hex refuses in any case is not about collections", async () => {
  const { collections, refused, ask } = asking(true);
  await expect(ask(refusal("forbidden"), refusal("forbidden"))).rejects.toThrow(HexError);
  expect(refused).toEqual([]);
  expect(collections.areExpected).toBe(true);
});

test.each(["rate_limited", "network", "unauthorized", "not_found"] as const)("%s is not asked twice", async (kind) => {
  const { sent, ask } = asking(true);
  await expect(ask(refusal(kind))).rejects.toThrow(HexError);
  expect(sent).toEqual([true]);
});
