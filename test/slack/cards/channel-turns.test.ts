import { expect, test } from "vitest";
import { ChannelTurns } from "../../../src/slack/cards/channel-turns.js";
import { ManualClock } from "../../sandbox/clock.js";

const clock = new ManualClock();

test("what waits in one channel follows each other a second apart, and other channels do not wait for it", () => {
  const turns = new ChannelTurns(clock);
  expect([1, 2, 3].map(() => turns.after("C1", 5_000))).toEqual([5_000, 6_000, 7_000]);
  expect(turns.after("C2", 5_000)).toBe(5_000);
});

test("a turn is never earlier than Slack asks for", () => {
  const turns = new ChannelTurns(clock);
  turns.after("C1", 1_000);
  expect(turns.after("C1", 30_000)).toBe(30_000);
  expect(turns.after("C1", 1_000)).toBe(31_000);
});

test("turns that are over hold nobody up", () => {
  const turns = new ChannelTurns(clock);
  turns.after("C1", 60_000);
  clock.advance(60_000);
  expect(turns.after("C1", 1_000)).toBe(1_000);
});
