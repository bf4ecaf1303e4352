// A limit of Hex's on the starts of runs alone, over which it asks to wait for an hour: everything else goes on.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  test.each(["seconds", "date"] as const)("Retry-After in %s", async (headers) => {
    const { workspace } = bench.hex;
    Object.assign(workspace.rateLimits, { runPerHour: 2, headers });
    const first = workspace.addProject({ title: "Revenue", run: { runningMs: 120_000 } });
    const second = workspace.addProject({ title: "Costs", run: { neverEnds: true } });
    for (const { id } of [first, second]) await bench.slack.command(`run ${id}`);
    await bench.until(() => bench.starts.length === 2);
    await bench.slack.command(`run ${first.id}`);
    await bench.cardShows("Not started", 2);
    const startedAt = bench.clock.now();
    await bench.cardShows("Completed");
    expect(bench.clock.now() - startedAt).toBeLessThan(5 * 60_000);
    const running = workspace.runs.find((run) => run.projectId === second.id);
    expect(await bench.ask(`cancel ${running?.id}`)).toContain("Hex is stopping");
    await bench.cardShows("Cancelled", 1);
    expect(await bench.ask("status")).toContain("Connected");
    expect(bench.starts).toHaveLength(3);
  });
});
