import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  causeOf,
  type Failure,
  type Health,
  healthSchema,
  type Incident,
  incidentOf,
  lastedMs,
  pauseMs,
  QUIET_MS,
  sightOf,
  stepped,
} from "../../src/health/incident.js";
import { HexError, type HexErrorKind } from "../../src/hex/errors.js";

const MINUTE = 60_000;
const failure = (kind: HexErrorKind, at: number): Failure => ({
  facts: { kind, operation: "me", host: "app.hex.tech" },
  at,
  reference: `r${at}`,
});

/** What is seen a minute apart, beginning at 0: "." is a success, a letter a failure of one kind. */
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
  test("one failure is none, two in a row are, since the first", () => {
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

  test("down again within the five minutes: the same one, counted; after them: another one", () => {
    expect(play("tt..tt").health).toMatchObject({ state: "down", incident: { since: 0, relapses: 1 } });
    expect(play("tt..tt..tt").health).toMatchObject({ incident: { since: 0, relapses: 2 } });
    expect(play("tt......tt").ended).toHaveLength(1);
    expect(play("tt......tt").health).toMatchObject({ incident: { since: 8 * MINUTE, relapses: 0 } });
  });

  test("a failure that comes when the five minutes are over begins anew", () => {
    const { health, ended } = play("tt..t", 3 * MINUTE);
    expect(ended).toHaveLength(1);
    expect(health).toMatchObject({ state: "doubt" });
  });

  test("a lone failure while it is being watched does not bring it back, and does not end it", () => {
    expect(play("tt..t.").health).toMatchObject({ state: "back", incident: { relapses: 0 } });
  });

  test("another cause counts when it is seen twice in a row; the list holds each change", () => {
    const causes = (seen: string) => incidentOf(play(seen).health)?.causes.map(({ facts }) => facts.kind);
    expect(causes("ttu")).toEqual(["timeout"]);
    expect(causes("ttut")).toEqual(["timeout"]);
    expect(causes("ttun")).toEqual(["timeout"]);
    expect(causes("ttuu")).toEqual(["timeout", "unauthorized"]);
    expect(causes("ttuutt")).toEqual(["timeout", "unauthorized", "timeout"]);
    expect(causes("tt..uu")).toEqual(["timeout", "unauthorized"]);
    expect(causes("tu")).toEqual(["unauthorized"]);
  });
});

describe("what a probe says", () => {
  const error = (kind: HexErrorKind) => new HexError({ kind, operation: "me", host: "h" });
  test.each([
    ["timeout", "failure"],
    ["unauthorized", "failure"],
    ["plan", "failure"],
    ["unreadable", "failure"],
    ["rate_limited", "nothing"],
    ["scope", "alive"],
    ["not_found", "alive"],
  ] as const)("%s: %s", (kind, sight) => expect(sightOf(error(kind))).toBe(sight));
  test("an answer: alive", () => expect(sightOf(null)).toBe("alive"));
});

describe("the pause before the next probe", () => {
  const pauseAfter = (seen: string, now = 0) => pauseMs(play(seen).health, now, MINUTE);
  test("usual, and a quarter to confirm what was seen once", () => {
    expect(pauseAfter(".")).toBe(MINUTE);
    for (const seen of ["t", "tt.", "ttu", "tt..t"]) expect(pauseAfter(seen)).toBe(MINUTE / 4);
  });

  test("doubles while it is down, to five minutes", () => {
    expect(["tt", "ttt", "tttt", "ttttt", "tttttttttt"].map((seen) => pauseAfter(seen) / MINUTE)).toEqual([
      1, 2, 4, 5, 5,
    ]);
  });

  test("looks again when the five quiet minutes are over, however long the usual pause", () => {
    const { health } = play("tt..");
    expect(pauseMs(health, 3 * MINUTE, 60 * MINUTE)).toBe(15 * MINUTE);
    expect(pauseMs(health, 6.5 * MINUTE, MINUTE)).toBe(0.5 * MINUTE);
    expect(pauseMs(health, 2 * MINUTE + QUIET_MS, MINUTE)).toBe(MINUTE / 4);
  });
});

describe("whatever is seen", () => {
  const kinds = fc.constantFrom<(HexErrorKind | null)[]>(null, null, "timeout", "unauthorized", "network");
  const story = fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 4 * MINUTE })), { maxLength: 120 });

  test("incidents follow one another, each with a beginning, an end, and causes that differ; and it survives the store", () => {
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
            expect(list.every((cause, index) => cause !== list[index - 1])).toBe(true);
            expect(causeOf(is).facts.kind).toBe(list.at(-1));
          }
        }
      }),
    );
  });
});
