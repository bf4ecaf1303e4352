// Invalid events are acknowledged, logged and counted, and do nothing else. Also tests events about the app itself.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

let harness: Harness;
const lines = (text: string) => harness.log.filter((line) => line.includes(text));
const errors = () => harness.log.filter((line) => /"level":"(error|fatal)"/.test(line));
const own = () => harness.slack.messages.filter(({ author }) => author === harness.slack.botUserId);
const send = (payload: unknown) => harness.slack.sendExactly("events_api", () => payload);
const mention = (event: unknown, envelope: Record<string, unknown> = {}) => ({
  type: "event_callback",
  team_id: harness.slack.teamId,
  event_id: "Ev0EXACTLY",
  event,
  ...envelope,
});
const fields = () => ({
  type: "app_mention",
  user: harness.slack.people.ada.id,
  channel: harness.slack.channels.data.id,
  ts: "1793610000.000100",
  text: `<@${harness.slack.botUserId}> help`,
});

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test.each<[string, () => unknown, string]>([
    ["an event that is null", () => mention(null), "event"],
    ["an event that is a text", () => mention("app_mention"), "event"],
    ["a mention without a channel", () => mention({ ...fields(), channel: undefined }), "event.channel"],
    ["a mention whose time is a number", () => mention({ ...fields(), ts: 1_793_610_000 }), "event.ts"],
    ["a time that is none", () => mention({ ...fields(), ts: "yesterday" }), "event.ts"],
    ["a thread's time that is none", () => mention({ ...fields(), thread_ts: "1 2" }), "event.thread_ts"],
    ["a text that is an object", () => mention({ ...fields(), text: {} }), "event.text"],
    ["a person that is a number", () => mention({ ...fields(), user: 7 }), "event.user"],
    ["tokens that are a text", () => mention({ type: "tokens_revoked", tokens: "all" }), "event.tokens"],
  ])("%s", async (_, payload, problem) => {
    const { ack } = await send(payload());
    expect(ack.ok).toBe(true);
    await harness.pass(2_000);
    const said = lines("Slack sent something");
    expect(said).toHaveLength(1);
    // What has no event type is of no kind.
    if (problem !== "event") expect(said[0]).toContain(problem);
    expect(own()).toEqual([]);
    expect(errors()).toEqual([]);
  });

  test.each(["reaction_added", "link_shared", "no_such_event"])(
    "an event that the bot does not handle is ignored: %s",
    async (type) => {
      const { ack } = await send(mention({ ...fields(), type }));
      expect(ack.ok).toBe(true);
      await harness.pass(2_000);
      expect(lines("that has no listener")[0]).toContain(type);
      expect(errors()).toEqual([]);
    },
  );

  test("a mention with unknown fields, and null instead of others, counts as a mention", async () => {
    await send(mention({ ...fields(), thread_ts: null, subtype: null, bot_id: null, edited: null, news: { a: 1 } }));
    await harness.until(() => own().length === 1);
  });

  test("if Slack holds back events, the log says so, and what to do", async () => {
    await send({ type: "app_rate_limited", team_id: harness.slack.teamId, minute_rate_limited: 1_793_610_000 });
    await harness.until(() => lines("is holding back this app's events").length === 1);
    expect(lines("is holding back")[0]).toContain("Event Subscriptions");
    expect(errors()).toEqual([]);
  });

  test("if the app is removed from the workspace, the log says so, and the bot is not ready", async () => {
    expect((await harness.get("/readyz")).status).toBe(200);
    await harness.slack.uninstall();
    await harness.until(() => lines("The app was removed from the workspace").length > 0);
    expect(lines("SLACK_BOT_TOKEN was revoked")[0]).toContain("copy the new token");
    const { status, text } = await harness.get("/readyz");
    expect(status).toBe(503);
    expect(text).toContain("account_inactive");
  });

  test("a revoked token of a person does not concern the bot", async () => {
    await send(mention({ type: "tokens_revoked", tokens: { oauth: [harness.slack.people.ada.id], bot: [] } }));
    await harness.pass(2_000);
    expect(errors()).toEqual([]);
    expect((await harness.get("/readyz")).status).toBe(200);
  });
});
