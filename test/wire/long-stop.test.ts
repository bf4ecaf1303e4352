// The bot was stopped for days, or its clock was set by days, with runs in flight: what Hex knows of them is asked before anybody
// is told that nothing more can be learnt, and is told even when Slack does not take it at once.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES } from "./harness.js";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

describe.each(MODES)("%s: after a long stop", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  /** A run in flight, of which its card says so. */
  async function running(): Promise<string> {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    return bench.hex.workspace.runs[0]?.id ?? "";
  }

  /** What the card has shown since it was posted, by its notifications. */
  function everShown(): string {
    return bench
      .card()
      .history.map(({ text }) => text)
      .join();
  }

  test("of eight days: a run that ended meanwhile is shown as it ended", async () => {
    const id = await running();
    await bench.stopBot();
    bench.hex.workspace.finishRun(id, "COMPLETED");
    bench.clock.advance(8 * DAY);
    await bench.startBot();
    await bench.cardShows("Completed");
    expect(everShown()).not.toContain("No longer watched");
  });

  test("of two days, begun while Hex could not be asked: the end is shown", async () => {
    const id = await running();
    bench.hex.workspace.revokeToken(bench.token);
    await bench.cardShows("No news from Hex");
    await bench.stopBot();
    bench.hex.workspace.finishRun(id, "COMPLETED");
    bench.clock.advance(2 * DAY);
    await bench.startBot({ HEX_API_TOKEN: bench.hex.workspace.addToken() });
    await bench.cardShows("Completed");
    expect(everShown()).not.toContain("Not known");
  });

  test("the clock is set forward by eight days: the end of a run is shown", async () => {
    const id = await running();
    bench.clock.set(8 * DAY);
    await bench.pass(20_000);
    bench.hex.workspace.finishRun(id, "COMPLETED");
    await bench.cardShows("Completed");
  });

  test("of two days, and Slack fails at first: the end of a run is shown all the same", async () => {
    const id = await running();
    await bench.stopBot();
    bench.hex.workspace.finishRun(id, "COMPLETED");
    bench.clock.advance(2 * DAY);
    bench.slack.faults.add({ method: "chat.update", times: 4, kind: { type: "status", status: 500 } });
    await bench.startBot();
    await bench.cardShows("Completed");
  });
});
