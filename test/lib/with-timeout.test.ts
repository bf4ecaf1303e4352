// Reads that may hang: nobody waits for longer than a second, and none is begun behind another.

import { expect, test } from "vitest";
import { LateError, within, withSharedTimeout } from "../../src/lib/with-timeout.js";
import { ManualClock } from "../sandbox/clock.js";

test("what comes in time is passed on, an error included", async () => {
  const clock = new ManualClock();
  expect(await within(clock, 1_000, Promise.resolve("here"))).toBe("here");
  await expect(within(clock, 1_000, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
});

test("whoever waits gives up after a second; the next one joins what is under way, and after that it is read anew", async () => {
  const clock = new ManualClock();
  let begun = 0;
  let end: (value: string) => void = () => undefined;
  const read = withSharedTimeout(clock, () => {
    begun++;
    return new Promise<string>((resolve) => {
      end = resolve;
    });
  });
  const first = read();
  clock.advance(1_000);
  await expect(first).rejects.toThrow(LateError);
  // With a kind, the log says it without a stack.
  await expect(first).rejects.toMatchObject({ kind: "timeout" });
  const second = read();
  end("at last");
  expect(await second).toBe("at last");
  expect(begun).toBe(1);
  const third = read();
  end("again");
  expect(await third).toBe("again");
  expect(begun).toBe(2);
});

test("a read that breaks is not the answer for ever", async () => {
  const answers = [() => Promise.reject(new Error("broken")), () => Promise.resolve("well")];
  const read = withSharedTimeout<string>(new ManualClock(), () =>
    (answers.shift() ?? (() => Promise.resolve("more")))(),
  );
  await expect(read()).rejects.toThrow("broken");
  expect(await read()).toBe("well");
});
