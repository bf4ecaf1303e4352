// A payload names where to post its answer. Only Slack ever gets it, and the person still gets the answer.

import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listen } from "../sandbox/local-server.js";
import { breathe, Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const command = (text: string, responseUrl: unknown, channel = harness.slack.channels.data) => {
    const { ada } = harness.slack.people;
    return harness.slack.sendExactly("slash_commands", ({ triggerId }) => ({
      command: "/hex",
      text,
      trigger_id: triggerId,
      user_id: ada.id,
      channel_id: channel.id,
      team_id: harness.slack.teamId,
      ...(responseUrl === undefined ? {} : { response_url: responseUrl }),
    }));
  };
  const click = (actionId: string, type: string) => {
    const { people, channels, teamId } = harness.slack;
    return harness.slack.sendExactly("interactive", ({ triggerId }) => ({
      type,
      trigger_id: triggerId,
      response_url: "https://hooks.example.com/x",
      team: { id: teamId },
      user: { id: people.ada.id, team_id: teamId },
      channel: { id: channels.data.id },
      actions: [{ type: "button", action_id: actionId, value: "1" }],
    }));
  };

  test.each([
    ["that leads elsewhere", "https://hooks.example.com/commands/x"],
    ["with a password in it", "https://user:pass@hooks.slack.com/x"],
    ["that is no address", "somewhere"],
    ["that is missing", undefined],
  ])("a command with a response_url %s is answered in the channel, visible only to that person", async (_, url) => {
    const { ack } = await command("help", url);
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage((message) => message.via === "postEphemeral");
    expect(shown(answer)).toContain("/hex status");
    expect(answer).toMatchObject({ user: harness.slack.people.ada.id, channel: harness.slack.channels.data.id });
    const warnings = harness.log.filter((line) => line.includes("leads to a host that is not Slack's"));
    expect(warnings).toHaveLength(url === undefined ? 0 : 1);
    expect(warnings.join()).not.toContain("pass@");
  });

  test.each(["block_actions", "interactive_message"])("a click (%s) is answered in the same way", async (type) => {
    const { ack } = await click("launch_rocket", type);
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage((message) => message.via === "postEphemeral");
    expect(shown(answer)).toContain("another version of the bot");
  });

  test("a run still starts, and where the bot is no member, the answer is a direct message", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await command(`run ${project.id}`, "https://hooks.example.com/x");
    await harness.cardShows("Completed");
    await command("help", "https://hooks.example.com/x", harness.slack.channels.secret);
    const answer = await harness.slack.waitForMessage((message) => shown(message).includes("/hex status"));
    expect(answer.channel).toMatch(/^D/);
  });

  test("a redirect of an answer is not followed", async () => {
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end("ok");
    });
    const location = `http://127.0.0.1:${await listen(elsewhere)}/stolen`;
    const answers = () => harness.slack.messages.filter(({ via }) => via === "postEphemeral");
    for (const [index, status] of [301, 302, 303, 307, 308].entries()) {
      harness.slack.faults.add({ method: "response_url", kind: { type: "status", status, headers: { location } } });
      await harness.slack.command("help");
      await harness.until(() => answers().length === index + 1, 0);
      harness.slack.faults.clear();
    }
    for (let turn = 0; turn < 20; turn++) await breathe();
    expect(asked).toEqual([]);
    elsewhere.close();
    await once(elsewhere, "close");
  });
});
