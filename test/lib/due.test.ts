// Stored times in the future, after the clock was set: none holds anything up for longer than it could have been meant to.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HexErrorFacts } from "../../src/hex/errors.js";
import { hasCome } from "../../src/lib/due.js";
import { isLeaseOver, LEASE_MS, PLAIN_OPTIONS, type RunIn } from "../../src/runs/run.js";
import { cancelledLater, intended, isCancelDue, isDue, postponed } from "../../src/runs/transitions.js";

const HOUR = 60 * 60_000;
const NOW = Date.UTC(2026, 10, 2, 9);
const BUSY: HexErrorFacts = { kind: "no_kernel", operation: "runProject", host: "app.hex.tech", status: 503 };
const LIMITED: HexErrorFacts = { kind: "rate_limited", operation: "cancelRun", host: "app.hex.tech", status: 429 };

const start = intended(
  {
    key: "k",
    project: { id: "p", title: "Revenue" },
    options: PLAIN_OPTIONS,
    requester: "U1",
    requestedAt: NOW,
    reference: "r",
  },
  NOW,
);

describe("a stored time", () => {
  test("has come, is to come, or is void", () => {
    expect(hasCome(NOW, NOW, 1_000)).toBe(true);
    expect(hasCome(NOW + 1_000, NOW, 1_000)).toBe(false);
    expect(hasCome(NOW + 1_001, NOW, 1_000)).toBe(true);
  });

  test("never holds up for longer than its longest wait, however the clock is set", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10 * HOUR, max: 10 * HOUR }), fc.nat(HOUR), fc.nat(HOUR), (set, wait, more) => {
        const longest = wait + more;
        expect(hasCome(NOW + wait, NOW + set, longest) || hasCome(NOW + wait, NOW + set + longest, longest)).toBe(true);
      }),
    );
  });
});

test("a lease of the future is over, and one that covers a pause between two looks is not", () => {
  expect(isLeaseOver(NOW + LEASE_MS + 10_000, NOW)).toBe(false);
  expect(isLeaseOver(NOW + HOUR, NOW)).toBe(true);
});

describe("a start that waits", () => {
  test("is not tried before its pause is over, and at once when the clock was set back", () => {
    const waiting = postponed(start, { ...BUSY, retryAfterMs: 30_000 }, 0, NOW);
    if (waiting.state !== "waiting") throw new Error(waiting.state);
    expect(isDue(waiting, NOW + 29_999)).toBe(false);
    expect(isDue(waiting, NOW + 30_000)).toBe(true);
    expect(isDue(waiting, NOW - HOUR)).toBe(true);
  });

  test("gives up after about ten minutes, also when the clock is set back an hour after each try", () => {
    let waited = 0;
    let run: ReturnType<typeof postponed> | typeof start = start;
    for (let tries = 0; run.state !== "refused" && tries < 100; tries++) {
      const now = NOW - tries * HOUR;
      run = postponed(start, BUSY, tries, now);
      if (run.state === "waiting") waited += run.nextAt - now;
    }
    expect(run.state).toBe("refused");
    expect(waited).toBeLessThanOrEqual(10 * 60_000);
  });
});

test("a cancellation that a limit holds up for minutes is not asked again before, and at once when the clock was set back", () => {
  const cancelling: RunIn<"cancelling"> = {
    ...start,
    state: "cancelling",
    by: "U1",
    accepted: false,
    lease: NOW,
    heldBack: null,
    unclear: [],
    status: "RUNNING",
    trouble: null,
    startedAt: NOW,
    hex: { runId: "r", url: null, traceId: null, projectVersion: null },
  };
  const later = cancelledLater(cancelling, { ...LIMITED, retryAfterMs: 10 * 60_000 }, NOW);
  expect(isCancelDue(later, NOW + 9 * 60_000)).toBe(false);
  expect(isCancelDue(later, NOW + 10 * 60_000)).toBe(true);
  expect(isCancelDue(later, NOW - HOUR)).toBe(true);
});
