// Which state follows from which, to the millisecond: what people read on a card, and when the bot asks Hex again.

import { describe, expect, test } from "vitest";
import type { HexErrorFacts } from "../../src/hex/errors.js";
import type { HexRun } from "../../src/hex/schema.js";
import { isLive, LEASE_MS, type LiveRun, type Run, type RunIn, runSchema } from "../../src/runs/run.js";
import {
  adopted,
  cancelledLater,
  cancelling,
  intended,
  isCancelDue,
  isDue,
  isHeldBack,
  lookedFor,
  lookedForAgain,
  lost,
  notCancelled,
  observed,
  postponed,
  queued,
  refused,
  START_TIMEOUT_MS,
  started,
  timed,
  toldOverdue,
  triedAgain,
  unanswered,
  withdrawn,
} from "../../src/runs/transitions.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 2, 9);
const ASKED = {
  key: "k",
  project: { id: "p", title: "Revenue" },
  options: { inputs: { days: 7 }, fresh: true, publish: false, view: null },
  requester: "U1",
  requestedAt: NOW,
  reference: "r",
};
const BASE = { ...ASKED, trigger: null, typicalMs: null, overdue: null, again: null };
const HEX = { runId: "run-1", url: "https://x.test", traceId: "t", projectVersion: "3" };
const starting = intended(ASKED, NOW);
const pending = started(starting, { ...HEX, projectId: "p", runUrl: HEX.url });
const running: RunIn<"running"> = { ...pending, state: "running", status: "RUNNING", startedAt: NOW + 5 };

const facts = (kind: HexErrorFacts["kind"], more: Partial<HexErrorFacts> = {}): HexErrorFacts => ({
  kind,
  operation: "runProject",
  host: "app.hex.tech",
  ...more,
});
const BUSY = facts("no_kernel", { status: 503 });
const NO_TURN = facts("budget_spent", { retryAfterMs: 3 * SECOND });

function seen(status: string, more: Partial<HexRun> = {}): HexRun {
  const nothing = { runUrl: null, projectVersion: null, traceId: null, startTime: null, endTime: null };
  return { projectId: "p", runTrigger: "API", elapsedTime: null, ...nothing, runId: "run-1", status, ...more };
}

function waitingAfter(tries: number, told: HexErrorFacts, now = NOW): RunIn<"waiting"> {
  const run = postponed(starting, told, tries, now);
  if (run.state !== "waiting") throw new Error(`It is ${run.state}.`);
  return run;
}

