// The rules for every statement on either store: types that the drivers can handle, and the cause of a failure.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/store/database.js";
import { openShared } from "../../src/store/postgres.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { checkWrite } from "../../src/store/write-check.js";
import { LocalPostgres } from "../process/fleet.js";

let postgres: LocalPostgres;
let dir: string;
beforeAll(async () => {
  postgres = await LocalPostgres.start();
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
});
afterAll(async () => {
  await postgres.stop();
  await rm(dir, { recursive: true });
});

let stores = 0;
const kinds = ["sqlite", "postgres"] as const;
const open = async (kind: (typeof kinds)[number], name: string) =>
  kind === "sqlite" ? openEmbedded(join(dir, name)) : openShared(await postgres.database(name), () => undefined);

describe.each(kinds)("%s", (kind) => {
  test.each<[string, unknown]>([
    ["boolean", true],
    ["undefined", undefined],
    ["object", { a: "s3cret" }],
    ["object", new Date(0)],
    ["list", ["s3cret"]],
    ["number that is not finite", Number.NaN],
    ["number that is not finite", Number.POSITIVE_INFINITY],
    ["bigint", 10n],
    ["symbol", Symbol("s3cret")],
    ["text with a NUL in it", "s3cret\0"],
  ])("a %s is refused, by its type and without its value, and the store goes on", async (type, value) => {
    const { db, close } = await open(kind, `refuses_${++stores}`);
    const told = await sql`insert into requests (at) values (${value})`.execute(db).catch((error: unknown) => error);
    expect(told).toMatchObject({
      name: "UnstorableValue",
      message: expect.stringContaining(`the store takes no ${type}: value 1 of insert into requests`),
    });
    expect(String(told)).not.toContain("s3cret");
    await expect(
      db.transaction().execute((transaction) => sql`update watch set goodbye = ${value}`.execute(transaction)),
    ).rejects.toMatchObject({ name: "UnstorableValue" });
    await checkWrite(db);
    await close();
  });

  test("what fails in a transaction is what is told, and the next transaction works", async () => {
    const { db, close } = await open(kind, "causes");
    const fails = db.transaction().execute(async (transaction) => {
      await transaction.insertInto("requests").values({ at: 1 }).execute();
      throw new Error("the cause");
    });
    await expect(fails).rejects.toThrow("the cause");
    expect(await db.selectFrom("requests").selectAll().execute()).toEqual([]);
    await checkWrite(db);
    await close();
  });
});

/** Fills the file up to the most pages that it may have. */
async function fillUp(db: Db): Promise<void> {
  await sql`pragma max_page_count = 1`.execute(db);
}
const filling = (db: Db) => (text: string) =>
  db.insertInto("alerts").values({
    subject: text,
    at: 0,
    channel: null,
    ts: null,
    shown: null,
    told: 0,
    posting: 0,
    doubled: 0,
    reposted: 0,
    settled: 0,
  });

test("a full disk in the middle of a transaction is told as that, and it works again when there is room", async () => {
  const { db, close } = await openEmbedded(join(dir, "full"));
  await fillUp(db);
  const write = () =>
    db.transaction().execute(async (transaction) => {
      await sql`delete from requests`.execute(transaction);
      await filling(transaction)("x".repeat(100_000)).execute();
    });
  await expect(write()).rejects.toMatchObject({ name: "StoreFailure", kind: "disk_full" });
  await expect(write()).rejects.toMatchObject({ kind: "disk_full" });
  await sql`pragma max_page_count = 100000`.execute(db);
  await write();
  await checkWrite(db);
  await close();
});

test("a connection that breaks in a transaction is told as that, not as the rollback that it took with it", async () => {
  const { db, close } = await openShared(await postgres.database("broken_off"), () => undefined);
  const broken = db.transaction().execute(async (transaction) => {
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(transaction);
  });
  await expect(broken).rejects.toMatchObject({ name: "StoreFailure", code: "57P01" });
  await checkWrite(db);
  await close();
});

test("a Postgres that does not accept writes says so", async () => {
  const { db, close } = await openShared(await postgres.database("standing_by"), () => undefined);
  const write = db.transaction().execute(async (transaction) => {
    await sql`set transaction read only`.execute(transaction);
    await transaction.insertInto("requests").values({ at: 1 }).execute();
  });
  await expect(write).rejects.toMatchObject({ kind: "read_only" });
  await close();
});

test("after a failover that keeps the connections open: one failure, then the primary is written to", async () => {
  const { db, close } = await openShared(await postgres.database("failed_over"), () => undefined);
  const write = (at: number) => db.insertInto("requests").values({ at }).execute();
  // All four connections lead to a server that has become a standby.
  const becomesStandby = () =>
    db.connection().execute(async (connection) => {
      await sql`set session characteristics as transaction read only`.execute(connection);
      await sql`select pg_sleep(0.2)`.execute(connection);
    });
  await Promise.all([1, 2, 3, 4].map(becomesStandby));
  await expect(write(0)).rejects.toMatchObject({ name: "StoreFailure", kind: "read_only" });
  await Promise.all([1, 2, 3, 4, 5, 6].map(write));
  await close();
});

test("a failover while others wait for a connection: each of them is served", async () => {
  const { db, close } = await openShared(await postgres.database("waited_for"), () => undefined);
  const write = (at: number) =>
    db.transaction().execute(async (transaction) => {
      await sql`select pg_sleep(0.1)`.execute(transaction);
      if (at === 0) await sql`set transaction read only`.execute(transaction);
      await transaction.insertInto("requests").values({ at }).execute();
    });
  const outcomes = await Promise.allSettled([...Array(20).keys()].map(write));
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
  await close();
});
