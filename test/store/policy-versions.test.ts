// Replicas tell each other through the store which rules they go by, and one that is gone does not count for long.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Store } from "../../src/store/database.js";
import { PolicyMemory } from "../../src/store/policy-memory.js";
import { PolicyVersions } from "../../src/store/policy-versions.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { ManualClock } from "../sandbox/clock.js";

let dir: string;
let store: Store;
let clock: ManualClock;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(dir);
  clock = new ManualClock();
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

class Replica {
  readonly told: number[] = [];
  errors = 0;
  readonly #over = new AbortController();
  readonly versions: PolicyVersions;
  readonly #kept: Promise<void>;

  constructor(
    process: string,
    public rules: string,
  ) {
    this.versions = new PolicyVersions({
      db: store.db,
      process,
      clock,
      fingerprint: () => this.rules,
      onChange: (count) => this.told.push(count),
      onError: () => {
        this.errors += 1;
      },
    });
    this.#kept = this.versions.keep(this.#over.signal);
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#kept;
  }
}

/** For a busy machine, in real ms. */
const QUICKLY = { timeout: 20_000 };

/** Lets so many replicas make rounds, each in which they tell and look. */
async function rounds(count: number, replicas: number): Promise<void> {
  for (let made = 0; made <= count; made++) {
    await vi.waitUntil(() => clock.sleeping === replicas, QUICKLY);
    if (made < count) clock.advance(20_000);
  }
}

test("the same rules are one version, others are another, and each replica is told of a change once", async () => {
  const [one, other] = [new Replica("a", "rules"), new Replica("b", "rules")];
  await rounds(2, 2);
  expect([one.versions.count, other.versions.count]).toEqual([1, 1]);
  one.rules = "new-rules";
  await rounds(3, 2);
  expect([one.versions.count, other.versions.count]).toEqual([2, 2]);
  other.rules = "new-rules";
  await rounds(3, 2);
  expect([one.versions.count, other.versions.count]).toEqual([1, 1]);
  expect([one.told, other.told]).toEqual([
    [2, 1],
    [2, 1],
  ]);
  await Promise.all([one.stop(), other.stop()]);
});

test("a replica that stops no longer counts, and leaves nothing behind", async () => {
  const [one, other] = [new Replica("a", "rules"), new Replica("b", "other-rules")];
  await rounds(2, 2);
  expect(one.versions.count).toBe(2);
  await other.stop();
  await rounds(1, 1);
  expect(one.versions.count).toBe(1);
  await one.stop();
  expect(await store.db.selectFrom("policy_memory").selectAll().execute()).toEqual([]);
});

test.each([
  ["in the past", 0, 4],
  ["in the future, since the clock was set back", 60 * 60_000, 1],
])("a replica that was killed no longer counts once its last word is a minute %s", async (_, ahead, most) => {
  const since = clock.now() + ahead;
  await store.db.insertInto("policy_memory").values({ key: "in force dead other", since }).execute();
  const one = new Replica("a", "rules");
  await rounds(most, 1);
  expect(one.versions.count).toBe(1);
  await one.stop();
});

test("a store that fails is reported once, until it works again", async () => {
  const one = new Replica("a", "rules");
  await rounds(1, 1);
  await store.db.schema.alterTable("policy_memory").renameTo("gone").execute();
  await rounds(3, 1);
  expect(one.errors).toBe(1);
  await store.db.schema.alterTable("gone").renameTo("policy_memory").execute();
  await rounds(1, 1);
  await store.db.schema.alterTable("policy_memory").renameTo("gone").execute();
  await rounds(2, 1);
  expect(one.errors).toBe(2);
  await one.stop();
});

test("what is remembered of earlier rules stays", async () => {
  const memory = new PolicyMemory(store.db);
  await memory.remember(17);
  const one = new Replica("a", "rules");
  await rounds(2, 1);
  await one.stop();
  expect(await memory.since()).toBe(17);
});
