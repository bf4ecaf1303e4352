// People get an answer even if Slack accepts it only without blocks, or only later.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const REFUSALS: [string, Fault["kind"]][] = [
  ["with 400", { type: "error", error: "invalid_blocks" }],
  ["with 400 and no word", { type: "status", status: 400 }],
  ["with 200", { type: "status", status: 200, body: '{"ok":false,"error":"invalid_blocks"}' }],
];

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const calls = (method: string) => harness.slack.calls.filter((call) => call.method === method);
  const failures = () => harness.log.filter((line) => line.includes('"No answer could be given"'));
  const payload = (change: object) => (ends: { triggerId: string; responseUrl: string }) => {
    const { people, channels, teamId } = harness.slack;
    return {
      type: "block_actions",
      trigger_id: ends.triggerId,
      response_url: ends.responseUrl,
      team: { id: teamId },
      user: { id: people.ada.id, team_id: teamId },
      channel: { id: channels.data.id },
      actions: [{ type: "button", action_id: "launch_rocket", value: "1" }],
      ...change,
    };
  };

  describe.each(REFUSALS)("a response_url that refuses blocks %s", (_, kind) => {
    beforeEach(() => harness.slack.faults.add({ method: "response_url", withBlocks: true, kind }));

    test("a command is answered in plain text", async () => {
      const answer = await harness.ask("help");
      expect(answer).toContain("/hex status");
      expect(calls("response_url")).toHaveLength(2);
      expect(failures()).toEqual([]);
    });

    test.each([
      ["of another version", {}, "another version of the bot"],
      ["of an old kind", { type: "interactive_message" }, "another version of the bot"],
      ["that cannot be read", { actions: [] }, "could not read"],
    ])("a click %s is answered in plain text, visible only to that person", async (_, change, words) => {
      const { id } = await harness.slack.sendExactly("interactive", payload(change));
      const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(shown(answer)).toContain(words);
      expect(answer).toMatchObject({ ephemeral: true, blocks: [] });
    });

    test("a list turns its page in plain text", async () => {
      for (let i = 0; i < 30; i++) harness.hex.workspace.addProject({ title: `Project ${i}` });
      harness.slack.faults.clear();
      const { id } = await harness.slack.command("projects");
      const list = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
      const before = list.text;
      harness.slack.faults.add({ method: "response_url", withBlocks: true, kind });
      await harness.slack.click(list, "projects_next");
      await harness.until(() => list.text !== before && list.blocks.length === 0, 0);
      expect(shown(list)).toContain("Project 2");
    });
  });

  test("if plain text is also refused, whichever way it goes, the log says so and what to do", async () => {
    const kind = { type: "status", status: 200, body: '{"ok":false,"error":"invalid_blocks"}' } as const;
    for (const method of ["response_url", "chat.postEphemeral", "chat.postMessage"])
      harness.slack.faults.add({ method, kind });
    await harness.slack.command("help");
    await harness.until(() => failures().length > 0, 0);
    expect(calls("response_url").length).toBeLessThanOrEqual(5);
    expect(failures()[0]).toContain("type the command");
  });

  test("an address that accepts no more answers is not used again", async () => {
    harness.slack.faults.add({ method: "response_url", kind: { type: "error", error: "used_url" } });
    await harness.slack.command("help");
    const answer = await harness.slack.waitForMessage((message) => message.via === "postEphemeral");
    expect(shown(answer)).toContain("/hex status");
    expect(calls("response_url")).toHaveLength(1);
  });

  describe("without a response_url", () => {
    const asked = () => harness.slack.sendExactly("interactive", payload({ response_url: undefined }));
    const answered = () => harness.slack.waitForMessage((message) => message.via === "postEphemeral");

    test("if blocks are refused, the message comes in plain text", async () => {
      const kind = { type: "error", error: "invalid_blocks" } as const;
      harness.slack.faults.add({ method: "chat.postEphemeral", withBlocks: true, kind });
      await asked();
      expect(shown(await answered())).toContain("another version of the bot");
    });

    test.each([1, 0, Number.NaN, 3_000_000])(
      "after Retry-After: %d, the message comes after a pause",
      async (retryAfter) => {
        harness.slack.faults.add({ method: "chat.postEphemeral", times: 2, kind: { type: "ratelimited", retryAfter } });
        await asked();
        await harness.until(() => harness.slack.messages.some(({ via }) => via === "postEphemeral"));
        expect(shown(await answered())).toContain("another version of the bot");
        expect(failures()).toEqual([]);
      },
    );
  });
});
