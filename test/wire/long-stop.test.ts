// The bot was stopped for days, or its clock was set by days, with runs in flight. It asks Hex about them before it says that it
// can learn nothing more, and it tells people even if Slack refuses that at first.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

describe.each(MODES)("%s: after a long stop", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  /** A run in flight whose card says so. */
  async function running(): Promise<string> {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    return harness.hex.workspace.runs[0]?.id ?? "";
  }

  /** The card's notification texts since it was posted. */
  function everShown(): string {
    return harness
      .card()
      .history.map(({ text }) => text)
      .join();
  }

  test("of eight days, a run that ended in the meantime is shown with its end", async () => {
    const id = await running();
    await harness.stopBot();
    harness.hex.workspace.finishRun(id, "COMPLETED");
    harness.clock.advance(8 * DAY);
    await harness.startBot();
    await harness.cardShows("Completed");
    expect(everShown()).not.toContain("No longer tracked");
  });

  test("of two days that began while Hex was down, the end of a run is shown", async () => {
    const id = await running();
    harness.hex.workspace.revokeToken(harness.token);
    await harness.cardShows("No news from Hex");
    await harness.stopBot();
    harness.hex.workspace.finishRun(id, "COMPLETED");
    harness.clock.advance(2 * DAY);
    await harness.startBot({ HEX_API_TOKEN: harness.hex.workspace.addToken() });
    await harness.cardShows("Completed");
    expect(everShown()).not.toContain("Not known");
  });

  test("of eight days on a clock that was set forward, the end of a run is shown", async () => {
    const id = await running();
    harness.clock.set(8 * DAY);
    await harness.pass(20_000);
    harness.hex.workspace.finishRun(id, "COMPLETED");
    await harness.cardShows("Completed");
  });

  test("of two days, the end of a run is shown even if Slack fails at first", async () => {
    const id = await running();
    await harness.stopBot();
    harness.hex.workspace.finishRun(id, "COMPLETED");
    harness.clock.advance(2 * DAY);
    harness.slack.faults.add({ method: "chat.update", times: 4, kind: { type: "status", status: 500 } });
    await harness.startBot();
    await harness.cardShows("Completed");
  });
});
