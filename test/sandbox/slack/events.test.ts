// The Events API: which events the app receives, in which envelope, and how often if it does not answer.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../clock.js";
import { freePort } from "../local-server.js";
import { call, completeManifest, MODES, startBolt } from "./bolt-app.js";
import { PersonInSlack } from "./person.js";
import { firstManifest, type LocalSlack, startSlack } from "./server.js";

describe.each(MODES)("over %s", (mode) => {
  let clock: ManualClock;
  let slack: LocalSlack;
  let ada: PersonInSlack;
  let stop: () => Promise<unknown>;
  let bodies: Record<string, unknown>[];
  let retries: [number | undefined, string | undefined][];

  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    slack = await startSlack({ clock, manifest: completeManifest });
    ada = new PersonInSlack(slack, slack.people.ada);
    bodies = [];
    retries = [];
    stop = await startBolt(slack, mode, (app) => {
      app.use(async ({ body, context, next }) => {
        bodies.push(Object(body));
        retries.push([context.retryNum, context.retryReason]);
        await next();
      });
    });
  });
  afterEach(async () => {
    await stop();
    await slack.stop();
  });

  const events = () => bodies.map(({ event }) => Object(event));

  test("a mention where the bot is a member arrives, in a channel and in a thread", async () => {
    const { data, general } = slack.channels;
    const first = await ada.mention(data, "run weekly revenue");
    await ada.mention(data, "status", { threadTs: first.ts });
    expect(bodies[0]).toMatchObject({
      type: "event_callback",
      token: expect.any(String),
      team_id: slack.teamId,
      context_team_id: slack.teamId,
      context_enterprise_id: null,
      api_app_id: slack.appId,
      event_id: expect.stringMatching(/^Ev/),
      event_time: Math.floor(clock.now() / 1000),
      authorizations: [{ team_id: slack.teamId, user_id: slack.botUserId, is_bot: true, is_enterprise_install: false }],
      is_ext_shared_channel: true,
      event_context: expect.any(String),
    });
    expect(events()).toMatchObject([
      { type: "app_mention", user: ada.id, channel: data.id, ts: first.ts, event_ts: first.ts, team: slack.teamId },
      { type: "app_mention", thread_ts: first.ts },
    ]);
    expect(events()[0].text).toBe(`<@${slack.botUserId}> run weekly revenue`);
    expect(events()[0].channel_type).toBeUndefined();
    await ada.write(data, "no mention");
    await ada.mention(general, "status");
    expect(bodies).toHaveLength(2);
    await ada.mention(general, "status", { invite: true });
    expect(bodies).toHaveLength(3);
  });

  test("mentions by another bot, by people from another workspace and after an edit arrive, too", async () => {
    const { data } = slack.channels;
    slack.invite(data, slack.otherBot);
    await slack.write(slack.otherBot, data, "@hex status");
    await slack.write(slack.people.stranger, data, "@hex status");
    expect(events()).toMatchObject([
      { type: "app_mention", bot_id: slack.otherBot.botId },
      { type: "app_mention", user_team: "T0OTHERTEAM", source_team: "T0OTHERTEAM" },
    ]);
    const written = await ada.write(data, "status");
    await ada.edit(written, "@hex status");
    expect(events().at(-1)).toMatchObject({ type: "app_mention", ts: written.ts, edited: {} });
  });

  test("a direct message, an edit of it, the bot's own answer and the bot's own edit arrive", async () => {
    const message = await ada.dm("status");
    await ada.edit(message, "projects");
    const dm = slack.dm(slack.people.ada).id;
    const posted = await call(slack, "chat.postMessage", { channel: dm, text: "ok" });
    await expect.poll(() => slack.sentEvents.length).toBe(3);
    await call(slack, "chat.update", { channel: dm, ts: posted.ts, text: "better" });
    await expect.poll(() => slack.sentEvents.length).toBe(4);
    expect(slack.sentEvents.map(({ event }) => event)).toMatchObject([
      { type: "message", channel_type: "im", user: ada.id, text: "status" },
      { subtype: "message_changed", hidden: true, message: { text: "projects" }, previous_message: { text: "status" } },
      { type: "message", user: slack.botUserId, bot_id: slack.botId, text: "ok" },
      { subtype: "message_changed", message: { bot_id: slack.botId, text: "better" } },
    ]);
    expect(slack.sentEvents[3]?.event.user).toBeUndefined();
  });

  test("a mention arrives twice if the app also subscribes to the messages of public channels", async () => {
    slack.events.add("message.channels");
    const { ts } = await ada.mention(slack.channels.data, "status");
    expect(events()).toMatchObject([
      { type: "app_mention", ts },
      { type: "message", channel_type: "channel", ts },
    ]);
    expect(new Set(bodies.map(({ event_id }) => event_id)).size).toBe(2);
  });

  test("the app hears about its Home tab, with the view if it has published one, but only if it subscribes to that", async () => {
    await ada.openHome();
    await ada.openMessages();
    expect(events()).toMatchObject([
      { type: "app_home_opened", tab: "home", user: ada.id, channel: slack.dm(slack.people.ada).id },
      { tab: "messages" },
    ]);
    expect(events()[0].view).toBeUndefined();
    await call(slack, "views.publish", { user_id: ada.id, view: { type: "home", blocks: [] } });
    await ada.openHome();
    expect(events()[2]).toMatchObject({ view: { type: "home", state: { values: {} } } });
    slack.events.delete("app_home_opened");
    await ada.openHome();
    expect(bodies).toHaveLength(3);
    slack.homeTab = false;
    await expect(ada.openHome()).rejects.toThrow("no tab");
  });

  test("the events of a scope that was not granted do not arrive", async () => {
    slack.scopes.delete("app_mentions:read");
    slack.scopes.delete("im:history");
    await ada.mention(slack.channels.data, "status");
    await ada.dm("status");
    expect(bodies).toEqual([]);
  });

  test("an app with the manifest of 0.1.0 receives no events, and has no shortcut and no tab", async () => {
    const old = await startSlack({ clock, manifest: firstManifest() });
    try {
      await old.write(old.people.ada, old.channels.data, "@hex status");
      await expect(old.write(old.people.ada, old.dm(old.people.ada), "status")).rejects.toThrow("turned off");
      await expect(old.openHome(old.people.ada)).rejects.toThrow("no tab");
      await expect(old.shortcut("run")).rejects.toThrow("no global shortcut");
      expect(old.sentEvents).toEqual([]);
    } finally {
      await old.stop();
    }
  });

  test("after a lost acknowledgement, an event comes again immediately, after one minute, after five, and then no more", async () => {
    slack.loseAcknowledgements(9);
    await ada.mention(slack.channels.data, "status");
    await expect.poll(() => bodies.length).toBe(2);
    for (const [pause, count] of [
      [60_000, 3],
      [300_000, 4],
    ] as const) {
      await expect.poll(() => slack.sentEvents[0]?.attempts.length).toBe(count - 1);
      clock.advance(pause - 1);
      expect(bodies).toHaveLength(count - 1);
      clock.advance(1);
      await expect.poll(() => bodies.length).toBe(count);
    }
    const reason = mode === "http" ? "http_timeout" : "timeout";
    expect(retries.slice(1)).toEqual([
      [1, reason],
      [2, reason],
      [3, reason],
    ]);
    expect(new Set(bodies.map(({ event_id }) => event_id)).size).toBe(1);
    await expect.poll(() => slack.sentEvents[0]?.attempts.length).toBe(4);
    slack.loseAcknowledgements(0);
    await ada.mention(slack.channels.data, "and another");
    clock.advance(60 * 60_000);
    await ada.mention(slack.channels.data, "and one more");
    expect(bodies.map(({ event_id }) => event_id).slice(4)).toEqual(
      slack.sentEvents.slice(1).map(({ eventId }) => eventId),
    );
  });

  test("the same event can come again, as in the real Slack", async () => {
    await ada.mention(slack.channels.data, "status");
    const [sent] = slack.sentEvents;
    if (sent) await slack.redeliver(sent.interaction);
    expect(bodies.map(({ event_id }) => event_id)).toEqual([sent?.eventId, sent?.eventId]);
  });

  test("the app hears that it was removed from the workspace", async () => {
    await slack.uninstall();
    expect(events()).toMatchObject([
      { type: "tokens_revoked", tokens: { bot: [slack.botUserId], oauth: [] } },
      { type: "app_uninstalled" },
    ]);
    expect(await call(slack, "auth.test", {})).toMatchObject({ error: "account_inactive" });
  });
});

test("over HTTP, nothing is sent to an address that does not answer the handshake", async () => {
  const slack = await startSlack({ clock: new ManualClock(Date.now()), manifest: completeManifest });
  try {
    slack.eventsUrl = `http://127.0.0.1:${await freePort()}/`;
    expect(await slack.verifyEventsUrl()).toBe(false);
    await slack.write(slack.people.ada, slack.channels.data, "@hex status");
    expect(slack.sentEvents).toEqual([]);
  } finally {
    await slack.stop();
  }
});
