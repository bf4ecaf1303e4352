// A disk, a folder or a file to which the bot cannot write: the start ends with a sentence that says so and what to do.

import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startFailure } from "../../src/startup-failure.js";
import { openEmbedded } from "../../src/store/sqlite.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hex-bot-"));
});
afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true });
});

async function whyNot(): Promise<string | null> {
  const opened = await openEmbedded(dir).catch((error: unknown) => error);
  return startFailure(opened, { port: 0, store: { kind: "embedded" } });
}

test("only this user gets into a folder that the bot makes", async () => {
  const made = join(dir, "new", "data");
  await (await openEmbedded(made)).close();
  expect(statSync(made).mode & 0o777).toBe(0o700);
});

test("a full disk", async () => {
  const file = new Database(join(dir, "hex-bot.db"));
  // SQLite says the same when a table has no number left for another row.
  file.exec(`create table kysely_migration (id integer primary key autoincrement, name text, timestamp text);
    insert into sqlite_sequence (name, seq) values ('kysely_migration', 9223372036854775807)`);
  file.close();
  expect(await whyNot()).toMatch(/database file cannot grow, because the disk is full.*; then start again$/);
});

// Root may write anywhere.
describe.skipIf(process.getuid?.() === 0)("as somebody who may not write", () => {
  beforeEach(async () => {
    await (await openEmbedded(dir)).close();
  });

  test("in the folder", async () => {
    for (const name of ["hex-bot.db-wal", "hex-bot.db-shm"]) rmSync(join(dir, name), { force: true });
    chmodSync(dir, 0o500);
    expect(await whyNot()).toMatch(/cannot be used \(attempt to write.*write to the folder.* and to the files in it$/);
  });

  test("in the file that keeps a second process away: without it, two would run", async () => {
    chmodSync(join(dir, "hex-bot.db.lock"), 0o400);
    expect(await whyNot()).toMatch(/cannot be used \(EACCES.*hex-bot\.db\.lock.*write to.* the files in it$/);
  });
});
