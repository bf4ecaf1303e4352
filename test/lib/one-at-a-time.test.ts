import { expect, test } from "vitest";
import { OneAtATime } from "../../src/lib/one-at-a-time.js";

/** Work that waits until it is released, and a record of how it went. */
function work() {
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const once = new OneAtATime(async (key) => {
    log.push(`${key} begins`);
    await new Promise<void>((resolve) => waiting.push(resolve));
    log.push(`${key} ends`);
  });
  const letGo = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { once, log, letGo };
}

test("any number of calls while the work is under way have it done once more", async () => {
  const { once, log, letGo } = work();
  const all = Promise.all([once.do("a"), once.do("a"), once.do("a")]);
  await letGo();
  await letGo();
  await all;
  expect(log).toEqual(["a begins", "a ends", "a begins", "a ends"]);
});

test("keys do not wait for each other, and idle waits for all", async () => {
  const { once, log, letGo } = work();
  void once.do("a");
  void once.do("b");
  expect(log).toEqual(["a begins", "b begins"]);
  let isIdle = false;
  const idle = once.idle().then(() => {
    isIdle = true;
  });
  await letGo();
  expect(isIdle).toBe(false);
  await letGo();
  await idle;
  expect(log).toHaveLength(4);
});
