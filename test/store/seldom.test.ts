// What the log says when a statement fails: of the store where that is the cause, and otherwise of the part that asked.

import { expect, test } from "vitest";
import { StoreLog } from "../../src/app/log-store.js";
import { MINUTE } from "../../src/lib/time.js";
import { createLogger } from "../../src/log/logger.js";
import { StoreFailure, type StoreFailureKind } from "../../src/store/failure.js";
import { seldomWith } from "../../src/store/seldom.js";
import { StoreCheck } from "../../src/store/store-check.js";
import { ManualClock } from "../sandbox/clock.js";

function open() {
  const clock = new ManualClock();
  const said: string[] = [];
  let broken: StoreFailureKind | null = null;
  const write = (text: string) => said.push(JSON.parse(text).msg);
  const log = createLogger({ level: "info", pretty: false, secrets: [], destination: { write } });
  const storeLog = new StoreLog(log, "shared", clock);
  const check = new StoreCheck({
    clock,
    tryStore: async () => {
      if (broken !== null) throw new StoreFailure(broken, new Error(broken));
    },
    onChange: (state, error) => storeLog.changed(state, error),
  });
  const seldom = seldomWith({ clock, check, onFailure: (failure, why) => storeLog.failed(failure, why) });
  const [polling, following] = ["Polling failed", "Following failed"].map((words) =>
    seldom((err) => log.error({ err }, words)),
  );
  const fail = async (kind: StoreFailureKind, ...parts: (typeof polling)[]) => {
    for (const part of parts) part?.(new StoreFailure(kind, new Error("canceling statement due to statement timeout")));
    await check.now();
    await Promise.resolve();
    return said.splice(0);
  };
  const breaks = async (kind: StoreFailureKind | null) => {
    broken = kind;
    await check.now();
    return said.splice(0);
  };
  return { clock, polling, following, fail, breaks };
}

const BROKEN = "The store does not work";
const PASSED = "The store failed for a moment, and works again";

test("in one part while the store works: each part says so, every ten minutes", async () => {
  const { clock, polling, following, fail } = open();
  expect(await fail("failed", polling, polling, following)).toEqual(["Polling failed", "Following failed"]);
  clock.advance(10 * MINUTE - 1);
  expect(await fail("failed", polling, following)).toEqual([]);
  clock.advance(1);
  expect(await fail("failed", polling, following)).toEqual(["Polling failed", "Following failed"]);
});

test("of a connection that broke: that it has passed, once for all parts", async () => {
  const { polling, following, fail } = open();
  expect(await fail("lost", polling, following)).toEqual([PASSED]);
});

test.each(["rights", "damaged", "io", "disk_full"] as const)(
  "of what one part asks for (%s): not that it has passed",
  async (kind) => {
    const { polling, following, fail } = open();
    expect(await fail(kind, polling, following)).toEqual([
      "The store does not do all that the bot asks for",
      "Polling failed",
      "Following failed",
    ]);
  },
);

test("of a store that breaks again every few seconds: once a minute, with its end, and a failure that lasts within a minute", async () => {
  const { clock, polling, fail, breaks } = open();
  const all: string[] = [];
  for (let second = 0; second < 120; second += 4) {
    all.push(...(await breaks("lost")));
    clock.advance(2_000);
    all.push(...(await breaks(null)));
    clock.advance(2_000);
  }
  expect(all).toEqual(Array(2).fill([BROKEN, "The store works again"]).flat());
  expect([...(await breaks("lost")), ...(await breaks(null))]).toEqual([BROKEN]);
  clock.advance(2_000);
  expect(await breaks(null)).toEqual(["The store works again"]);
  clock.advance(30_000);
  expect(await breaks("lost")).toEqual([]);
  clock.advance(28_000);
  expect(await fail("lost", polling)).toEqual([BROKEN]);
  clock.advance(9 * MINUTE);
  expect(await fail("lost", polling)).toEqual([BROKEN]);
});
