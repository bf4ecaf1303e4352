// An event is claimed once, and remembered for as long as Slack may deliver it again.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/store/database.js";
import { SeenEvents } from "../../src/store/seen-events.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { ManualClock } from "../sandbox/clock.js";

const DAY_MS = 24 * 60 * 60_000;

let dir: string;
let store: Store;
let clock: ManualClock;
let seen: SeenEvents;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(dir);
  clock = new ManualClock();
  seen = new SeenEvents(store.db, () => clock.now());
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

test("one of many simultaneous claims wins, and no later one does", async () => {
  const taken = await Promise.all(Array.from({ length: 8 }, () => seen.claim("a")));
  expect(taken.filter((isOurs) => isOurs)).toHaveLength(1);
  expect(await seen.claim("a")).toBe(false);
  expect(await seen.claim("b")).toBe(true);
});

test("an event is forgotten after two days, and not before", async () => {
  await seen.claim("a");
  clock.advance(2 * DAY_MS - 1);
  await seen.removeOld(clock.now());
  expect(await seen.claim("a")).toBe(false);
  clock.advance(1);
  await seen.removeOld(clock.now());
  expect(await seen.claim("a")).toBe(true);
});
