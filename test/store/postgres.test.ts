// The shared store on a real Postgres: the same code as on the file, and the ledger of requests.

import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Budget } from "../../src/hex/budget.js";
import { HexError } from "../../src/hex/errors.js";
import { HealthStore } from "../../src/outages/store.js";
import { remembered } from "../../src/outages/watchdog-state.js";
import { RunStore } from "../../src/runs/store.js";
import { intended, lost } from "../../src/runs/transitions.js";
import { Drafts } from "../../src/store/drafts.js";
import { openShared } from "../../src/store/postgres.js";
import { RequestLedger } from "../../src/store/request-ledger.js";
import { checkWrite } from "../../src/store/write-check.js";
import { runDatabaseClock } from "../process/database-clock.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import { ManualClock } from "../sandbox/clock.js";

const postgres = postgresForTests();

const ignore = () => undefined;
const intent = (key: string) =>
  intended(
    {
      key,
      project: { id: "p", title: "Revenue" },
      options: { inputs: { a: [1, "x"] }, fresh: false, publish: false, view: null },
      requester: "U1",
      requestedAt: Date.UTC(2026, 10, 2),
      reference: "r",
    },
    1,
  );

describe("the shared store", () => {
  test("the trial write of /readyz leaves nothing behind, several at a time as well", async () => {
    const { db, close } = await openShared(await postgres.database("trial"), ignore);
    await Promise.all(Array.from({ length: 8 }, () => checkWrite(db)));
    expect(await db.selectFrom("requests").selectAll().execute()).toEqual([]);
    await close();
    await expect(checkWrite(db)).rejects.toThrow();
  });

  test("two that both take themselves for the watch find one outage, not one each", async () => {
    const url = await postgres.database("health");
    const [one, two] = await Promise.all([openShared(url, ignore), openShared(url, ignore)]);
    const stores = [new HealthStore(one.db), new HealthStore(two.db)];
    const failure = new HexError({ kind: "timeout", operation: "me", host: "h" });
    const probes = Array.from({ length: 4 }, (_, index) =>
      stores[index % 2]?.update((memory) =>
        remembered(
          memory,
          { me: null, error: failure },
          { now: index, reference: `probe ${index}`, probeMs: 60_000, origin: "https://h.test" },
        ),
      ),
    );
    await Promise.all(probes);
    expect(await one.db.selectFrom("incidents").select(["ended_at"]).execute()).toEqual([{ ended_at: null }]);
    expect((await stores[0]?.state())?.health).toMatchObject({ state: "down" });
    await Promise.all([one.close(), two.close()]);
  });

  test("drafts: kept by one process, read by another, and gone when their time is over", async () => {
    const url = await postgres.database("drafts");
    const [one, two] = await Promise.all([openShared(url, ignore), openShared(url, ignore)]);
    const clock = new ManualClock();
    const [kept, read] = [one, two].map(({ db }) => new Drafts(db, () => clock.now()));
    const schema = z.object({ region: z.string() });
    await kept?.keep("check:a", { region: "EMEA" }, 1_000);
    await kept?.keep("check:a", { region: "APAC" }, 2_000);
    expect(await read?.get("check:a", schema)).toEqual({ region: "APAC" });
    clock.advance(2_000);
    expect(await read?.get("check:a", schema)).toBeNull();
    const taken = await Promise.all([kept?.takeExpired("check:", schema), read?.takeExpired("check:", schema)]);
    expect(taken.flat()).toEqual([{ region: "APAC" }]);
    expect(await one.db.selectFrom("drafts").selectAll().execute()).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });

  test("several that open it at the same time make its tables once", async () => {
    const url = await postgres.database("together");
    const stores = await Promise.all([openShared(url, ignore), openShared(url, ignore), openShared(url, ignore)]);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("runs: stored once, changed by one of many, found, ended, removed", async () => {
    const shared = await openShared(await postgres.database("runs"), ignore);
    const [a, b] = [new RunStore(shared.db, ignore), new RunStore(shared.db, ignore)];
    expect([await a.insert(intent("k")), await b.insert(intent("k"))]).toEqual([true, false]);
    expect(await b.get("k")).toEqual(intent("k"));
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? a : b).update("k", (run) =>
          run.again ? null : { ...run, again: { by: `U${index}`, at: index } },
        ),
      ),
    );
    expect(claims.filter((claim) => claim?.changed)).toHaveLength(1);
    expect(await a.countInFlight()).toBe(1);
    await a.update("k", (run) => (run.state === "starting" ? lost(run, "start_unknown", 50) : null));
    expect([await a.countInFlight(), (await b.recentlyEnded(5)).length]).toEqual([0, 1]);
    await b.removeEndedBefore(51);
    expect(await a.get("k")).toBeNull();
    await shared.close();
  });

  test("a store of a newer version is refused; a wrong password is said without it", async () => {
    const url = await postgres.database("newer");
    const shared = await openShared(url, ignore);
    await sql`insert into hexbot_migration (name, timestamp) values ('999_future', '2030')`.execute(shared.db);
    await shared.close();
    await expect(openShared(url, ignore)).rejects.toMatchObject({ name: "StoreError", kind: "newer" });
    const wrong = await openShared(url.replace("bot:bot@", "nobody:s3cret@"), ignore).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ name: "StoreError", kind: "password" });
    expect(`${String(wrong)} ${JSON.stringify(wrong)}`).not.toContain("s3cret");
  });

  test("two budgets on one ledger send no more together than one may", async () => {
    const shared = await openShared(await postgres.database("ledger"), ignore);
    const clock = new ManualClock();
    const ledger = new RequestLedger(shared);
    await runDatabaseClock(shared, { start: Date.now(), shows: clock.now(), speed: 0 });
    const budgets = [new Budget(clock, 6, ledger), new Budget(clock, 6, ledger)];
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        budgets[index % 2]?.take("command", 1_000).then(
          () => true,
          () => false,
        ),
      ),
    );
    // One of six is kept for cancellations.
    expect(outcomes.filter((sent) => sent)).toHaveLength(5);
    clock.advance(60_001);
    await runDatabaseClock(shared, { start: Date.now(), shows: clock.now(), speed: 0 });
    await budgets[0]?.take("command", 0);
    await shared.close();
  });

  test("however many claim at once, no more are counted than may be", async () => {
    const url = await postgres.database("at_once");
    const stores = await Promise.all([openShared(url, ignore), openShared(url, ignore)]);
    const ledgers = stores.map((store) => new RequestLedger(store));
    const waits = await Promise.all(Array.from({ length: 16 }, (_, index) => ledgers[index % 2]?.claim(5)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("the wait lasts until fewer than the limit are left, also if more than that are counted", async () => {
    const shared = await openShared(await postgres.database("waits"), ignore);
    const ledger = new RequestLedger(shared);
    const now = Date.UTC(2026, 10, 2, 9);
    await runDatabaseClock(shared, { start: 0, shows: now, speed: 0 });
    const ago = [60_000, 59_999, 40_000, 30_000, 20_000];
    await shared.db
      .insertInto("requests")
      .values(ago.map((ms) => ({ at: now - ms })))
      .execute();
    expect(await ledger.claim(4)).toBe(1);
    expect(await ledger.claim(2)).toBe(30_000);
    expect(await ledger.claim(5)).toBe(0);
    expect(await ledger.claim(5)).toBe(1);
    await shared.close();
  });

  test("what a replica of 0.1.0 has counted minutes ahead of time does not hold up the others", async () => {
    const shared = await openShared(await postgres.database("ahead"), ignore);
    const ledger = new RequestLedger(shared);
    const ahead = Date.now() + 4 * 60_000;
    await shared.db
      .insertInto("requests")
      .values([{ at: ahead }, { at: ahead + 1 }])
      .execute();
    expect(await ledger.claim(2)).toBe(0);
    await shared.close();
  });

  test("two bots in one database count each for itself", async () => {
    const url = await postgres.database("two_bots");
    const first = await openShared(url, ignore);
    await sql`create schema second`.execute(first.db);
    const second = await openShared(`${url}?options=-csearch_path%3Dsecond`, ignore);
    expect(await new RequestLedger(first).claim(1)).toBe(0);
    expect(await new RequestLedger(first).claim(1)).toBeGreaterThan(0);
    expect(await new RequestLedger(second).claim(1)).toBe(0);
    await Promise.all([first.close(), second.close()]);
  });
});
