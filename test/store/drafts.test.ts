// What somebody is about to do is stored for a while, and a damaged row counts as none.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { Store } from "../../src/store/database.js";
import { Drafts } from "../../src/store/drafts.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { ManualClock } from "../sandbox/clock.js";

const HOUR_MS = 60 * 60_000;
const schema = z.object({ region: z.string() });

let dir: string;
let store: Store;
let clock: ManualClock;
let drafts: Drafts;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(dir);
  clock = new ManualClock();
  drafts = new Drafts(store.db, () => clock.now());
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

test("a draft is read as it was kept, also a second time, and of two with the same key the later one counts", async () => {
  await drafts.keep("a", { region: "EMEA" }, 1_000);
  expect(await drafts.get("a", schema)).toEqual({ region: "EMEA" });
  await drafts.keep("a", { region: "APAC" }, 1_000);
  expect(await drafts.get("a", schema)).toEqual({ region: "APAC" });
  await drafts.remove("a");
  expect(await drafts.get("a", schema)).toBeNull();
});

test("a draft is gone when its time is over, and the others stay", async () => {
  await drafts.keep("short", { region: "EMEA" }, 1_000);
  await drafts.keep("long", { region: "APAC" }, HOUR_MS);
  clock.advance(1_000);
  expect(await drafts.get("short", schema)).toBeNull();
  clock.set(HOUR_MS);
  await drafts.removeExpired();
  clock.set(-HOUR_MS - 1_000);
  expect(await drafts.get("short", schema)).toBeNull();
  expect(await drafts.get("long", schema)).toEqual({ region: "APAC" });
});

test("whose time is over can be taken out, each once, by its key's beginning", async () => {
  await drafts.keep("check:1", { region: "EMEA" }, 1_000);
  await drafts.keep("check:2", { region: "APAC" }, 2_000);
  await drafts.keep("form:1", { region: "LATAM" }, 1_000);
  expect(await drafts.takeExpired("check:", schema)).toEqual([]);
  clock.advance(1_000);
  expect(await drafts.takeExpired("check:", schema)).toEqual([{ region: "EMEA" }]);
  expect(await drafts.takeExpired("check:", schema)).toEqual([]);
});

test.each([["{"], ['{"region":1}'], ["[".repeat(500)]])("that cannot be read is none: %s", async (doc) => {
  await store.db
    .insertInto("drafts")
    .values({ key: "a", expires_at: clock.now() + 1_000, doc })
    .execute();
  expect(await drafts.get("a", schema)).toBeNull();
});