describe("a run keeps what was requested, from beginning to end", () => {
  const waiting = waitingAfter(0, BUSY);
  const asked = cancelling(pending, "U2", NOW);
  const states: [string, Run][] = [
    ["intended", starting],
    ["started", pending],
    ["found", adopted(starting, seen("RUNNING"), NOW)],
    ["refused", refused(starting, BUSY, NOW)],
    ["waiting", waiting],
    ["tried again", triedAgain(waiting, NOW)],
    ["withdrawn", withdrawn(waiting, "U2", NOW)],
    ["lost", lost(running, "vanished", NOW)],
    ["being cancelled", asked],
    ["not cancelled", notCancelled(asked, BUSY, "r2", NOW)],
    ["ended", observed(running, seen("COMPLETED"), NOW)],
  ];
  test.each(states)("%s", (_, run) => {
    expect(run).toMatchObject(BASE);
    expect(runSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
  });
});

describe("a start", () => {
  test("is looked for only when the outcome is not known, and by another process when the lease is over", () => {
    expect(starting).toMatchObject({ state: "starting", looking: false, lease: NOW + LEASE_MS });
    const lookedUntil = NOW + 5 * SECOND + LEASE_MS;
    expect(lookedFor(starting, null, NOW, 5 * SECOND)).toMatchObject({ looking: true, lease: lookedUntil });
    expect(unanswered(starting, null, NOW)).toEqual({ ...starting, looking: true, lease: NOW });
    expect(triedAgain(waitingAfter(0, BUSY), NOW)).toMatchObject({ looking: false, lease: NOW + LEASE_MS });
    expect(lookedForAgain(lost(starting, "start_unknown", NOW), NOW)?.lease).toBe(NOW + LEASE_MS);
  });

  test("keeps the failure that left it open, however often it is looked for", () => {
    const open = unanswered(starting, BUSY, NOW);
    const gone = lost(lookedFor(open, null, NOW, SECOND), "start_unknown", NOW);
    const again = lookedForAgain(gone, NOW);
    expect([open, gone, again].map((run) => run?.facts)).toEqual([BUSY, BUSY, BUSY]);
  });

  test("has Hex's id and link at once, and has not begun", () => {
    expect(pending).toMatchObject({ state: "pending", hex: HEX, startedAt: null, status: "PENDING" });
    expect(pending).toMatchObject({ trouble: null, cancelFailure: null });
  });

  test("a run that was found began when Hex says so, and has Hex's own word for its state", () => {
    const found = adopted(starting, seen("PENDING", { startTime: NOW - MINUTE }), NOW);
    expect(found).toMatchObject({ state: "pending", startedAt: NOW - MINUTE, status: "PENDING" });
    expect(adopted(starting, seen("THINKING"), NOW)).toMatchObject({ state: "running", status: "THINKING" });
  });

  test("nothing was found: says why, with the run's id if it has one", () => {
    expect(lost(starting, "several", NOW + 1)).toMatchObject({ state: "lost", why: "several", hex: null });
    expect(lost(running, "vanished", NOW + 1)).toMatchObject({ why: "vanished", hex: HEX, endedAt: NOW + 1 });
    expect(refused(starting, BUSY, NOW + 1)).toMatchObject({ state: "refused", facts: BUSY, endedAt: NOW + 1 });
    expect(withdrawn(waitingAfter(0, BUSY), "U2", NOW + 1)).toMatchObject({ by: "U2", endedAt: NOW + 1 });
  });
});

describe("a start that Hex postpones", () => {
  test.each([
    [0, 10],
    [1, 20],
    [2, 40],
    [3, 60],
    [9, 60],
  ])("after %i tries it is tried again in %i seconds", (tries, seconds) => {
    const run = waitingAfter(tries, BUSY);
    expect(run).toMatchObject({ facts: BUSY, tries: tries + 1, nextAt: NOW + seconds * SECOND });
    expect(run.until).toBe(NOW + START_TIMEOUT_MS);
    expect([isDue(run, run.nextAt - 1), isDue(run, run.nextAt)]).toEqual([false, true]);
    // It was stored before the clock was set back: nobody could have meant such a long wait.
    expect([isDue(run, NOW), isDue(run, NOW - 1)]).toEqual([false, true]);
  });

  test("Hex's own time counts when it is longer, and never shortens the pause", () => {
    expect(waitingAfter(0, { ...BUSY, retryAfterMs: 30 * SECOND }).nextAt).toBe(NOW + 30 * SECOND);
    expect(waitingAfter(0, { ...BUSY, retryAfterMs: SECOND }).nextAt).toBe(NOW + 10 * SECOND);
  });

  test("a start that was not its turn goes as soon as it is, and does not count as tried", () => {
    expect(waitingAfter(4, NO_TURN)).toMatchObject({ tries: 4, nextAt: NOW + 3 * SECOND });
    expect(waitingAfter(0, facts("rate_limited"))).toMatchObject({ tries: 0, nextAt: NOW });
    expect(waitingAfter(0, facts("rate_limited", { status: 429 }))).toMatchObject({ tries: 1, nextAt: NOW + 10_000 });
    expect(waitingAfter(0, facts("dns"))).toMatchObject({ tries: 1, nextAt: NOW + 10 * SECOND });
  });

  test("waits for its turn, or for a time that Hex named", () => {
    expect(isHeldBack(waitingAfter(0, NO_TURN))).toBe(true);
    expect(isHeldBack(waitingAfter(0, facts("rate_limited", { status: 429 })))).toBe(false);
    expect(isHeldBack(waitingAfter(0, BUSY))).toBe(false);
    expect(isHeldBack(refused(starting, NO_TURN, NOW))).toBe(false);
  });

  test("is refused when the next try would come more than ten minutes after the request", () => {
    const last = NOW + START_TIMEOUT_MS;
    expect(postponed(starting, BUSY, 0, last - 10 * SECOND).state).toBe("waiting");
    expect(postponed(starting, BUSY, 0, last - 10 * SECOND + 1)).toMatchObject({ state: "refused", facts: BUSY });
    expect(postponed(starting, { ...NO_TURN, retryAfterMs: START_TIMEOUT_MS }, 0, NOW).state).toBe("waiting");
    expect(postponed(starting, { ...NO_TURN, retryAfterMs: START_TIMEOUT_MS + 1 }, 0, NOW).state).toBe("refused");
  });

  test("is refused after ten minutes of pauses, however the clock is set", () => {
    // 10 + 20 + 40 s and then a minute each: after ten tries 8:10 min have passed, after eleven 9:10 min.
    expect([10, 11, 12].map((tries) => postponed(starting, BUSY, tries, NOW - DAY).state)).toEqual([
      "waiting",
      "refused",
      "refused",
    ]);
    expect(postponed(starting, { ...NO_TURN, retryAfterMs: 50 * SECOND }, 11, NOW).state).toBe("waiting");
    expect(postponed(starting, { ...NO_TURN, retryAfterMs: 50 * SECOND + 1 }, 11, NOW).state).toBe("refused");
  });

  test("queues behind those that are already waiting, for as long as the first of them", () => {
    const ahead = { ...waitingAfter(0, { ...NO_TURN, retryAfterMs: 20 * SECOND }), key: "ahead" };
    expect(queued(starting, ahead, NOW)).toMatchObject({ key: "k", nextAt: NOW + 20 * SECOND, tries: 0 });
    expect(queued(starting, ahead, NOW + 20 * SECOND)).toMatchObject({ nextAt: NOW + 20 * SECOND });
    expect(queued(starting, ahead, NOW + MINUTE)).toMatchObject({ nextAt: NOW + MINUTE });
    // The other one's time is further ahead than anybody waits, because a clock has been set back.
    expect(queued(starting, { ...ahead, nextAt: NOW + START_TIMEOUT_MS }, NOW).state).toBe("waiting");
    expect(queued(starting, { ...ahead, nextAt: NOW + DAY }, NOW)).toMatchObject({ nextAt: NOW });
  });
});

describe("what Hex says about a run", () => {
  test("is what the card shows, and ends a trouble", () => {
    const troubled = { ...running, trouble: { facts: BUSY, since: NOW } };
    expect(observed(troubled, seen("RUNNING", { startTime: NOW + 7 }), NOW)).toEqual({
      ...running,
      startedAt: NOW + 7,
    });
  });

  test("a run that has begun does not go back to pending in the bot's words, only in Hex's", () => {
    expect(observed(pending, seen("PENDING"), NOW)).toMatchObject({ state: "pending", status: "PENDING" });
    expect(observed(running, seen("PENDING"), NOW)).toMatchObject({ state: "running", status: "PENDING" });
  });

  test("a newer link, trace or version replaces the previous one, but an id is never replaced", () => {
    const more = { runId: "run-2", runUrl: "https://y.test", traceId: "t2", projectVersion: "4" };
    expect(observed(running, seen("RUNNING", more), NOW)).toMatchObject({
      hex: { runId: "run-1", url: "https://y.test", traceId: "t2", projectVersion: "4" },
    });
    expect(observed(running, seen("RUNNING"), NOW)).toMatchObject({ hex: HEX });
  });

  test("how long it took: Hex's figure, or else from beginning to end, or else nothing", () => {
    const took = (more: Partial<HexRun>) => {
      const run = observed({ ...running, startedAt: null }, seen("COMPLETED", more), NOW + MINUTE);
      return "elapsedMs" in run ? run.elapsedMs : "none";
    };
    const times = { startTime: NOW, endTime: NOW + 40 };
    expect(took({ ...times, elapsedTime: 30 })).toBe(30);
    expect(took({ ...times, elapsedTime: 0 })).toBe(0);
    expect(took(times)).toBe(40);
    expect(took({ ...times, endTime: NOW })).toBe(0);
    expect(took({ ...times, endTime: NOW - 1 })).toBeNull();
    expect(took({ ...times, endTime: null })).toBeNull();
    expect(took({ ...times, startTime: null })).toBeNull();
  });

  test.each([
    ["the time Hex names", NOW + 1, NOW + 1],
    ["one a day before it was asked for, by another clock", NOW - DAY, NOW - DAY],
    ["none older than that", NOW - DAY - 1, NOW + MINUTE],
    ["one five minutes ahead", NOW + 6 * MINUTE, NOW + 6 * MINUTE],
    ["none further ahead", NOW + 6 * MINUTE + 1, NOW + MINUTE],
    ["none", null, NOW + MINUTE],
  ])("it ended at %s", (_, endTime, endedAt) => {
    expect(observed(running, seen("COMPLETED", { endTime }), NOW + MINUTE)).toMatchObject({ endedAt });
  });

  test("each end has its own state, and an unknown end has Hex's word", () => {
    const end = (status: string, run: RunIn<"running" | "cancelling"> = running) =>
      observed(run, seen(status, { endTime: NOW }), NOW);
    expect(end("COMPLETED")).toMatchObject({ state: "completed", hex: HEX, startedAt: NOW + 5 });
    expect(end("ERRORED").state).toBe("errored");
    expect(end("UNABLE_TO_ALLOCATE_KERNEL").state).toBe("no_kernel");
    expect(end("EXPIRED")).toMatchObject({ state: "ended", status: "EXPIRED" });
    expect(end("KILLED")).toMatchObject({ state: "cancelled", by: null });
    expect(end("KILLED", cancelling(running, "U2", NOW))).toMatchObject({ state: "cancelled", by: "U2" });
  });
});

describe("overdue", () => {
  const usual = { ...running, typicalMs: 10 * MINUTE };

  test("from its time on, once", () => {
    expect(timed(usual, 20 * MINUTE - 1, NOW).overdue).toBeNull();
    expect(timed(usual, 20 * MINUTE, NOW).overdue).toEqual({ since: NOW, told: false });
    expect(timed(running, DAY, NOW)).toBe(running);
    const told = toldOverdue(timed(usual, DAY, NOW));
    expect(told.overdue).toEqual({ since: NOW, told: true });
    expect(timed({ ...usual, overdue: told.overdue }, DAY, NOW + 1).overdue).toEqual({ since: NOW, told: true });
  });

  test("of one that is not there is nothing to tell", () => expect(toldOverdue(usual)).toBe(usual));
});

describe("a cancellation", () => {
  const failed = notCancelled(cancelling(running, "U1", NOW), BUSY, "r1", NOW);
  const asked = cancelling(failed, "U2", NOW);

  test("is asked for by somebody, and forgets why the one before failed", () => {
    expect(asked).toEqual({
      ...withoutFailure(running),
      state: "cancelling",
      by: "U2",
      accepted: false,
      heldBack: null,
      unclear: [],
      lease: NOW + LEASE_MS,
    });
  });

  test("that Hex did not accept leaves the run as it was, with the reason and its reference", () => {
    expect(failed).toEqual({ ...running, cancelFailure: { facts: BUSY, reference: "r1", unclear: [] } });
    expect(notCancelled(cancelling(pending, "U1", NOW), BUSY, "r1", NOW).state).toBe("pending");
  });

  test("whose answer was lost is theirs if the run turns out to be cancelled", () => {
    const unclear = notCancelled(cancelling(running, "U1", NOW), facts("timeout"), "r1", NOW);
    expect([unclear, failed].map((run) => observed(run, seen("KILLED"), NOW))).toMatchObject([
      { state: "cancelled", by: "U1" },
      { state: "cancelled", by: null },
    ]);
    const afterwards = (ms: number) => {
      const seenLater = observed(unclear, seen("RUNNING"), NOW + ms);
      return isLive(seenLater) ? observed(seenLater, seen("KILLED"), NOW + DAY) : null;
    };
    expect(afterwards(5 * SECOND)).toMatchObject({ state: "cancelled", by: "U1" });
    expect(afterwards(2 * MINUTE)).toMatchObject({ state: "cancelled", by: null });
  });

  test("whose answer was lost may be what ended a run that somebody else cancels after that", () => {
    const lost = (run: RunIn<"pending" | "running">, by: string, at: number) =>
      notCancelled(cancelling(run, by, at), facts("timeout"), "r1", at);
    const unclear = lost(running, "U1", NOW);
    const killed = (run: LiveRun) => observed(run, seen("KILLED"), NOW + DAY);
    const goesOn = (run: LiveRun) => {
      const still = observed(run, seen("RUNNING"), NOW + 70 * SECOND);
      if (!isLive(still)) throw new Error("it has ended");
      return still;
    };
    expect(killed(cancelling(unclear, "U2", NOW))).toMatchObject({ by: "U2", orBy: ["U1"] });
    expect(killed(cancelling(unclear, "U1", NOW))).toMatchObject({ by: "U1", orBy: [] });
    expect(killed(lost(unclear, "U2", NOW))).toMatchObject({ by: "U2", orBy: ["U1"] });
    expect(killed(lost(lost(unclear, "U2", NOW), "U1", NOW))).toMatchObject({ by: "U1", orBy: ["U2"] });
    expect(killed(notCancelled(cancelling(unclear, "U2", NOW), BUSY, "r1", NOW))).toMatchObject({ by: "U1", orBy: [] });
    // The run goes on a minute after the first of them wanted it to end.
    expect(killed(goesOn(cancelling(unclear, "U2", NOW)))).toMatchObject({ by: "U2", orBy: [] });
    expect(killed(goesOn(lost(unclear, "U2", NOW + 30 * SECOND)))).toMatchObject({ by: "U2", orBy: [] });
  });

  test("whose answer was lost is read as an earlier build stored it", () => {
    const { cancelFailure } = notCancelled(cancelling(running, "U1", NOW), facts("timeout"), "r1", NOW);
    const unclear = { by: "U1", at: NOW };
    const stored = { ...running, cancelFailure: { ...cancelFailure, unclear } };
    expect(runSchema.parse(stored)).toMatchObject({ cancelFailure: { unclear: [unclear] } });
    const without = { ...running, cancelFailure: { ...cancelFailure, unclear: null } };
    expect(runSchema.parse(without)).toMatchObject({ cancelFailure: { unclear: [] } });
  });

  test.each([
    ["the time that Hex names", 30 * SECOND, 30 * SECOND],
    ["two seconds at least", 500, 2 * SECOND],
    ["ten seconds when nobody names one", undefined, 10 * SECOND],
  ])("that a limit is in the way of is asked again after %s", (_, retryAfterMs, pause) => {
    const later = cancelledLater(asked, facts("rate_limited", { retryAfterMs }), NOW);
    expect(later.heldBack).toMatchObject({ kind: "rate_limited" });
    expect(later.lease).toBe(NOW + pause);
    expect([isCancelDue(later, NOW + pause - 1), isCancelDue(later, NOW + pause)]).toEqual([false, true]);
    expect([isCancelDue(later, NOW), isCancelDue(later, NOW - 1)]).toEqual([false, true]);
  });

  test("by a process that died is repeated when its lease is over, but never once Hex has accepted it", () => {
    expect([isCancelDue(asked, NOW + LEASE_MS - 1), isCancelDue(asked, NOW + LEASE_MS)]).toEqual([false, true]);
    expect(isCancelDue({ ...asked, accepted: true }, NOW + DAY)).toBe(false);
  });
});

/** What a run has beside the reason why it could not be cancelled. */
function withoutFailure({ cancelFailure: _, ...rest }: RunIn<"running">) {
  return rest;
}
