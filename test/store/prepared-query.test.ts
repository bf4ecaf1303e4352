// Queries that are compiled once, on a real file.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Expression } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/store/database.js";
import { prepared } from "../../src/store/prepared-query.js";
import { openEmbedded } from "../../src/store/sqlite.js";

let folder: string;
let store: Store;
let built: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(folder);
  built = 0;
  await keep("a", "{}", 1);
  await keep("ü", "{}", 2);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const keep = (key: string, doc: string, expires_at: number) =>
  store.db.insertInto("drafts").values({ key, doc, expires_at }).execute();

const byKey = () =>
  prepared(store.db, (key: Expression<string>) => {
    built++;
    return store.db.selectFrom("drafts").select(["key", "expires_at"]).where("key", "=", key);
  });

test("one is built once, and takes another value each time, also when it is executed twice at once", async () => {
  const read = byKey();
  expect(built).toBe(0);
  expect(await Promise.all([read("a"), read("ü"), read("none")])).toEqual([
    [{ key: "a", expires_at: 1 }],
    [{ key: "ü", expires_at: 2 }],
    [],
  ]);
  await keep("none", "{}", 3);
  expect(await read("none")).toEqual([{ key: "none", expires_at: 3 }]);
  expect(built).toBe(1);
});

test("the value may stand in several places, between values that stay the same", async () => {
  const read = prepared(store.db, (time: Expression<number>) =>
    store.db
      .selectFrom("drafts")
      .select("key")
      .where("expires_at", ">=", time)
      .where("doc", "=", "{}")
      .where("expires_at", "<=", time),
  );
  expect(await read(2)).toEqual([{ key: "ü" }]);
  expect(await read(1)).toEqual([{ key: "a" }]);
});

test("one without a value is always the same", async () => {
  const read = prepared(store.db, () => store.db.selectFrom("drafts").select("key").where("expires_at", ">", 1));
  expect(await read()).toEqual([{ key: "ü" }]);
  await store.db.deleteFrom("drafts").execute();
  expect(await read()).toEqual([]);
});

test("a value that the store does not take is refused as in any other statement", async () => {
  await expect(byKey()("a\0b")).rejects.toThrow("the store takes no text with a NUL in it: value 1 of select");
});
