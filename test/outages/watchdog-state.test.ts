import { describe, expect, test } from "vitest";
import { HexError, type HexErrorKind } from "../../src/hex/errors.js";
import { daysLeft, dueDays, noticed, noticeSchema } from "../../src/outages/expiry.js";
import {
  type Answer,
  isOverdue,
  remembered,
  salvaged,
  spanOf,
  type WatchdogState,
  watchdogStateSchema,
} from "../../src/outages/watchdog-state.js";

const ORIGIN = "https://app.hex.tech";
const DAY = 24 * 60 * 60_000;
const MINUTE = 60_000;
const EMPTY: WatchdogState = { health: { state: "up" }, probe: null, token: null, notices: [], workspace: null };
const well: Answer = { me: { expiresAt: null, orgId: null }, error: null };
const ill = (kind: HexErrorKind, retryAfterMs?: number): Answer => ({
  me: null,
  error: new HexError({ kind, operation: "me", host: "h", retryAfterMs }),
});
const probe = (memory: WatchdogState, answer: Answer, now: number) =>
  remembered(memory, answer, { now, reference: "r", probeMs: MINUTE, origin: ORIGIN });

describe("what a probe adds", () => {
  test("the time since the last one counts by what that one saw", () => {
    const first = probe(EMPTY, well, 0);
    expect(first.span).toBeNull();
    const second = probe(first.memory, ill("timeout"), MINUTE);
    expect(second.span).toEqual({ from: 0, to: MINUTE, ok: true });
    expect(probe(second.memory, well, 1.25 * MINUTE).span).toEqual({ from: MINUTE, to: 1.25 * MINUTE, ok: false });
  });

  test("a bot that was stopped has not watched: a probe covers at most two pauses and two minutes", () => {
    const { memory } = probe(EMPTY, well, 0);
    expect(probe(memory, well, 5 * DAY).span).toEqual({ from: 0, to: 4 * MINUTE, ok: true });
    expect(spanOf(memory.probe, MINUTE)).toEqual({ from: 0, to: MINUTE, ok: true });
  });

  test("a stored probe that claims to cover years fills no more than a day's hours", () => {
    const probe = { at: 0, ok: true, kind: null, until: 1e13 };
    const span = spanOf(probe, 1e12);
    expect(span).toEqual({ from: 1e12 - DAY, to: 1e12, ok: true });
  });

  test("two failures with unwatched time in between are not an outage", () => {
    const { memory } = probe(EMPTY, ill("timeout"), 0);
    expect(probe(memory, ill("timeout"), DAY).memory.health).toMatchObject({ state: "doubt", first: { at: DAY } });
    expect(probe(memory, ill("timeout"), 0.25 * MINUTE).memory.health).toMatchObject({ state: "down" });
  });

  test("slow probes still count as two in a row, however short the pause", () => {
    const often = (memory: WatchdogState, now: number) =>
      remembered(memory, ill("timeout"), { now, reference: "r", probeMs: 10_000, origin: ORIGIN });
    const { memory, pauseMs } = often(EMPTY, 0);
    expect(often(memory, pauseMs + 15_000).memory.health).toMatchObject({ state: "down" });
  });

  test("an answer that does not say when the token expires renews nothing", () => {
    const { memory } = probe(EMPTY, { me: { expiresAt: 2 * DAY, orgId: null }, error: null }, 0);
    const silent = probe(memory, { me: { expiresAt: "unknown", orgId: null }, error: null }, MINUTE).memory;
    expect(silent.token).toBeNull();
    expect(silent.notices).toEqual(memory.notices);
    expect(probe(silent, { me: { expiresAt: 2 * DAY, orgId: null }, error: null }, 2 * MINUTE).memory.notices).toEqual(
      memory.notices,
    );
  });

  test("a limit on requests changes nothing, and the probe waits for it", () => {
    const { memory } = probe(EMPTY, ill("timeout"), 0);
    const limited = probe(memory, ill("rate_limited", 90_000), MINUTE / 4);
    expect(limited).toEqual({ memory, ended: null, span: null, pauseMs: 90_000 });
  });

  test("Hex's own limit is a sign of life: it ends an outage, and the probe is not overdue meanwhile", () => {
    const limited: Answer = {
      me: null,
      error: new HexError({ kind: "rate_limited", operation: "me", host: "h", status: 429, retryAfterMs: 30_000 }),
    };
    let { memory } = probe(EMPTY, ill("timeout"), 0);
    memory = probe(memory, ill("timeout"), MINUTE / 4).memory;
    for (const minute of [2, 3]) memory = probe(memory, limited, minute * MINUTE).memory;
    expect(memory.health.state).toBe("back");
    expect(memory.probe).toMatchObject({ ok: true, kind: null, at: 3 * MINUTE });
    expect(probe(memory, limited, 4 * MINUTE).pauseMs).toBeGreaterThanOrEqual(30_000);
  });

  test("the probe does not wait for a time that a failure names: neither the alarm nor its end may be an hour late", () => {
    const first = probe(EMPTY, ill("hex_failed", 60 * MINUTE), 0);
    expect(first.pauseMs).toBe(MINUTE / 4);
    const second = probe(first.memory, ill("hex_failed", 60 * MINUTE), MINUTE / 4);
    expect([second.memory.health.state, second.pauseMs]).toEqual(["down", MINUTE]);
  });

  test("an outage during which the bot was stopped says for how long nobody watched", () => {
    let { memory } = probe(EMPTY, ill("timeout"), 0);
    memory = probe(memory, ill("timeout"), MINUTE / 4).memory;
    memory = probe(memory, ill("timeout"), 3 * DAY).memory;
    const until = MINUTE / 4 + 2 * MINUTE + 2 * MINUTE;
    expect(memory.health).toMatchObject({ state: "down", incident: { since: 0, unwatchedMs: 3 * DAY - until } });
  });

  test("a failure keeps what is known about the token", () => {
    const { memory } = probe(EMPTY, { me: { expiresAt: 20 * DAY, orgId: null }, error: null }, 0);
    expect(probe(memory, ill("unauthorized"), MINUTE).memory.token).toEqual({ expiresAt: 20 * DAY });
  });
});

