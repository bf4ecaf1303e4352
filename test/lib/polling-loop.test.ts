// The pauses between rounds: how long they are, and what ends them.

import { expect, test } from "vitest";
import { PollingLoop } from "../../src/lib/polling-loop.js";
import { ManualClock } from "../sandbox/clock.js";

const PAUSE_MS = 60_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function begun(pauseMs = PAUSE_MS) {
  const clock = new ManualClock();
  const rounds = new PollingLoop(clock);
  const stopping = new AbortController();
  /** `wakesIn`: the round in which somebody wakes it. */
  const work = { rounds: 0, wakesIn: 0 };
  const end = rounds.until(stopping.signal, async () => {
    work.rounds++;
    if (work.rounds === work.wakesIn) rounds.wake();
    return pauseMs;
  });
  return { clock, rounds, stopping, work, end };
}

test("a round, a pause, a round", async () => {
  const { clock, stopping, work, end } = begun();
  await settled();
  clock.advance(PAUSE_MS - 1);
  await settled();
  expect(work.rounds).toBe(1);
  clock.advance(1);
  await settled();
  expect(work.rounds).toBe(2);
  stopping.abort();
  await end;
});

test("whoever wakes it in a pause, or in the round before, ends that pause and no other", async () => {
  const { rounds, stopping, work, end } = begun();
  await settled();
  rounds.wake();
  await settled();
  expect(work.rounds).toBe(2);
  work.wakesIn = 3;
  rounds.wake();
  await settled();
  expect(work.rounds).toBe(4);
  stopping.abort();
  await end;
  expect(work.rounds).toBe(4);
});

test("nothing is begun for a signal that has aborted", async () => {
  const work = { rounds: 0 };
  await new PollingLoop(new ManualClock()).until(AbortSignal.abort(), async () => ++work.rounds);
  expect(work.rounds).toBe(0);
});
