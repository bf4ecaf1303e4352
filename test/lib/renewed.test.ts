import { expect, test } from "vitest";
import { whileRenewed } from "../../src/lib/renewed.js";
import { ManualClock } from "../sandbox/clock.js";

/** Lets what is under way go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("renews until the work is done, also after a renewal that failed, and never after it", async () => {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  let renewals = 0;
  let finish = (_: string) => {};
  const work = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const renew = async () => {
    renewals += 1;
    if (renewals === 1) throw new Error("no store");
  };
  const onError = (error: unknown) => errors.push(error);
  const done = whileRenewed(clock, 5_000, { renew, onError }, () => work);
  for (let passed = 0; passed < 16; passed++) {
    clock.advance(1_000);
    await turn();
  }
  expect([renewals, errors.length]).toEqual([3, 1]);
  finish("finished");
  expect(await done).toBe("finished");
  expect(clock.sleeping).toBe(0);
  clock.advance(60_000);
  expect(renewals).toBe(3);
});

test("work that fails ends it, too, and a renewal that is under way is waited for", async () => {
  const clock = new ManualClock();
  let answer = () => {};
  const renewal = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let fail = (_: Error) => {};
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  let hasSettled = false;
  const done = whileRenewed(clock, 1_000, { renew: () => renewal, onError: () => undefined }, () => work);
  const outcome = done.catch((error: Error) => {
    hasSettled = true;
    return error.message;
  });
  clock.advance(1_000);
  await turn();
  fail(new Error("Slack refuses it"));
  await turn();
  expect(hasSettled).toBe(false);
  answer();
  expect(await outcome).toBe("Slack refuses it");
});
