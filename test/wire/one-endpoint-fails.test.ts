// Hex fails for the list of a project's runs and answers about a single run, or the other way round.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let projectId: string;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    projectId = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 3 * MINUTE } }).id;
  });
  afterEach(() => harness.stop());

  test.each([["listRuns"], ["getRun"]] as const)("a run is followed to its end while %s fails", async (endpoint) => {
    harness.hex.faults.add({ endpoint, kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    const from = harness.clock.monotonic();
    await harness.slack.command(`run ${projectId}`);
    await harness.cardShows("Completed");
    expect(harness.clock.monotonic() - from).toBeLessThan(6 * MINUTE);
  });

  test("a run that was not listed at first, and that Hex does not find by its id, is followed in the list", async () => {
    const { faults } = harness.hex;
    faults.add({ endpoint: "listRuns", kind: { type: "altered", alter: (body) => ({ ...Object(body), runs: [] }) } });
    faults.add({ endpoint: "getRun", kind: { type: "status", status: 404 }, times: Number.POSITIVE_INFINITY });
    await harness.slack.command(`run ${projectId}`);
    await harness.cardShows(/Completed|Not known|Lost/);
    expect(harness.cards.map(shown)).toEqual([expect.stringContaining("Completed")]);
  });

  test("several runs of a project are listed again once that succeeds", async () => {
    const { hex } = harness;
    const slow = hex.workspace.addProject({ title: "Slow", run: { runningMs: 60 * MINUTE } });
    hex.faults.add({ endpoint: "listRuns", kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    for (let n = 0; n < 3; n++) await harness.slack.command(`run ${slow.id}`);
    await harness.pass(2 * MINUTE);
    expect(harness.requests("getRun").length).toBeGreaterThan(0);
    hex.faults.clear();
    await harness.pass(6 * MINUTE);
    const before = { list: harness.requests("listRuns").length, one: harness.requests("getRun").length };
    await harness.pass(5 * MINUTE);
    expect(harness.requests("listRuns").length).toBeGreaterThan(before.list);
    expect(harness.requests("getRun").length).toBe(before.one);
  });
});
