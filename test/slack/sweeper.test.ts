// Sweeps that Slack holds up, that fail, and that a stop waits for.

import { expect, test } from "vitest";
import { Sweeper } from "../../src/slack/sweeper.js";
import { ManualClock } from "../sandbox/clock.js";

const SWEEP_MS = 15_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

function begun() {
  const clock = new ManualClock();
  const stopping = new AbortController();
  const seen = { slow: 0, failing: 0, errors: [] as unknown[], isOver: false };
  let letGo = (): void => undefined;
  const sweeper = new Sweeper({
    clock,
    sweeps: [
      () => {
        seen.slow++;
        return new Promise<void>((resolve) => {
          letGo = resolve;
        });
      },
      async () => {
        seen.failing++;
        throw new Error("the store is gone");
      },
    ],
    onError: (error) => seen.errors.push(error),
  });
  const keep = async (signal: AbortSignal) => {
    await sweeper.keep(signal);
    seen.isOver = true;
  };
  const end = keep(stopping.signal);
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { stopping, seen, pass, keep, end, letGo: () => letGo() };
}

test("one that Slack holds up is not begun again, and holds up no other", async () => {
  const { stopping, seen, pass, end, letGo } = begun();
  await settled();
  await pass(SWEEP_MS);
  expect(seen).toMatchObject({ slow: 1, failing: 2 });
  letGo();
  await settled();
  await pass(SWEEP_MS);
  expect(seen).toMatchObject({ slow: 2, failing: 3 });
  expect(seen.errors).toHaveLength(3);
  letGo();
  stopping.abort();
  await end;
});

test("a stop waits for what was begun", async () => {
  const { stopping, seen, end, letGo } = begun();
  await settled();
  stopping.abort();
  await settled();
  expect(seen.isOver).toBe(false);
  letGo();
  await end;
  expect(seen).toMatchObject({ slow: 1, failing: 1 });
});

test("a process that leads again soon does not wait for what Slack holds up, and does not begin it twice", async () => {
  const { stopping, seen, pass, keep, letGo } = begun();
  await settled();
  stopping.abort();
  await settled();
  await pass(9_000);
  expect(seen.isOver).toBe(false);
  await pass(1_000);
  expect(seen.isOver).toBe(true);
  const again = new AbortController();
  const end = keep(again.signal);
  await pass(0);
  expect(seen).toMatchObject({ slow: 1, failing: 2 });
  letGo();
  await pass(0);
  await pass(SWEEP_MS);
  expect(seen).toMatchObject({ slow: 2, failing: 3 });
  again.abort();
  letGo();
  await end;
});
