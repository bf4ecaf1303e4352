import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HexError, type HexErrorKind, lifeSignOf } from "../../src/hex/errors.js";
import {
  type Failure,
  type Health,
  healthFrom,
  healthSchema,
  type Incident,
  incidentOf,
  incidentSchema,
  lastedMs,
  pauseMs,
  QUIET_MS,
  soonMs,
  stepped,
  unwatched,
} from "../../src/outages/incident.js";

const MINUTE = 60_000;
const failure = (kind: HexErrorKind, at: number): Failure => ({
  facts: { kind, operation: "me", host: "app.hex.tech" },
  at,
  reference: `r${at}`,
});

/** What is seen a minute apart, beginning at 0: "." is a success, and each letter is a kind of failure. */
const KINDS: Record<string, HexErrorKind> = { t: "timeout", u: "unauthorized", n: "network" };
function play(seen: string, stepMs = MINUTE): { health: Health; ended: Incident[] } {
  const ended: Incident[] = [];
  let health: Health = { state: "up" };
  for (const [index, letter] of [...seen].entries()) {
    const at = index * stepMs;
    const kind = KINDS[letter];
    const step = stepped(health, kind === undefined ? null : failure(kind, at), at);
    health = step.health;
    if (step.ended !== null) ended.push(step.ended);
  }
  return { health, ended };
}

