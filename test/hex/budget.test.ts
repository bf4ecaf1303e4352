import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget, BudgetSpent } from "../../src/hex/budget.js";
import { ManualClock } from "../sandbox/clock.js";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("Budget", () => {
  test("never more than it allows in any 60 s, whoever asks when", async () => {
    const arrival = fc.record({ afterMs: fc.integer({ min: 0, max: 9_000 }), command: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 40 }), async (arrivals) => {
        const clock = new ManualClock();
        const budget = new Budget(clock, 5);
        const sent: number[] = [];
        for (const { afterMs, command } of arrivals) {
          clock.advance(afterMs);
          void budget.take(command ? "command" : "watch", 10_000_000).then(() => sent.push(clock.now()));
          await turn();
        }
        for (let i = 0; i < 600 && sent.length < arrivals.length; i++) {
          await turn();
          clock.advance(1_000);
        }
        expect(sent).toHaveLength(arrivals.length);
        for (const at of sent)
          expect(sent.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 20 },
    );
  });

  test("commands go before polls that wait longer", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("watch", 0);
    const order: string[] = [];
    void budget.take("watch", 1_000_000).then(() => order.push("watch"));
    void budget.take("command", 1_000_000).then(() => order.push("command"));
    for (let i = 0; i < 150; i++) {
      await turn();
      clock.advance(1_000);
    }
    expect(order).toEqual(["command", "watch"]);
  });

  test("says at once when the wait would be longer than the patience", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 2);
    await budget.take("command", 0);
    await budget.take("command", 0);
    expect(budget.left).toBe(0);
    await expect(budget.take("command", 30_000)).rejects.toEqual(new BudgetSpent(60_000));
    clock.advance(60_000);
    expect(budget.left).toBe(2);
    await budget.take("command", 0);
  });

  test("counts those who wait already: each full window of them is another minute", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 2);
    for (let i = 0; i < 2; i++) await budget.take("command", 0);
    for (let i = 0; i < 3; i++) void budget.take("command", 1_000_000);
    await expect(budget.take("command", 119_999)).rejects.toEqual(new BudgetSpent(120_000));
    await expect(budget.take("watch", 119_999)).rejects.toEqual(new BudgetSpent(120_000));
  });

  test("a poll that commands overtake is sent away in time, and takes nobody's turn", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const poll = expect(budget.take("watch", 90_000)).rejects.toBeInstanceOf(BudgetSpent);
    const command = budget.take("command", 90_000);
    await turn();
    clock.advance(60_000);
    await Promise.all([command, poll]);
    expect(clock.sleeping).toBe(0);
    clock.advance(60_000);
    await budget.take("command", 0);
  });

  test("a pause that outlasts the patience of those who wait", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const waiting = expect(budget.take("command", 60_000)).rejects.toEqual(new BudgetSpent(30_000, true));
    await turn();
    budget.limited(90_000);
    clock.advance(60_000);
    await waiting;
  });

  test("less after a 429, and the whole again after ten minutes", () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited(1_000);
    budget.limited(1_000);
    expect(budget.perMinute).toBe(24);
    clock.advance(61_000);
    budget.limited(1_000);
    expect(budget.perMinute).toBe(19);
    clock.advance(10 * 60_000);
    expect(budget.perMinute).toBe(30);
    for (let minute = 0; minute < 9; minute++) {
      budget.limited(1_000);
      clock.advance(61_000);
    }
    expect(budget.perMinute).toBe(5);
  });

  test("a pause holds up everybody", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited(7_000);
    await expect(budget.take("command", 6_999)).rejects.toMatchObject({ retryAfterMs: 7_000 });
    clock.advance(7_000);
    await budget.take("command", 0);
  });

  test("a long pause holds up its own group alone once the limit that all share is over", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited(3_600_000, "starts");
    await expect(budget.take("watch", 59_999, undefined, "reads")).rejects.toEqual(new BudgetSpent(60_000, true));
    const order: string[] = [];
    const start = budget.take("command", 4_000_000, undefined, "starts").then(() => order.push("start"));
    const read = budget.take("watch", 60_000, undefined, "reads").then(() => order.push("read"));
    await turn();
    clock.advance(60_000);
    await read;
    await expect(budget.take("command", 60_000, undefined, "starts")).rejects.toEqual(new BudgetSpent(3_540_000, true));
    await budget.take("watch", 0, undefined, "reads");
    clock.advance(3_540_000);
    await start;
    expect(order).toEqual(["read", "start"]);
  });

  test("a part is kept for cancellations: they go when commands have to wait, and before those that wait", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    for (let i = 0; i < 27; i++) await budget.take("command", 0);
    expect(budget.left).toBe(0);
    await expect(budget.take("command", 0)).rejects.toEqual(new BudgetSpent(60_000));
    await expect(budget.take("watch", 0)).rejects.toEqual(new BudgetSpent(60_000));
    for (let i = 0; i < 3; i++) await budget.take("cancel", 0);
    await expect(budget.take("cancel", 0)).rejects.toEqual(new BudgetSpent(60_000));
    const order: string[] = [];
    for (const priority of ["watch", "command", "cancel"] as const)
      void budget.take(priority, 1_000_000).then(() => order.push(priority));
    clock.advance(60_000);
    for (let i = 0; i < 5; i++) await turn();
    expect(order).toEqual(["cancel", "command", "watch"]);
  });

  test("whoever leaves holds up nobody", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const leaving = new AbortController();
    const left = expect(budget.take("command", 600_000, leaving.signal)).rejects.toBeInstanceOf(BudgetSpent);
    const stays = budget.take("command", 600_000);
    leaving.abort();
    await left;
    await turn();
    clock.advance(60_000);
    await stays;
    expect(clock.sleeping).toBe(0);
  });

  test("a clock that is set back or forward changes no wait", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    clock.set(-60 * 60_000);
    await expect(budget.take("command", 30_000)).rejects.toEqual(new BudgetSpent(60_000));
    clock.set(2 * 60 * 60_000);
    await expect(budget.take("command", 30_000)).rejects.toEqual(new BudgetSpent(60_000));
  });

  test.each([
    ["fails", () => Promise.reject(new Error("no store"))],
    ["hangs", () => new Promise<number>(() => undefined)],
  ])("a ledger that %s holds up nobody for long: this process counts for itself", async (_, claim) => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1, { claim });
    const first = budget.take("command", 10_000);
    await turn();
    clock.advance(1_000);
    await first;
    await expect(budget.take("command", 0)).rejects.toBeInstanceOf(BudgetSpent);
  });
});
