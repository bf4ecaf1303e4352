// Who has opened their Home tab, on both stores, while several processes publish.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PLAIN_OPTIONS } from "../../../src/runs/run.js";
import { RunStore } from "../../../src/runs/store.js";
import { intended, refused } from "../../../src/runs/transitions.js";
import { CardStore } from "../../../src/slack/cards/store.js";
import { HomeStore } from "../../../src/slack/home/store.js";
import type { Store } from "../../../src/store/database.js";
import { openShared } from "../../../src/store/postgres.js";
import { openEmbedded } from "../../../src/store/sqlite.js";
import { postgresForTests } from "../../process/postgres-for-tests.js";

const postgres = postgresForTests();

let databases = 0;
const STORES = {
  SQLite: async () => {
    const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    const store = await openEmbedded(dir);
    return { store, remove: () => rm(dir, { recursive: true }) };
  },
  Postgres: async () => {
    const store = await openShared(await postgres.database(`homes_${databases++}`), () => undefined);
    return { store, remove: async () => undefined };
  },
};

describe.each(["SQLite", "Postgres"] as const)("on %s", (kind) => {
  let opened: { store: Store; remove: () => Promise<void> };
  let homes: HomeStore;
  beforeEach(async () => {
    opened = await STORES[kind]();
    homes = new HomeStore(opened.store.db);
  });
  afterEach(async () => {
    await opened.store.close();
    await opened.remove();
  });
  const home = async (user = "U1") => {
    const found = await homes.openedSince(user, 0);
    if (found === null) throw new Error("it is not open");
    return found;
  };

  test("one that is opened again is drawn anew, keeps Slack's hash, and says nothing of before", async () => {
    const at = Date.UTC(2026, 10, 2);
    await homes.open("U1", at);
    await homes.published(await home(), { shown: "a", viewHash: "1.a" });
    await homes.say("U1", "Cancelled.");
    await homes.searched("U1");
    const before = { user: "U1", openedAt: at, viewHash: "1.a", searches: 1 };
    expect(await home()).toEqual({ ...before, shown: "a", notice: "Cancelled." });
    await homes.open("U1", at + 1);
    expect(await home()).toEqual({ ...before, openedAt: at + 1, shown: null, notice: null });
  });

  test("one that was opened again since it was read is not forgotten", async () => {
    await homes.open("U1", 1_000);
    const read = await home();
    await homes.open("U1", 2_000);
    await homes.remove(read);
    expect(await home()).toMatchObject({ openedAt: 2_000 });
    await homes.remove(await home());
    expect(await homes.openedSince("U1", 0)).toBeNull();
  });

  test("what another process has published meanwhile stays noted", async () => {
    await homes.open("U1", 1_000);
    const before = await home();
    await homes.published(before, { shown: "newer", viewHash: "2.b" });
    await homes.published(before, { shown: "older", viewHash: "1.a" });
    expect(await home()).toMatchObject({ shown: "newer", viewHash: "2.b" });
  });

  test("only those that were opened lately are kept, and old ones are forgotten", async () => {
    await homes.open("U1", 1_000);
    await homes.open("U2", 2_000);
    expect(await homes.usersSince(1_000)).toEqual(["U2"]);
    expect(await homes.openedSince("U1", 1_000)).toBeNull();
    await homes.removeOpenedBefore(1_000);
    expect(await homes.usersSince(0)).toEqual(["U2"]);
    await homes.remove(await home("U2"));
    expect(await homes.usersSince(0)).toEqual([]);
  });

  test("a person's runs: those in flight first, then the newest; nobody else's, and none that they only cancelled", async () => {
    const runs = new RunStore(opened.store.db, () => undefined);
    const cards = new CardStore(opened.store.db, { process: "this process", now: () => 1 });
    const add = async (key: string, asker: string, requestedAt: number, requester: string | null = asker) => {
      const intent = { key, project: { id: "p", title: "売上" }, options: PLAIN_OPTIONS, requester, requestedAt };
      await cards.insert({ runKey: key, channel: "C1", threadTs: null, isPublic: true, requester: asker });
      await runs.insert(intended({ ...intent, reference: "r" }, requestedAt));
    };
    await add("old, in flight", "U1", 1_000);
    await add("ended", "U1", 2_000);
    await add("new, in flight", "U1", 3_000);
    await add("somebody else's", "U2", 4_000);
    await add("started elsewhere", "U1", 5_000, null);
    const facts = { kind: "not_found", operation: "runProject", host: "h" } as const;
    await runs.update("ended", (run) => (run.state === "starting" ? refused(run, facts, 9_000) : null));
    const keys = (await runs.askedForBy("U1", 10)).map(({ key }) => key);
    expect(keys).toEqual(["new, in flight", "old, in flight", "ended"]);
  });
});
