// However long Slack asks to wait, the bot neither asks on and on nor falls silent; and an address for answers that fails is about
// that one answer.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  test.each([0, -1, Number.NaN, 3_000_000, Number.POSITIVE_INFINITY])(
    "Retry-After: %d on posts: a few tries in a minute, and the card once Slack takes it",
    async (retryAfter) => {
      bench.slack.faults.add({ method: "chat.postMessage", kind: { type: "ratelimited", retryAfter } });
      const project = bench.hex.workspace.addProject({ title: "Revenue" });
      await bench.slack.command(`run ${project.id}`);
      const posts = () => bench.slack.calls.filter(({ method }) => method === "chat.postMessage").length;
      await bench.until(() => posts() > 0, 0);
      await bench.pass(60_000);
      expect(posts()).toBeGreaterThan(0);
      expect(posts()).toBeLessThan(10);
      bench.slack.faults.clear();
      await bench.until(() => bench.cards.some((card) => shown(card).includes("Completed")), 10_000);
      expect(bench.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    },
  );

  test.each([401, 403, 410])(
    "a response_url that answers %d: the bot stays ready, and the log says what to do",
    async (status) => {
      bench.slack.faults.add({ method: "response_url", kind: { type: "status", status } });
      await bench.slack.command("help");
      const said = () => bench.log.find((line) => line.includes("no answer could be given"));
      await bench.until(() => said() !== undefined, 0);
      expect(said()).toContain("type the command");
      expect(await bench.get("/readyz")).toMatchObject({ status: 200 });
      bench.slack.faults.clear();
      expect(await bench.ask("status")).not.toContain("SLACK_BOT_TOKEN");
    },
  );

  test("a response_url that takes an answer with an empty body is no trouble", async () => {
    bench.slack.faults.add({ method: "response_url", kind: { type: "status", status: 200 }, afterEffect: true });
    await bench.ask("help");
    expect(await bench.ask("status")).not.toContain(":warning:");
    expect((await bench.get("/metrics")).text).not.toMatch(/slack_calls_total\{method="response_url",outcome="(?!ok)/);
  });

  test("a response_url that asks to wait: the answer comes after the wait", async () => {
    bench.slack.faults.add({ method: "response_url", times: 2, kind: { type: "ratelimited", retryAfter: 1 } });
    await bench.slack.command("help");
    await bench.until(() => bench.slack.messages.some((message) => shown(message).includes("/hex status")));
  });
});
