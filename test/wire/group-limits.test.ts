// Hex limits only the starts of runs and asks the bot to wait for an hour: everything else continues.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each(["seconds", "date"] as const)("Retry-After in %s", async (headers) => {
    const { workspace } = harness.hex;
    Object.assign(workspace.rateLimits, { runPerHour: 2, headers });
    const first = workspace.addProject({ title: "Revenue", run: { runningMs: 120_000 } });
    const second = workspace.addProject({ title: "Costs", run: { neverEnds: true } });
    for (const { id } of [first, second]) await harness.slack.command(`run ${id}`);
    await harness.until(() => harness.starts.length === 2);
    await harness.slack.command(`run ${first.id}`);
    await harness.cardShows("Not started", 2);
    const startedAt = harness.clock.now();
    await harness.cardShows("Completed");
    expect(harness.clock.now() - startedAt).toBeLessThan(5 * 60_000);
    const running = workspace.runs.find((run) => run.projectId === second.id);
    expect(await harness.ask(`cancel ${running?.id}`)).toContain("Hex is stopping");
    await harness.cardShows("Cancelled", 1);
    expect(await harness.ask("status")).toContain("Connected");
    expect(harness.starts).toHaveLength(3);
  });
});
