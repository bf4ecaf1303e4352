// Situations in which the bot is killed, and it is killed once for all of them: a process takes longer to start than they take.

import { afterAll, beforeAll, test } from "vitest";
import type { Fleet } from "./fleet.js";

/** Begins on a fast clock. Resolves with what remains to be done before the kill, and what must be seen afterwards. */
export type Situation = (fleet: Fleet) => Promise<{ before?: () => Promise<void>; after: () => Promise<void> }>;

/**
 * The bot that is killed has a slow clock: what it waits for is still to come then, even on a busy machine. To be used within a group of tests.
 * @returns adds a situation, which is one test
 */
export function killedOnce(fleet: () => Fleet) {
  const situations: Situation[] = [];
  const checks: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const first = await fleet().add();
    const begun = await Promise.all(
      situations.map(async (begin) => {
        // Its own test fails, and not those of the others.
        return begin(fleet()).catch((error: unknown) => ({ before: undefined, after: () => Promise.reject(error) }));
      }),
    );
    await first.kill();
    const bot = await fleet().add({ unhurried: true });
    for (const { before, after } of begun) {
      const problem = await before?.().then(
        () => null,
        (error: unknown) => ({ error }),
      );
      checks.push(problem ? () => Promise.reject(problem.error) : after);
    }
    await bot.kill();
    await fleet().add();
  });
  return (name: string, begin: Situation) => {
    const index = situations.push(begin) - 1;
    test.sequential(name, () => checks[index]?.());
  };
}

/** One fleet for a group of tests. */
export function sharedFleet(start: () => Promise<Fleet>): () => Fleet {
  let fleet: Fleet | null = null;
  beforeAll(async () => {
    fleet = await start();
  });
  afterAll(() => fleet?.stop());
  return () => {
    if (fleet === null) throw new Error("The fleet starts before the tests, and not before their hooks");
    return fleet;
  };
}
