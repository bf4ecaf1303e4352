// A store that another program has locked works again as soon as the lock is gone.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/store/database.js";
import { StoreFailure } from "../../src/store/failure.js";
import { openEmbedded } from "../../src/store/sqlite.js";

let folder: string;
let store: Store;
let other: Database.Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hex-bot-"));
  store = await openEmbedded(folder);
  other = new Database(join(folder, "hex-bot.db"));
});
afterEach(async () => {
  other.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const note = (at: number) => store.db.insertInto("requests").values({ at }).execute();
const noteTogether = (at: number) =>
  store.db.transaction().execute(async (db) => {
    await db.insertInto("requests").values({ at }).execute();
  });

test.each([
  ["by itself", note, []],
  ["in a transaction", noteTogether, []],
  ["by itself, not for the first time", note, [note]],
  ["in a transaction, not for the first time", noteTogether, [noteTogether]],
])("what is written %s: refused while it is locked, and taken right after", async (_, write, before) => {
  for (const earlier of before) await earlier(0);
  await store.db.deleteFrom("requests").execute();
  other.exec("begin immediate");
  for (let attempt = 0; attempt < 3; attempt++) await expect(write(1)).rejects.toThrow(StoreFailure);
  other.exec("rollback");
  await note(2);
  await noteTogether(3);
  const rows = await store.db.selectFrom("requests").select("at").orderBy("at").execute();
  expect(rows.map(({ at }) => at)).toEqual([2, 3]);
});
