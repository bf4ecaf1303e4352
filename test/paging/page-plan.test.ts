// What is paged when, and that nobody is paged twice, nobody stays paged, and nobody is forgotten.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Attention, NO_ATTENTION, type Subject } from "../../src/attention/attention.js";
import {
  accepted,
  isSettled,
  NO_PAGE,
  nextEvent,
  notAccepted,
  PAGE_FAILURES,
  type Page,
  type PageAction,
  type PageWish,
  pageSchema,
  pauseAfter,
  plannedSteps,
  sending,
} from "../../src/paging/page-plan.js";

const MINUTE = 60_000;
const TERMS = { afterMs: 5 * MINUTE, retryRefusedBefore: 0, now: Number.MAX_SAFE_INTEGER };
const subject: Subject = { kind: "trouble", id: "a" };
const wish = (more: Partial<PageWish> = {}): PageWish => ({
  subject,
  toldAt: MINUTE,
  isBad: true,
  attention: NO_ATTENTION,
  ...more,
});
const taken: Attention = { ...NO_ATTENTION, taken: { by: "ada", at: 0 } };
const silenced = (until: number | null): Attention => ({ ...NO_ATTENTION, silence: { by: "ada", at: 0, until } });
const triggered: Page = { ...NO_PAGE, mayExist: true, triggeredAt: 6 * MINUTE };

describe("one page", () => {
  test.each<[string, PageWish | null, Page, [PageAction, number] | null]>([
    ["nobody is on it: after five minutes", wish(), NO_PAGE, ["trigger", 6 * MINUTE]],
    ["somebody is on it: never", wish({ attention: taken }), NO_PAGE, null],
    ["it may be over soon: not yet", wish({ isBad: false }), NO_PAGE, null],
    ["silenced until later: then", wish({ attention: silenced(9 * MINUTE) }), NO_PAGE, ["trigger", 9 * MINUTE]],
    [
      "the silence is over before: as usual",
      wish({ attention: silenced(3 * MINUTE) }),
      NO_PAGE,
      ["trigger", 6 * MINUTE],
    ],
    ["silenced until it is fixed: never", wish({ attention: silenced(null) }), NO_PAGE, null],
    ["paged, and nobody is on it: nothing more", wish(), triggered, null],
    ["paged, and taken: acknowledged", wish({ attention: taken }), triggered, ["acknowledge", 0]],
    ["acknowledged already", wish({ attention: taken }), { ...triggered, acknowledgedAt: 1 }, null],
    ["over: resolved", null, triggered, ["resolve", 0]],
    ["over without a page: nothing", null, NO_PAGE, null],
    ["the answer to the trigger was lost: sent again", wish(), { ...NO_PAGE, mayExist: true }, ["trigger", 6 * MINUTE]],
    ["lost, and taken: acknowledged", wish({ attention: taken }), { ...NO_PAGE, mayExist: true }, ["acknowledge", 0]],
    ["lost, and over: resolved", null, { ...NO_PAGE, mayExist: true }, ["resolve", 0]],
    ["resolved: never again", wish(), { ...triggered, resolvedAt: 1 }, null],
  ])("%s", (_, wanted, page, expected) => {
    const next = nextEvent(wanted, page, TERMS);
    expect(next === null ? null : [next.action, next.at]).toEqual(expected);
  });

  test("refused as invalid: not sent again, until the bot is restarted; another event is", () => {
    const refused = notAccepted(NO_PAGE, "trigger", "refused", 7 * MINUTE);
    expect(refused).toMatchObject({ mayExist: false, failure: { kind: "refused", count: 1 } });
    expect(nextEvent(wish(), refused, TERMS)).toBeNull();
    expect(nextEvent(wish(), refused, { ...TERMS, retryRefusedBefore: 8 * MINUTE })).toMatchObject({
      action: "trigger",
    });
    expect(isSettled(refused)).toBe(true);
    const resolve = notAccepted(triggered, "resolve", "refused", 7 * MINUTE);
    expect(nextEvent(null, resolve, TERMS)).toBeNull();
    expect(nextEvent(wish({ attention: taken }), resolve, TERMS)).toMatchObject({ action: "acknowledge" });
  });
});

test("the trigger was lost, somebody had it for a while, and then it is paged: acknowledged when somebody has it again", () => {
  const lost = notAccepted(NO_PAGE, "trigger", "unreachable", 6 * MINUTE);
  const acknowledged = accepted(lost, "acknowledge", 7 * MINUTE);
  expect(nextEvent(wish(), acknowledged, TERMS)).toEqual({ action: "trigger", at: 6 * MINUTE });
  const paged = accepted(sending(acknowledged, "trigger"), "trigger", 8 * MINUTE);
  expect(nextEvent(wish({ attention: taken }), paged, TERMS)).toEqual({ action: "acknowledge", at: 0 });
});

