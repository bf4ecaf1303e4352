// When what is old is removed: once an hour, by a time that is known, and whatever failed before.

import { expect, test } from "vitest";
import { Retention } from "../../src/store/retention.js";
import { ManualClock } from "../sandbox/clock.js";

const HOUR_MS = 60 * 60_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function begun({ fails = false, known = true } = {}) {
  const clock = new ManualClock();
  const stopping = new AbortController();
  const seen = { removals: [] as number[], errors: [] as unknown[], known };
  const retention = new Retention({
    clock,
    leastNow: () => (seen.known ? clock.now() - 5 : null),
    removals: [
      async () => {
        if (fails) throw new Error("the disk is full");
      },
      async (leastNow) => seen.removals.push(leastNow),
    ],
    onError: (error) => seen.errors.push(error),
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, stopping, seen, retention, pass, end: retention.keep(stopping.signal) };
}

test.each([{ fails: false }, { fails: true }])(
  "what is too old is removed at the beginning and every hour (%j)",
  async ({ fails }) => {
    const { clock, stopping, seen, pass, end } = begun({ fails });
    const first = clock.now() - 5;
    await settled();
    await pass(HOUR_MS - 1);
    expect(seen.removals).toEqual([first]);
    await pass(1);
    expect(seen.removals).toEqual([first, first + HOUR_MS]);
    expect(seen.errors).toHaveLength(fails ? 2 : 0);
    stopping.abort();
    await end;
  },
);

test("nothing before the time is known, and then at once", async () => {
  const { clock, stopping, seen, pass, end } = begun({ known: false });
  await settled();
  await pass(10_000);
  expect(seen.removals).toEqual([]);
  seen.known = true;
  await pass(2_000);
  expect(seen.removals).toEqual([clock.now() - 5]);
  stopping.abort();
  await end;
});

test("nothing more once this process no longer leads", async () => {
  const { stopping, seen, end } = begun();
  stopping.abort();
  await end;
  expect(seen.removals).toEqual([]);
});

test("a process that leads again within the hour does not remove again", async () => {
  const { stopping, seen, retention, pass, end } = begun();
  await settled();
  stopping.abort();
  await end;
  const again = new AbortController();
  const ended = retention.keep(again.signal);
  await settled();
  expect(seen.removals).toHaveLength(1);
  await pass(HOUR_MS);
  expect(seen.removals).toHaveLength(2);
  again.abort();
  await ended;
});
