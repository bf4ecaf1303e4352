// Who follows a run, and who tells them, while several processes share the store.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunStore } from "../../../src/runs/store.js";
import { intended, refused } from "../../../src/runs/transitions.js";
import { FollowerStore } from "../../../src/slack/followers/store.js";
import type { Store } from "../../../src/store/database.js";
import { openEmbedded } from "../../../src/store/sqlite.js";
import { ManualClock } from "../../sandbox/clock.js";

const MINUTE = 60_000;
const ada = { runKey: "k", user: "U1" };

let dir: string;
let opened: Store;
let clock: ManualClock;
let runs: RunStore;
let store: FollowerStore;
let other: FollowerStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  opened = await openEmbedded(dir);
  clock = new ManualClock();
  runs = new RunStore(opened.db, () => undefined);
  store = new FollowerStore(opened.db, { process: "this process", now: () => clock.now() });
  other = new FollowerStore(opened.db, { process: "another process", now: () => clock.now() });
});
afterEach(async () => {
  await opened.close();
  await rm(dir, { recursive: true });
});

let clicks = 0;
function press(user = "U1"): Promise<boolean> {
  return store.press({ runKey: "k", user, click: `click ${clicks++}`, at: clock.now() });
}

/** Stores a run that Hex has refused. */
async function refusedRun(): Promise<void> {
  const intent = intended(
    {
      key: "k",
      project: { id: "p", title: "Revenue" },
      options: { inputs: {}, fresh: false, publish: false, view: null },
      requester: "U1",
      requestedAt: clock.now(),
      reference: "r",
    },
    clock.now(),
  );
  const facts = { kind: "hex_failed", operation: "runProject", host: "app.hex.tech" } as const;
  await runs.insert(refused(intent, facts, clock.now()));
}

test("each press toggles it, but the second half of a double click does not", async () => {
  expect([await press(), await press()]).toEqual([true, true]);
  clock.advance(3_000);
  expect([await press(), await press()]).toEqual([false, false]);
  clock.advance(3_000);
  expect(await press()).toBe(true);
  await press("U2");
  expect(await store.count("k")).toBe(2);
});

test("a click that is delivered again later changes nothing", async () => {
  const click = { ...ada, click: "c", at: clock.now() };
  await store.press(click);
  clock.advance(MINUTE);
  expect(await store.press({ ...click, at: clock.now() })).toBe(true);
});

test("two clicks at once are one", async () => {
  clock.advance(MINUTE);
  expect(await Promise.all([press(), press()])).toEqual([true, true]);
  expect(await store.count("k")).toBe(1);
});

test("one process tells; another does when that one has died, whatever the clock was set to", async () => {
  await press();
  await refusedRun();
  expect(await store.untold()).toEqual([ada]);
  expect(await store.claim(ada, "refused", MINUTE)).toEqual({ ...ada, mayBeTold: false });
  expect(await other.claim(ada, "refused", MINUTE)).toBeNull();
  clock.advance(MINUTE + 1);
  expect(await other.claim(ada, "refused", MINUTE)).toEqual({ ...ada, mayBeTold: true });
  clock.set(-60 * MINUTE);
  expect(await store.claim(ada, "refused", MINUTE)).toEqual({ ...ada, mayBeTold: true });
  await store.settle(ada, "refused");
  expect(await store.untold()).toEqual([]);
  expect(await other.claim(ada, "refused", MINUTE)).toBeNull();
});

test("people who no longer want it are not told", async () => {
  await press();
  clock.advance(MINUTE);
  await press();
  await refusedRun();
  expect(await store.untold()).toEqual([]);
  expect(await store.claim(ada, "refused", MINUTE)).toBeNull();
});

test("people who were told that a run is lost are told of its end", async () => {
  await press();
  await refusedRun();
  await store.settle(ada, "lost");
  expect(await store.untold()).toEqual([ada]);
  expect(await store.untoldOf("k", "refused")).toEqual([ada]);
});

test("somebody may have been told by a process that died, or when Slack's answer was lost, and not when Slack refused", async () => {
  await press();
  await refusedRun();
  const mayBeTold = async () => (await store.claim(ada, "refused", MINUTE))?.mayBeTold;
  await other.claim(ada, "refused", MINUTE);
  await store.releaseAll();
  expect(await mayBeTold()).toBe(true);
  await store.release(ada, true);
  expect(await mayBeTold()).toBe(true);
  await store.release(ada, false);
  expect(await mayBeTold()).toBe(false);
});

test("a claim that was renewed lasts longer, and another process's is not renewed", async () => {
  await press();
  await refusedRun();
  await store.claim(ada, "refused", MINUTE);
  clock.advance(MINUTE / 2);
  await store.renew(ada, MINUTE);
  await other.renew(ada, 60 * MINUTE);
  clock.advance(MINUTE / 2 + 1);
  expect(await other.claim(ada, "refused", MINUTE)).toBeNull();
  clock.advance(MINUTE / 2);
  expect(await other.claim(ada, "refused", MINUTE)).toEqual({ ...ada, mayBeTold: true });
});

test("they are forgotten together with the run", async () => {
  await press();
  await refusedRun();
  await runs.removeEndedBefore(clock.now());
  expect(await store.count("k")).toBe(1);
  await runs.removeEndedBefore(clock.now() + 1);
  expect(await store.count("k")).toBe(0);
});
