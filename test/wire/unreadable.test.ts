// What Slack never sends, but with a valid signature: it is acknowledged, answered, logged and counted, and does nothing. None of
// it ends the process.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deliver, signedHeaders } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

let harness: Harness;
const unreadable = () => harness.log.filter((line) => line.includes("Slack sent something that cannot be read"));
const errors = () => harness.log.filter((line) => /"level":"(error|fatal)"/.test(line));
const counted = async (kind: string) =>
  Number(
    new RegExp(`hexbot_slack_unreadable_total\\{kind="${kind}"\\} (\\d+)`).exec(
      (await harness.get("/metrics")).text,
    )?.[1],
  );

/** The bot is alive and still answers people. */
const lives = async () => expect(await harness.ask("help")).toContain("/hex status");

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  type Ends = { triggerId: string; responseUrl: string };
  const click = ({ triggerId, responseUrl }: Ends): Record<string, unknown> => {
    const { slack } = harness;
    return {
      type: "block_actions",
      team: { id: slack.teamId, domain: "acme" },
      user: { id: slack.people.ada.id, username: "ada", team_id: slack.teamId },
      api_app_id: slack.appId,
      container: { type: "message", message_ts: "1.1", channel_id: slack.channels.data.id, is_ephemeral: false },
      channel: { id: slack.channels.data.id, name: "data" },
      actions: [{ type: "button", block_id: "b", action_id: "run_again", action_ts: "1.2", value: "1" }],
      trigger_id: triggerId,
      response_url: responseUrl,
    };
  };
  const action = (change: Record<string, unknown>) => (ends: Ends) => ({
    ...click(ends),
    actions: [{ type: "button", block_id: "b", action_id: "run_again", value: "1", ...change }],
  });
  const person = (change: Record<string, unknown>) => (ends: Ends) => ({
    ...click(ends),
    user: { id: harness.slack.people.ada.id, team_id: harness.slack.teamId, ...change },
  });
  const field = (name: string, value: unknown) => (ends: Ends) => ({ ...click(ends), [name]: value });

  test.each<[string, (ends: Ends) => unknown, string]>([
    ["a button's value that is a boolean", action({ value: true }), "actions.0.value"],
    ["a value that is a number", action({ value: 1 }), "actions.0.value"],
    ["a value that is an object", action({ value: { a: 1 } }), "actions.0.value"],
    ["a value with a NUL", action({ action_id: "open_draft", value: "\0" }), "actions.0.value"],
    ["a value with a NUL in its JSON", action({ value: '{"nonce":"\\u0000"}' }), "actions.0.value"],
    ["an option with a NUL", action({ selected_option: { value: "\0" } }), "actions.0.selected_option.value"],
    ["a value of half a megabyte", action({ value: "x".repeat(500_000) }), "actions.0.value"],
    ["an action_id that is a number", action({ action_id: 7 }), "actions.0.action_id"],
    ["no action_id", action({ action_id: undefined }), "actions.0.action_id"],
    ["an action without a type", action({ type: undefined }), "actions.0.type"],
    ["an action that is null", field("actions", [null]), "actions.0"],
    ["no actions", field("actions", []), "actions"],
    ["actions that are a text", field("actions", "run_again"), "actions"],
    ["a person's id that is a boolean", person({ id: true }), "user.id"],
    ["a person's id that is a number", person({ id: 12345 }), "user.id"],
    ["a person's id with a null character", person({ id: "U1\u0000" }), "user.id"],
    ["a person's id that is empty", person({ id: "" }), "user.id"],
    ["a person's team that is an object", person({ team_id: {} }), "user.team_id"],
    ["nobody", field("user", null), "user"],
    ["a channel that is a text", field("channel", "C1"), "channel"],
    ["a channel's id that is a boolean", field("channel", { id: false }), "channel.id"],
    ["a message's ts that is a boolean", field("container", { message_ts: true }), "container.message_ts"],
    ["a team that is a list", field("team", []), "team"],
    ["a trigger_id that is a number", field("trigger_id", 1), "trigger_id"],
    ["a trigger_id of a megabyte", field("trigger_id", "1".repeat(900_000)), "trigger_id"],
    ["is_enterprise_install that is a number", field("is_enterprise_install", 1), "is_enterprise_install"],
  ])("a click with %s is acknowledged and answered", async (_, payload, path) => {
    const { id, ack } = await harness.slack.sendExactly("interactive", payload);
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
    expect(answer.ephemeral).toBe(true);
    expect(shown(answer)).toMatch(/could not read .*did nothing[\s\S]*Reference/);
    const [line, ...others] = unreadable();
    expect(others).toEqual([]);
    const { kind, problems, reference } = JSON.parse(line ?? "{}");
    expect({ kind, problems }).toEqual({ kind: "block_actions", problems: [expect.stringContaining(`${path}: `)] });
    expect(shown(answer)).toContain(reference);
    expect(await counted("block_actions")).toBe(1);
    expect(errors()).toEqual([]);
    await lives();
  });

  test.each([
    ["no channel", undefined, "channel"],
    ["a channel that is a text", "C1", "channel"],
    ["a channel without an id", { name: "data" }, "channel.id"],
  ])("a shortcut on a message with %s is acknowledged and answered", async (_, channel, path) => {
    const { id, ack } = await harness.slack.sendExactly("interactive", (ends) => ({
      ...click(ends),
      type: "message_action",
      callback_id: "run_project",
      channel,
    }));
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
    expect(shown(answer)).toMatch(/could not read .*did nothing[\s\S]*Reference/);
    expect(unreadable().join()).toContain(`${path}: `);
    expect(errors()).toEqual([]);
    await lives();
  });

  test.each<[string, (ends: Ends) => unknown]>([
    ["null", () => null],
    ["a number", () => 1],
    ["a boolean", () => true],
    ["a text", () => "block_actions"],
    ["a list", () => [[[]]]],
    ["an empty object", () => ({})],
    ["a type that is a number", field("type", 1)],
    ["a response_url that is a number", field("response_url", 1)],
    ["no one place where it could be answered", (ends) => ({ ...person({ id: 1 })(ends), response_url: undefined })],
    ["lists in lists, 1,000 deep", () => JSON.parse(`{"type":${"[".repeat(1_000)}${"]".repeat(1_000)}}`)],
    ["an event in it", (ends) => ({ ...person({ id: 1 })(ends), event: "x", command: 1, name: [] })],
  ])("the bot survives an interaction that is or has %s", async (_, payload) => {
    await harness.slack.sendExactly("interactive", payload);
    await harness.until(() => unreadable().length > 0, 0);
    expect(unreadable()).toHaveLength(1);
    expect(errors()).toEqual([]);
    await lives();
  });

  test.each(["dialog_submission", "workflow_step_edit", "made_up"])(
    "a %s, which the bot does not handle, is acknowledged",
    async (type) => {
      const { ack } = await harness.slack.sendExactly("interactive", (ends) => ({ ...click(ends), type }));
      expect(ack).toMatchObject({ ok: true });
      expect(unreadable()).toEqual([]);
      expect(errors()).toEqual([]);
      await lives();
    },
  );

  const event = (inner: unknown) => ({ type: "event_callback", team_id: "T1", api_app_id: "A1", event: inner });
  test.each<[string, unknown]>([
    ["a message", event({ type: "message", channel: "C1", text: "hello", ts: "1.1" })],
    ["an event that is null", event(null)],
    ["an event that is a text", event("message")],
    ["an event with a channel that is null", event({ type: "message", channel: null, item: 1 })],
    ["app_rate_limited", { type: "app_rate_limited", team_id: "T1", minute_rate_limited: 1 }],
  ])("%s, to which nobody subscribed, is acknowledged", async (_, payload) => {
    const { ack } = await harness.slack.sendExactly("events_api", () => payload);
    expect(ack).toMatchObject({ ok: true });
    expect(errors()).toEqual([]);
    await lives();
  });

  test("nothing of what could not be read is in the log", async () => {
    const secret = "personal-data-of-somebody";
    await harness.slack.sendExactly("interactive", (ends) => ({ ...action({ value: { secret } })(ends), [secret]: 1 }));
    await harness.slack.sendExactly("interactive", () => ({ type: [secret] }));
    expect(unreadable()).toHaveLength(2);
    expect(harness.log.filter((line) => line.includes(secret) && !line.includes('"level":"trace"'))).toEqual([]);
  });

  test("an unreadable command is answered in its acknowledgement", async () => {
    const payload = ({ triggerId }: Ends) => ({ command: "/hex", text: "help", trigger_id: triggerId, user_id: "U 1" });
    const { id, ack } = await harness.slack.sendExactly("slash_commands", payload);
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
    expect(shown(answer)).toContain("could not read");
    expect(JSON.parse(unreadable()[0] ?? "{}").problems).toEqual([
      expect.stringContaining("user_id: "),
      expect.stringContaining("channel_id: "),
      expect.stringContaining("team_id: "),
    ]);
    await lives();
  });

  test("a text of 100,000 characters is answered", async () => {
    const { ack } = await harness.slack.command(`run ${"x ".repeat(50_000)}`);
    expect(ack).toMatchObject({ ok: true });
    expect(JSON.parse(unreadable()[0] ?? "{}").problems).toEqual([expect.stringContaining("text: ")]);
    await lives();
  });

  test("a command without a text is answered with help", async () => {
    const { ada } = harness.slack.people;
    const { id } = await harness.slack.sendExactly("slash_commands", ({ triggerId, responseUrl }) => ({
      command: "/hex",
      trigger_id: triggerId,
      response_url: responseUrl,
      user_id: ada.id,
      channel_id: harness.slack.channels.data.id,
      team_id: harness.slack.teamId,
    }));
    expect(shown(await harness.slack.waitForMessage((message) => message.responseUrlOf === id))).toContain(
      "/hex status",
    );
  });
});

