// The reply that tells how a run ended, where Slack does not take it for a while.

import { afterEach, expect, test } from "vitest";
import { Bench, MODES, shown } from "./harness.js";

const MINUTE = 60_000;

let bench: Bench;
afterEach(() => bench.stop());

test.each(MODES)(
  "%s: it is tried less and less often, and whoever asked hears of the end in another way",
  async (mode) => {
    bench = await Bench.start(mode);
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { outcome: "ERRORED", runningMs: 5_000 } });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Running");
    bench.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "internal_error" } });
    await bench.cardShows("Errored");
    const before = bench.slack.calls.length;
    await bench.pass(5 * MINUTE);
    const tries = bench.slack.calls.slice(before).filter(({ method }) => method === "chat.postMessage");
    expect(tries.length).toBeGreaterThan(2);
    expect(tries.length).toBeLessThan(40);
    const answers = bench.slack.messages.filter(({ via }) => via === "response_url").map(shown);
    expect(answers.filter((answer) => answer.includes("*Errored*"))).toHaveLength(1);
  },
);
