// Who leads on a real Postgres, directly or behind a pooler: one process at a time, whatever a former leader does too late.

import { sql } from "kysely";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HexError } from "../../src/hex/errors.js";
import type { Clock } from "../../src/lib/clock.js";
import { HealthStore } from "../../src/outages/store.js";
import { remembered } from "../../src/outages/watchdog-state.js";
import { RunStore } from "../../src/runs/store.js";
import { intended, started } from "../../src/runs/transitions.js";
import { AlertStore } from "../../src/slack/alerts/store.js";
import type { Db } from "../../src/store/database.js";
import { Lease, NotLeadingError } from "../../src/store/leadership.js";
import { openShared, type SharedStore } from "../../src/store/postgres.js";
import { RowReader } from "../../src/store/row-reader.js";
import { runDatabaseClock } from "../process/database-clock.js";
import { until } from "../process/fleet.js";
import { PgBouncer, WITHOUT_PGBOUNCER } from "../process/pgbouncer.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import { ManualClock } from "../sandbox/clock.js";
import { FastClock } from "../sandbox/fast-clock.mjs";
import { openOldStore } from "./old-store.js";

const SPEED = 8;
const SECOND = 1_000;
/** The advisory lock of whoever watches in version 0.1.0. */
const OLD_LOCK = 4_839_255_713;

const postgres = postgresForTests();
let databases = 0;

const ignore = () => undefined;
const database = () => postgres.database(`leadership${databases++}`);

/** Opens the store, with the database's clock as fast as the one that comes with it. */
async function openFast(url: string, speed = SPEED) {
  const store = await openShared(url, ignore);
  const start = Date.now();
  await runDatabaseClock(store, { start, shows: start, speed });
  return { store, clock: new FastClock(start, speed) };
}

/** Some that want to lead, and what they see of each other. */
class Candidates {
  readonly leading = new Set<string>();
  readonly events: string[] = [];
  /** Why each stopped that did. */
  readonly stops: string[] = [];
  readonly errors: unknown[] = [];
  /** Two at once, by name. */
  readonly collisions: string[] = [];
  readonly #ends = new Map<string, { end: AbortController; done: Promise<void> }>();

  constructor(private readonly clock: Clock) {}

  /** @param rest what its work still waits for when its time is over */
  add(name: string, store: SharedStore, rest: Promise<unknown> = Promise.resolve()): Lease {
    const lease = new Lease({
      store,
      holder: name,
      clock: this.clock,
      onEvent: (change) => {
        this.events.push(`${name} ${change.event}`);
        if (change.event === "stops") this.stops.push(`${name} ${change.why}`);
      },
      onError: (error) => this.errors.push(error),
    });
    const end = new AbortController();
    const done = lease.hold(end.signal, async (signal) => {
      this.leading.add(name);
      if (this.leading.size > 1) this.collisions.push([...this.leading].join(" and "));
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await rest;
      this.leading.delete(name);
    });
    this.#ends.set(name, { end, done });
    return lease;
  }

  /** Stops it in order. */
  async stop(name: string): Promise<void> {
    const candidate = this.#ends.get(name);
    candidate?.end.abort();
    await candidate?.done;
  }

  /** Waits until somebody leads, and returns how long that took, in ms. */
  async anybody(but?: string): Promise<number> {
    const from = this.clock.now();
    await until(
      () => [...this.leading].some((name) => name !== but),
      () => this.events.join(", "),
    );
    return this.clock.now() - from;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#ends.keys()].map((name) => this.stop(name)));
  }
}

