// Slack's own answers are also parsed, because where a message is and who the bot is are stored and sent back to Slack.

import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identify } from "../../src/slack/connection/identity.js";
import { post } from "../../src/slack/connection/post.js";
import { startFailure } from "../../src/startup-failure.js";
import { Harness } from "./harness.js";

let harness: Harness;
afterEach(() => harness.stop());

describe("to the client", () => {
  let client: WebClient;
  beforeEach(async () => {
    harness = await Harness.start("http", { idle: true });
    client = new WebClient(harness.slack.botToken, { slackApiUrl: harness.slack.apiUrl, retryConfig: { retries: 0 } });
  });
  const answer = (method: string, body: object) =>
    harness.slack.faults.add({
      method,
      kind: { type: "status", status: 200, body: JSON.stringify({ ok: true, ...body }) },
    });

  const who = { team_id: "T1", user_id: "U1", bot_id: "B1", user: "hex" };
  test.each<[string, object]>([
    ["no team", { ...who, team_id: undefined }],
    ["an empty team", { ...who, team_id: "" }],
    ["a team that is a number", { ...who, team_id: 1 }],
    ["a person that is a boolean", { ...who, user_id: true }],
    ["a bot that is an object", { ...who, bot_id: {} }],
    ["a name that is a list", { ...who, user: [] }],
    ["an organization with a line break", { ...who, enterprise_id: "E1\nE2" }],
  ])("after auth.test with %s, the start fails and says what to check, but not what it read", async (_, body) => {
    answer("auth.test", body);
    const error = await identify(client).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "UnreadableAnswerError" });
    expect(startFailure(error, { port: 0, store: { kind: "embedded" } })).toMatch(/unreadable.*SLACK_API_URL/);
  });

  test("auth.test with only the needed fields, or with empty and null ones, is accepted", async () => {
    answer("auth.test", { team_id: "T1", user_id: "U1", enterprise_id: "", bot_id: null });
    expect(await identify(client)).toMatchObject({ teamId: "T1", enterpriseId: null, botId: "", name: "hex" });
  });

  test.each<[string, object]>([
    ["no ts", { channel: "C1" }],
    ["a ts that is a boolean", { channel: "C1", ts: true }],
    ["a ts that is a number", { channel: "C1", ts: 1762.5 }],
    ["a ts that is a word", { channel: "C1", ts: "now" }],
    ["a channel that is an object", { channel: { id: "C1" }, ts: "1762.000100" }],
  ])("after chat.postMessage with %s, nobody knows where the message is, and the bot tries again", async (_, body) => {
    answer("chat.postMessage", body);
    const outcome = await post(client, { channel: "C1" }, { text: "Hello", blocks: [] });
    expect(outcome).toMatchObject({ name: "SlackFailure", kind: "transient", word: "unreadable" });
  });
});

test.each([true, 12, {}, null, "x"])(
  "a card whose ts was %j is posted again, and is correct in the end",
  async (ts) => {
    harness = await Harness.start("http");
    const body = JSON.stringify({ ok: true, channel: harness.slack.channels.data.id, ts });
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "status", status: 200, body } });
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    expect(harness.starts).toHaveLength(1);
    expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  },
);

test("somebody of whom Slack tells nothing can use the bot, is not asked about all the time, and nothing is amiss", async () => {
  harness = await Harness.start("socket");
  harness.hex.workspace.addProject({ title: "Weekly revenue" });
  harness.slack.unseen.add(harness.slack.people.ada.id);
  expect(await harness.ask("projects weekly")).toContain("Weekly revenue");
  await harness.pass(60_000);
  expect(await harness.ask("status")).not.toContain("user_not_visible");
  expect(harness.slack.calls.filter(({ method }) => method === "users.info")).toHaveLength(1);
});