describe("what is remembered", () => {
  const expiring: Answer = { me: { expiresAt: 2 * DAY, orgId: "org" }, error: null };
  const { memory } = probe(EMPTY, expiring, 0);

  test("the token's expiry with its warning, and the workspace, until another one is told", () => {
    expect(memory).toMatchObject({ token: { expiresAt: 2 * DAY }, workspace: { id: "org", origin: ORIGIN } });
    expect(memory.notices).toEqual([{ expiresAt: 2 * DAY, days: 3, at: 0, renewedAt: null }]);
    const silent = probe(memory, { me: { expiresAt: "unknown", orgId: null }, error: null }, MINUTE).memory;
    expect(silent).toMatchObject({ workspace: { id: "org" }, notices: memory.notices, token: null });
    expect(probe(memory, ill("dns"), MINUTE).memory.workspace).toEqual({ id: "org", origin: ORIGIN });
  });

  test("as it is stored, and nothing that only looks like it", () => {
    const down = probe(probe(memory, ill("dns"), MINUTE).memory, ill("dns"), 2 * MINUTE).memory;
    for (const state of [EMPTY, memory, down])
      expect(watchdogStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    const { workspace: _, ...old } = memory;
    expect(watchdogStateSchema.parse(old).workspace).toBeNull();
  });

  test("of a damaged memory, part by part what can still be read", () => {
    const health = { state: "doubt", first: { facts: ill("dns").error?.facts, at: 5, reference: "r" } };
    const known = { state: "up" } as const;
    const damaged = (parts: object) => salvaged(JSON.stringify({ ...memory, ...parts }), known);
    expect(salvaged(JSON.stringify({ ...memory, health }), known)).toEqual({ ...memory, health });
    expect(damaged({ health: { state: "sideways" } })).toEqual(memory);
    expect(damaged({ probe: { at: "noon" } })).toEqual({ ...memory, probe: null });
    expect(damaged({ token: "none" })).toEqual({ ...memory, token: null });
    expect(damaged({ token: {} })).toEqual({ ...memory, token: null });
    expect(damaged({ notices: [{ days: 2 }] })).toEqual({ ...memory, notices: [] });
    expect(damaged({ workspace: { id: 7 } })).toEqual({ ...memory, workspace: null });
    for (const text of [null, "", "{", "7", "[]"]) expect(salvaged(text, known)).toEqual(EMPTY);
  });

  test("two failures up to the end of the time that a probe speaks for are two in a row", () => {
    const first = probe(EMPTY, ill("timeout"), 0).memory;
    const until = first.probe?.until ?? 0;
    expect(probe(first, ill("timeout"), until).memory.health.state).toBe("down");
    expect(probe(first, ill("timeout"), until + 1).memory.health.state).toBe("doubt");
  });

  test("a probe speaks for no time before it was made", () => {
    expect([spanOf(memory.probe, 0), spanOf(memory.probe, -1), spanOf(null, MINUTE)]).toEqual([null, null, null]);
  });

  test("nobody probes any more when its time is over, or lies two minutes ahead of the clock", () => {
    const stored = { at: 10 * MINUTE, ok: true, kind: null, until: 12 * MINUTE };
    expect([12 * MINUTE, 12 * MINUTE + 1].map((now) => isOverdue(stored, now))).toEqual([false, true]);
    expect([8 * MINUTE, 8 * MINUTE - 1].map((now) => isOverdue(stored, now))).toEqual([false, true]);
  });
});

describe("the expiry", () => {
  test("in whole days, below zero once it is over", () => {
    expect([2.9, 2, 0.5, -0.5].map((days) => daysLeft((100 + days) * DAY, 100 * DAY))).toEqual([2, 2, 0, -1]);
  });

  test("what was said is kept as it is, of the last five tokens", () => {
    let notices = noticed([], 2 * DAY, 0);
    for (let token = 1; token < 9; token++) notices = noticed(notices, 2 * DAY + token, token);
    expect(notices.map(({ expiresAt }) => expiresAt - 2 * DAY)).toEqual([4, 5, 6, 7, 8]);
    for (const notice of notices) expect(noticeSchema.parse(notice)).toEqual(notice);
    expect(noticeSchema.safeParse({ ...notices[0], days: 2 }).success).toBe(false);
  });

  test.each([
    [15, null],
    [14, 14],
    [7.1, 14],
    [7, 7],
    [3, 3],
    [2, 3],
    [1, 1],
    [0.01, 1],
    [0, null],
    [-1, null],
  ])("%d days ahead: warning %s", (days, due) => {
    expect(dueDays(100 * DAY, (100 - days) * DAY)).toBe(due);
  });
  test("a token without one: never", () => expect(dueDays(null, 0)).toBeNull());

  test("day by day: each warning once, and a first start with two days left gives the nearest alone", () => {
    const warnings = (from: number) => {
      let notices = noticed([], 30 * DAY, from);
      const given = new Set<string>();
      for (let now = from; now < 30 * DAY; now += DAY / 8) {
        notices = noticed(notices, 30 * DAY, now);
        for (const { days, at } of notices) given.add(`${days} at ${at / DAY}`);
      }
      return [...given];
    };
    expect(warnings(0)).toEqual(["14 at 16", "7 at 23", "3 at 27", "1 at 29"]);
    expect(warnings(28 * DAY)).toEqual(["3 at 28", "1 at 29"]);
  });

  test("another token, or one that never expires, resolves it; one that expires soon is warned of at once", () => {
    const notices = noticed([], 2 * DAY, 0);
    expect(noticed(notices, null, 5)).toEqual([{ expiresAt: 2 * DAY, days: 3, at: 0, renewedAt: 5 }]);
    expect(noticed(notices, 6 * DAY, 5)).toMatchObject([{ renewedAt: 5 }, { days: 7, at: 5, renewedAt: null }]);
    expect(noticed(noticed(notices, null, 5), null, 9)).toMatchObject([{ renewedAt: 5 }]);
  });

  test("the same token again: its warning is given anew", () => {
    const renewed = noticed(noticed([], 2 * DAY, 0), 90 * DAY, 5);
    expect(noticed(renewed, 2 * DAY, 9)).toEqual([{ expiresAt: 2 * DAY, days: 3, at: 9, renewedAt: null }]);
  });
});
