// Payloads with the least that Slack documents, with fields that are there without a value, and with a trigger_id that others had
// before. They are done like any others.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

/** The value of a message's first button. */
const valueIn = ({ blocks }: SlackMessage) =>
  String(JSON.parse(/"value":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(blocks))?.[1] ?? '""'));

interface Ends {
  triggerId: string;
  responseUrl: string;
}

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let project: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 } });
  });
  afterEach(() => harness.stop());

  const unreadable = () => harness.log.filter((line) => line.includes("Slack sent something that cannot be read"));

  const command = (text: string, change: object) => (ends: Ends) => ({
    command: "/hex",
    text,
    trigger_id: ends.triggerId,
    response_url: ends.responseUrl,
    user_id: harness.slack.people.ada.id,
    channel_id: harness.slack.channels.data.id,
    team_id: harness.slack.teamId,
    ...change,
  });

  test.each<[string, object]>([
    ["nothing more", {}],
    ["no response_url", { response_url: undefined }],
    ["an empty organization", { enterprise_id: "", enterprise_name: "" }],
    ["no value for is_enterprise_install", { is_enterprise_install: "" }],
    ["False for is_enterprise_install", { is_enterprise_install: "False" }],
    ["an empty channel_name", { channel_name: "" }],
    ["an empty response_url", { response_url: "" }],
    ["no trigger_id", { trigger_id: undefined }],
  ])("a command with %s starts a run", async (_, change) => {
    await harness.slack.sendExactly("slash_commands", command(`run ${project.id}`, change));
    await harness.cardShows("Running");
    expect(unreadable()).toEqual([]);
  });

  test("two commands with the same trigger_id start two runs, and one that comes twice starts one", async () => {
    const other = harness.hex.workspace.addProject({ title: "Churn" });
    const repeated = { trigger_id: "1.2.abc", response_url: undefined };
    await harness.slack.sendExactly("slash_commands", command(`run ${project.id}`, repeated));
    await harness.cardShows("Running");
    await harness.slack.sendExactly("slash_commands", command(`run ${project.id}`, repeated));
    await harness.slack.sendExactly("slash_commands", command(`run ${other.id}`, repeated));
    await harness.cardShows("Running", 1);
    await harness.pass(60_000);
    expect(harness.starts).toHaveLength(2);
  });

  test("a click with the trigger_id of an earlier command is done", async () => {
    const repeated = { trigger_id: "1.2.abc" };
    await harness.slack.sendExactly("slash_commands", command(`run ${project.id}`, repeated));
    const value = valueIn(await harness.cardShows("Running"));
    await harness.slack.sendExactly("interactive", click(value, repeated));
    await harness.cardShows("Cancelled");
  });

  const click = (value: string, change: object) => (ends: Ends) => ({
    type: "block_actions",
    user: { id: harness.slack.people.ada.id },
    team: { id: harness.slack.teamId },
    channel: { id: harness.slack.channels.data.id },
    trigger_id: ends.triggerId,
    response_url: ends.responseUrl,
    actions: [{ type: "button", action_id: "cancel_run", value }],
    ...change,
  });

  test.each<[string, (value: string) => object]>([
    ["nothing more", () => ({})],
    ["neither a channel nor a response_url", () => ({ channel: undefined, response_url: undefined })],
    ["a container that is a view", () => ({ channel: undefined, container: { type: "view", view_id: "V1" } })],
    ["a Home tab without values", () => ({ view: { id: "V1", type: "home", hash: "", root_view_id: "", state: {} } })],
    ["an organization without an id", () => ({ enterprise: {} })],
    ["an organization with an empty id", () => ({ enterprise: { id: "", name: "" } })],
    ["a workspace with an empty organization", () => ({ team: { id: harness.slack.teamId, enterprise_id: "" } })],
    ["no trigger_id", () => ({ trigger_id: undefined })],
    ["an empty team of the person", () => ({ user: { id: harness.slack.people.ada.id, team_id: "" } })],
    [
      "empty ids of its block and thread",
      (value) => ({
        container: { type: "message", message_ts: "1.1", thread_ts: "" },
        actions: [{ type: "button", action_id: "cancel_run", value, block_id: "", action_ts: "" }],
      }),
    ],
  ])("a click with %s cancels the run", async (_, change) => {
    await harness.slack.command(`run ${project.id}`);
    const value = valueIn(await harness.cardShows("Running"));
    await harness.slack.sendExactly("interactive", click(value, change(value)));
    await harness.cardShows("Cancelled");
    expect(unreadable()).toEqual([]);
  });

  test("two commands without a trigger_id start a run each", async () => {
    const run = (text: string) =>
      harness.slack.sendExactly("slash_commands", command(`run ${project.id} ${text}`, { trigger_id: undefined }));
    await run("");
    await run("--fresh");
    await expect.poll(() => harness.hex.workspace.runs, { timeout: 10_000 }).toHaveLength(2);
  });

  test("a form that was submitted without a trigger_id, which Slack does not document there, starts a run", async () => {
    const ada = harness.person("ada");
    const form = await ada.openForm(() => ada.command("run"));
    const { id, hash, view, inputs } = form.view;
    const blockId = inputs.find(({ actionId }) => actionId === "form_typed_project")?.blockId ?? "";
    await harness.slack.sendExactly("interactive", () => ({
      type: "view_submission",
      user: { id: harness.slack.people.ada.id, team_id: harness.slack.teamId },
      team: { id: harness.slack.teamId },
      view: {
        ...view,
        id,
        hash,
        state: {
          values: {
            [blockId]: { form_typed_project: { type: "plain_text_input", value: project.id } },
          },
        },
      },
      response_urls: [],
    }));
    await harness.cardShows("Running");
    expect(unreadable()).toEqual([]);
  });

  test.each<[string, object, object]>([
    ["nothing more", {}, {}],
    ["no event_id", {}, { event_id: undefined }],
    ["an empty organization", {}, { context_enterprise_id: "", authorizations: [{ enterprise_id: "", user_id: "" }] }],
    ["empty teams", { team: "", user_team: "", source_team: "" }, { context_team_id: "" }],
    ["an empty subtype, bot and thread", { subtype: "", bot_id: "", thread_ts: "" }, {}],
  ])("a mention with %s is answered", async (_, event, envelope) => {
    const { ada } = harness.slack.people;
    const asked = await harness.person("ada").write(harness.slack.channels.data, "Good morning");
    await harness.slack.sendExactly("events_api", () => ({
      type: "event_callback",
      team_id: harness.slack.teamId,
      event_id: "Ev1",
      event: {
        type: "app_mention",
        user: ada.id,
        text: `<@${harness.slack.botUserId}> help`,
        ts: asked.ts,
        channel: harness.slack.channels.data.id,
        ...event,
      },
      ...envelope,
    }));
    const answer = await harness.slack.waitForMessage(({ via }) => via !== "person");
    expect(shown(answer)).toContain("status");
    expect(unreadable()).toEqual([]);
  });
});
