// A run that somebody has to approve first: which verdict counts, until when, and what becomes of the run.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HexErrorFacts } from "../../src/hex/errors.js";
import { APPROVAL_MS, APPROVED_MS, isApprovalOver, isApprovalStale } from "../../src/runs/approval.js";
import { isEnded, isLive, LEASE_MS, type Run, type RunIn, runSchema, startableSince } from "../../src/runs/run.js";
import {
  awaiting,
  begun,
  expired,
  intended,
  judged,
  lookedForAgain,
  lost,
  postponed,
  queued,
  START_TIMEOUT_MS,
  started,
  type Verdict,
  withdrawn,
} from "../../src/runs/transitions.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 2, 9);
const ASKED = {
  key: "k",
  project: { id: "p", title: "Revenue" },
  options: { inputs: { days: 7 }, fresh: true, publish: true, view: null },
  requester: "U1",
  requestedAt: NOW,
  reference: "r",
};
const NEED = {
  verb: "publish" as const,
  rule: { number: 2, name: "Publishing" },
  by: [{ kind: "person" as const, id: "U2" }, { kind: "group" as const, id: "S1" }, { kind: "owner" as const }],
  place: "C1",
};
const BUSY: HexErrorFacts = { kind: "no_kernel", operation: "runProject", host: "h", status: 503 };
const asked = awaiting(ASKED, NEED, NOW);
const approve = (by: string): Verdict => ({ kind: "approve", by });
const decline = (by: string | null): Verdict => ({ kind: "decline", by });

function approvedAt(at: number): RunIn<"approved"> {
  const run = judged(asked, approve("U2"), at);
  if (run.state !== "approved") throw new Error(run.state);
  return run;
}