test("pages that failed less often go first, so that one that is never accepted does not hold up the others", () => {
  const [one, other]: Subject[] = [
    { kind: "trouble", id: "one" },
    { kind: "incident", id: "other" },
  ];
  if (one === undefined || other === undefined) throw new Error("There are two.");
  const failing = notAccepted(NO_PAGE, "trigger", "denied", 1);
  const steps = plannedSteps(
    [wish({ subject: one, toldAt: 0 }), wish({ subject: other })],
    new Map([["trouble one", { subject: one, page: failing }]]),
    TERMS,
  );
  expect(steps.map(({ subject: { id } }) => id)).toEqual(["other", "one"]);
});

test("the earliest goes first, and what is over comes with what is not", () => {
  const others = ["late", "early"].map((id, index) => wish({ subject: { kind: "trouble", id }, toldAt: 9 - index }));
  const over: Subject = { kind: "incident", id: "over" };
  const pages = new Map([
    ["incident over", { subject: over, page: triggered }],
    ["trouble done", { subject: { kind: "trouble", id: "done" } as const, page: { ...triggered, resolvedAt: 1 } }],
  ]);
  expect(plannedSteps(others, pages, TERMS)).toEqual([
    { subject: over, action: "resolve", at: 0 },
    { subject: { kind: "trouble", id: "early" }, action: "trigger", at: 8 + 5 * MINUTE },
    { subject: { kind: "trouble", id: "late" }, action: "trigger", at: 9 + 5 * MINUTE },
  ]);
});

test("what the service was told is not planned again", () => {
  const pages = new Map([["trouble a", { subject, page: triggered }]]);
  expect(plannedSteps([wish()], pages, TERMS)).toEqual([]);
  expect(plannedSteps([wish({ attention: taken })], pages, TERMS)).toEqual([{ subject, action: "acknowledge", at: 0 }]);
});

test("a failure is counted until an event is accepted, and only a trigger that was not refused may have made a page", () => {
  const once = notAccepted(NO_PAGE, "trigger", "denied", 1);
  expect(once).toEqual({ ...NO_PAGE, mayExist: true, failure: { action: "trigger", kind: "denied", at: 1, count: 1 } });
  expect(notAccepted(once, "trigger", "timeout", 2).failure).toMatchObject({ kind: "timeout", at: 2, count: 2 });
  expect(accepted(once, "trigger", 3)).toEqual({ ...NO_PAGE, mayExist: true, triggeredAt: 3 });
  expect(accepted(triggered, "resolve", 4)).toEqual({ ...triggered, resolvedAt: 4 });
  expect(sending(NO_PAGE, "resolve")).toEqual(NO_PAGE);
  expect(notAccepted(NO_PAGE, "acknowledge", "failed", 1).mayExist).toBe(false);
});

test("what was refused is tried again from the moment that is given, and other failures are always", () => {
  const failed = (kind: (typeof PAGE_FAILURES)[number]) => notAccepted(NO_PAGE, "trigger", kind, 7);
  const isTried = (page: Page, retryRefusedBefore: number) =>
    nextEvent(wish(), page, { ...TERMS, retryRefusedBefore }) !== null;
  expect([6, 7, 8].map((before) => isTried(failed("refused"), before))).toEqual([false, false, true]);
  for (const kind of PAGE_FAILURES.filter((one) => one !== "refused")) expect(isTried(failed(kind), 0)).toBe(true);
  expect(nextEvent(wish(), failed("refused"), { ...TERMS, now: 6 })).not.toBeNull();
});

test.each<[string, Page, boolean]>([
  ["nothing was ever sent", NO_PAGE, true],
  ["a page is open", triggered, false],
  ["a page may be open", { ...NO_PAGE, mayExist: true }, false],
  ["the page is resolved", { ...triggered, resolvedAt: 1 }, true],
])("%s: nothing more to tell: %s", (_, page, isDone) => expect(isSettled(page)).toBe(isDone));

test("a page is kept as it is, and nothing else is taken for one", () => {
  const failing = notAccepted(triggered, "acknowledge", "rate_limited", 9);
  for (const page of [NO_PAGE, failing]) expect(pageSchema.parse(JSON.parse(JSON.stringify(page)))).toEqual(page);
  for (const changed of [
    { mayExist: undefined },
    { triggeredAt: "now" },
    { failure: {} },
    { failure: { ...failing.failure, kind: "angry" } },
    { failure: { ...failing.failure, action: "shout" } },
  ])
    expect(pageSchema.safeParse({ ...failing, ...changed }).success).toBe(false);
});

