import { describe, expect, test } from "vitest";
import type { HexRun } from "../../src/hex/schema.js";
import { elapsedMs, isEnded, isLive, optionsSchema, PLAIN_OPTIONS, type Run, runSchema } from "../../src/runs/run.js";
import {
  adopted,
  cancelling,
  intended,
  lookedForAgain,
  lost,
  notCancelled,
  observed,
  postponed,
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
  test("each one survives the store unchanged", () => {
    const asked = cancelling(running, "U2", NOW);
    const states: Run[] = [
      intent,
      pending,
      running,
      asked,
      refused(intent, facts, NOW),
      lost(running, "vanished", NOW),
      notCancelled(asked, facts, "r2", NOW),
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

  describe("an end in Hex's answer", () => {
    const MINUTE = 60_000;
    const later = NOW + 60 * MINUTE;
    const over = (status: string, endTime: number | null, startTime = NOW + 5) =>
      observed(running, seen(status, { startTime, endTime }), later);

    test("with an unknown status is an end, in Hex's word", () => {
      const run = over("EXPIRED", NOW + MINUTE);
      expect(run).toMatchObject({ state: "ended", status: "EXPIRED", endedAt: NOW + MINUTE, elapsedMs: MINUTE - 5 });
      expect(isEnded(run)).toBe(true);
      expect(runSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
    });

    test.each([
      ["none", "EXPIRED", null, "running"],
      ["one to come", "EXPIRED", later + 10 * MINUTE, "running"],
      ["one that clocks make seem to come", "EXPIRED", later + MINUTE, "ended"],
      ["before its start", "EXPIRED", NOW - MINUTE, "ended"],
      ["just now, whose status may follow", "RUNNING", later - MINUTE, "running"],
      ["long ago, whose status never came", "RUNNING", later - 10 * MINUTE, "ended"],
      ["long ago, whose status never came", "PENDING", later - 10 * MINUTE, "ended"],
      ["of an earlier attempt", "RUNNING", NOW - MINUTE, "running"],
      ["none", "KILLED", null, "cancelled"],
      ["to come", "COMPLETED", later + 10 * MINUTE, "completed"],
    ])("%s, while it calls the run %s", (_, status, endTime, state) => {
      expect(over(status, endTime).state).toBe(state);
    });

    test.each([
      ["in the year 9999", Date.UTC(9_999, 11, 31)],
      ["in 1970", 1],
    ])("%s is none that can be believed: it ended when it was seen", (_, endTime) => {
      const asked = { ...running, requestedAt: Date.UTC(2026, 0, 1) };
      const now = asked.requestedAt + MINUTE;
      expect(observed(asked, seen("COMPLETED", { endTime }), now)).toMatchObject({ state: "completed", endedAt: now });
    });

    test("before its start: the duration is not known", () => {
      const run = over("COMPLETED", NOW - MINUTE);
      expect(run.state).toBe("completed");
      expect(elapsedMs(run, later)).toBeNull();
    });
  });

  test("what Hex says about a different run does not turn this run into that one", () => {
    expect(observed(running, { ...seen("RUNNING"), runId: "run-2" }, NOW)).toMatchObject({ hex: { runId: "run-1" } });
  });

  test("a run that seemed to have ended but is still going is live again", () => {
    const done = observed(running, seen("COMPLETED", { endTime: NOW + 50 }), NOW + 60);
    if (!isEnded(done)) throw new Error("not ended");
    expect(adopted(done, seen("RUNNING"), NOW + 70)).toMatchObject({ state: "running", hex: { runId: "run-1" } });
  });

  test("what Hex leaves out is not forgotten", () => {
    const after = observed(running, seen("RUNNING"), NOW + 20);
    expect(after).toMatchObject({
      startedAt: NOW + 5,
      hex: { url: "https://x.test", traceId: "t", projectVersion: "3" },
    });
  });

  test("a run stays cancelling while Hex still says RUNNING, and knows at the end who cancelled it", () => {
    const asked = cancelling(running, "U2", NOW);
    expect(observed(asked, seen("RUNNING"), NOW).state).toBe("cancelling");
    expect(observed(asked, seen("KILLED"), NOW)).toMatchObject({ state: "cancelled", by: "U2" });
    expect(observed(running, seen("KILLED"), NOW)).toMatchObject({ state: "cancelled", by: null });
    expect(observed(asked, seen("COMPLETED"), NOW).state).toBe("completed");
  });

  test("a failed cancellation leaves the run as it was, with the reason", () => {
    expect(notCancelled(cancelling(running, "U2", NOW), facts, "r2", NOW)).toMatchObject({
      state: "running",
      cancelFailure: { facts, reference: "r2", unclear: [] },
    });
    expect(notCancelled(cancelling(pending, "U2", NOW), facts, "r2", NOW).state).toBe("pending");
  });

  test("found again, even if it has ended in the meantime", () => {
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

  test("nothing that only looks like one is read from the store", () => {
    const broken: object[] = [
      { ...running, options: { ...intent.options, inputs: [] } },
      { ...running, options: { ...intent.options, inputs: null } },
      { ...running, options: { ...intent.options, inputs: "days" } },
      { ...running, trouble: {} },
      { ...running, overdue: {} },
      { ...running, again: {} },
      { ...running, state: "paused" },
      { ...lost(intent, "several", NOW), why: "bored" },
    ];
    for (const run of broken) expect(runSchema.safeParse(run).success).toBe(false);
  });

  test.each(["start_unknown", "several", "vanished", "refused", "unreachable", "too_long"] as const)(
    "lost: %s",
    (why) => {
      const run = lost(running, why, NOW);
      expect(runSchema.parse(run)).toEqual(run);
      expect([isLive(run), isEnded(run)]).toEqual([false, true]);
    },
  );

  test.each(["COMPLETED", "ERRORED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL"])("each end can be stored: %s", (status) => {
    const run = observed(running, seen(status), NOW);
    expect(runSchema.parse(run)).toEqual(run);
    expect([isLive(run), isEnded(run)]).toEqual([false, true]);
  });

  test("what the button Run starts: nothing but the project", () => {
    expect(PLAIN_OPTIONS).toEqual({ inputs: {}, fresh: false, publish: false, view: null });
    expect(optionsSchema.parse(PLAIN_OPTIONS)).toEqual(PLAIN_OPTIONS);
  });

  test("running and being cancelled are live; one that waits has neither begun nor ended", () => {
    const waiting = postponed(intent, facts, 0, NOW);
    for (const run of [running, cancelling(running, "U2", NOW)])
      expect([isLive(run), isEnded(run)]).toEqual([true, false]);
    expect([waiting.state, isLive(waiting), isEnded(waiting)]).toEqual(["waiting", false, false]);
  });

  test("elapsed, once it has ended and Hex has no figure: from its beginning to its end", () => {
    const done = observed(running, seen("COMPLETED"), NOW + 50);
    expect(done).toMatchObject({ elapsedMs: null, startedAt: NOW + 5, endedAt: NOW + 50 });
    expect(elapsedMs(done, NOW + 9_999)).toBe(45);
    expect(elapsedMs(observed(running, seen("COMPLETED"), NOW + 5), NOW)).toBe(0);
    expect(elapsedMs(observed(running, seen("COMPLETED"), NOW + 4), NOW)).toBeNull();
  });

  test("live, ended, or being started", () => {
    expect([isLive(intent), isLive(pending), isLive(lost(intent, "several", NOW))]).toEqual([false, true, false]);
    expect([isEnded(intent), isEnded(pending), isEnded(refused(intent, facts, NOW))]).toEqual([false, false, true]);
  });

  test("elapsed: Hex's own figure, or else measured, and never negative", () => {
    expect(elapsedMs(intent, NOW)).toBeNull();
    expect(elapsedMs(pending, NOW)).toBeNull();
    expect(elapsedMs(running, NOW + 105)).toBe(100);
    expect(elapsedMs(running, NOW - 100)).toBe(0);
    const done = observed(running, seen("COMPLETED", { elapsedTime: 42, endTime: NOW + 99 }), NOW + 500);
    expect(elapsedMs(done, NOW + 9_999)).toBe(42);
  });
});
