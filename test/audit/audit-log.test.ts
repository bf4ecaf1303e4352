// What is recorded at once, and what is entered later.

import { expect, test } from "vitest";
import type { AuditEntry } from "../../src/audit/audit-entry.js";
import { AuditLog } from "../../src/audit/audit-log.js";
import type { LogLevel } from "../../src/log/levels.js";
import { createLogger } from "../../src/log/logger.js";
import { ManualClock } from "../sandbox/clock.js";
import { entry } from "./entries.js";

function start(level: LogLevel = "info") {
  const clock = new ManualClock();
  const lines: string[] = [];
  const stored: AuditEntry[] = [];
  let works = true;
  const store = {
    add: async (entries: readonly AuditEntry[]) => {
      if (!works) throw new Error("no space left");
      stored.push(...entries);
    },
  };
  const log = createLogger({
    level,
    pretty: false,
    secrets: [],
    destination: { write: (line) => lines.push(line) },
  });
  const audit = new AuditLog({ store, clock, log });
  const audited = () => lines.filter((line) => line.includes('"audit":{')).length;
  return { audit, clock, stored, audited, setWorking: (is: boolean) => (works = is) };
}

test("what may happen only if it is recorded fails with the store, and the log does not say that it happened", async () => {
  const { audit, audited, setWorking } = start();
  setWorking(false);
  await expect(audit.demand(entry())).rejects.toThrow("no space left");
  expect(audited()).toBe(0);
  setWorking(true);
  await audit.demand(entry());
  expect(audited()).toBe(1);
});

test("what happens anyway is in the log at once, and in the store as soon as it takes it", async () => {
  const { audit, clock, stored, audited, setWorking } = start();
  const over = new AbortController();
  const keeping = audit.enterLater(over.signal);
  setWorking(false);
  await audit.record(entry({ id: "cancel 1", deed: "cancel" }));
  expect(audited()).toBe(1);
  expect(audit.waiting).toBe(1);
  setWorking(true);
  clock.advance(5_000);
  await expect.poll(() => stored.map(({ id }) => id)).toEqual(["cancel 1"]);
  await expect.poll(() => audit.waiting).toBe(0);
  over.abort();
  await keeping;
});

test("a stop enters what is still waiting", async () => {
  const { audit, stored, setWorking } = start();
  setWorking(false);
  await audit.record(entry());
  setWorking(true);
  const over = new AbortController();
  const keeping = audit.enterLater(over.signal);
  over.abort();
  await keeping;
  expect(stored).toHaveLength(1);
});

test.each<[LogLevel, number]>([
  ["debug", 1],
  ["error", 1],
  ["silent", 0],
])(
  "with the level %s, the log has the whole of an entry that the store never takes: %i lines",
  async (level, lines) => {
    const { audit, audited, setWorking } = start(level);
    setWorking(false);
    await audit.record(entry());
    expect(audited()).toBe(lines);
  },
);
