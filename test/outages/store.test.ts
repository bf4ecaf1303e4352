import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HexError } from "../../src/hex/errors.js";
import { HealthStore } from "../../src/outages/store.js";
import { type Answer, remembered } from "../../src/outages/watchdog-state.js";
import type { Store } from "../../src/store/database.js";
import { openEmbedded } from "../../src/store/sqlite.js";

const ORIGIN = "https://app.hex.tech";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const BEGIN = Date.UTC(2026, 10, 2);
const ALIVE: Answer = { me: { expiresAt: BEGIN + 40.5 * DAY, orgId: null }, error: null };
const DEAD: Answer = { me: null, error: new HexError({ kind: "dns", operation: "me", host: "h" }) };

describe("HealthStore", () => {
  let dir: string;
  let opened: Store;
  let store: HealthStore;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    opened = await openEmbedded(dir);
    store = new HealthStore(opened.db);
  });
  afterEach(async () => {
    await opened.close();
    await rm(dir, { recursive: true });
  });

  /** Probes a minute apart, starting at `BEGIN` + `minute`. */
  async function probe(minute: number, answers: readonly Answer[]): Promise<void> {
    for (const [index, answer] of answers.entries()) {
      const now = BEGIN + (minute + index) * MINUTE;
      await store.update((memory) =>
        remembered(memory, answer, { now, reference: `r${now}`, probeMs: MINUTE, origin: ORIGIN }),
      );
    }
  }

  test("before the first probe nothing is known", async () => {
    expect(await store.lastProbe()).toBeNull();
    expect(await store.glance(BEGIN)).toEqual({ probe: null, outage: false, tokenDaysLeft: null });
    expect((await store.history(BEGIN)).day.available).toBeNull();
  });

  test("what every process may read: the last probe, the open incident, the token's days", async () => {
    await probe(0, [ALIVE, DEAD]);
    expect(await store.lastProbe()).toMatchObject({ at: BEGIN + MINUTE, ok: false, kind: "dns" });
    expect(await store.glance(BEGIN)).toMatchObject({ outage: false, tokenDaysLeft: 40 });
    await probe(2, [DEAD]);
    expect((await new HealthStore(opened.db).state()).health).toMatchObject({
      state: "down",
      incident: { since: BEGIN + MINUTE },
    });
    await probe(3, [ALIVE, ALIVE]);
    expect((await store.state()).health).toMatchObject({ state: "back", incident: { backAt: BEGIN + 3 * MINUTE } });
    // Hex answers, but the incident is not over yet.
    expect(await store.glance(BEGIN)).toMatchObject({ probe: { ok: true }, outage: true, tokenDaysLeft: 40 });
    await probe(5, [ALIVE, ALIVE, ALIVE, ALIVE]);
    expect(await store.glance(BEGIN)).toMatchObject({ outage: false });
    expect((await store.state()).health).toEqual({ state: "up" });
    expect(await store.incidentsSince(BEGIN)).toMatchObject([{ state: "over" }]);
  });

  test("the sums of the hours grow, and the time since the last probe counts too", async () => {
    await probe(0, [ALIVE, ALIVE, DEAD, DEAD, ALIVE]);
    const { day } = await store.history(BEGIN + 5 * MINUTE);
    expect(day).toMatchObject({ available: 60, downMs: 2 * MINUTE, outages: 1 });
  });

  test("hours are removed after 31 days, and incidents later if they are kept longer", async () => {
    const outage = [DEAD, DEAD, ALIVE, ALIVE, ...Array<Answer>(6).fill(ALIVE)];
    await probe(0, outage);
    const later = BEGIN + 32 * DAY;
    await store.removeOld(later, 90 * DAY);
    expect(await opened.db.selectFrom("health_hours").selectAll().execute()).toEqual([]);
    expect(await store.incidentsSince(0)).toHaveLength(1);
    await store.removeOld(later, DAY);
    expect(await store.incidentsSince(0)).toEqual([]);
  });

  test("an incident that is not over is never removed", async () => {
    await probe(0, [DEAD, DEAD]);
    await store.removeOld(BEGIN + 400 * DAY, DAY);
    expect(await store.incidentsSince(BEGIN + 400 * DAY)).toHaveLength(1);
  });
});
