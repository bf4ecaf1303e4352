// A Postgres that goes away in the middle: it falls silent, or closes the connection.

import { createConnection, createServer, type Socket } from "node:net";
import { sql } from "kysely";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { startApp } from "../../src/app/start-app.js";
import { readConfig } from "../../src/config/config.js";
import { systemClock } from "../../src/lib/clock.js";
import { createLogger } from "../../src/log/logger.js";
import { openShared } from "../../src/store/postgres.js";
import { listen } from "../sandbox/local-server.js";
import { breathe, Harness, shown } from "../wire/harness.js";
import { followClock, runDatabaseClock } from "./database-clock.js";
import { postgresForTests } from "./postgres-for-tests.js";

const postgres = postgresForTests();

/** Stands before Postgres and passes everything on, until it is silenced. */
async function startRelay(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(port, "127.0.0.1");
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
    near.pipe(far).pipe(near);
  });
  return {
    port: await listen(server),
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    /** Breaks all connections. New ones are passed on as before. */
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test("the bot stops within its time limit", async ({ onTestFinished }) => {
  const relay = await startRelay(postgres.port);
  onTestFinished(relay.stop);
  const harness = await Harness.start("http", { idle: true });
  onTestFinished(() => harness.stop());
  const url = new URL(await postgres.database("silent"));
  url.port = String(relay.port);
  const reading = readConfig({ ...harness.env(), DATABASE_URL: url.toString() });
  if (!reading.ok) throw new Error(reading.problems.join("\n"));
  const { config } = reading;
  const log = createLogger({ level: "silent", pretty: false, secrets: [] });
  const app = await startApp({ config, log, clock: systemClock, stopMs: 1_000 });
  relay.silence();
  // A write that hangs.
  expect((await fetch(`http://127.0.0.1:${app.port}/readyz`)).status).toBe(503);
  const from = performance.now();
  await app.stop();
  expect(performance.now() - from).toBeLessThan(4_000);
});

test.concurrent("silent connections are given up, and the next statements use new ones", async ({ onTestFinished }) => {
  const relay = await startRelay(postgres.port);
  onTestFinished(relay.stop);
  const url = new URL(await postgres.database("given_up"));
  url.port = String(relay.port);
  const { db, close } = await openShared(url.toString(), () => undefined);
  const ask = () =>
    sql`select 1`.execute(db).then(
      () => true,
      () => false,
    );
  const asked = () => Promise.all(Array.from({ length: 8 }, ask));
  expect(await asked()).not.toContain(false);
  relay.silence();
  expect(await asked()).toContain(false);
  expect(await asked()).not.toContain(false);
  await close();
});

test.concurrent("a connection that breaks during a statement fails only that statement", async () => {
  const relay = await startRelay(postgres.port);
  const url = new URL(await postgres.database("broken"));
  url.port = String(relay.port);
  const { db, close } = await openShared(url.toString(), () => undefined);
  const slow = sql`select pg_sleep(20)`.execute(db).then(
    () => "answered",
    () => "failed",
  );
  setTimeout(relay.stop, 300);
  expect(await slow).toBe("failed");
  await close();
});

test.concurrent("when connections break, the log says that the bot reconnects, and not to start it again", async ({
  onTestFinished,
}) => {
  const relay = await startRelay(postgres.port);
  onTestFinished(relay.stop);
  const url = new URL(await postgres.database("restarted"));
  url.port = String(relay.port);
  const harness = await Harness.start("http", { idle: true, env: { DATABASE_URL: url.toString() } });
  onTestFinished(() => harness.stop());
  await harness.startBot();
  const said = () =>
    harness.log.flatMap((line) => /"todo":"(The [^"]*closed the connection[^"]*)"/.exec(line)?.[1] ?? []);
  expect((await harness.get("/readyz")).text).toContain('"store":{"ok":true');
  relay.cut();
  while (said().length === 0) await breathe();
  expect(said()[0]).toContain("reconnects on its own");
  expect(harness.log.join("")).not.toContain("start again");
});

test.concurrent("a database whose clock is an hour ahead: Slack's signatures are checked by this machine's clock", async ({
  onTestFinished,
}) => {
  const url = await postgres.database("ahead");
  const store = await openShared(url, () => undefined);
  const start = Date.now();
  await runDatabaseClock(store, { start, shows: start + 60 * 60_000, speed: 1 });
  await store.close();
  const harness = await Harness.start("http", { idle: true, startsAt: start, env: { DATABASE_URL: url } });
  onTestFinished(() => harness.stop());
  await harness.startBot();
  expect((await harness.slack.command("help")).ack).toMatchObject({ ok: true });
});

/** Makes the database take as long as until `isOver` to store a new run, and store it although the bot has gone. */
async function storeLate(admin: Client): Promise<{ isStoring: () => Promise<boolean>; finish: () => Promise<void> }> {
  // The lock is held until its connection lets go.
  await admin.query("select pg_advisory_lock(7)");
  await admin.query(`
    create function wait() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(7); return null; end $$;
    create constraint trigger late after insert on runs deferrable initially deferred for each row execute function wait()`);
  const isStoring = async () => {
    const { rowCount } = await admin.query("select from pg_locks where locktype = 'advisory' and not granted");
    return rowCount !== 0;
  };
  const finish = async () => {
    await admin.query("select pg_advisory_unlock(7)");
    while (await isStoring()) await breathe();
  };
  return { isStoring, finish };
}

test.each(["", "{ allow: run, people: everyone, needs: approval by everyone }"])(
  "a run that is stored although its person was told that nothing was started is neither started nor shown (%s)",
  async (rule) => {
    const relay = await startRelay(postgres.port);
    onTestFinished(relay.stop);
    const name = `late${rule.length}`;
    const direct = await postgres.database(name);
    const url = new URL(direct);
    const admin = new Client({ connectionString: direct });
    await admin.connect();
    onTestFinished(() => admin.end());
    url.port = String(relay.port);
    const harness = await Harness.start("http", { startsAt: Date.now(), env: { DATABASE_URL: url.toString() } });
    onTestFinished(() => harness.stop());
    if (rule !== "") harness.rules("{ allow: see, people: everyone }", rule);
    const databaseClock = await followClock(direct, harness.clock);
    onTestFinished(() => databaseClock.stop());
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    const store = await storeLate(admin);
    const answer = harness.ask(`run ${project.id}`);
    while (!(await store.isStoring())) await breathe();
    relay.cut();
    expect(await answer).toContain("Nothing was started");
    await store.finish();
    harness.isBusy = () => databaseClock.isBehind;
    await harness.pass(120_000);
    expect(harness.cards.map(shown)).toEqual([]);
    expect(harness.starts).toEqual([]);
    expect((await admin.query("select key from runs")).rows).toEqual([]);
  },
);
