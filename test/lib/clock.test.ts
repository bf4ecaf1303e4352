import { expect, test, vi } from "vitest";
import { systemClock } from "../../src/lib/clock.js";

test.each([2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
  "a sleep of %d ms, longer than a timer can run, does not end at once",
  async (ms) => {
    const warned = vi.spyOn(process, "emitWarning");
    const stop = new AbortController();
    let isOver = false;
    const asleep = systemClock.sleep(ms, stop.signal).then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isOver).toBe(false);
    expect(warned).not.toHaveBeenCalled();
    stop.abort();
    await asleep;
  },
);

test.each([0, 1, -5, Number.NaN])("a sleep of %d ms ends", async (ms) => {
  await systemClock.sleep(ms);
});

test("a sleep on a signal that has aborted ends at once", async () => {
  await systemClock.sleep(2 ** 40, AbortSignal.abort());
});
