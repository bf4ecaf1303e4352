// What a Home tab says about Hex, and what it says and offers about a run.

import { describe, expect, test } from "vitest";
import type { HexErrorFacts } from "../../../src/hex/errors.js";
import type { Health } from "../../../src/outages/incident.js";
import type { Run } from "../../../src/runs/run.js";
import { ownRuns } from "../../../src/slack/home/own-runs.js";
import { hexSeen, homeBlocks } from "../../../src/slack/messages/home.js";
import { AT, PLAIN_RUN } from "./plain-run.js";

const HOUR = 3_600_000;
const FACTS: HexErrorFacts = { kind: "no_kernel", operation: "runProject", host: "app.hex.tech" };

describe("how Hex is", () => {
  const probe = { at: AT, ok: true, kind: null, until: AT + 240_000 };
  const up: Health = { state: "up" };

  test("as the last probe saw it, for as long as that counts", () => {
    expect(hexSeen({ health: up, probe }, probe.until)).toEqual({ state: "connected" });
    expect(hexSeen({ health: up, probe }, probe.until + 1)).toEqual({ state: "not_asked", since: AT });
    expect(hexSeen({ health: up, probe: null }, AT)).toEqual({ state: "not_asked", since: null });
  });

  test("a probe from before the clock was set back says nothing", () => {
    expect(hexSeen({ health: up, probe }, AT - HOUR)).toEqual({ state: "not_asked", since: AT });
  });

  test("back, and again in doubt after one failure", () => {
    const first = { facts: FACTS, at: AT - 1_000, reference: "r" };
    const cause = { facts: FACTS, at: AT - HOUR };
    const times = { since: AT - HOUR, backAt: AT - 60_000 };
    const incident = { id: "i", cause, causes: [cause], relapses: 0, unwatchedMs: 0, state: "back" as const, ...times };
    const back = { state: "back" as const, incident, quietSince: AT - 60_000 };
    expect(hexSeen({ health: { ...back, first: null }, probe }, AT)).toEqual({ state: "connected" });
    const doubt = { state: "doubt", since: first.at };
    expect(hexSeen({ health: { ...back, first }, probe }, AT)).toEqual(doubt);
    expect(hexSeen({ health: { state: "doubt", first }, probe }, AT)).toEqual(doubt);
  });
});

describe("a tab", () => {
  const drawn = (runs: Run[], others = 0) =>
    JSON.stringify(
      homeBlocks({
        hex: { state: "connected" },
        host: "app.hex.tech",
        place: { origin: "https://app.hex.tech", workspace: null },
        open: { outage: null, troubles: [], others },
        now: AT,
        runs: ownRuns(runs, () => null),
        mayStart: () => true,
        directMessagesOff: false,
        notice: null,
        searches: 0,
      }),
    );

  test("says nothing of troubles that concern only others", () => {
    expect(drawn([], 3)).toBe(drawn([]));
  });

  test("says why Hex did not start a run", () => {
    expect(drawn([{ ...PLAIN_RUN, state: "refused", facts: FACTS, endedAt: AT }])).toContain("Hex has no free kernel");
  });

  test("offers no button for a run that is being started", () => {
    const starting: Run = { ...PLAIN_RUN, state: "starting", looking: false, facts: null, lease: 0 };
    expect(drawn([starting])).not.toContain("cancel_run");
  });
});
