import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServerClock } from "../../src/hex/server-clock.js";
import { ManualClock } from "../sandbox/clock.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function open() {
  const clock = new ManualClock();
  const server = new ServerClock(clock);
  /** An answer of a server whose clock is `aheadMs` ahead: on its way for `thereMs`, and back for `backMs`. */
  const answer = (aheadMs: number, thereMs = 20, backMs = 20) => {
    clock.advance(thereMs);
    const date = new Date(clock.now() + aheadMs).toUTCString();
    clock.advance(backMs);
    server.learn(new Headers({ date }), thereMs + backMs);
  };
  return { clock, server, answer };
}

test.each([0, 30_000, -30_000, 2 * MINUTE, -2 * MINUTE, HOUR, -HOUR])(
  "%i ms ahead: known to a second from the first answer",
  (ahead) => {
    const { server, answer } = open();
    answer(ahead);
    expect(Math.abs(server.aheadMs - ahead)).toBeLessThan(1_050);
  },
);

test("clocks that agree stay together, however slow and uneven the answers are", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.nat(5_000)), { maxLength: 40 }), (answers) => {
      const { clock, server, answer } = open();
      for (const [there, back, pause] of answers) {
        answer(0, there, back);
        clock.advance(pause);
        expect(server.aheadMs).toBe(0);
      }
    }),
  );
});

test("Hex's clock is never taken to be further off than the answers allow, and gets closer with each one", () => {
  const answers = fc.array(fc.tuple(fc.nat(2_000), fc.nat(2_000), fc.nat(1_500)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: -HOUR, max: HOUR }), answers, (ahead, list) => {
      const { clock, server, answer } = open();
      for (const [there, back, pause] of list) {
        answer(ahead, there, back);
        expect(Math.abs(server.aheadMs - ahead)).toBeLessThanOrEqual(1_001 + there + back);
        clock.advance(pause);
      }
    }),
  );
});

test.each([HOUR, -HOUR, MINUTE, -MINUTE])(
  "the machine's clock is set by %i ms: two answers later it is right again",
  (ms) => {
    const { clock, server, answer } = open();
    for (let i = 0; i < 5; i++) answer(30_000);
    clock.set(ms);
    answer(30_000 - ms);
    answer(30_000 - ms);
    expect(Math.abs(server.aheadMs - (30_000 - ms))).toBeLessThan(1_050);
  },
);

test("the time that decides what is old has whole milliseconds, even on a clock with fractions", () => {
  let passed = 0.125;
  const clock = { now: () => Date.UTC(2027, 0, 1), monotonic: () => passed, sleep: async () => undefined };
  const server = new ServerClock(clock);
  server.learn(new Headers({ date: "Mon, 02 Nov 2026 09:00:00 GMT" }), 10);
  passed = 1_500.75;
  expect(server.leastNow()).toBe(Date.UTC(2026, 10, 2, 9, 0, 1, 500));
});

describe("what does not count", () => {
  test("one answer that contradicts all others, such as one from a proxy's cache", () => {
    const { server, answer } = open();
    for (let i = 0; i < 5; i++) {
      answer(30_000);
      answer(-HOUR);
    }
    expect(Math.abs(server.aheadMs - 30_000)).toBeLessThan(1_050);
  });

  test.each([null, "", "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"])(
    "a date %s",
    (date) => {
      const { server } = open();
      server.learn(new Headers(date === null ? {} : { date }), 10);
      expect(server.aheadMs).toBe(0);
    },
  );
});

test("Hex's times as the machine's own clock shows them, and the machine's as Hex does", () => {
  const { clock, server, answer } = open();
  answer(HOUR);
  expect(server.aheadMs).toBeGreaterThan(HOUR - 1_050);
  expect(server.toOurs(clock.now() + server.aheadMs)).toBe(clock.now());
  const date = new Date(clock.now() - MINUTE).toUTCString();
  expect(server.when(new Headers({ date }))).toBe(Date.parse(date));
  expect(server.when(new Headers())).toBe(clock.now() + server.aheadMs);
});

test("the earlier of the two clocks, once Hex has told its own, and as time goes on", () => {
  const { clock, server, answer } = open();
  expect(server.leastNow()).toBeNull();
  server.learn(new Headers({ date: "yesterday" }), 0);
  expect(server.leastNow()).toBeNull();
  clock.advance(5_000);
  answer(-HOUR, 0, 0);
  const shown = clock.now() - HOUR;
  clock.advance(MINUTE);
  expect(server.leastNow()).toBe(shown + MINUTE);
  answer(HOUR, 0, 0);
  expect(server.leastNow()).toBe(clock.now());
});