describe.each([false, true])("behind a pooler: %s", (isPooled) => {
  const skipped = isPooled ? WITHOUT_PGBOUNCER : null;
  let pgbouncer: PgBouncer | null = null;
  beforeAll(async () => {
    if (isPooled && skipped === null) pgbouncer = await PgBouncer.start(postgres.port);
  });
  afterAll(() => pgbouncer?.stop());
  const url = async () => {
    const direct = await database();
    return pgbouncer?.through(direct) ?? direct;
  };

  test.skipIf(skipped)(
    `one at a time; stopped in order it gives up its place at once${skipped ? `, ${skipped}` : ""}`,
    async () => {
      const place = await url();
      // Slower, so that a busy machine may take its time.
      const { store, clock } = await openFast(place, SPEED / 2);
      const others = await Promise.all([openShared(place, ignore), openShared(place, ignore)]);
      const candidates = new Candidates(clock);
      for (const [index, each] of [store, ...others].entries()) candidates.add(`replica ${index}`, each);
      for (let round = 0; round < 3; round++) {
        await candidates.anybody();
        const [leader = ""] = candidates.leading;
        await candidates.stop(leader);
        if (round < 2) expect(await candidates.anybody(leader)).toBeLessThan(5 * SECOND);
      }
      await candidates.stopAll();
      expect(candidates.collisions).toEqual([]);
      expect(candidates.events.filter((event) => event.endsWith("begins"))).toHaveLength(3);
      await Promise.all([store, ...others].map((each) => each.close()));
    },
  );
});

test("a leader's renewals leave nothing behind", async () => {
  const { store, clock } = await openFast(await database());
  let sleeping = 0;
  let renewals = 0;
  const counting: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => {
      sleeping++;
      return clock.sleep(ms, signal).finally(() => sleeping--);
    },
  };
  const lease = new Lease({ store, holder: "a", clock: counting, onEvent: ignore, onError: ignore });
  const end = new AbortController();
  let most = 0;
  const done = lease.hold(end.signal, async (signal) => {
    while (!signal.aborted && renewals++ < 6) {
      await clock.sleep(SECOND, signal);
      most = Math.max(most, sleeping);
    }
    end.abort();
  });
  await done;
  // The pause before the next renewal, and the limit of the one under way.
  expect(most).toBeLessThanOrEqual(2);
  await store.close();
});

test("slow statements do not cost a leader its lead, however many there are", async () => {
  // Slow enough that a busy machine does not cost it its lead, and fast enough that nobody waits five seconds for a connection.
  const speed = 4;
  const { store, clock } = await openFast(await database(), speed);
  const candidates = new Candidates(clock);
  const lease = candidates.add("leader", store);
  await candidates.anybody();
  // Fifteen seconds by the leader's clock.
  const slow = () => sql`select pg_sleep(${(15 * SECOND) / speed / SECOND})`.execute(store.db);
  await Promise.all([slow(), slow(), slow(), slow(), slow(), slow()]);
  expect(candidates.events).toEqual(["leader begins"]);
  await lease.write((db) => db.selectFrom("runs").select("key").execute());
  await candidates.stopAll();
  await store.close();
});

describe("a leader that is cut off from the database", () => {
  test("stops before another begins, which is within fifteen seconds", async () => {
    const place = await database();
    const { store, clock } = await openFast(place);
    const cutOff = await openShared(place, ignore);
    const candidates = new Candidates(clock);
    candidates.add("a", cutOff);
    await candidates.anybody();
    candidates.add("b", store);
    await cutOff.close();
    expect(await candidates.anybody("a")).toBeLessThan(15 * SECOND);
    expect(candidates.collisions).toEqual([]);
    await candidates.stopAll();
    expect(candidates.events).toEqual(["a begins", "a stops", "b begins", "b stops"]);
    expect(candidates.stops).toEqual(["a not_renewed", "b ending"]);
    await store.close();
  });

  test("and holds a transaction open: the database ends it before the next one has to begin", async () => {
    const { store, clock } = await openFast(await database());
    const candidates = new Candidates(clock);
    const lease = candidates.add("frozen", store);
    await candidates.anybody();
    const limit = async (db: Db) => {
      const { rows } = await sql`select current_setting('idle_in_transaction_session_timeout') as ms`.execute(db);
      return rows;
    };
    expect(await lease.write(limit)).toEqual([{ ms: "4s" }]);
    // Of the transaction, and not of the connection, which behind a pooler is another one's next.
    expect(await limit(store.db)).toEqual([{ ms: "0" }]);
    await candidates.stopAll();
    await store.close();
  });
});

test("a lease from before the database's clock was set back by an hour holds nobody up", async () => {
  const { store, clock } = await openFast(await database());
  await sql`update leader set holder = 'gone', until = hexbot_now() + ${60 * 60 * SECOND}`.execute(store.db);
  const candidates = new Candidates(clock);
  candidates.add("a", store);
  expect(await candidates.anybody()).toBeLessThan(5 * SECOND);
  await candidates.stopAll();
  await store.close();
});

