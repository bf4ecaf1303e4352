// A project that is unpublished while one of its runs goes on: Hex lists its runs no more, and still tells of each.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  test.each([
    ["empty", 422],
    ["refused", 422],
    ["refused", 400],
  ] as const)("its list of runs is %s (%d): the card is kept true", async (unpublishedRuns, refusalStatus) => {
    Object.assign(bench.hex.workspace, { unpublishedRuns, refusalStatus });
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 120_000 } });
    await bench.slack.command(`run ${project.id}`);
    await bench.until(() => bench.starts.length === 1);
    project.lastPublishedAt = null;
    await bench.cardShows("Completed");
    expect(
      bench
        .card()
        .history.map((message) => JSON.stringify(message))
        .join(),
    ).not.toContain("refused");
    const answer = await bench.ask(`runs ${project.id}`);
    expect(answer).toMatch(unpublishedRuns === "empty" ? /has no runs/ : /not published/);
    expect(shown(bench.card())).toContain("Completed");
  });

  test("its list of runs is hidden (403): the card is kept true", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    const body = { code: "FORBIDDEN", message: "You do not have access to this project" };
    bench.hex.faults.add({ endpoint: "listRuns", kind: { type: "status", status: 403, body }, times: 1_000 });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Completed");
  });
});
