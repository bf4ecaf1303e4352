// Cards in threads that are deleted, locked or archived: everybody who is waiting gets an answer, and no card ends up in the channel.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

let harness: Harness;
const project = (run = {}) =>
  harness.hex.workspace.addProject({ title: "Weekly revenue", run: { runningMs: 30_000, ...run } });
const own = () =>
  harness.slack.messages.filter(({ author, deleted }) => author === harness.slack.botUserId && !deleted);
const direct = () => own().filter(({ channel }) => channel === harness.slack.dm(harness.slack.people.ada).id);
const ofThread = ({ ts }: SlackMessage) => own().filter(({ threadTs, ephemeral }) => threadTs === ts && !ephemeral);
const onMainLine = () =>
  own().filter((one) => !one.channel.startsWith("D") && one.threadTs === undefined && !one.ephemeral);
const shows = (messages: SlackMessage[], text: string) => messages.some((message) => shown(message).includes(text));
const refuse = (error: string, times?: number) =>
  harness.slack.faults.add({
    method: "chat.postMessage",
    ...(times === undefined ? {} : { times }),
    kind: { type: "error", error },
  });

/** Ada starts a run in a thread that Grace started. */
async function runInThread(id: string): Promise<SlackMessage> {
  const question = await harness.person("grace").write(harness.slack.channels.data, "is the revenue right?");
  await harness.person("ada").mention(harness.slack.channels.data, `run ${id}`, { threadTs: question.ts });
  return question;
}

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => {
    expect(onMainLine()).toEqual([]);
    return harness.stop();
  });

  test.each(["thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"])(
    "if a thread accepts no card (%s), the card is a direct message, and the requester reads so",
    async (error) => {
      const { id } = project();
      refuse(error, 1);
      await runInThread(id);
      await harness.until(() => shows(direct(), "Completed"));
      const told = own().filter(({ ephemeral }) => ephemeral);
      expect(told.map(shown).join()).toContain(`cannot post in this thread (Slack says \`${error}\`)`);
      expect(harness.starts).toHaveLength(1);
    },
  );

  test("if the message that asked is deleted right away, the card is a direct message", async () => {
    const { id } = project();
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "ratelimited", retryAfter: 2 } });
    const mention = await harness.person("ada").mention(harness.slack.channels.data, `run ${id}`);
    await harness.slack.waitForCall(({ method }) => method === "chat.postMessage");
    harness.slack.delete(mention);
    await harness.until(() => shows(direct(), "Completed"));
  });

  test("if the card is deleted, it continues as a direct message", async () => {
    const { id } = project();
    const thread = await runInThread(id);
    await harness.until(() => shows(ofThread(thread), "Running"));
    const [card] = ofThread(thread);
    if (card === undefined) throw new Error("no card");
    harness.slack.delete(card);
    await harness.until(() => shows(direct(), "Completed"));
  });

  test("if the thread is locked during the run, a direct message tells its end", async () => {
    const { id } = project({ outcome: "ERRORED" });
    const thread = await runInThread(id);
    await harness.until(() => shows(ofThread(thread), "Running"));
    refuse("restricted_action_thread_locked", 1);
    await harness.until(() => direct().length > 0);
    expect(shown(direct()[0] ?? thread)).toContain("Weekly revenue");
    expect(shows(ofThread(thread), "Errored")).toBe(true);
  });

  test("if the channel is archived during the run, the card continues as a direct message", async () => {
    const { id } = project();
    const thread = await runInThread(id);
    await harness.until(() => shows(ofThread(thread), "Running"));
    harness.slack.archive(harness.slack.channels.data);
    await harness.until(() => shows(direct(), "Completed"));
  });

  test("Cancel on a card in a thread works as anywhere else", async () => {
    const { id } = project({ runningMs: 3_600_000 });
    const thread = await runInThread(id);
    await harness.until(() => shows(ofThread(thread), "Running"));
    const [card] = ofThread(thread);
    if (card === undefined) throw new Error("no card");
    await harness.person("ada").press(card, "Cancel");
    await harness.until(() => shows(ofThread(thread), "Cancelled"));
  });
});
