// What is said once about a run, besides its card: if Slack takes it and its answer is lost, it is said once more, and marked as a repeat.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;
const LOST = { method: "chat.postMessage", times: 1, afterEffect: true, kind: { type: "reset" } } as const;

describe.each(MODES)("%s mode: when Slack's answer is lost, it comes again, marked", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  /** Ada runs a project that usually takes a minute, for longer than that. */
  async function running() {
    const { id } = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 8 * MINUTE } });
    for (const hours of [2, 3, 4]) {
      const startedAt = harness.clock.now() - hours * 60 * MINUTE;
      harness.hex.workspace.startRun(id, { startedAt, durationMs: MINUTE, outcome: "COMPLETED" });
    }
    await harness.slack.command(`run ${id}`);
    return harness.cardShows("usually takes about 1 min");
  }

  /** Waits until something was said twice, and for longer than it would take to say it a third time. */
  async function saidTwice(said: () => string[]): Promise<void> {
    await harness.until(() => said().length === 2, 2_000);
    await harness.pass(5 * MINUTE, 5_000);
    expect(said().map((text) => text.includes("This may be here more than once"))).toEqual([false, true]);
  }
  const replies = (words: string) => () => harness.replies.map(shown).filter((text) => text.includes(words));

  test("that a run is overdue", async () => {
    await running();
    harness.slack.faults.add(LOST);
    await saidTwice(replies("is overdue"));
  });

  test("even if Slack refuses it once in between", async () => {
    await running();
    harness.slack.faults.add(LOST);
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "ratelimited", retryAfter: 5 } });
    await saidTwice(replies("is overdue"));
  });

  test("how it ended, in the card's thread and in a direct message", async () => {
    const card = await running();
    const { grace } = harness.slack.people;
    await harness.slack.click(card, "tell_me", { user: grace });
    await harness.until(() => replies("is overdue")().length > 0, 2_000);
    for (const fault of [{ ...LOST, inThread: true }, LOST]) harness.slack.faults.add(fault);
    await saidTwice(replies("completed"));
    const { id } = harness.slack.dm(grace);
    await saidTwice(() => harness.slack.messages.filter(({ channel }) => channel === id).map(shown));
  });
});
