// The shared store within one schema of a Postgres that others use too: other applications, other bots, and version 0.1.0.

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunStore } from "../../src/runs/store.js";
import { intended } from "../../src/runs/transitions.js";
import { startFailure } from "../../src/startup-failure.js";
import { MIGRATIONS } from "../../src/store/migrations.js";
import { openShared } from "../../src/store/postgres.js";
import { PgBouncer, WITHOUT_PGBOUNCER } from "../process/pgbouncer.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import { openOldStore } from "./old-store.js";

const postgres = postgresForTests();
let databases = 0;

const ignore = () => undefined;
const database = () => postgres.database(`schemas${databases++}`);

/** Runs statements as the owner of the database. */
async function run(url: string, ...statements: string[]) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const results = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results.at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}

const RUN = intended(
  {
    key: "k",
    project: { id: "p", title: "Revenue" },
    options: { inputs: {}, fresh: false, publish: false, view: null },
    requester: "U1",
    requestedAt: 1,
    reference: "r",
  },
  1,
);
const withSchema = (url: string, path: string) => `${url}?options=${encodeURIComponent(`-c search_path=${path}`)}`;
const tablesIn = async (url: string, schema: string) =>
  (await run(url, `select tablename from pg_tables where schemaname = '${schema}' order by 1`)).map(
    ({ tablename }) => tablename,
  );
const refusalOf = async (url: string) => {
  const error = await openShared(url, ignore).catch((refused: unknown) => refused);
  return startFailure(error, { port: 0, store: { kind: "shared" } });
};

describe("another application in the same database", () => {
  const THEIRS = [
    "create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)",
    "insert into kysely_migration values ('2024_01_users', '2024-01-01')",
    "create table kysely_migration_lock (id varchar(255) primary key, is_locked integer not null)",
  ];

  test("its migrations in public neither confuse the bot nor are written to", async () => {
    const url = await database();
    await run(url, ...THEIRS);
    const { db, close } = await openShared(url, ignore);
    expect(await new RunStore(db, ignore).insert(RUN)).toBe(true);
    await close();
    expect(await run(url, "select name from kysely_migration")).toEqual([{ name: "2024_01_users" }]);
    expect(await run(url, "select * from kysely_migration_lock")).toEqual([]);
    const again = await openShared(url, ignore);
    expect(await new RunStore(again.db, ignore).get("k")).toEqual(RUN);
    await again.close();
  });

  test("a table of that name which has nothing to do with Kysely does no harm either", async () => {
    const url = await database();
    await run(url, "create table kysely_migration (id int)", "insert into kysely_migration values (1)");
    await (await openShared(url, ignore)).close();
  });

  test("its runs and health are not taken for the bot's: it says that it needs a schema, and how to make it", async () => {
    for (const table of ["runs", "health"]) {
      const url = await database();
      await run(url, `create table ${table} (id int)`, `insert into ${table} values (1)`);
      const sentence = await refusalOf(url);
      expect(sentence).toContain("has another application's table with a name that the bot needs");
      expect(sentence).toContain("create schema hexbot");
      expect(sentence).not.toContain("HEX_BOT_DATA_DIR");
      expect(await tablesIn(url, "public")).toEqual([table]);
      // As the sentence says.
      await run(url, "create schema hexbot");
      await (await openShared(withSchema(url, "hexbot"), ignore)).close();
      expect(await run(url, `select * from ${table}`)).toEqual([{ id: 1 }]);
    }
  });

  test("a schema that is not there, and a role that may make nothing", async () => {
    const url = await database();
    expect(await refusalOf(withSchema(url, "nowhere"))).toContain("has none of the schemas in the search path");
    await run(url, "create role guest login password 'guest'");
    const guest = url.replace("bot:bot@", "guest:guest@");
    expect(await refusalOf(guest)).toContain("does not let this user create or change the bot's tables");
    // As the sentence says.
    await run(url, "create schema hexbot authorization guest", "alter role guest set search_path = hexbot");
    await (await openShared(guest, ignore)).close();
    expect(await tablesIn(url, "hexbot")).toContain("runs");
    expect(await tablesIn(url, "public")).toEqual([]);
    // What is in its newest shape needs no right to make anything.
    await run(url, "revoke create on schema hexbot from guest", "alter schema hexbot owner to bot");
    await run(url, "grant usage on schema hexbot to guest");
    await (await openShared(guest, ignore)).close();
  });
});