describe("bodies over HTTP", () => {
  beforeEach(async () => {
    harness = await Harness.start("http");
  });
  afterEach(() => harness.stop());

  const post = (body: string, type: string) =>
    deliver(harness.slack.eventsUrl ?? "", {
      body,
      headers: signedHeaders(harness.slack.signingSecret, body, type, harness.clock.now()),
    });

  test.each([
    ["a payload that is null", "payload=null", FORM],
    ["a payload that is a number", "payload=1", FORM],
    ["a payload that is a list", "payload=%5B%5D", FORM],
    ["an empty payload", "payload=", FORM],
    ["a payload that is no JSON", "payload=%7B", FORM],
    ["two payloads", "payload=null&payload=null", FORM],
    ["null", "null", JSON_TYPE],
    ["a number", "1", JSON_TYPE],
    ["a list", "[]", JSON_TYPE],
    ["a text", '"x"', JSON_TYPE],
    ["nothing", "", JSON_TYPE],
    ["no JSON", "{", JSON_TYPE],
    ["100,000 lists that never end", "[".repeat(100_000), JSON_TYPE],
    ["100,000 objects in each other", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, JSON_TYPE],
    ["null as text", "null", "text/plain"],
  ])("%s gets a 400, so that Slack tells the person, and the bot survives", async (_, body, type) => {
    expect((await post(body, type)).status).toBe(400);
    expect(unreadable()).toHaveLength(1);
    expect(await counted("request")).toBe(1);
    expect(errors()).toEqual([]);
    await lives();
  });

  test("a field that comes twice has no value", async () => {
    const body = "command=%2Fhex&text=help&trigger_id=1.2.3&user_id=U1&user_id=U2&channel_id=C1&team_id=T1";
    expect((await post(body, FORM)).status).toBe(200);
    expect(JSON.parse(unreadable()[0] ?? "{}").problems).toEqual([expect.stringContaining("user_id: ")]);
  });

  test("a field named like a property of every object is an ordinary field", async () => {
    const body =
      "command=%2Fhex&__proto__=x&constructor=y&toString=z&text=help&trigger_id=1&user_id=U1&channel_id=C1&team_id=T1";
    expect((await post(body, FORM)).status).toBe(200);
    expect(unreadable()).toEqual([]);
  });
});

