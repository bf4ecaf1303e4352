// A file that a disk or another program has damaged: the start ends with a sentence that says so and what to do.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFailure } from "../../src/startup-failure.js";
import { openEmbedded } from "../../src/store/sqlite.js";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
});
afterEach(() => rm(dir, { recursive: true }));
const path = () => join(dir, "hex-bot.db");

async function whyNot(): Promise<string | null> {
  const opened = await openEmbedded(dir).catch((error: unknown) => error);
  return startFailure(opened, { port: 0, store: { kind: "embedded" } });
}

test.each([
  ["a text that is not UTF-8", "cast(x'61ff' as text)"],
  ["bytes", "x'6162'"],
])("the name of a migration is %s", async (_, name) => {
  await (await openEmbedded(dir)).close();
  const file = new Database(path());
  file.exec(`insert into kysely_migration (name, timestamp) values (${name}, '')`);
  file.close();
  expect(await whyNot()).toMatch(
    /^The store .*hex-bot\.db is damaged \(.*no text\): keep a copy .* put a backup in its place/,
  );
});

test("a name from a newer version is not damage, whatever it is", async () => {
  await (await openEmbedded(dir)).close();
  const file = new Database(path());
  file.exec("insert into kysely_migration (name, timestamp) values ('constructor', '')");
  file.close();
  expect(await whyNot()).toContain("newer version");
});

test("something else stands in the file", async () => {
  await writeFile(path(), "This is no database at all. ".repeat(200));
  expect(await whyNot()).toMatch(/is damaged \(.*not a database\): keep a copy/);
});
