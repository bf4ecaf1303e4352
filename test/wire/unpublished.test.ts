// A project is unpublished while one of its runs is going: Hex no longer lists its runs, but still answers about each one.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each([
    ["empty", 422],
    ["refused", 422],
    ["refused", 400],
  ] as const)("if its list of runs is %s (%d), the card is still correct", async (unpublishedRuns, refusalStatus) => {
    Object.assign(harness.hex.workspace, { unpublishedRuns, refusalStatus });
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 120_000 } });
    await harness.slack.command(`run ${project.id}`);
    await harness.until(() => harness.starts.length === 1);
    project.lastPublishedAt = null;
    await harness.cardShows("Completed");
    expect(
      harness
        .card()
        .history.map((message) => JSON.stringify(message))
        .join(),
    ).not.toContain("refused");
    const answer = await harness.ask(`runs ${project.id}`);
    expect(answer).toMatch(unpublishedRuns === "empty" ? /has no runs/ : /not published/);
    expect(shown(harness.card())).toContain("Completed");
  });

  test.each(["You do not have access to this project", "Forbidden"])(
    "if its list of runs is hidden (403: %s), the card is still correct",
    async (message) => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      const body = { code: "FORBIDDEN", message };
      harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "status", status: 403, body }, times: 1_000 });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Completed");
    },
  );
});
