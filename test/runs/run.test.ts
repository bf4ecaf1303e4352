import { describe, expect, test } from "vitest";
import type { HexRun } from "../../src/hex/schema.js";
import { elapsedMs, isEnded, isLive, type Run, runSchema } from "../../src/runs/run.js";
import {
  adopted,
  cancelling,
  intended,
  lookedForAgain,
  lost,
  notCancelled,
  observed,
  refused,
  started,
} from "../../src/runs/transitions.js";

const NOW = 1_000_000;
const intent = intended(
  {
    key: "k",
    project: { id: "p", title: "Revenue" },
    options: { inputs: { days: 7 }, fresh: true, publish: false, view: null },
    requester: "U1",
    requestedAt: NOW,
    reference: "r",
  },
  NOW,
);
const answer = { projectId: "p", runId: "run-1", runUrl: "https://x.test", traceId: "t", projectVersion: "3" };
const facts = { kind: "scope", operation: "cancelRun", host: "h" } as const;

function seen(status: string, more: Partial<HexRun> = {}): HexRun {
  const times = { startTime: null, endTime: null, elapsedTime: null };
  const rest = { projectId: "p", runUrl: null, runTrigger: "API", projectVersion: null, traceId: null };
  return { ...rest, ...times, runId: "run-1", status, ...more };
}

const pending = started(intent, answer);
const running = observed(pending, seen("RUNNING", { startTime: NOW + 5 }), NOW + 10);
if (running.state !== "running") throw new Error("not running");

describe("states", () => {
  test("each survives the store as it is", () => {
    const asked = cancelling(running, "U2", NOW);
    const states: Run[] = [
      intent,
      pending,
      running,
      asked,
      refused(intent, facts, NOW),
      lost(running, "vanished", NOW),
      notCancelled(asked, facts, "r2"),
      observed(running, seen("COMPLETED", { endTime: NOW + 50 }), NOW + 60),
    ];
    for (const state of states) expect(runSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  test.each([
    ["PENDING", "pending"],
    ["RUNNING", "running"],
    ["SOMETHING_NEW", "running"],
    ["COMPLETED", "completed"],
    ["ERRORED", "errored"],
    ["KILLED", "cancelled"],
    ["UNABLE_TO_ALLOCATE_KERNEL", "no_kernel"],
  ])("a pending run that Hex calls %s is %s", (status, state) => {
    expect(observed(pending, seen(status), NOW).state).toBe(state);
  });

  test("what Hex leaves out is not forgotten", () => {
    const after = observed(running, seen("RUNNING"), NOW + 20);
    expect(after).toMatchObject({
      startedAt: NOW + 5,
      hex: { url: "https://x.test", traceId: "t", projectVersion: "3" },
    });
  });

  test("cancelling stays so while Hex still says RUNNING, and knows by whom at the end", () => {
    const asked = cancelling(running, "U2", NOW);
    expect(observed(asked, seen("RUNNING"), NOW).state).toBe("cancelling");
    expect(observed(asked, seen("KILLED"), NOW)).toMatchObject({ state: "cancelled", by: "U2" });
    expect(observed(running, seen("KILLED"), NOW)).toMatchObject({ state: "cancelled", by: null });
    expect(observed(asked, seen("COMPLETED"), NOW).state).toBe("completed");
  });

  test("a cancellation that failed leaves it as it was, with the reason", () => {
    expect(notCancelled(cancelling(running, "U2", NOW), facts, "r2")).toMatchObject({
      state: "running",
      cancelFailure: { facts, reference: "r2" },
    });
    expect(notCancelled(cancelling(pending, "U2", NOW), facts, "r2").state).toBe("pending");
  });

  test("found again, also when it has ended meanwhile", () => {
    const gone = lost(intent, "start_unknown", NOW);
    expect(lookedForAgain(gone, NOW)).toEqual({ ...intent, looking: true });
    expect(lookedForAgain(lost(running, "vanished", NOW), NOW)).toBeNull();
    expect(lookedForAgain(running, NOW)).toBeNull();
    expect(adopted(intent, seen("RUNNING", { startTime: NOW }), NOW)).toMatchObject({
      state: "running",
      options: intent.options,
    });
    expect(adopted(intent, seen("COMPLETED", { startTime: NOW, endTime: NOW + 9 }), NOW + 9)).toMatchObject({
      state: "completed",
      elapsedMs: 9,
    });
  });

  test("live, ended, or being started", () => {
    expect([isLive(intent), isLive(pending), isLive(lost(intent, "several", NOW))]).toEqual([false, true, false]);
    expect([isEnded(intent), isEnded(pending), isEnded(refused(intent, facts, NOW))]).toEqual([false, false, true]);
  });

  test("elapsed: Hex's own figure, else measured, and never negative", () => {
    expect(elapsedMs(intent, NOW)).toBeNull();
    expect(elapsedMs(pending, NOW)).toBeNull();
    expect(elapsedMs(running, NOW + 105)).toBe(100);
    expect(elapsedMs(running, NOW - 100)).toBe(0);
    const done = observed(running, seen("COMPLETED", { elapsedTime: 42, endTime: NOW + 99 }), NOW + 500);
    expect(elapsedMs(done, NOW + 9_999)).toBe(42);
  });
});
