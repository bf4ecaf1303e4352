// `@hex …` in a channel: the same commands as after /hex, with the card in the message's thread, and answers for one person where
// nobody else can read them.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SlackMessage, WriteOptions } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

let harness: Harness;
const INPUTS = { region: { dataType: "STRING" }, days: { dataType: "NUMBER" } } as const;
const project = (title = "Weekly revenue") =>
  harness.hex.workspace.addProject({ title, inputs: INPUTS, run: { runningMs: 5_000 } });
const { stringify } = JSON;

/** Ada mentions the bot in #data, and reads what it says only to her. */
async function told(words: string, options: WriteOptions = {}): Promise<SlackMessage> {
  const known = new Set(harness.slack.messages);
  await harness.person("ada").mention(harness.slack.channels.data, words, options);
  return answer((message) => !known.has(message));
}

const answer = (fits: (message: SlackMessage) => boolean = () => true) =>
  harness.meanwhile(
    harness.slack.waitForMessage(
      (message) =>
        message.author === harness.slack.botUserId && (message.ephemeral || isDirect(message)) && fits(message),
    ),
  );
const isDirect = ({ channel }: SlackMessage) => channel.startsWith("D");
const own = () => harness.slack.messages.filter(({ author }) => author === harness.slack.botUserId);
/** The outcome of a run's start, wherever its card is. */
const cardIn = async (threadTs: string, text: string) => {
  const find = () => own().find((message) => message.threadTs === threadTs && shown(message).includes(text));
  await harness.until(() => find() !== undefined);
  const card = find();
  if (card === undefined) throw new Error("no card");
  return card;
};
const inputsOf = () => harness.starts.map(({ body }) => body);

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test("a run's card is in the thread of the mention, and nothing is in the channel", async () => {
    const { id } = project();
    const mention = await harness
      .person("ada")
      .mention(harness.slack.channels.data, `run ${id} region="North America" days=30`);
    const card = await cardIn(mention.ts, "Completed");
    expect(shown(card)).toContain("Weekly revenue");
    expect(inputsOf()).toEqual([expect.objectContaining({ inputParams: { region: "North America", days: 30 } })]);
    expect(own().filter(({ threadTs, ephemeral }) => threadTs === undefined && !ephemeral)).toEqual([]);
  });

  test("in a thread, the card is in that thread", async () => {
    const { id } = project();
    const { data } = harness.slack.channels;
    const question = await harness.person("grace").write(data, "is the revenue right?");
    await harness.person("ada").mention(data, `run ${id}`, { threadTs: question.ts });
    await cardIn(question.ts, "Completed");
    expect(harness.starts).toHaveLength(1);
  });

  test("only the person who asks sees the status, in the channel, because a thread without replies would not show it", async () => {
    const status = await told("status");
    expect(status).toMatchObject({
      ephemeral: true,
      user: harness.slack.people.ada.id,
      channel: harness.slack.channels.data.id,
    });
    expect(status.threadTs).toBeUndefined();
    expect(shown(status)).toContain("Connected to Hex");
  });

  test("in a thread, the answer is in the thread, too", async () => {
    const question = await harness.person("grace").write(harness.slack.channels.data, "is Hex up?");
    const status = await told("status", { threadTs: question.ts });
    expect(status).toMatchObject({ ephemeral: true, threadTs: question.ts });
  });

  test.each<[string, string]>([
    ["a mention without words", ""],
    ["a greeting", "?"],
  ])("%s is answered with what the bot can do", async (_, words) => {
    expect(shown(await told(words))).toContain("/hex status");
  });

  test("words that are no command are answered with the commands", async () => {
    expect(shown(await told("make me a coffee"))).toContain("*make* is not something");
  });

  test.each<[string, string]>([
    ["in the middle", "Hey @hex, run PROJECT days=3"],
    ["at the end", "run PROJECT days=3 @hex"],
    ["several times", "@hex @hex run PROJECT days=3 @hex"],
    ["in bold", "*@hex* run PROJECT days=3"],
    ["before a line break", "@hex\nrun PROJECT\ndays=3"],
  ])("a mention %s is understood", async (_, text) => {
    const { id } = project();
    const mention = await harness.person("ada").write(harness.slack.channels.data, text.replace("PROJECT", id));
    await cardIn(mention.ts, "Completed");
    expect(inputsOf()).toEqual([expect.objectContaining({ inputParams: { days: 3 } })]);
  });

  test.each([
    'name="a < b & c > d"',
    "name=“smart quotes”",
    "name=`code`",
    "name=https://example.com/a?b=1&c=2",
    "name=ada@acme.test",
    'name={"a":[1,"<b>"]}',
    "name=+49-30-1234567",
    "name=#data",
    "—fresh name=1",
  ])("the words mean the same as after /hex: %s", async (typed) => {
    const { id } = project();
    await harness.person("ada").mention(harness.slack.channels.data, `run ${id} ${typed}`);
    await harness.until(() => harness.starts.length === 1);
    await harness.slack.command(`run ${id} ${typed}`);
    await harness.until(() => harness.starts.length === 2);
    const [mentioned, commanded] = inputsOf();
    expect(mentioned).toEqual(commanded);
  });

  test("a Hex link names the project", async () => {
    const { id } = project();
    const mention = await harness
      .person("ada")
      .mention(harness.slack.channels.data, `run ${harness.hex.origin}/acme/app/${id}/latest`);
    await cardIn(mention.ts, "Completed");
  });

  test("the card of a project chosen from the answer is in the mention's thread", async () => {
    project("Weekly revenue by region");
    project("Weekly revenue by product");
    const { data } = harness.slack.channels;
    const mention = await harness.person("ada").mention(data, "projects revenue");
    const list = await answer();
    expect(buttonsOf(list)).toContain("run_project");
    const run = harness.slack.click(list, "run_project", { blockId: blockWith(list, "run_project") });
    await harness.meanwhile(run);
    await cardIn(mention.ts, "Completed");
  });

  test("the card of a project chosen among several is also there, with what was typed", async () => {
    project("Weekly revenue by region");
    project("Weekly revenue by product");
    const mention = await harness.person("ada").mention(harness.slack.channels.data, "run weekly revenue days=3");
    const choice = await answer();
    const run = buttonsOf(choice).find((id) => /run/.test(id)) ?? "";
    await harness.meanwhile(harness.slack.click(choice, run, { blockId: blockWith(choice, run) }));
    await cardIn(mention.ts, "Completed");
    expect(inputsOf()).toEqual([expect.objectContaining({ inputParams: { days: 3 } })]);
  });

  test("the card of a form opened from the answer goes to the mention's thread", async () => {
    project();
    await harness.ask("projects");
    const mention = await harness.person("ada").mention(harness.slack.channels.data, "run");
    const offer = await answer(({ via }) => via === "postEphemeral");
    expect(shown(offer)).toContain("Press the button to pick a project");
    const [open = ""] = buttonsOf(offer);
    const form = await harness.person("ada").openForm(() => harness.person("ada").press(offer, open));
    await form.pick("Project", "weekly", "Weekly revenue");
    await form.shows(/Hex does not list/);
    expect((await form.submit({ Inputs: "days = 3" })).errors).toEqual({});
    await cardIn(mention.ts, "Completed");
    expect(inputsOf()).toEqual([expect.objectContaining({ inputParams: { days: 3 } })]);
  });

  test("the card of Run again in a thread is also in the thread", async () => {
    const { id } = project();
    const mention = await harness.person("ada").mention(harness.slack.channels.data, `run ${id}`);
    const card = await cardIn(mention.ts, "Completed");
    await harness.meanwhile(harness.slack.click(card, "run_again"));
    await harness.until(() => harness.starts.length === 2);
    const cards = () => own().filter((message) => message.threadTs === mention.ts && message.edits > 0);
    await harness.until(() => cards().length === 2 && cards().every((one) => shown(one).includes("Completed")));
  });

  test("the answer to a button in a thread is also in the thread, without another request", async () => {
    const { id } = harness.hex.workspace.addProject({ title: "Slow", run: { runningMs: 60_000 } });
    const mention = await harness.person("ada").mention(harness.slack.channels.data, `run ${id}`);
    const card = await cardIn(mention.ts, "Running");
    const told = answer((message) => shown(message).includes("You will get a direct message"));
    await harness.slack.click(card, "tell_me");
    expect(await told).toMatchObject({ threadTs: mention.ts, via: "response_url" });
  });

  test("the answer to a button is not in a thread that has no replies yet, where nobody would see it", async () => {
    project();
    const list = await told("projects weekly");
    harness.rules("{ allow: see, people: everyone }");
    const refused = answer((message) => message !== list);
    await harness.slack.click(list, "run_project", { blockId: blockWith(list, "run_project") });
    const { threadTs, unseen, ...message } = await refused;
    expect([threadTs, unseen]).toEqual([undefined, undefined]);
    expect(shown(message)).toContain("*You may not* run");
  });

  test("a reply in the thread says that a run failed", async () => {
    const { id } = harness.hex.workspace.addProject({ title: "Broken", run: { runningMs: 1_000, outcome: "ERRORED" } });
    const mention = await harness.person("ada").mention(harness.slack.channels.data, `run ${id}`);
    const followUps = () => own().filter(({ threadTs, edits }) => threadTs === mention.ts && edits === 0);
    await harness.until(() =>
      followUps().some((message) => shown(message).includes(`<@${harness.slack.people.ada.id}>`)),
    );
    expect(own().every(({ threadTs }) => threadTs === mention.ts)).toBe(true);
  });

  test("an edit, another bot and a quoted command start nothing", async () => {
    const { id } = project();
    const { data } = harness.slack.channels;
    const mention = await harness.person("ada").mention(data, "help");
    await answer();
    const before = own().length;
    await harness.person("ada").edit(mention, `@hex run ${id}`);
    harness.slack.invite(data, harness.slack.otherBot.id);
    await harness.slack.write(harness.slack.otherBot, data, `@hex run ${id}`);
    const talk = await harness.person("ada").write(data, "good morning");
    await harness.person("ada").edit(talk, `@hex run ${id}`);
    await harness.person("grace").write(data, `> @hex run ${id}`);
    await harness.until(() => own().length === before + 1);
    // The person who quotes it reads what the bot can do.
    expect(own().at(-1)).toMatchObject({ ephemeral: true, user: harness.slack.people.grace.id });
    await harness.pass(5_000);
    expect(own()).toHaveLength(before + 1);
    expect(harness.starts).toEqual([]);
  });

  test("if Slack delivers it again, there is still one run and one answer", async () => {
    const { id } = project();
    harness.slack.loseAcknowledgements(2);
    const mention = await harness.person("ada").mention(harness.slack.channels.data, `run ${id}`);
    await cardIn(mention.ts, "Completed");
    harness.slack.loseAcknowledgements(1);
    await told("help");
    await harness.pass(600_000, 10_000);
    expect(harness.slack.sentEvents.map(({ attempts }) => attempts.length)).toEqual([3, 2]);
    expect(harness.starts).toHaveLength(1);
    expect(own().filter((message) => shown(message).includes("/hex status"))).toHaveLength(1);
  });

  test("if the first delivery did not arrive, the next one counts", async () => {
    await told("help");
    await harness.stopBot();
    await harness.person("ada").mention(harness.slack.channels.data, "help");
    await harness.startBot();
    await harness.pass(400_000, 10_000);
    expect(own().filter((message) => shown(message).includes("/hex status"))).toHaveLength(2);
  });

  test("somebody from another workspace is refused once, and nobody else reads it", async () => {
    const { id } = project();
    const { data } = harness.slack.channels;
    harness.slack.loseAcknowledgements(1);
    await harness.person("stranger").mention(data, `run ${id}`);
    const refusal = await answer();
    expect(refusal).toMatchObject({ ephemeral: true, user: harness.slack.people.stranger.id });
    expect(shown(refusal)).toContain("belongs to another workspace");
    await harness.pass(120_000, 10_000);
    expect(own()).toHaveLength(1);
    expect(harness.starts).toEqual([]);
  });

  test.each(["user_not_in_channel", "channel_not_found", "not_in_channel"])(
    "what concerns one person comes as a direct message if Slack says %s",
    async (error) => {
      harness.slack.faults.add({ method: "chat.postEphemeral", kind: { type: "error", error } });
      const status = await told("status");
      expect(status.channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
      expect(shown(status)).toContain("Connected to Hex");
    },
  );

  test("if the thread accepts no answer, it comes in the channel", async () => {
    const question = await harness.person("grace").write(harness.slack.channels.data, "is Hex up?");
    const error = "cannot_reply_to_message";
    harness.slack.faults.add({ method: "chat.postEphemeral", times: 1, kind: { type: "error", error } });
    const status = await told("status", { threadTs: question.ts });
    expect(status).toMatchObject({ ephemeral: true, channel: harness.slack.channels.data.id });
    expect(status.threadTs).toBeUndefined();
  });

  test("if Slack asks to wait or accepts no blocks, the answer still comes", async () => {
    harness.slack.faults.add({ method: "chat.postEphemeral", times: 1, kind: { type: "ratelimited", retryAfter: 1 } });
    const help = told("help");
    await harness.until(() => own().length > 0);
    expect(shown(await help)).toContain("/hex status");
    harness.slack.faults.add({
      method: "chat.postEphemeral",
      withBlocks: true,
      kind: { type: "error", error: "invalid_blocks" },
    });
    const plain = await told("help");
    expect(plain.blocks).toEqual([]);
    expect(plain.text).toContain("/hex status");
  });

  test("without the scope, no mention arrives, and the command works as before", async () => {
    harness.slack.scopes.delete("app_mentions:read");
    await harness.person("ada").mention(harness.slack.channels.data, "help");
    expect(harness.slack.sentEvents).toEqual([]);
    expect(await harness.ask("help")).toContain("/hex status");
  });
});

/** The id of the first block with such a button. */
function blockWith(message: SlackMessage, actionId: string): string {
  const blocks: readonly { block_id?: string }[] = JSON.parse(stringify(message.blocks));
  return blocks.find((block) => stringify(block).includes(`"${actionId}"`))?.block_id ?? "";
}