/** A replica whose clock stands still, and a database that answers it when it is told to. */
async function lateDatabase(place: string) {
  const store = await openShared(place, ignore);
  const clock = new ManualClock();
  await runDatabaseClock(store, { start: 0, shows: clock.now(), speed: 0 });
  // Somebody may have led, whose time is over.
  await sql`update leader set until = 0`.execute(store.db);
  const candidates = new Candidates(clock);
  const locker = new Client({ connectionString: place });
  await locker.connect();
  return {
    store,
    candidates,
    clock,
    hold: () => locker.query("begin; select from leader for update"),
    answer: () => locker.query("commit"),
    isAsked: () => isWaiting(locker),
    wakesIn: (ms: number) =>
      until(
        () => clock.nextWakeMs === ms,
        () => `${clock.nextWakeMs} ms`,
      ),
    end: async () => {
      await locker.end();
      await candidates.stopAll();
      await store.close();
    },
  };
}

/** Resolves when a statement waits for a lock. */
async function isWaiting(client: Client): Promise<void> {
  const waiting = "select from pg_locks where not granted";
  while ((await client.query(waiting)).rowCount === 0) await new Promise(setImmediate);
}

test("a leader that stops gives up its place when its work has ended, and not before", async () => {
  const { store, candidates, clock, end } = await lateDatabase(await database());
  let finish = () => {};
  candidates.add("a", store, new Promise<void>((resolve) => (finish = resolve)));
  await candidates.anybody();
  candidates.add("b", store);
  const asleep = (count: number) =>
    until(
      () => clock.sleeping === count,
      () => `${clock.sleeping} sleep`,
    );
  await asleep(2);
  const stopped = candidates.stop("a");
  for (let round = 0; round < 3; round++) {
    await asleep(1);
    clock.advance(1_000);
  }
  await asleep(1);
  finish();
  await stopped;
  clock.advance(1_000);
  await candidates.anybody("a");
  expect(candidates.events).toEqual(["a begins", "a stops", "b begins"]);
  expect(candidates.collisions).toEqual([]);
  await end();
});

test("each failure to get the lead, and to keep it, is told and tried again", async () => {
  const { store, candidates, clock, wakesIn, end } = await lateDatabase(await database());
  const renamed = (from: string, to: string) =>
    sql`alter table ${sql.id(from)} rename to ${sql.id(to)}`.execute(store.db);
  const told = (count: number) =>
    until(
      () => candidates.errors.length === count,
      () => String(candidates.errors.length),
    );
  await renamed("leader", "elsewhere");
  candidates.add("a", store);
  await told(1);
  await renamed("elsewhere", "leader");
  await wakesIn(1_000);
  clock.advance(1_000);
  await candidates.anybody();
  await wakesIn(1_000);
  await renamed("leader", "elsewhere");
  clock.advance(1_000);
  await told(2);
  await renamed("elsewhere", "leader");
  await wakesIn(1_000);
  expect(candidates.events).toEqual(["a begins"]);
  await end();
});

describe("a leader stops five seconds after it asked for what it was granted last", () => {
  test("when its renewals are answered late, or not at all", async () => {
    const { store, candidates, clock, hold, answer, isAsked, wakesIn, end } = await lateDatabase(await database());
    candidates.add("a", store);
    await candidates.anybody();
    await wakesIn(1_000);
    await hold();
    clock.advance(1_000);
    await isAsked();
    clock.advance(2_900);
    await answer();
    await wakesIn(1_000);
    await hold();
    clock.advance(1_000);
    await isAsked();
    await wakesIn(1_100);
    clock.advance(1_100);
    await until(
      () => candidates.events.includes("a stops"),
      () => "it leads",
    );
    // It has not waited for the answer.
    expect(candidates.errors).toEqual([]);
    await end();
  });

  test("when it was granted the lead late", async () => {
    const { store, candidates, clock, hold, answer, isAsked, wakesIn, end } = await lateDatabase(await database());
    await hold();
    candidates.add("a", store);
    await isAsked();
    clock.advance(3_000);
    await answer();
    await candidates.anybody();
    await wakesIn(1_000);
    await hold();
    clock.advance(1_000);
    await isAsked();
    await wakesIn(1_000);
    expect(candidates.errors).toEqual([]);
    await end();
  });
});

