// Direct messages to the bot: the commands without /hex and without a mention, with cards and answers where they were written.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { SlackMessage, WriteOptions } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

let harness: Harness;
const project = (run = {}) =>
  harness.hex.workspace.addProject({ title: "Weekly revenue", run: { runningMs: 5_000, ...run } });
const own = () => harness.slack.messages.filter(({ author }) => author === harness.slack.botUserId);
const channel = () => harness.slack.dm(harness.slack.people.ada).id;

/** Ada writes, and reads the bot's next message. */
async function told(words: string, options: WriteOptions = {}): Promise<SlackMessage> {
  const known = new Set(harness.slack.messages);
  await harness.person("ada").dm(words, options);
  return harness.meanwhile(
    harness.slack.waitForMessage((message) => message.author === harness.slack.botUserId && !known.has(message)),
  );
}

/** An event about a message in Ada's direct messages, as Slack might send it. */
const message = (change: Record<string, unknown>, envelope: Record<string, unknown> = {}) => ({
  type: "event_callback",
  team_id: harness.slack.teamId,
  api_app_id: harness.slack.appId,
  event_id: "Ev0EXACTLY",
  event_time: 1,
  event: {
    type: "message",
    channel_type: "im",
    channel: channel(),
    user: harness.slack.people.ada.id,
    team: harness.slack.teamId,
    text: "help",
    ts: "1793610000.000100",
    event_ts: "1793610000.000100",
    ...change,
  },
  ...envelope,
});
const send = (payload: unknown) => harness.slack.sendExactly("events_api", () => payload);

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test("a run's card is there, outside threads, and no other message", async () => {
    const { id } = project();
    await harness.person("ada").dm(`run ${id}`);
    const card = await harness.cardShows("Completed");
    expect(card.channel).toBe(channel());
    expect(own()).toEqual([card]);
    expect(harness.starts).toHaveLength(1);
  });

  test("in a thread, the card is in the thread", async () => {
    const { id } = project();
    const first = await harness.person("ada").dm("help");
    await harness.person("ada").dm(`run ${id}`, { threadTs: first.ts });
    const card = () => own().find((one) => one.threadTs === first.ts && shown(one).includes("Completed"));
    await harness.until(() => card() !== undefined);
  });

  test("a reply to the card says that a run failed", async () => {
    const { id } = project({ outcome: "ERRORED" });
    await harness.person("ada").dm(`run ${id}`);
    const card = await harness.cardShows("Errored");
    await harness.until(() => harness.replies.length === 1);
    expect(harness.replies[0]).toMatchObject({ channel: channel(), threadTs: card.ts });
  });

  test.each([
    ["status", "Connected to Hex"],
    ["Help!", "/hex status"],
    ["@hex projects", "*1 project*"],
    ["hello", "*hello* is not something"],
    ["run", "Open the form"],
  ])("%s is answered there", async (words, said) => {
    project();
    const answer = await told(words);
    expect(answer).toMatchObject({ channel: channel(), ephemeral: false, via: "postMessage" });
    expect(answer.threadTs).toBeUndefined();
    expect(shown(answer)).toContain(said);
  });

  test("an answer to a message in a thread is in the thread, or outside if the thread is gone", async () => {
    const first = await harness.person("ada").dm("hello");
    await harness.until(() => own().length === 1);
    expect((await told("help", { threadTs: first.ts })).threadTs).toBe(first.ts);
    const known = own().length;
    harness.slack.faults.add({
      method: "chat.postMessage",
      times: 1,
      kind: { type: "error", error: "thread_not_found" },
    });
    await harness.person("ada").dm("help", { threadTs: first.ts });
    await harness.until(() => own().length > known);
    expect(own().at(-1)).toMatchObject({ channel: channel() });
    expect(own().at(-1)?.threadTs).toBeUndefined();
  });

  test("a message with a file, and a reply that is also sent to the channel, count as a person's messages", async () => {
    await send(message({ subtype: "file_share" }));
    await send(message({ subtype: "thread_broadcast", ts: "1793610000.000200" }));
    await harness.until(() => own().length === 2);
  });

  test.each<[string, Record<string, unknown>]>([
    ["another bot's", { bot_id: "B0OTHERBOT1" }],
    ["the bot's own", { user: "U0LOCALBOT1" }],
    ["Slackbot's", { user: "USLACKBOT" }],
    ["of nobody", { user: undefined }],
    ["a bot's by its type", { subtype: "bot_message", bot_id: "B0OTHERBOT1", user: undefined }],
    ["hidden", { hidden: true }],
    ["an edited one", { edited: { user: "U0ADALOVELA", ts: "1793610001.000000" } }],
    ["the notice of an edit", { subtype: "message_changed", hidden: true, user: undefined, text: undefined }],
    ["the notice of a deletion", { subtype: "message_deleted", hidden: true, user: undefined }],
    ["the notice that somebody joined", { subtype: "channel_join" }],
    ["in a channel", { channel_type: "channel", channel: "C0DATATEAM1" }],
  ])("a message that is %s is ignored", async (_, change) => {
    expect((await send(message(change))).ack.ok).toBe(true);
    await harness.pass(3_000);
    expect(own()).toEqual([]);
    expect(harness.log.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
  });

  test("the same message in several events with different ids is answered once", async () => {
    await send(message({}));
    await send(message({}, { event_id: "Ev0ANOTHER" }));
    await harness.pass(3_000);
    expect(own()).toHaveLength(1);
  });

  test("somebody whose workspace Slack does not name is accepted after a command", async () => {
    const shared = { is_ext_shared_channel: true };
    await send(message({ team: undefined }, shared));
    await harness.until(() => own().length === 1);
    expect(own().map(shown)[0]).toContain("Type `/hex help`");
    await harness.ask("help");
    await send(message({ team: undefined, ts: "1793610000.000200" }, shared));
    await harness.until(() => own().length === 3);
    expect(own().map(shown)[2]).toContain("What `/hex` can do");
  });

  test.each(["user_team", "source_team", "team"])(
    "somebody from another workspace, according to %s, is refused",
    async (field) => {
      const { id } = project();
      await send(message({ [field]: "T0OTHERTEAM", text: `run ${id}` }));
      await harness.until(() => own().length === 1);
      expect(own().map(shown)[0]).toContain("belongs to another workspace");
      expect(harness.starts).toEqual([]);
    },
  );

  test("if the store cannot say whether a message came before, people are answered, and a run starts once", async () => {
    const { id } = project();
    const other = new Database(join(harness.dataDir, "hex-bot.db"));
    onTestFinished(() => void other.close());
    other.exec("alter table seen_events rename to elsewhere");
    expect(shown(await told("help"))).toContain("/hex status");
    await harness.person("ada").dm(`run ${id}`);
    const card = await harness.cardShows("Completed", 1);
    await send(message({ text: `run ${id}`, ts: "1793610000.000900" }));
    await send(message({ text: `run ${id}`, ts: "1793610000.000900" }));
    await harness.until(() => harness.cards.filter((one) => shown(one).includes("Completed")).length === 2);
    expect(card.channel).toBe(channel());
    expect(harness.starts).toHaveLength(2);
  });

  test("without the scope, nothing arrives", async () => {
    harness.slack.scopes.delete("im:history");
    await harness.person("ada").dm("help");
    expect(harness.slack.sentEvents).toEqual([]);
  });
});
