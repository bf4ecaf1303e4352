// A run that takes twice its project's usual time is marked on its card, and its requester is mentioned once.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pings, type SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;
const MARK = ":alarm_clock: *Running, overdue*";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  /** A project whose earlier runs took this many minutes, and whose next one takes as long as `run` says. */
  function project(earlier: readonly number[], run: { pendingMs?: number; runningMs: number }) {
    const made = harness.hex.workspace.addProject({ title: "Revenue", run });
    for (const [index, minutes] of earlier.entries()) {
      const startedAt = harness.clock.now() - (index + 2) * 60 * MINUTE;
      harness.hex.workspace.startRun(made.id, { startedAt, durationMs: minutes * MINUTE, outcome: "COMPLETED" });
    }
    return made;
  }

  /** Advances time in longer steps, for runs of many minutes. */
  async function untilShown(text: string): Promise<SlackMessage> {
    await harness.until(() => harness.cards.some((card) => shown(card).includes(text)), 2_000);
    return harness.card();
  }

  /** How long after the beginning of the run its card was marked, in ms. */
  function markedAfter(card: SlackMessage): number {
    const marked = card.history.find(({ text }) => text.startsWith("Running, overdue"));
    return (marked?.at ?? 0) - (harness.hex.workspace.runs.at(-1)?.startedAt ?? 0);
  }

  const mentions = () => harness.replies.filter((reply) => shown(reply).includes("is overdue"));

  test("a run is marked after twice the median, its requester is mentioned once, and the mark disappears at the end", async () => {
    const { id } = project([9, 8, 7], { pendingMs: 60_000, runningMs: 20 * MINUTE });
    await harness.slack.command(`run ${id}`);
    const card = await untilShown(MARK);
    expect(markedAfter(card)).toBeGreaterThanOrEqual(16 * MINUTE);
    expect(markedAfter(card)).toBeLessThan(16.5 * MINUTE);
    await harness.until(() => mentions().length > 0, 2_000);
    const [mention] = mentions();
    expect(mention?.threadTs).toBe(card.ts);
    expect(mention && pings(mention)).toEqual([`<@${harness.slack.people.ada.id}>`]);
    expect(mention && shown(mention)).toMatch(/It has been running for 16 min.*, and usually takes about 8 min\./);
    await untilShown("Completed");
    await harness.pass(MINUTE, 5_000);
    expect(mentions()).toHaveLength(1);
    expect(shown(card)).not.toMatch(/overdue/i);
  });

  test("a short run is marked five minutes after its median", async () => {
    const { id } = project([1, 1, 1], { runningMs: 8 * MINUTE });
    await harness.slack.command(`run ${id}`);
    const card = await untilShown(MARK);
    expect(markedAfter(card)).toBeGreaterThanOrEqual(6 * MINUTE);
    expect(markedAfter(card)).toBeLessThan(6.5 * MINUTE);
    await harness.slack.click(card, "cancel_run");
    await untilShown("*Cancelled*");
    expect(shown(card)).not.toMatch(/overdue/i);
  });

  test("two earlier runs are too few to say what is usual", async () => {
    const { id } = project([1, 1], { runningMs: 8 * MINUTE });
    await harness.slack.command(`run ${id}`);
    const card = await untilShown("Completed");
    expect(JSON.stringify(card.history)).not.toMatch(/overdue|usually/i);
    expect(mentions()).toEqual([]);
  });

  test("the time that a run waits in Hex does not count", async () => {
    const { id } = project([1, 1, 1], { pendingMs: 8 * MINUTE, runningMs: 5 * MINUTE });
    await harness.slack.command(`run ${id}`);
    const card = await untilShown("Completed");
    expect(JSON.stringify(card.history)).not.toMatch(/overdue/i);
    expect(mentions()).toEqual([]);
  });

  test("a run that nobody asked for here is marked, and nobody is mentioned", async () => {
    const { id } = project([1, 1, 1], { runningMs: 9 * MINUTE });
    const run = harness.hex.workspace.startRun(id, {});
    harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "status", status: 403 }, times: 9 });
    await harness.slack.command(`cancel ${run.id} ${id}`);
    const card = await untilShown(MARK);
    await untilShown("Completed");
    expect(shown(card)).toContain("Completed");
    expect(mentions()).toEqual([]);
  });

  test("across a restart, the requester is mentioned once, and not at all if the bot was stopped when the run became overdue", async () => {
    const { id } = project([1, 1, 1], { runningMs: 14 * MINUTE });
    await harness.slack.command(`run ${id}`);
    await untilShown("usually takes about 1 min");
    await harness.stopBot();
    await harness.pass(7 * MINUTE, 5_000);
    await harness.startBot();
    await untilShown(MARK);
    await harness.until(() => mentions().length > 0);
    await harness.stopBot();
    await harness.startBot();
    await untilShown("Completed");
    await harness.pass(MINUTE, 5_000);
    expect(mentions()).toHaveLength(1);
  });

  test.each([
    { type: "ratelimited", retryAfter: 20 },
    { type: "status", status: 503 },
    { type: "error", error: "token_revoked" },
  ] as const)(
    "if Slack answers the mention with %o, it comes later, once, and the card is still updated",
    async (kind) => {
      // The client's own retry takes half a second of real time.
      harness.secondMs = 5;
      const { id } = project([1, 1, 1], { runningMs: 20 * MINUTE });
      await harness.slack.command(`run ${id}`);
      await untilShown("usually takes about 1 min");
      harness.slack.faults.add({ method: "chat.postMessage", kind, times: 2 });
      await untilShown(MARK);
      await harness.until(() => mentions().length > 0, 2_000);
      await untilShown("Completed");
      expect(mentions()).toHaveLength(1);
    },
  );

  test("if Slack accepts no mention anywhere, the log says so once, and the card is still updated", async () => {
    const { id } = project([1, 1, 1], { runningMs: 9 * MINUTE });
    await harness.slack.command(`run ${id}`);
    await untilShown("usually takes about 1 min");
    const kind = { type: "error", error: "restricted_action" } as const;
    harness.slack.faults.add({ method: "chat.postMessage", kind, times: Number.POSITIVE_INFINITY });
    await untilShown(MARK);
    await harness.pass(MINUTE, 5_000);
    expect(
      harness.log.filter((line) => line.includes("restricted_action") && line.includes("did not accept")),
    ).toHaveLength(1);
    harness.slack.faults.clear();
    await untilShown("Completed");
    expect(mentions()).toEqual([]);
  });
});
