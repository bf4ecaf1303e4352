// Cards in threads that are deleted, locked or archived: nobody who waits is left alone, and no card ends up in the channel.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Bench, MODES, shown } from "./harness.js";

let bench: Bench;
const project = (run = {}) =>
  bench.hex.workspace.addProject({ title: "Weekly revenue", run: { runningMs: 30_000, ...run } });
const own = () => bench.slack.messages.filter(({ author, deleted }) => author === bench.slack.botUserId && !deleted);
const direct = () => own().filter(({ channel }) => channel === bench.slack.dm(bench.slack.people.ada).id);
const ofThread = ({ ts }: SlackMessage) => own().filter(({ threadTs, ephemeral }) => threadTs === ts && !ephemeral);
const onMainLine = () =>
  own().filter((one) => !one.channel.startsWith("D") && one.threadTs === undefined && !one.ephemeral);
const shows = (messages: SlackMessage[], text: string) => messages.some((message) => shown(message).includes(text));
const refuse = (error: string, times?: number) =>
  bench.slack.faults.add({
    method: "chat.postMessage",
    ...(times === undefined ? {} : { times }),
    kind: { type: "error", error },
  });

/** Ada starts a run in a thread that Grace began. */
async function runInThread(id: string): Promise<SlackMessage> {
  const question = await bench.person("grace").write(bench.slack.channels.data, "is the revenue right?");
  await bench.person("ada").mention(bench.slack.channels.data, `run ${id}`, { threadTs: question.ts });
  return question;
}

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => {
    expect(onMainLine()).toEqual([]);
    return bench.stop();
  });

  test.each(["thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"])(
    "a thread that takes no card (%s): the card is a direct message, and whoever asked hears so",
    async (error) => {
      const { id } = project();
      refuse(error, 1);
      await runInThread(id);
      await bench.until(() => shows(direct(), "Completed"));
      const told = own().filter(({ ephemeral }) => ephemeral);
      expect(told.map(shown).join()).toContain(`may not post in this thread (Slack says \`${error}\`)`);
      expect(bench.starts).toHaveLength(1);
    },
  );

  test("the message that asked is deleted at once: the card is a direct message", async () => {
    const { id } = project();
    bench.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "ratelimited", retryAfter: 2 } });
    const mention = await bench.person("ada").mention(bench.slack.channels.data, `run ${id}`);
    await bench.slack.waitForCall(({ method }) => method === "chat.postMessage");
    bench.slack.delete(mention);
    await bench.until(() => shows(direct(), "Completed"));
  });

  test("the card is deleted: it goes on as a direct message", async () => {
    const { id } = project();
    const thread = await runInThread(id);
    await bench.until(() => shows(ofThread(thread), "Running"));
    const [card] = ofThread(thread);
    if (card === undefined) throw new Error("no card");
    bench.slack.delete(card);
    await bench.until(() => shows(direct(), "Completed"));
  });

  test("the thread is locked while the run goes on: its end is told in a direct message", async () => {
    const { id } = project({ outcome: "ERRORED" });
    const thread = await runInThread(id);
    await bench.until(() => shows(ofThread(thread), "Running"));
    refuse("restricted_action_thread_locked", 1);
    await bench.until(() => direct().length > 0);
    expect(shown(direct()[0] ?? thread)).toContain("Weekly revenue");
    expect(shows(ofThread(thread), "Errored")).toBe(true);
  });

  test("the channel is archived while the run goes on: the card goes on as a direct message", async () => {
    const { id } = project();
    const thread = await runInThread(id);
    await bench.until(() => shows(ofThread(thread), "Running"));
    bench.slack.archive(bench.slack.channels.data);
    await bench.until(() => shows(direct(), "Completed"));
  });

  test("Cancel on a card in a thread works as anywhere", async () => {
    const { id } = project({ runningMs: 3_600_000 });
    const thread = await runInThread(id);
    await bench.until(() => shows(ofThread(thread), "Running"));
    const [card] = ofThread(thread);
    if (card === undefined) throw new Error("no card");
    await bench.person("ada").press(card, "Cancel");
    await bench.until(() => shows(ofThread(thread), "Cancelled"));
  });
});