describe("an outage", () => {
  test("one failure is not an outage; two in a row are, since the first", () => {
    expect(play(".t.t.t.").health).toEqual({ state: "up" });
    expect(incidentOf(play(".t").health)).toBeNull();
    expect(incidentOf(play("..tt").health)).toMatchObject({ state: "down", since: 2 * MINUTE, id: `r${3 * MINUTE}` });
  });

  test("one success does not end it, two in a row do, and it is over after five quiet minutes", () => {
    expect(play("tt.t.t.").health.state).toBe("down");
    expect(play("tt..").health).toMatchObject({ state: "back", incident: { backAt: 2 * MINUTE } });
    expect(play("tt.....").ended).toEqual([]);
    const { health, ended } = play("tt......");
    expect(health).toEqual({ state: "up" });
    expect(ended).toMatchObject([{ state: "over", since: 0, backAt: 2 * MINUTE, relapses: 0 }]);
    expect(ended.map((incident) => lastedMs(incident, 99 * MINUTE))).toEqual([2 * MINUTE]);
  });

  test("down again within the five minutes: the same incident, counted; after that: another one", () => {
    expect(play("tt..tt").health).toMatchObject({ state: "down", incident: { since: 0, relapses: 1 } });
    expect(play("tt..tt..tt").health).toMatchObject({ incident: { since: 0, relapses: 2 } });
    expect(play("tt......tt").ended).toHaveLength(1);
    expect(play("tt......tt").health).toMatchObject({ incident: { since: 8 * MINUTE, relapses: 0 } });
  });

  test("a failure after the five minutes begins a new incident", () => {
    const { health, ended } = play("tt..t", 3 * MINUTE);
    expect(ended).toHaveLength(1);
    expect(health).toMatchObject({ state: "doubt" });
  });

  test("a lone failure while it is being watched does not bring it back, and does not end it", () => {
    expect(play("tt..t.").health).toMatchObject({ state: "back", incident: { relapses: 0 } });
  });

  test("quiet means without a single failure: what comes and goes stays one incident", () => {
    const { health, ended } = play("tt..t..t..t..t....");
    expect(ended).toEqual([]);
    expect(health).toMatchObject({ state: "back", incident: { since: 0, backAt: 2 * MINUTE } });
    expect(play("tt..t..t..t..t.......").ended).toMatchObject([{ backAt: 2 * MINUTE, relapses: 0 }]);
  });

  test("one failure that may be nothing keeps it open until it is known", () => {
    const { health } = play("tt..t");
    expect(stepped(health, null, 2 * MINUTE + QUIET_MS)).toMatchObject({ ended: null, health: { state: "back" } });
  });

  test("down again for the same reason, the cause is the one from the beginning", () => {
    expect(incidentOf(play("tt..tt").health)?.cause.at).toBe(0);
    expect(incidentOf(play("tt..uu").health)?.cause.at).toBe(5 * MINUTE);
  });

  test("lasts until now while Hex is down", () => {
    const down = incidentOf(play("..tt").health);
    if (down === null) throw new Error("There is no incident.");
    expect([lastedMs(down, 9 * MINUTE), lastedMs(down, 0)]).toEqual([7 * MINUTE, 0]);
  });

  test("goes on from what is stored of it", () => {
    const down = incidentOf(play("tt").health);
    const back = incidentOf(play("tt..").health);
    const [over = null] = play("tt......").ended;
    for (const incident of [down, back, over]) expect(incidentSchema.parse(incident)).toEqual(incident);
    expect(healthFrom(down)).toEqual({ state: "down", incident: down, failures: 2, sign: null });
    expect(healthFrom(back)).toEqual({ state: "back", incident: back, first: null, quietSince: 2 * MINUTE });
    expect([healthFrom(over), healthFrom(null)]).toEqual([{ state: "up" }, { state: "up" }]);
    expect(incidentSchema.safeParse({ ...down, state: "over" }).success).toBe(false);
  });

  test("while Hex is up, a time without a watch changes nothing", () => {
    expect(unwatched({ state: "up" }, MINUTE)).toEqual({ state: "up" });
  });

  test("a clock that is set back keeps no incident open for longer than the quiet time", () => {
    const { health } = play("tt..");
    const back = stepped(health, null, -60 * MINUTE).health;
    expect(pauseMs(back, -60 * MINUTE, MINUTE)).toBe(MINUTE);
    expect(stepped(back, null, -60 * MINUTE + QUIET_MS).ended).toMatchObject({ state: "over" });
  });

  test("time without a watch does not count as watched, and two failures around it are not two in a row", () => {
    const down = unwatched(play("tt.").health, 60 * MINUTE);
    expect(down).toMatchObject({ state: "down", sign: null, incident: { unwatchedMs: 60 * MINUTE } });
    expect(unwatched(play("tt..t").health, 60 * MINUTE)).toMatchObject({ state: "back", first: null });
    expect(unwatched(play("t").health, 60 * MINUTE)).toEqual({ state: "up" });
  });

  test("a different cause counts when it is seen twice in a row, and the list has each kind once", () => {
    const causes = (seen: string) => incidentOf(play(seen).health)?.causes.map(({ facts }) => facts.kind);
    expect(incidentOf(play("ttuutt").health)?.cause.facts.kind).toBe("timeout");
    expect(causes("ttu")).toEqual(["timeout"]);
    expect(causes("ttut")).toEqual(["timeout"]);
    expect(causes("ttun")).toEqual(["timeout"]);
    expect(causes("ttuu")).toEqual(["timeout", "unauthorized"]);
    expect(causes("ttuutt")).toEqual(["timeout", "unauthorized"]);
    expect(causes("tt..uu")).toEqual(["timeout", "unauthorized"]);
    expect(causes("tu")).toEqual(["unauthorized"]);
  });
});

describe("what a completed request says", () => {
  const sign = (kind: HexErrorKind, operation: "me" | "getRun", status?: number) =>
    lifeSignOf(new HexError({ kind, operation, host: "h", status }));
  test.each(["timeout", "unauthorized", "plan", "unreadable", "hex_failed"] as const)("%s: a failure", (kind) => {
    expect([sign(kind, "me"), sign(kind, "getRun")]).toEqual(["failure", "failure"]);
  });
  test.each(["not_found", "bad_request", "request_refused"] as const)(
    "%s: a failure of the connection only for the question that is about no project",
    (kind) => expect([sign(kind, "me"), sign(kind, "getRun")]).toEqual(["failure", "nothing"]),
  );
  test("a 403 that does not come from Hex's API proves nothing", () => {
    expect([sign("forbidden", "me", 403), sign("forbidden", "getRun", 403)]).toEqual(["nothing", "nothing"]);
  });
  test("a missing scope, even for whose token it is: Hex is alive, and so is the token", () => {
    expect([sign("scope", "me", 403), sign("scope", "getRun", 403)]).toEqual(["alive", "nothing"]);
  });
  test("Hex's own limit is a sign of life, the bot's budget says nothing", () => {
    expect([sign("rate_limited", "me", 429), sign("rate_limited", "me")]).toEqual(["alive", "nothing"]);
    expect(sign("budget_spent", "me")).toBe("nothing");
  });
  test("an answer: alive", () => expect(lifeSignOf(null)).toBe("alive"));
});