describe("frames of Socket Mode", () => {
  beforeEach(async () => {
    harness = await Harness.start("socket");
  });
  afterEach(() => harness.stop());

  test.each<[string, string | Uint8Array]>([
    ["null", "null"],
    ["a list", "[]"],
    ["a text", '"x"'],
    ["a number", "1"],
    ["nothing", ""],
    ["no JSON", "{"],
    ["10 MB", `{"type":"hello","filler":"${"x".repeat(10_000_000)}"}`],
    ["100,000 lists in each other", "[".repeat(100_000)],
    ["binary", Buffer.from('{"type":"hello"}')],
    ["an object without a type", "{}"],
    ["a type that is no text", '{"type":{}}'],
    ["the name of an event of the client", '{"type":"close"}'],
    ["another name of an event of the client", '{"type":"error","reason":"x"}'],
    ["an event without an event", '{"type":"events_api","payload":null}'],
    ["an envelope without an envelope_id", '{"type":"slash_commands","payload":{}}'],
    ["an envelope_id that is a number", '{"type":"slash_commands","envelope_id":7,"payload":{}}'],
  ])("%s: the log says so, and the bot survives", async (_, frame) => {
    harness.slack.socket.send(frame);
    await harness.until(() => unreadable().length === 1, 0);
    expect(JSON.parse(unreadable()[0] ?? "{}").kind).toBe("frame");
    expect(await counted("frame")).toBe(1);
    expect(errors()).toEqual([]);
    await lives();
    expect(harness.slack.calls.filter(({ method }) => method === "apps.connections.open")).toHaveLength(1);
  });

  test.each<[string, string]>([
    ["of an unknown type", '{"envelope_id":"e1","type":"made_up","payload":{}}'],
    ["whose retry_attempt is a text", '{"envelope_id":"e1","type":"interactive","retry_attempt":"1","payload":{}}'],
    ["without a type", '{"envelope_id":"e1","payload":{}}'],
    ["whose payload is null", '{"envelope_id":"e1","type":"interactive","payload":null}'],
    ["without a payload", '{"envelope_id":"e1","type":"slash_commands"}'],
    ["whose payload is a list", '{"envelope_id":"e1","type":"slash_commands","payload":[1]}'],
    ["whose event is null", '{"envelope_id":"e1","type":"events_api","payload":{"event":null}}'],
    ["nested 65 deep", `{"envelope_id":"e1","type":"interactive","payload":${"[".repeat(64)}${"]".repeat(64)}}`],
    ["nested 100,000 deep", `{"type":"events_api","envelope_id":"e1","payload":${"[".repeat(100_000)}`],
    ["of no JSON", '{"envelope_id":"e1","type":"interactive","payload":{'],
    ["of 10 MB", `{"envelope_id":"e1","type":"interactive","payload":"${"x".repeat(10_000_000)}"}`],
  ])("an envelope %s is still acknowledged", async (_, frame) => {
    harness.slack.socket.send(frame);
    await harness.slack.socket.waitForAcknowledgement("e1");
    expect(unreadable()).toHaveLength(1);
    expect(errors()).toEqual([]);
    await lives();
  });
});
