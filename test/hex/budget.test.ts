import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget, BudgetSpent } from "../../src/hex/budget.js";
import type { Priority } from "../../src/hex/priority.js";
import type { Share } from "../../src/hex/shares.js";
import { ManualClock } from "../sandbox/clock.js";

const POLLS: Share = { name: "polls", weight: 12 };
const named = (priority: Priority) => (typeof priority === "string" ? priority : priority.name);
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("Budget", () => {
  test("never sends more than it allows in any 60 s, no matter who asks when", async () => {
    const arrival = fc.record({ afterMs: fc.integer({ min: 0, max: 9_000 }), command: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 40 }), async (arrivals) => {
        const clock = new ManualClock();
        const budget = new Budget(clock, 5);
        const sent: number[] = [];
        for (const { afterMs, command } of arrivals) {
          clock.advance(afterMs);
          void budget.take(command ? "command" : POLLS, 10_000_000).then(() => sent.push(clock.now()));
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

  test("commands go before polls that have been waiting longer", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take(POLLS, 0);
    const order: string[] = [];
    void budget.take(POLLS, 1_000_000).then(() => order.push("poll"));
    void budget.take("command", 1_000_000).then(() => order.push("command"));
    for (let i = 0; i < 150; i++) {
      await turn();
      clock.advance(1_000);
    }
    expect(order).toEqual(["command", "poll"]);
  });

  test("rejects at once when the wait would be longer than the patience", async () => {
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

  test("counts the requests that are already waiting: each full window of them takes another minute", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 2);
    for (let i = 0; i < 2; i++) await budget.take("command", 0);
    for (let i = 0; i < 3; i++) void budget.take("command", 1_000_000);
    await expect(budget.take("command", 119_999)).rejects.toEqual(new BudgetSpent(120_000));
    await expect(budget.take(POLLS, 119_999)).rejects.toEqual(new BudgetSpent(120_000));
  });

  test("a poll that commands overtake is rejected in time and takes nobody's turn", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const poll = expect(budget.take(POLLS, 90_000)).rejects.toBeInstanceOf(BudgetSpent);
    const command = budget.take("command", 90_000);
    await turn();
    clock.advance(60_000);
    await Promise.all([command, poll]);
    expect(clock.sleeping).toBe(0);
    clock.advance(60_000);
    await budget.take("command", 0);
  });

  test("a pause that outlasts the patience of waiting requests", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const waiting = expect(budget.take("command", 60_000)).rejects.toEqual(new BudgetSpent(30_000, true));
    await turn();
    budget.limited(90_000);
    clock.advance(60_000);
    await waiting;
  });

  test("allows less after a 429, and everything again after ten minutes", () => {
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

  test("whose wait it is does not depend on how much time passes while it is found out", async () => {
    const clock = new ManualClock(undefined, 0.001);
    const budget = new Budget(clock, 1);
    budget.limited(90_000);
    await expect(budget.take("command", 0)).rejects.toMatchObject({ askedByHex: true });
    const waiting = budget.take("command", 89_000);
    await expect(waiting).rejects.toMatchObject({ askedByHex: true });
    const overtaken = budget.take("command", 120_000);
    const rejected = expect(overtaken).rejects.toMatchObject({ askedByHex: true });
    await turn();
    budget.limited(3_600_000);
    clock.advance(90_000);
    await rejected;
  });

  test("a long pause that is no group's holds up everybody to its end", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited(90_000);
    clock.advance(60_000);
    await expect(budget.take("command", 0)).rejects.toEqual(new BudgetSpent(30_000, true));
  });

  test("a long pause holds up only its own group once the shared limit is over", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited(3_600_000, "starts");
    await expect(budget.take(POLLS, 59_999, undefined, "reads")).rejects.toEqual(new BudgetSpent(60_000, true));
    const order: string[] = [];
    const start = budget.take("command", 4_000_000, undefined, "starts").then(() => order.push("start"));
    const read = budget.take(POLLS, 60_000, undefined, "reads").then(() => order.push("read"));
    await turn();
    clock.advance(60_000);
    await read;
    await expect(budget.take("command", 60_000, undefined, "starts")).rejects.toEqual(new BudgetSpent(3_540_000, true));
    await budget.take(POLLS, 0, undefined, "reads");
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
    await expect(budget.take(POLLS, 0)).rejects.toEqual(new BudgetSpent(60_000));
    for (let i = 0; i < 3; i++) await budget.take("cancel", 0);
    await expect(budget.take("cancel", 0)).rejects.toEqual(new BudgetSpent(60_000));
    const order: string[] = [];
    for (const priority of [POLLS, "command", "cancel"] as const)
      void budget.take(priority, 1_000_000).then(() => order.push(named(priority)));
    clock.advance(60_000);
    for (let i = 0; i < 5; i++) await turn();
    expect(order).toEqual(["cancel", "command", "polls"]);
  });

  test("a request that no longer waits holds up nobody", async () => {
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

  test("setting the clock back or forward changes no wait", async () => {
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

  test("says what it is in the log", () => {
    expect(String(new BudgetSpent(1_500))).toBe("BudgetSpent: no request to Hex may go for another 1500 ms");
  });

  test("a request that may go is counted at once, and forgotten after a minute", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    const gone = budget.take("command", 0);
    expect(budget.left).toBe(26);
    await gone;
    clock.advance(59_999);
    expect(budget.left).toBe(26);
    clock.advance(1);
    expect(budget.left).toBe(27);
  });

  test("nothing is left during a pause, or when less is allowed than was sent", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited(2_000);
    expect(budget.left).toBe(0);
    clock.advance(2_000);
    expect([budget.perMinute, budget.left]).toEqual([24, 22]);
    for (let i = 0; i < 22; i++) await budget.take("command", 0);
    clock.advance(58_000);
    budget.limited();
    expect([budget.perMinute, budget.left]).toEqual([19, 0]);
  });

  test("of very few requests none is kept for cancellations, of five one is", async () => {
    const clock = new ManualClock();
    const few = new Budget(clock, 4);
    expect(few.left).toBe(4);
    const five = new Budget(clock, 5);
    expect(five.left).toBe(4);
    for (let i = 0; i < 4; i++) await five.take("command", 0);
    await expect(five.take("command", 0)).rejects.toEqual(new BudgetSpent(60_000));
    await five.take("cancel", 0);
  });

  test("a minute with a 429 counts once, the next minute again, and none makes a small budget smaller", () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    budget.limited();
    clock.advance(59_999);
    budget.limited();
    expect(budget.perMinute).toBe(24);
    clock.advance(1);
    budget.limited();
    expect(budget.perMinute).toBe(19);
    clock.advance(9 * 60_000 - 1);
    expect(budget.perMinute).toBe(19);
    clock.advance(1);
    expect(budget.perMinute).toBe(24);
    const small = new Budget(clock, 3);
    small.limited();
    expect(small.perMinute).toBe(3);
  });

  test("polls make way while a command waits, and for ten seconds after one", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take(POLLS, 0);
    expect(budget.commandsActive).toBe(false);
    void budget.take(POLLS, 1_000_000);
    expect(budget.commandsActive).toBe(false);
    const command = budget.take("command", 1_000_000);
    await turn();
    clock.advance(30_000);
    expect(budget.commandsActive).toBe(true);
    clock.advance(30_000);
    await command;
    expect(budget.commandsActive).toBe(false);
    await expect(budget.take("cancel", 0)).rejects.toBeInstanceOf(BudgetSpent);
    clock.advance(9_999);
    expect(budget.commandsActive).toBe(true);
    clock.advance(1);
    expect(budget.commandsActive).toBe(false);
  });

  test("nobody overtakes whoever waits longer, at the moment of the turn either", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const order: string[] = [];
    const first = budget.take("command", 600_000).then(() => order.push("first"));
    await turn();
    clock.advance(60_000);
    const second = budget.take("command", 600_000).then(() => order.push("second"));
    await first;
    await turn();
    expect(order).toEqual(["first"]);
    clock.advance(60_000);
    await second;
  });

  test("serves those who come after a time in which nobody waited", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    for (let round = 0; round < 3; round++) {
      const waits = budget.take("command", 60_000);
      await turn();
      clock.advance(60_000);
      await waits;
    }
    expect(budget.left).toBe(0);
  });

  test("tells each newcomer when its turn would be, behind those that wait", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 2);
    await budget.take("command", 0);
    clock.advance(10_000);
    await budget.take("command", 0);
    clock.advance(10_000);
    for (const wait of [40_000, 50_000, 100_000, 110_000, 160_000]) {
      await expect(budget.take("command", wait - 1)).rejects.toEqual(new BudgetSpent(wait));
      void budget.take("command", wait);
    }
    await expect(budget.take("cancel", 0)).rejects.toEqual(new BudgetSpent(40_000));
  });

  test("those that a limit of their own holds up are in nobody else's way", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 4);
    budget.limited(3_600_000, "starts");
    clock.advance(60_000);
    for (let i = 0; i < 8; i++) void budget.take("command", 4_000_000, undefined, "starts").catch(() => undefined);
    for (let i = 0; i < 4; i++) await budget.take(POLLS, 1, undefined, "reads");
    await expect(budget.take(POLLS, 59_999, undefined, "reads")).rejects.toEqual(new BudgetSpent(60_000));
  });

  test("says whether Hex has asked to wait, or the budget is spent", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    budget.limited(1_000);
    await expect(budget.take("command", 0)).rejects.toEqual(new BudgetSpent(60_000, false));
    budget.limited(90_000);
    await expect(budget.take("command", 0)).rejects.toEqual(new BudgetSpent(90_000, true));
  });

  test("nobody who has gone, or was sent away, is still listening for the signal", async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 1);
    await budget.take("command", 0);
    const leaving = new AbortController();
    const goes = budget.take("command", 60_000, leaving.signal);
    const late = budget.take("command", 120_000, leaving.signal);
    expect(getEventListeners(leaving.signal, "abort")).toHaveLength(2);
    const refused = expect(late).rejects.toEqual(new BudgetSpent(0));
    await turn();
    clock.advance(60_000);
    await goes;
    expect(getEventListeners(leaving.signal, "abort")).toHaveLength(1);
    leaving.abort();
    await refused;
    expect(getEventListeners(leaving.signal, "abort")).toEqual([]);
    await expect(budget.take("command", 600_000, leaving.signal)).rejects.toBeInstanceOf(BudgetSpent);
  });

  describe("with a ledger that other processes write too", () => {
    function ledger(...answers: (number | Promise<number>)[]) {
      const limits: number[] = [];
      const claim = async (limit: number) => {
        limits.push(limit);
        return answers.shift() ?? 0;
      };
      return { limits, claim };
    }

    test.each<[Priority, number]>([
      ["cancel", 30],
      ["command", 27],
      [POLLS, 24],
    ])("%o claims one of %i: what polls leave over is for people", async (priority, limit) => {
      const clock = new ManualClock();
      const shared = ledger();
      await new Budget(clock, 30, shared).take(priority, 0);
      await turn();
      expect(shared.limits).toEqual([limit]);
      expect(clock.sleeping).toBe(0);
    });

    test("a poll may have the only request there is", async () => {
      const shared = ledger();
      await new Budget(new ManualClock(), 1, shared).take(POLLS, 0);
      expect(shared.limits).toEqual([1]);
    });

    test("waits as long as the ledger says, and asks it again", async () => {
      const clock = new ManualClock();
      const shared = ledger(7_000, 0);
      const budget = new Budget(clock, 30, shared);
      const waits = budget.take("command", 10_000);
      await turn();
      expect([budget.left, clock.sleeping]).toEqual([27, 1]);
      clock.advance(7_000);
      await waits;
      expect([budget.left, shared.limits]).toEqual([26, [27, 27]]);
    });

    test("sends away whoever cannot wait so long", async () => {
      const shared = ledger(7_000);
      await expect(new Budget(new ManualClock(), 30, shared).take("command", 6_999)).rejects.toEqual(
        new BudgetSpent(7_000),
      );
    });

    test("a command does not wait for a poll's answer to be over", async () => {
      let answer: (wait: number) => void = () => undefined;
      const slow = new Promise<number>((resolve) => {
        answer = resolve;
      });
      const clock = new ManualClock();
      const budget = new Budget(clock, 30, ledger(slow, 0, 50_000));
      void budget.take(POLLS, 100_000);
      await turn();
      const command = budget.take("command", 10_000);
      answer(50_000);
      await command;
      expect(budget.left).toBe(26);
    });
  });
});
