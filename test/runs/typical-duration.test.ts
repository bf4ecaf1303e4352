import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HexRun } from "../../src/hex/schema.js";
import { runSchema } from "../../src/runs/run.js";
import { intended, observed, started, timed, toldOverdue } from "../../src/runs/transitions.js";
import { overdueAfterMs, typicalDuration } from "../../src/runs/typical-duration.js";

const MINUTE = 60_000;

/** A run that began this many minutes after the others. */
function hexRun(minute: number, tookMs: number | null, status = "COMPLETED"): HexRun {
  const startTime = minute * MINUTE;
  return {
    projectId: "p",
    runId: `${minute}`,
    runUrl: null,
    status,
    runTrigger: "API",
    projectVersion: null,
    startTime,
    endTime: tookMs === null ? null : startTime + tookMs,
    elapsedTime: null,
    traceId: null,
  };
}

describe("what is usual", () => {
  test("the median of at least three completed runs", () => {
    expect(typicalDuration([hexRun(1, 10), hexRun(2, 20)])).toBeNull();
    expect(typicalDuration([hexRun(1, 10), hexRun(2, 20), hexRun(3, 1, "ERRORED")])).toBeNull();
    expect(typicalDuration([hexRun(1, 10), hexRun(2, 20), hexRun(3, null)])).toBeNull();
    expect(typicalDuration([hexRun(1, 10), hexRun(2, 1_000), hexRun(3, 20)])).toBe(20);
  });

  test("of the latest twenty, in whatever order Hex lists them", () => {
    const latest = Array.from({ length: 20 }, (_, index) => hexRun(100 + index, 500));
    const older = Array.from({ length: 60 }, (_, index) => hexRun(index, 10));
    expect(typicalDuration([...older, ...latest])).toBe(500);
    expect(typicalDuration([...latest, ...older])).toBe(500);
  });

  test("goes by Hex's own figure, and leaves out a time that makes no sense or is not known", () => {
    const told = [1, 2, 3].map((minute) => ({ ...hexRun(minute, 10), elapsedTime: 700 }));
    expect(typicalDuration(told)).toBe(700);
    const [one, two] = [hexRun(1, 20), hexRun(2, 30)];
    const odd = [hexRun(3, -5), hexRun(4, null), { ...hexRun(5, 10), startTime: null }];
    expect(typicalDuration([one, two, ...odd])).toBeNull();
    expect(typicalDuration([one, two, ...odd, hexRun(6, 0)])).toBe(20);
  });

  test("is one of the times, and equally many are shorter and longer", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000 }), { minLength: 3, maxLength: 20 }), (times) => {
        const typical = typicalDuration(times.map((time, index) => hexRun(index, time))) ?? Number.NaN;
        expect(times).toContain(typical);
        expect(times.filter((time) => time < typical).length).toBeLessThanOrEqual(times.length / 2);
        expect(times.filter((time) => time > typical).length).toBeLessThanOrEqual(times.length / 2);
      }),
    );
  });
});

describe("overdue", () => {
  const intent = intended(
    {
      key: "k",
      project: { id: "p", title: "Revenue" },
      options: { inputs: {}, fresh: false, publish: false, view: null },
      requester: "U1",
      requestedAt: 0,
      reference: "r",
    },
    0,
  );
  const answer = { projectId: "p", runId: "5", runUrl: null, traceId: null, projectVersion: null };
  const running = { ...observed(started(intent, answer), hexRun(5, null, "RUNNING"), 0), typicalMs: MINUTE };

  test("after twice the usual time, and after five minutes more than it", () => {
    expect(overdueAfterMs(null)).toBeNull();
    expect(overdueAfterMs(MINUTE)).toBe(6 * MINUTE);
    expect(overdueAfterMs(8 * MINUTE)).toBe(16 * MINUTE);
  });

  test("since it was first seen, and told once", () => {
    if (running.state !== "running") throw new Error("It does not run.");
    expect(timed(running, 6 * MINUTE - 1, 7).overdue).toBeNull();
    const overdue = timed(running, 6 * MINUTE, 7);
    expect(overdue.overdue).toEqual({ since: 7, told: false });
    expect(timed(overdue, 7 * MINUTE, 8).overdue).toEqual({ since: 7, told: false });
    expect(toldOverdue(overdue).overdue).toEqual({ since: 7, told: true });
    const ended = observed({ ...overdue, state: "running" }, hexRun(5, MINUTE), 9);
    expect(ended).toMatchObject({ state: "completed", overdue: { since: 7 } });
  });

  test("a document of an earlier version, which says nothing of it, can be read", () => {
    const { overdue: _, ...old } = running;
    expect(runSchema.parse(JSON.parse(JSON.stringify(old)))).toEqual(running);
  });
});
