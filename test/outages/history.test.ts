import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/lib/time.js";
import { historyOf, hoursOf, type Span } from "../../src/outages/history.js";
import type { Incident } from "../../src/outages/incident.js";

const NOW = Date.UTC(2026, 10, 2, 9, 20);
const cause = { facts: { kind: "timeout", operation: "me", host: "h" }, at: 0 } as const;
const over = (since: number, backAt: number): Incident => ({
  id: "r",
  since,
  cause,
  causes: [cause],
  relapses: 0,
  unwatchedMs: 0,
  state: "over",
  backAt,
});
const history = (spans: Span[], incidents: Incident[] = []) => historyOf(spans.flatMap(hoursOf), incidents, NOW);

describe("the squares", () => {
  test("nothing watched: all white, without a figure", () => {
    const { day, month, lastOutage } = history([]);
    expect(day.squares).toEqual(Array(8).fill("unwatched"));
    expect(month.squares).toEqual(Array(10).fill("unwatched"));
    expect([day.available, month.available, lastOutage]).toEqual([null, null, null]);
  });

  test("of three hours and of three days in UTC, the current ones last", () => {
    const { day, month } = history([
      { from: NOW - 30 * MINUTE, to: NOW - 15 * MINUTE, ok: false },
      { from: NOW - 15 * MINUTE, to: NOW, ok: true },
    ]);
    expect(day.squares.slice(-2)).toEqual(["unwatched", "partly"]);
    expect(month.squares.slice(-2)).toEqual(["unwatched", "partly"]);
    expect(day.downMs).toBe(15 * MINUTE);
    // 06:59 is in the three hours before these, and 31 October in the three days before these.
    expect(history([{ from: NOW - 141 * MINUTE, to: NOW - 140 * MINUTE, ok: false }]).day.squares.slice(-2)).toEqual([
      "mostly_down",
      "unwatched",
    ]);
    const october = Date.UTC(2026, 9, 31) - MINUTE;
    expect(history([{ from: october, to: october + MINUTE, ok: false }]).month.squares.slice(-2)).toEqual([
      "mostly_down",
      "unwatched",
    ]);
  });

  test("as long down as up: half available, and partly", () => {
    const { day } = history([
      { from: NOW - 10 * MINUTE, to: NOW - 5 * MINUTE, ok: false },
      { from: NOW - 5 * MINUTE, to: NOW, ok: true },
    ]);
    expect([day.available, day.squares.at(-1)]).toEqual([50, "partly"]);
    expect(hoursOf({ from: NOW, to: NOW, ok: true })).toEqual([]);
  });

  test("the oldest ones are 23 hours and 29 days back; anything older is left out", () => {
    const firstHour = Math.floor(NOW / HOUR - 23) * HOUR;
    const firstDay = Math.floor(NOW / DAY - 29) * DAY;
    const { day, month } = history([
      { from: firstHour - MINUTE, to: firstHour, ok: false },
      { from: firstHour, to: firstHour + MINUTE, ok: true },
      { from: firstDay - MINUTE, to: firstDay, ok: false },
      { from: firstDay, to: firstDay + MINUTE, ok: false },
    ]);
    expect([day.squares[0], day.available]).toEqual(["up", 100]);
    expect([month.squares[0], month.downMs]).toEqual(["mostly_down", 2 * MINUTE]);
  });

  test("an outage belongs to a period when it ended in it, or has not ended", () => {
    const base = { since: NOW - 40 * DAY, cause, causes: [cause], relapses: 0, unwatchedMs: 0 };
    const open: Incident = { id: "o", ...base, state: "down" };
    const old = over(NOW - 3 * DAY, NOW - 2 * DAY);
    const { day, month, lastOutage } = history([], [open, old]);
    expect([day.outages, month.outages]).toEqual([1, 2]);
    expect(lastOutage).toBe(open);
  });
});

describe("whatever is summed", () => {
  const span = fc
    .tuple(fc.integer({ min: 0, max: 31 * DAY }), fc.integer({ min: 1, max: 3 * HOUR }), fc.boolean())
    .map(([ago, length, ok]): Span => ({ from: NOW - ago - length, to: NOW - ago, ok }));

  test("cutting at full hours loses no millisecond", () => {
    fc.assert(
      fc.property(span, (made) => {
        const hours = hoursOf(made);
        const sum = hours.reduce((total, { upMs, downMs }) => total + upMs + downMs, 0);
        expect(sum).toBe(made.to - made.from);
        for (const { upMs, downMs } of hours) expect(upMs + downMs).toBeLessThanOrEqual(HOUR);
      }),
    );
  });

  test("never 100 percent when anything was down, and 100 when nothing was", () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 40 }), (spans) => {
        for (const { squares, available, downMs } of [history(spans).day, history(spans).month]) {
          if (available === null) expect(squares.every((square) => square === "unwatched")).toBe(true);
          else expect(available === 100).toBe(downMs === 0);
          expect(squares.some((square) => square === "partly" || square === "mostly_down")).toBe(downMs > 0);
        }
      }),
    );
    const { day } = history([
      { from: NOW - HOUR, to: NOW - 1, ok: true },
      { from: NOW - 1, to: NOW, ok: false },
    ]);
    expect(day.available).toBe(99.9);
  });
});
