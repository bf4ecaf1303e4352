// The reply that says how a run ended, when Slack refuses it for a while.

import { afterEach, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;

let harness: Harness;
afterEach(() => harness.stop());

test.each(MODES)(
  "%s: the bot tries less and less often, and the requester learns about the end in another way",
  async (mode) => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({
      title: "Revenue",
      run: { outcome: "ERRORED", runningMs: 5_000 },
    });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "internal_error" } });
    const before = harness.slack.calls.length;
    await harness.cardShows("Errored");
    await harness.pass(5 * MINUTE);
    const tries = harness.slack.calls.slice(before).filter(({ method }) => method === "chat.postMessage");
    expect(tries.length).toBeGreaterThan(2);
    expect(tries.length).toBeLessThan(40);
    const answers = harness.slack.messages.filter(({ via }) => via === "response_url").map(shown);
    expect(answers.filter((answer) => answer.includes("*Errored*"))).toHaveLength(1);
  },
);