describe("two bots in one database, a schema each", () => {
  test("each has its own tables, also when they start together", async () => {
    const url = await database();
    await run(url, "create schema one", "create schema two");
    const [one, two] = await Promise.all([
      openShared(withSchema(url, "one"), ignore),
      openShared(withSchema(url, "two,public"), ignore),
    ]);
    await new RunStore(one.db, ignore).insert(RUN);
    expect(await new RunStore(two.db, ignore).get("k")).toBeNull();
    expect(await tablesIn(url, "public")).toEqual([]);
    expect(await tablesIn(url, "two")).toEqual(await tablesIn(url, "one"));
    await Promise.all([one.close(), two.close()]);
  });

  test("one whose first schema is its own does not use what another bot has in public", async () => {
    const url = await database();
    const inPublic = await openShared(url, ignore);
    await new RunStore(inPublic.db, ignore).insert(RUN);
    await run(url, "create schema mine");
    const mine = await openShared(withSchema(url, "mine,public"), ignore);
    expect(await new RunStore(mine.db, ignore).get("k")).toBeNull();
    await Promise.all([mine.close(), inPublic.close()]);
  });
});

describe("a store of version 0.1.0", () => {
  test.each(["public", "hexbot"])("in %s: taken over with all that is in it, once", async (schema) => {
    const plain = await database();
    await run(plain, `create schema if not exists ${schema}`);
    const url = schema === "public" ? plain : withSchema(plain, schema);
    await openOldStore(url);
    const doc = JSON.stringify(RUN);
    await run(url, `insert into runs values ('k', 1, 'starting', 1, 'p', null, 1, null, '${doc}')`);
    for (let start = 0; start < 2; start++) {
      const { db, close } = await openShared(url, ignore);
      expect(await new RunStore(db, ignore).get("k")).toEqual(RUN);
      await close();
    }
    const names = await run(url, "select name from hexbot_migration order by name");
    expect(names.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS));
    // 0.1.0 that is started again says what it says of any newer store.
    await expect(openOldStore(url)).rejects.toThrow("newer");
  });

  test("replicas that start together take it over once", async () => {
    const url = await database();
    await openOldStore(url);
    const stores = await Promise.all([1, 2, 3].map(() => openShared(url, ignore)));
    await Promise.all(stores.map((store) => store.close()));
  });

  test("one that a newer version has changed is refused, and stays as it is", async () => {
    const url = await database();
    await openOldStore(url);
    await run(url, "insert into kysely_migration values ('999_future', '2030')");
    await expect(openShared(url, ignore)).rejects.toMatchObject({ kind: "newer" });
    expect(await tablesIn(url, "public")).not.toContain("hexbot_migration");
  });
});

describe.skipIf(WITHOUT_PGBOUNCER)(
  `behind a pooler in transaction mode${WITHOUT_PGBOUNCER ? `, ${WITHOUT_PGBOUNCER}` : ""}`,
  () => {
    let pgbouncer: PgBouncer;
    beforeAll(async () => {
      pgbouncer = await PgBouncer.start(postgres.port);
    });
    afterAll(() => pgbouncer.stop());

    test("it starts, again and again, in the schema of the URL, and leaves no lock behind", async () => {
      const url = await database();
      await run(url, "create schema hexbot");
      const pooled = withSchema(pgbouncer.through(url), "hexbot");
      for (let round = 0; round < 3; round++) {
        const stores = await Promise.all([1, 2, 3].map(() => openShared(pooled, ignore)));
        await Promise.all(stores.map((store) => store.close()));
      }
      expect(await tablesIn(url, "hexbot")).toContain("runs");
      expect(await tablesIn(url, "public")).toEqual([]);
      expect(await run(url, "select * from pg_locks where locktype = 'advisory'")).toEqual([]);
    });

    test("what others have set on the pooler's connections does not matter", async () => {
      const url = await database();
      await run(url, "create schema other");
      const shared = await openShared(pgbouncer.through(url), ignore);
      const other = new Client({ connectionString: pgbouncer.through(url) });
      await other.connect();
      for (let connection = 0; connection < 4; connection++) await other.query("set search_path = other");
      const runs = new RunStore(shared.db, ignore);
      for (let round = 0; round < 8; round++) expect(await runs.countInFlight()).toBe(0);
      await other.end();
      await shared.close();
    });

    test("what the pooler refuses is said", async () => {
      const url = pgbouncer.through(await database());
      expect(await refusalOf(`${url}?options=-cwork_mem%3D8MB`)).toContain("a pooler that does not pass on a setting");
    });
  },
);
