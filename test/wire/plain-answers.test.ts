// Whoever asked gets an answer, also where Slack takes it without blocks alone, or later.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../sandbox/slack/server.js";
import { Bench, MODES, shown } from "./harness.js";

const REFUSALS: [string, Fault["kind"]][] = [
  ["with 400", { type: "error", error: "invalid_blocks" }],
  ["with 400 and no word", { type: "status", status: 400 }],
  ["with 200", { type: "status", status: 200, body: '{"ok":false,"error":"invalid_blocks"}' }],
];

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  const calls = (method: string) => bench.slack.calls.filter((call) => call.method === method);
  const failures = () => bench.log.filter((line) => line.includes('"no answer could be given"'));
  const payload = (change: object) => (ends: { triggerId: string; responseUrl: string }) => {
    const { people, channels, teamId } = bench.slack;
    return {
      ...{ type: "block_actions", trigger_id: ends.triggerId, response_url: ends.responseUrl },
      ...{ team: { id: teamId }, user: { id: people.ada.id, team_id: teamId }, channel: { id: channels.data.id } },
      actions: [{ type: "button", action_id: "launch_rocket", value: "1" }],
      ...change,
    };
  };

  describe.each(REFUSALS)("a response_url that refuses blocks %s", (_, kind) => {
    beforeEach(() => bench.slack.faults.add({ method: "response_url", withBlocks: true, kind }));

    test("a command is answered in plain text", async () => {
      const answer = await bench.ask("help");
      expect(answer).toContain("/hex status");
      expect(calls("response_url")).toHaveLength(2);
      expect(failures()).toEqual([]);
    });

    test.each([
      ["of another version", {}, "another version of the bot"],
      ["of an old kind", { type: "interactive_message" }, "another version of the bot"],
      ["that cannot be read", { actions: [] }, "could not read"],
    ])("a click %s is answered in plain text, for the person alone", async (_, change, words) => {
      const { id } = await bench.slack.sendExactly("interactive", payload(change));
      const answer = await bench.slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(shown(answer)).toContain(words);
      expect(answer).toMatchObject({ ephemeral: true, blocks: [] });
    });

    test("a list turns its page in plain text", async () => {
      for (let i = 0; i < 30; i++) bench.hex.workspace.addProject({ title: `Project ${i}` });
      bench.slack.faults.clear();
      const { id } = await bench.slack.command("projects");
      const list = await bench.slack.waitForMessage((message) => message.responseUrlOf === id);
      const before = list.text;
      bench.slack.faults.add({ method: "response_url", withBlocks: true, kind });
      await bench.slack.click(list, "projects_next");
      await bench.until(() => list.text !== before && list.blocks.length === 0, 0);
      expect(shown(list)).toContain("Project 2");
    });
  });

  test("what is refused as plain text too is said in the log, with what to do", async () => {
    const kind = { type: "status", status: 200, body: '{"ok":false,"error":"invalid_blocks"}' } as const;
    bench.slack.faults.add({ method: "response_url", kind });
    await bench.slack.command("help");
    await bench.until(() => failures().length > 0, 0);
    expect(calls("response_url").length).toBeLessThanOrEqual(5);
    expect(failures()[0]).toContain("type the command");
  });

  test("an address that takes no more answers is not asked again", async () => {
    bench.slack.faults.add({ method: "response_url", kind: { type: "error", error: "used_url" } });
    await bench.slack.command("help");
    await bench.until(() => failures().length > 0, 0);
    // The answer, and that it could not be given.
    expect(calls("response_url")).toHaveLength(2);
  });

  describe("without a response_url", () => {
    const asked = () => bench.slack.sendExactly("interactive", payload({ response_url: undefined }));
    const answered = () => bench.slack.waitForMessage((message) => message.via === "postEphemeral");

    test("blocks that are refused: the message comes in plain text", async () => {
      const kind = { type: "error", error: "invalid_blocks" } as const;
      bench.slack.faults.add({ method: "chat.postEphemeral", withBlocks: true, kind });
      await asked();
      expect(shown(await answered())).toContain("another version of the bot");
    });

    test.each([1, 0, Number.NaN, 3_000_000])("Retry-After: %d: the message comes after a pause", async (retryAfter) => {
      bench.slack.faults.add({ method: "chat.postEphemeral", times: 2, kind: { type: "ratelimited", retryAfter } });
      await asked();
      await bench.until(() => bench.slack.messages.some(({ via }) => via === "postEphemeral"));
      expect(shown(await answered())).toContain("another version of the bot");
      expect(failures()).toEqual([]);
    });
  });
});