describe("a run that awaits its approval", () => {
  test("has an hour, and stores who may approve it under which rule", () => {
    expect(asked).toMatchObject({ ...ASKED, state: "awaiting" });
    expect(asked.approval).toEqual({
      ...NEED,
      until: NOW + HOUR,
      approved: null,
      told: false,
      posting: null,
      questions: [],
      isEndTold: false,
      hopeless: null,
    });
    expect([isLive(asked), isEnded(asked)]).toEqual([false, false]);
  });

  test("one that needs none has nothing of it, nor has one that an earlier version stored", () => {
    expect(intended(ASKED, NOW).approval).toBeNull();
    const { approval: _, ...before } = intended(ASKED, NOW);
    expect(runSchema.parse(before).approval).toBeNull();
  });

  test("in each state, what was asked for stays, and can be stored", () => {
    const approved = approvedAt(NOW + MINUTE);
    const starting = begun(approved, NOW + MINUTE);
    const states: Run[] = [
      asked,
      approved,
      starting,
      started(starting, { projectId: "p", runId: "x", runUrl: null, traceId: null, projectVersion: null }),
      postponed(approved, BUSY, 0, NOW + MINUTE),
      judged(asked, decline("U2"), NOW),
      judged(asked, decline(null), NOW),
      expired(asked, NOW),
      expired(approved, NOW),
      withdrawn(asked, "U1", NOW),
      withdrawn(approved, "U1", NOW),
    ];
    for (const run of states) {
      expect(run).toMatchObject({ ...ASKED, approval: { by: NEED.by, rule: NEED.rule } });
      expect(runSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
    }
  });

  test("that goes on although somebody has been told of its end: the next end is told, too", () => {
    const gone = lost(begun(approvedAt(NOW), NOW), "start_unknown", NOW);
    const told = { ...gone, approval: { ...asked.approval, isEndTold: true } };
    expect(lookedForAgain(told, NOW)?.approval).toEqual({ ...asked.approval, isEndTold: false });
  });

  test("without a word of who may approve it, it cannot be read", () => {
    for (const run of [asked, approvedAt(NOW), expired(asked, NOW)]) {
      expect(runSchema.safeParse({ ...run, approval: null }).success).toBe(false);
    }
  });
});

describe("a verdict", () => {
  test("approves, with who and when; Hex is asked from then on", () => {
    const run = approvedAt(NOW + MINUTE);
    expect(run.approval.approved).toEqual({ by: "U2", at: NOW + MINUTE });
    expect(isEnded(run)).toBe(false);
    expect(begun(run, NOW + MINUTE)).toMatchObject({
      state: "starting",
      looking: false,
      lease: NOW + MINUTE + LEASE_MS,
    });
  });

  test("declines, by somebody or because the rules no longer allow it", () => {
    expect(judged(asked, decline("U3"), NOW + 1)).toMatchObject({ state: "declined", by: "U3", endedAt: NOW + 1 });
    expect(judged(asked, decline(null), NOW + 1)).toMatchObject({ state: "declined", by: null });
    expect(isEnded(judged(asked, decline("U3"), NOW))).toBe(true);
  });

  test("comes too late after an hour", () => {
    expect(judged(asked, approve("U2"), NOW + APPROVAL_MS - 1).state).toBe("approved");
    for (const verdict of [approve("U2"), decline("U2"), decline(null)]) {
      const late = judged(asked, verdict, NOW + APPROVAL_MS);
      expect(late).toMatchObject({ state: "expired", endedAt: NOW + APPROVAL_MS, approval: { approved: null } });
      expect(isEnded(late)).toBe(true);
    }
  });

  test("counts all the same when the clock was set back a little, and not when nobody knows how long ago it was", () => {
    expect(isApprovalOver(asked.approval, NOW - HOUR)).toBe(false);
    expect(isApprovalOver(asked.approval, NOW - HOUR - 1)).toBe(true);
  });

  test("of all verdicts, the first in time counts, and after the hour none does", () => {
    const verdict = fc.record({
      at: fc.integer({ min: -HOUR, max: 2 * HOUR }),
      verdict: fc.oneof(fc.constantFrom("U2", "U3", "U4").map(approve), fc.constantFrom("U2", null).map(decline)),
    });
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 6 }), (verdicts) => {
        let run: Run = asked;
        for (const { at, verdict } of verdicts) if (run.state === "awaiting") run = judged(run, verdict, NOW + at);
        const first = verdicts[0];
        if (first === undefined) return;
        const said = run.approval?.approved ?? null;
        if (first.at >= HOUR) expect([run.state, said]).toEqual(["expired", null]);
        else if (first.verdict.kind === "decline")
          expect(run).toMatchObject({ state: "declined", by: first.verdict.by });
        else expect([run.state, said]).toEqual(["approved", { by: first.verdict.by, at: NOW + first.at }]);
      }),
    );
  });
});

describe("a run that was approved", () => {
  const late = approvedAt(NOW + 50 * MINUTE);

  test("is new when it is approved: its ten minutes of tries begin then, and no older run in Hex is taken for it", () => {
    expect(startableSince(late)).toBe(NOW + 50 * MINUTE);
    expect(startableSince(asked)).toBe(NOW);
    const until = NOW + 50 * MINUTE + START_TIMEOUT_MS;
    expect(postponed(late, BUSY, 0, NOW + 50 * MINUTE)).toMatchObject({ state: "waiting", until });
    expect(postponed(begun(late, NOW), BUSY, 0, until - 10_000).state).toBe("waiting");
    expect(postponed(begun(late, NOW), BUSY, 0, until - 9_999).state).toBe("refused");
    const ahead = postponed(intended({ ...ASKED, key: "ahead" }, NOW), BUSY, 0, NOW + 5 * MINUTE);
    if (ahead.state !== "waiting") throw new Error(ahead.state);
    expect(queued(late, ahead, NOW + 50 * MINUTE)).toMatchObject({ state: "waiting", until });
  });

  test("is not started when the bot comes back long after the approval", () => {
    const end = NOW + 50 * MINUTE + APPROVED_MS;
    expect([isApprovalStale(late.approval, end), isApprovalStale(late.approval, end + 1)]).toEqual([false, true]);
    expect(isApprovalStale(late.approval, NOW - HOUR)).toBe(false);
    expect(isApprovalStale(asked.approval, NOW + 9 * HOUR)).toBe(false);
    expect(expired(late, end)).toMatchObject({ state: "expired", endedAt: end });
  });
});
