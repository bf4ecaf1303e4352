// The login of a shared store, renewed in its file while the bot runs.

import { sql } from "kysely";
import { Pool } from "pg";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openShared, type SharedStore } from "../../src/store/postgres.js";
import { RenewablePool } from "../../src/store/renewable-pool.js";
import { RenewedAddress } from "../../src/store/renewed-address.js";
import { postgresForTests } from "../process/postgres-for-tests.js";

const postgres = postgresForTests();
const ignore = () => undefined;

let store: SharedStore | undefined;
let admin: SharedStore | undefined;
afterEach(async () => {
  await store?.close();
  await admin?.close();
  [store, admin] = [undefined, undefined];
});

/** A store that a role of its own has opened, and what the file of its URL holds. */
async function opened(name: string, { hasFile = true } = {}) {
  const url = await postgres.database(name);
  const role = `app_${name}`;
  admin = await openShared(url, ignore);
  const { db } = admin;
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`create role ${role} superuser login password 'first'`);
  const urlOf = (user: string, password: string) => url.replace("bot:bot@", `${user}:${password}@`);
  const file: { url: string | null } = { url: hasFile ? urlOf(role, "first") : null };
  const said: string[] = [];
  let broken = 0;
  const onBroken = () => {
    broken += 1;
  };
  store = await openShared(urlOf(role, "first"), onBroken, {
    read: () => file.url,
    onRenewed: () => void said.push("renewed"),
    onUseless: (why) => void said.push(why),
  });
  const shared = store;
  const write = (at: number) => shared.db.insertInto("requests").values({ at }).execute();
  /** As an administrator of the database does it. Connections that are open stay open until then. Resolves when all have noticed. */
  const endConnections = async () => {
    const { rows } = await run(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
    await vi.waitFor(() => expect(broken).toBe(rows.length), 20_000);
  };
  return { url, role, run, urlOf, file, said, shared, write, endConnections };
}

describe("when the database refuses the password", () => {
  test("the file is read again, and all statements succeed", async () => {
    const { role, run, urlOf, file, said, write, endConnections } = await opened("changed");
    await write(1);
    await run(`alter role ${role} password 'second'`);
    file.url = urlOf(role, "second");
    await endConnections();
    await Promise.all([2, 3, 4, 5, 6, 7].map(write));
    expect(said).toEqual(["renewed"]);
  });

  test("the statements of the lease, which have connections of their own, succeed as well", async () => {
    const { role, run, urlOf, file, said, shared, write, endConnections } = await opened("leading");
    const lead = () => shared.leaseDb.updateTable("leader").set({ holder: role }).execute();
    await Promise.all([lead(), write(1)]);
    await run(`alter role ${role} password 'second'`);
    file.url = urlOf(role, "second");
    await endConnections();
    await write(2);
    await lead();
    expect(said).toEqual(["renewed"]);
  });

  test("a connection that is refused when another one has renewed the login is opened with the new one", async () => {
    const url = await postgres.database("meanwhile");
    const urls = [url.replace("bot:bot@", "bot:old@")];
    const pool = new RenewablePool(
      () => new Pool({ connectionString: urls.shift() ?? url }),
      async () => false,
    );
    const connecting = pool.connect();
    pool.renew();
    (await connecting).release();
    await pool.end();
  });

  test("without a file, or with the old password in it, the statement fails as before", async () => {
    const { role, run, said, write, endConnections } = await opened("kept");
    await run(`alter role ${role} password 'second'`);
    await endConnections();
    await expect(write(1)).rejects.toMatchObject({ name: "StoreFailure", kind: "password" });
    expect(said).toEqual([]);
  });

  test("another user takes over, as when a vault makes a new one each time", async () => {
    const { role, run, urlOf, file, said, write, endConnections } = await opened("vault");
    await run("create role app_next superuser login password 'next'");
    file.url = urlOf("app_next", "next");
    await endConnections();
    await run(`drop role ${role}`);
    await write(1);
    expect(said).toEqual(["renewed"]);
  });
});

describe("when told to", () => {
  test("the new login is in use, and the old connections end", async () => {
    const { role, run, urlOf, file, said, shared, write } = await opened("told");
    expect(await shared.renew()).toBe(false);
    await run("create role app_told_next superuser login password 'next'");
    file.url = urlOf("app_told_next", "next");
    expect(await shared.renew()).toBe(true);
    expect(await shared.renew()).toBe(false);
    await write(1);
    const { rows } = await sql<{ who: string }>`select current_user as who`.execute(shared.db);
    expect(rows).toEqual([{ who: "app_told_next" }]);
    expect(said).toEqual(["renewed"]);
    await run(`drop role ${role}`);
  });

  test("half a password, and another database, are not used, which is said once", async () => {
    const { role, url, urlOf, file, said, shared, write } = await opened("half");
    file.url = urlOf(role, "fir");
    expect(await shared.renew()).toBe(false);
    expect(await shared.renew()).toBe(false);
    expect(said).toEqual(["nobody can log in with it (password); write the whole URL into the file"]);
    const other = await postgres.database("half_other");
    file.url = other;
    expect(await shared.renew()).toBe(false);
    file.url = `${url}?options=-csearch_path%3Dother`;
    expect(await shared.renew()).toBe(false);
    expect(said.slice(1)).toEqual([
      expect.stringContaining("another database or schema"),
      expect.stringContaining("another database or schema"),
    ]);
    await write(1);
  });

  test("another server is not used, wherever the URL names it, and neither is another way to encrypt", async () => {
    const said: string[] = [];
    const places = [
      ["one.test/bot", "two.test/bot"],
      ["localhost/bot?host=/one", "localhost/bot?host=/two"],
      ["localhost/bot?host=/one&port=5433", "localhost/bot?host=/one&port=5434"],
      ["one.test/bot?sslmode=verify-full", "one.test/bot?sslmode=disable"],
    ];
    for (const [place, other] of places) {
      const file = {
        read: () => `postgres://u:second@${other}`,
        onRenewed: ignore,
        onUseless: (why: string) => void said.push(why),
      };
      expect(await new RenewedAddress(`postgres://u:first@${place}`, file, async () => true).renew()).toBe(false);
    }
    expect(said).toEqual(places.map(() => expect.stringContaining("another database or schema")));
  });

  test("while the bot stops, what is renewed is not used, and nothing fails", async () => {
    const { role, run, urlOf, file, shared } = await opened("stopping");
    await run("create role app_stopping_next superuser login password 'next'");
    file.url = urlOf("app_stopping_next", "next");
    const failures: unknown[] = [];
    const note = (failure: unknown) => failures.push(failure);
    process.on("unhandledRejection", note);
    try {
      const renewing = shared.renew();
      await shared.close();
      await renewing;
      await new Promise(setImmediate);
      expect(failures).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
      store = undefined;
      await run(`drop role ${role}`);
    }
  });
});
