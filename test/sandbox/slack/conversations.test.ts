// Threads, direct messages, shortcuts and the installation: what is allowed, and who receives what.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../clock.js";
import { call, completeManifest, MODES, startBolt } from "./bolt-app.js";
import { PersonInSlack } from "./person.js";
import { type LocalSlack, manifest, readManifest, startSlack } from "./server.js";

let clock: ManualClock;
let slack: LocalSlack;
let ada: PersonInSlack;

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  slack = await startSlack({ clock, manifest: completeManifest });
  ada = new PersonInSlack(slack, slack.people.ada);
});
afterEach(() => slack.stop());

describe("threads", () => {
  test("an ephemeral message in a thread is visible only if the thread has replies", async () => {
    const { data } = slack.channels;
    const parent = slack.say(slack.people.ada, data, "hello");
    const whisper = (text: string) =>
      call(slack, "chat.postEphemeral", { channel: data.id, user: ada.id, text, thread_ts: parent.ts });
    await whisper("unheard");
    expect(slack.messages.at(-1)).toMatchObject({ text: "unheard", unseen: true });
    await call(slack, "chat.postMessage", { channel: data.id, text: "reply", thread_ts: parent.ts });
    await whisper("heard");
    expect(ada.sees.map(({ text }) => text)).toEqual(["hello", "reply", "heard"]);
    expect(slack.messages.at(-1)?.threadTs).toBe(parent.ts);
  });

  test("nobody can reply to an ephemeral message", async () => {
    const { data } = slack.channels;
    const { message_ts } = await call(slack, "chat.postEphemeral", { channel: data.id, user: ada.id, text: "x" });
    const reply = { channel: data.id, text: "x", thread_ts: message_ts };
    expect(await call(slack, "chat.postMessage", reply)).toMatchObject({ error: "cannot_reply_to_message" });
    await expect(ada.write(data, "x", { threadTs: String(message_ts) })).rejects.toThrow("no message");
  });

  test("what people type arrives as it does in messages", async () => {
    const { text } = await ada.write(
      slack.channels.data,
      "@hex ask @grace in #data about R&D: https://x.test/a?b=1&c=2",
    );
    expect(text).toBe(
      "<@U0LOCALBOT1> ask <@U0GRACEHOPP> in <#C0DATATEAM1|data> about R&amp;D: <https://x.test/a?b=1&amp;c=2>",
    );
  });
});

describe("direct messages", () => {
  test("nobody can write if they are off or read-only, and the bot cannot post if they are off", async () => {
    const dm = slack.dm(slack.people.ada).id;
    slack.readOnlyMessages = true;
    await expect(ada.dm("status")).rejects.toThrow("turned off");
    expect(await call(slack, "chat.postMessage", { channel: dm, text: "x" })).toMatchObject({ ok: true });
    slack.messagesTab = false;
    for (const method of ["chat.postMessage", "chat.postEphemeral"]) {
      const answer = await call(slack, method, { channel: dm, user: ada.id, text: "x" });
      expect(answer).toMatchObject({ error: "messages_tab_disabled" });
    }
  });
});

describe("the installation", () => {
  test("optional scopes can be declined, each answer names the granted ones, and a scope that is granted later stays", async () => {
    const declined = ["chat:write.public", "im:history"];
    const other = await startSlack({ clock, manifest: completeManifest, declined });
    try {
      const granted = "commands,chat:write,app_mentions:read,channels:history";
      expect(await call(other, "auth.test", {})).toMatchObject({ ok: true, scopes: granted });
      const post = { channel: other.channels.general.id, text: "x" };
      expect(await call(other, "chat.postMessage", post)).toMatchObject({ error: "not_in_channel" });
      other.install(completeManifest);
      expect(await call(other, "chat.postMessage", post)).toMatchObject({ ok: true });
      other.install(completeManifest, declined);
      expect(await call(other, "chat.postMessage", post)).toMatchObject({ ok: true });
    } finally {
      await other.stop();
    }
    await expect(startSlack({ clock, manifest: completeManifest, declined: ["commands"] })).rejects.toThrow("optional");
  });

  test("a manifest that Slack would not accept is refused", () => {
    const wrong = (change: (copy: ReturnType<typeof copyOf>) => void) => () => {
      const copy = copyOf();
      change(copy);
      return readManifest(copy);
    };
    const copyOf = () => structuredClone(completeManifest);
    expect(wrong(() => undefined)).not.toThrow();
    expect(wrong((copy) => Object.assign(copy.settings, { colour: 1 }))).toThrow("colour");
    expect(wrong((copy) => copy.oauth_config.scopes.bot_optional.push("users:read"))).toThrow("not among");
    expect(wrong((copy) => copy.settings.event_subscriptions.bot_events.push("message.groups"))).toThrow(
      "groups:history",
    );
    expect(wrong((copy) => copy.settings.event_subscriptions.bot_events.push("message"))).toThrow("no event");
    const shortcut = { name: "x".repeat(25), type: "global", callback_id: "x", description: "x" };
    expect(wrong((copy) => copy.features.shortcuts.push(shortcut))).toThrow("24");
    const five = Array.from({ length: 5 }, () => ({ ...shortcut, name: "x" }));
    expect(wrong((copy) => copy.features.shortcuts.push(...five))).toThrow("more than 5");
  });

  test("the repository's own manifest is accepted", () => {
    expect(manifest().features.slash_commands).toHaveLength(1);
  });
});

describe.each(MODES)("shortcuts over %s", (mode) => {
  test("a global shortcut has no channel and opens a modal; a message shortcut has one and is answered outside threads", async () => {
    const heard: Record<string, unknown>[] = [];
    const stop = await startBolt(slack, mode, (app) => {
      app.shortcut("run", async ({ ack, body, client }) => {
        await ack();
        heard.push(Object(body));
        const view = Object({ type: "modal", title: { type: "plain_text", text: "Run" }, blocks: [] });
        await client.views.open({ trigger_id: body.trigger_id, view });
      });
      app.shortcut("explain", async ({ ack, body, respond }) => {
        await ack();
        heard.push(Object(body));
        await respond({ text: "explained", thread_ts: Object(body).message_ts });
      });
    });
    try {
      const form = await ada.openForm(() => ada.shortcut("run", { channel: slack.channels.team }));
      expect(form.title).toBe("Run");
      expect(heard[0]).toMatchObject({ type: "shortcut", callback_id: "run", user: { id: ada.id } });
      expect([heard[0]?.channel, heard[0]?.response_url]).toEqual([undefined, undefined]);
      const message = await ada.write(slack.channels.general, "what is this?");
      await ada.messageShortcut("explain", message);
      await expect.poll(() => slack.messages.at(-1)?.text).toBe("explained");
      expect(heard[1]).toMatchObject({
        type: "message_action",
        channel: { id: slack.channels.general.id },
        message: { text: "what is this?" },
        message_ts: message.ts,
      });
      expect(slack.messages.at(-1)).toMatchObject({ ephemeral: true, user: ada.id });
      expect(slack.messages.at(-1)?.threadTs).toBeUndefined();
      await expect(ada.messageShortcut("explain", slack.messages.at(-1) ?? message)).rejects.toThrow("on this message");
      await expect(ada.shortcut("explain")).rejects.toThrow("no global shortcut");
      const stranger = new PersonInSlack(slack, slack.people.stranger);
      await expect(stranger.shortcut("run")).rejects.toThrow("own workspace");
      await expect(stranger.command("status")).rejects.toThrow("own workspace");
    } finally {
      await stop();
    }
  });
});
