// However long Slack asks the bot to wait, it neither keeps asking nor falls silent. A response_url that fails concerns only that one
// answer.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each([0, -1, Number.NaN, 3_000_000, Number.POSITIVE_INFINITY])(
    "after Retry-After: %d on posts, the bot tries a few times a minute, and the card comes when Slack accepts it",
    async (retryAfter) => {
      harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "ratelimited", retryAfter } });
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.slack.command(`run ${project.id}`);
      const posts = () => harness.slack.calls.filter(({ method }) => method === "chat.postMessage").length;
      await harness.until(() => posts() > 0, 0);
      await harness.pass(60_000);
      expect(posts()).toBeGreaterThan(0);
      expect(posts()).toBeLessThan(10);
      harness.slack.faults.clear();
      await harness.until(() => harness.cards.some((card) => shown(card).includes("Completed")), 10_000);
      expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    },
  );

  test.each([401, 403, 410])(
    "if a response_url answers %d, the bot stays ready, the answer goes another way, and the log says what to do",
    async (status) => {
      harness.slack.faults.add({ method: "response_url", kind: { type: "status", status } });
      await harness.slack.command("help");
      const said = () => harness.log.find((line) => line.includes("An answer goes another way"));
      const answer = await harness.slack.waitForMessage((message) => message.via === "postEphemeral");
      expect(shown(answer)).toContain("/hex status");
      expect(said()).toContain("type the command");
      expect(await harness.get("/readyz")).toMatchObject({ status: 200 });
      harness.slack.faults.clear();
      expect(await harness.ask("status")).not.toContain("SLACK_BOT_TOKEN");
    },
  );

  test("a response_url that accepts an answer with an empty body is no trouble", async () => {
    harness.slack.faults.add({ method: "response_url", kind: { type: "status", status: 200 }, afterEffect: true });
    await harness.ask("help");
    expect(await harness.ask("status")).not.toContain(":warning:");
    expect((await harness.get("/metrics")).text).not.toMatch(
      /slack_calls_total\{method="response_url",outcome="(?!ok)/,
    );
  });

  test("if Slack asks to wait half a minute with the answer to a mention, it comes after the wait", async () => {
    harness.slack.faults.add({ method: "chat.postEphemeral", kind: { type: "ratelimited", retryAfter: 30 } });
    await harness.person("ada").mention(harness.slack.channels.data, "help");
    const asked = () => harness.slack.calls.filter(({ method }) => method === "chat.postEphemeral").length;
    await harness.until(() => asked() > 0, 0);
    await harness.pass(25_000);
    expect(asked()).toBe(1);
    harness.slack.faults.clear();
    await harness.pass(10_000);
    expect(harness.slack.messages.some((message) => shown(message).includes("/hex status"))).toBe(true);
  });

  test("if a response_url asks to wait, the answer comes after the wait", async () => {
    harness.slack.faults.add({ method: "response_url", times: 2, kind: { type: "ratelimited", retryAfter: 1 } });
    await harness.slack.command("help");
    await harness.until(() => harness.slack.messages.some((message) => shown(message).includes("/hex status")));
  });
});