describe("the pause before the next probe", () => {
  const pauseAfter = (seen: string, now = 0) => pauseMs(play(seen).health, now, MINUTE);
  test("usual, and a quarter to confirm what was seen once", () => {
    expect(pauseAfter(".")).toBe(MINUTE);
    for (const seen of ["t", "tt.", "ttu", "tt..t"]) expect(pauseAfter(seen)).toBe(MINUTE / 4);
  });

  test("soon is neither at once nor late, whatever the usual pause", () => {
    expect([10_000, MINUTE, 60 * MINUTE].map(soonMs)).toEqual([5_000, 15_000, 60_000]);
  });

  test("doubles while it is down, to five minutes", () => {
    expect(["tt", "ttt", "tttt", "ttttt", "tttttttttt"].map((seen) => pauseAfter(seen) / MINUTE)).toEqual([
      1, 2, 4, 5, 5,
    ]);
  });

  test("probes again when the five quiet minutes are over, however long the usual pause", () => {
    const { health } = play("tt..");
    expect(pauseMs(health, 3 * MINUTE, 60 * MINUTE)).toBe(4 * MINUTE);
    expect(pauseMs(health, 6.5 * MINUTE, MINUTE)).toBe(0.5 * MINUTE);
    expect(pauseMs(health, 2 * MINUTE + QUIET_MS, MINUTE)).toBe(MINUTE / 4);
  });
});

describe("whatever is seen", () => {
  const kinds = fc.constantFrom<(HexErrorKind | null)[]>(null, null, "timeout", "unauthorized", "network");
  const story = fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 4 * MINUTE })), { maxLength: 120 });

  test("incidents follow one another, each with a beginning, an end and different causes, and survive the store", () => {
    fc.assert(
      fc.property(story, (seen) => {
        let [now, health]: [number, Health] = [0, { state: "up" }];
        let lastEnd = Number.NEGATIVE_INFINITY;
        const recent: boolean[] = [];
        for (const [kind, passed] of seen) {
          now += passed;
          const before = health;
          const step = stepped(before, kind === null ? null : failure(kind, now), now);
          health = step.health;
          recent.push(kind === null);
          expect(healthSchema.parse(JSON.parse(JSON.stringify(health)))).toEqual(health);
          expect(pauseMs(health, now, MINUTE)).toBeGreaterThanOrEqual(MINUTE / 4);
          expect(pauseMs(health, now, MINUTE)).toBeLessThanOrEqual(QUIET_MS);

          const [one, two] = recent.slice(-2);
          const [was, is] = [incidentOf(before), incidentOf(health)];
          // It goes down only with two failures in a row, and comes back only with two successes.
          if (health.state === "down" && before.state !== "down") expect([one, two]).toEqual([false, false]);
          if (before.state === "down" && health.state !== "down") expect([one, two]).toEqual([true, true]);
          if (one === false && two === false) expect(health.state).toBe("down");
          // An incident stays itself until it ends.
          if (was !== null && step.ended === null) expect(is).toMatchObject({ id: was.id, since: was.since });
          if (step.ended !== null) {
            expect(now - step.ended.backAt).toBeGreaterThanOrEqual(QUIET_MS);
            expect(step.ended.since).toBeGreaterThan(lastEnd);
            expect(step.ended.backAt).toBeGreaterThan(step.ended.since);
            lastEnd = step.ended.backAt;
          }
          if (is !== null) {
            const list = is.causes.map(({ facts }) => facts.kind);
            expect(new Set(list).size).toBe(list.length);
            expect(list).toContain(is.cause.facts.kind);
          }
        }
      }),
    );
  });
});
