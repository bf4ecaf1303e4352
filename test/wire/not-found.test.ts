// Hex answers 404 for a run that it has started: for a while, as during a deployment, or because the run is gone.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

const MINUTE = 60_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 3 * MINUTE } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    for (const endpoint of ["getRun", "listRuns"] as const) {
      harness.hex.faults.add({ endpoint, kind: { type: "status", status: 404 }, times: Number.POSITIVE_INFINITY });
    }
  });
  afterEach(() => harness.stop());

  test("a run that Hex does not find for a minute is followed to its end", async () => {
    await harness.pass(MINUTE);
    harness.hex.faults.clear();
    await harness.cardShows("Completed");
    const said = [...harness.card().history, ...harness.replies].map(({ text }) => text);
    expect(said.filter((text) => text.includes("Not known"))).toEqual([]);
  });

  test("a run that is gone is no longer followed after a few minutes", async () => {
    const from = harness.clock.monotonic();
    await harness.cardShows("Hex no longer knows this run");
    const tookMs = harness.clock.monotonic() - from;
    expect(tookMs).toBeGreaterThan(2 * MINUTE);
    expect(tookMs).toBeLessThan(5 * MINUTE);
  });
});