test("pauses grow, and are bounded, whatever the service asks for", () => {
  const pauses = Array.from({ length: 12 }, (_, index) => pauseAfter(index + 1, "failed", null));
  expect(pauses.slice(0, 3)).toEqual([15_000, 30_000, 60_000]);
  expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
  expect(Math.max(...pauses)).toBe(10 * MINUTE);
  expect(pauseAfter(1, "rate_limited", null)).toBe(2 * MINUTE);
  expect(pauseAfter(5, "rate_limited", null)).toBe(4 * MINUTE);
  expect(pauseAfter(1, "rate_limited", 3 * MINUTE)).toBe(3 * MINUTE);
  expect(pauseAfter(4, "failed", MINUTE)).toBe(2 * MINUTE);
  expect(pauseAfter(2_000, "failed", null)).toBe(10 * MINUTE);
  expect(pauseAfter(1, "failed", 3 * MINUTE)).toBe(3 * MINUTE);
  expect(pauseAfter(1, "failed", 1e12)).toBe(15 * MINUTE);
});

/** PagerDuty's side: whether there is an incident, and how many there were. */
interface Service {
  state: "none" | "triggered" | "acknowledged";
  rang: number;
}

function receive(service: Service, action: PageAction): void {
  if (action === "resolve") service.state = "none";
  else if (action === "acknowledge") service.state = service.state === "none" ? "none" : "acknowledged";
  else if (service.state === "none") {
    service.state = "triggered";
    service.rang += 1;
  }
}

describe("whatever happens", () => {
  /** What comes of an event: accepted, refused, or lost on the way there, on the way back, or by a crash before or after. */
  const fate = fc.constantFrom("accepted", "refused", "lost", "answer_lost", "crash_before", "crash_after");
  const happening = fc.oneof(
    fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 20 * MINUTE }) }),
    fc.constant({ type: "take" as const }),
    fc.constant({ type: "release" as const }),
    fc.record({ type: fc.constant("silence" as const), ms: fc.option(fc.integer({ min: 1, max: 60 * MINUTE })) }),
    fc.constant({ type: "end_silence" as const }),
  );

  test("it rings once at most, a page is acknowledged when somebody has it, and none is open in the end", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), fc.array(fate, { maxLength: 40 }), (happenings, given) => {
        const fates = [...given];
        let hasFailed = false;
        const service: Service = { state: "none", rang: 0 };
        let [page, attention, now]: [Page, Attention, number] = [NO_PAGE, NO_ATTENTION, MINUTE];
        let over = false;
        const round = () => {
          for (let turn = 0; turn < 5; turn++) {
            const terms = { ...TERMS, retryRefusedBefore: over ? Number.POSITIVE_INFINITY : 0 };
            const next = nextEvent(over ? null : wish({ attention }), page, terms);
            if (next === null || next.at > now) return;
            // In the end the service works.
            const comes = over && fates.length === 0 ? "accepted" : (fates.shift() ?? "accepted");
            const stored = sending(page, next.action);
            if (comes === "crash_before") {
              page = stored;
              hasFailed = true;
              return;
            }
            if (comes !== "refused" && comes !== "lost") receive(service, next.action);
            if (comes === "accepted") page = accepted(stored, next.action, now);
            else if (comes === "refused") page = notAccepted(page, next.action, "refused", now);
            else if (comes === "crash_after") page = stored;
            else page = notAccepted(page, next.action, "unreachable", now);
            hasFailed = comes !== "accepted";
            if (hasFailed) return;
          }
        };
        for (const one of happenings) {
          if (one.type === "pass") now += one.ms;
          else if (one.type === "take") attention = { ...attention, taken: { by: "ada", at: now } };
          else if (one.type === "release") attention = { ...attention, taken: null };
          else if (one.type === "end_silence") attention = { ...attention, silence: null };
          else
            attention = { ...attention, silence: { by: "ada", at: now, until: one.ms === null ? null : now + one.ms } };
          round();
          if (!hasFailed && attention.taken !== null) expect(service.state).not.toBe("triggered");
        }
        over = true;
        for (let turn = 0; turn < 60; turn++) round();
        expect(service.state).toBe("none");
        expect(service.rang).toBeLessThanOrEqual(1);
        expect(isSettled(page)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("nobody is on it and nothing is silenced: it rings as soon as the time is up and the service works", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...PAGE_FAILURES.filter((one) => one !== "refused")), { maxLength: 5 }),
        (failures) => {
          let page: Page = NO_PAGE;
          for (const kind of failures) {
            expect(nextEvent(wish(), page, TERMS)).toEqual({ action: "trigger", at: 6 * MINUTE });
            page = notAccepted(page, "trigger", kind, 7 * MINUTE);
          }
          expect(nextEvent(wish(), page, TERMS)).toEqual({ action: "trigger", at: 6 * MINUTE });
          expect(page.failure?.count ?? 0).toBe(failures.length);
        },
      ),
    );
  });
});