describe("what only the leader writes", () => {
  const failure = new HexError({ kind: "timeout", operation: "me", host: "h" });
  const probed = (health: HealthStore) =>
    health.update((memory) =>
      remembered(
        memory,
        { me: null, error: failure },
        { now: 1, reference: "late", probeMs: 60_000, origin: "https://app.hex.tech" },
      ),
    );
  const intent = intended(
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

  /** A process that led and has not noticed that another one does. */
  async function formerLeader() {
    const place = await database();
    const { store, clock } = await openFast(place);
    const candidates = new Candidates(clock);
    const lease = candidates.add("former", store);
    await candidates.anybody();
    const runs = new RunStore(store.db, ignore, { write: lease.write });
    const health = new HealthStore(store.db, new RowReader(), lease.write);
    const alerts = new AlertStore(store.db, new RowReader(), lease.write);
    const supersede = () => sql`update leader set fence = fence + 1, holder = 'another'`.execute(store.db);
    const everything = async () => ({
      runs: await store.db.selectFrom("runs").selectAll().execute(),
      health: await store.db.selectFrom("health").selectAll().execute(),
      incidents: await store.db.selectFrom("incidents").selectAll().execute(),
      hours: await store.db.selectFrom("health_hours").selectAll().execute(),
      alerts: await store.db.selectFrom("alerts").selectAll().execute(),
    });
    const end = async () => {
      await candidates.stopAll();
      await store.close();
    };
    return { place, store, lease, candidates, runs, health, alerts, supersede, everything, end };
  }

  test("a late write changes nothing: runs, memory and outages, alerts, and the removal of what is old", async () => {
    const { store, runs, health, alerts, supersede, everything, end } = await formerLeader();
    await new RunStore(store.db, ignore).insert(intent);
    await alerts.insert("incident 1", 1);
    await alerts.change("incident 1", { settled: true });
    await probed(health);
    await supersede();
    const before = await everything();
    const late = [
      () => runs.update("k", (run) => ({ ...run, typicalMs: 1 })),
      () => runs.removeEndedBefore(Number.MAX_SAFE_INTEGER),
      () => probed(health),
      () => health.removeOld(Number.MAX_SAFE_INTEGER, 1),
      () => alerts.insert("incident 2", 1),
      () => alerts.change("incident 1", { shown: "late" }),
      () => alerts.removeBefore(Number.MAX_SAFE_INTEGER),
    ];
    for (const write of late) await expect(write()).rejects.toThrow(NotLeadingError);
    expect(await everything()).toEqual(before);
    await end();
  });

  test("nobody else begins to lead in the middle of a write", async () => {
    const { place, lease, supersede, end } = await formerLeader();
    const observer = new Client({ connectionString: place });
    await observer.connect();
    const order: string[] = [];
    let another: Promise<unknown> = Promise.resolve();
    await lease.write(async () => {
      another = supersede().then(() => order.push("another leads"));
      await Promise.race([isWaiting(observer), another]);
      order.push("written");
    });
    await another;
    expect(order).toEqual(["written", "another leads"]);
    await observer.end();
    await end();
  });

  test.each([
    ["the next", "fence + 1"],
    ["the same, after a failover that lost the last writes", "fence"],
  ])(
    "another one leads, and its number is %s: a refused write ends the term at once, and so does a renewal",
    async (_, fence) => {
      for (const ends of ["write", "renewal"]) {
        const { store, candidates, clock, wakesIn, end } = await lateDatabase(await database());
        const lease = candidates.add("former", store);
        await candidates.anybody();
        await wakesIn(1_000);
        await sql`update leader set fence = ${sql.raw(fence)}, holder = 'another'`.execute(store.db);
        if (ends === "write") await expect(lease.write(async () => undefined)).rejects.toThrow(NotLeadingError);
        else clock.advance(1_000);
        await until(
          () => candidates.events.includes("former stops"),
          () => "it leads",
        );
        // It leaves the other one's lease alone.
        await candidates.stopAll();
        expect(await store.db.selectFrom("leader").select("holder").execute()).toEqual([{ holder: "another" }]);
        expect(candidates.stops).toEqual(["former lost"]);
        await end();
      }
    },
  );

  test("what any process may write is written: starts, and where an alert was posted that nobody else has posted", async () => {
    const { store, alerts, supersede, end } = await formerLeader();
    await alerts.insert("incident 1", 1);
    await supersede();
    const anybodys = new RunStore(store.db, ignore);
    await anybodys.insert(intent);
    const answer = { projectId: "p", runId: "1", runUrl: null, traceId: null, projectVersion: null };
    await anybodys.update("k", (run) => (run.state === "starting" ? started(run, answer) : null));
    expect((await anybodys.get("k"))?.state).toBe("pending");
    expect(await alerts.place("incident 1", { channel: "C1", ts: "1.1" })).toBe(true);
    expect(await alerts.place("incident 1", { channel: "C1", ts: "2.2" })).toBe(false);
    await end();
  });
});

describe("a rolling upgrade from version 0.1.0", () => {
  /** A process of 0.1.0 that watches: it holds the session's lock, and has said so in `watch`. */
  async function oldWatcher(url: string): Promise<Client> {
    const client = new Client({ connectionString: url });
    client.on("error", ignore);
    await client.connect();
    await client.query("select pg_advisory_lock($1)", [OLD_LOCK]);
    await client.query("update watch set goodbye = 0");
    return client;
  }

  test("nobody leads while a process of 0.1.0 watches, nor for five seconds afterwards", async () => {
    const place = await database();
    await openOldStore(place);
    const old = await oldWatcher(place);
    // Slower, so that a busy machine may take its time.
    const { store, clock } = await openFast(place, SPEED / 2);
    const candidates = new Candidates(clock);
    candidates.add("new", store);
    await clock.sleep(20 * SECOND);
    expect(candidates.events).toEqual([]);
    const endsAfter = clock.now();
    await old.end();
    const took = await candidates.anybody();
    // The five seconds begin when the new process sees the lock for the last time, which is up to a second before the end.
    expect(clock.now() - endsAfter).toBeGreaterThan(3 * SECOND);
    expect(took).toBeLessThan(15 * SECOND);
    // What 0.1.0 reads, before it begins: it waits for five seconds.
    expect(await store.db.selectFrom("watch").selectAll().execute()).toEqual([{ goodbye: 0 }]);
    await candidates.stopAll();
    await store.close();
  });

  test("a leader stops when a process of 0.1.0 gets its lock, before that process begins", async () => {
    const place = await database();
    await openOldStore(place);
    const { store, clock } = await openFast(place);
    const candidates = new Candidates(clock);
    candidates.add("new", store);
    await candidates.anybody();
    const from = clock.now();
    const old = await oldWatcher(place);
    await until(
      () => candidates.leading.size === 0,
      () => candidates.events.join(", "),
    );
    expect(clock.now() - from).toBeLessThan(5 * SECOND);
    await old.end();
    await candidates.anybody();
    await candidates.stopAll();
    expect(candidates.stops).toEqual(["new lost", "new ending"]);
    await store.close();
  });

  test("a process of 0.1.0 that gets its lock while another one is about to lead is first", async () => {
    const place = await database();
    await openOldStore(place);
    const { store, candidates, hold, answer, isAsked, wakesIn, end } = await lateDatabase(place);
    await hold();
    candidates.add("new", store);
    await isAsked();
    const old = await oldWatcher(place);
    await answer();
    await wakesIn(1_000);
    expect(candidates.events).toEqual([]);
    await old.end();
    await end();
  });

  test("another bot's lock, in another schema or database, does not matter", async () => {
    const place = await database();
    const other = await database();
    await openOldStore(other);
    const old = await oldWatcher(other);
    const here = new Client({ connectionString: place });
    await here.connect();
    await here.query("select pg_advisory_lock($1)", [OLD_LOCK]);
    const { store, clock } = await openFast(place);
    const candidates = new Candidates(clock);
    candidates.add("new", store);
    await candidates.anybody();
    await candidates.stopAll();
    await Promise.all([old.end(), here.end(), store.close()]);
  });
});
