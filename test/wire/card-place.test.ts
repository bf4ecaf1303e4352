// An answer that points to a run's card says where the card is, and never points to a card that does not exist.

import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, Harness, shown } from "./harness.js";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("http");
});
afterEach(() => harness.stop());

/** What people read when they press the Run button in the list twice in this channel. */
async function pressedTwice(channel = harness.slack.channels.data): Promise<string> {
  harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
  await harness.ask("projects", { channel });
  const list = harness.slack.messages.at(-1);
  if (!list) throw new Error("no list");
  const stale = { blocks: [...list.blocks] };
  await harness.slack.click(list, "run_project", { stale });
  await harness.until(() => harness.starts.length === 1);
  await harness.pass(10_000);
  const { id } = await harness.slack.click(list, "run_project", { stale });
  const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
  expect(harness.starts).toHaveLength(1);
  return shown(answer);
}

test("if the card is in this channel, the answer says so", async () => {
  const said = await pressedTwice();
  expect(said).toContain("already started a run. Its card shows how it is going.");
  expect(said).toContain("Open the run in Hex");
});

test("if the card is a direct message, the answer says so", async () => {
  const said = await pressedTwice(harness.slack.channels.secret);
  expect(said).toContain(`Its card in a direct message to <@${harness.slack.people.ada.id}> shows how it is going.`);
});

test("in direct messages between people, to which nobody can invite the bot, it says so", async () => {
  const { id } = harness.hex.workspace.addProject({ title: "Revenue" });
  const { ada, grace } = harness.slack.people;
  const said = await harness.ask(`run ${id}`, { channel: harness.slack.dmBetween(ada, grace) });
  expect(said).toContain("The bot cannot post in direct messages between people");
  expect(said).toContain("the run's card is in your direct messages with the bot");
  expect(said).not.toMatch(/invite|this channel/);
  expect((await harness.cardShows("Completed")).channel).toBe(harness.slack.dm(ada).id);
});

test("if there is no card, the answer points to none", async () => {
  harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "restricted_action" } });
  const said = await pressedTwice();
  expect(said).toContain("already started a run. `/hex runs` shows how it is going.");
});

test("Run again, pressed a second time, leads to the new card, or to none", async () => {
  const project = harness.hex.workspace.addProject({ title: "Revenue" });
  await harness.slack.command(`run ${project.id}`);
  const card = await harness.cardShows("Completed");
  const stale = { blocks: [...card.blocks] };
  expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
  harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "restricted_action" } });
  await harness.slack.click(card, "run_again", { stale });
  await harness.until(() => harness.starts.length === 2);
  await harness.pass(10_000);
  const { id } = await harness.slack.click(card, "run_again", { stale });
  const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
  expect(shown(answer)).toContain("already run it again. `/hex runs` shows how it is going.");
});

test("a Cancel that Hex cannot be asked for yet names the other channel that has the card", async () => {
  const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Running");
  const [run] = harness.hex.workspace.runs;
  harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "rateLimited", retryAfter: 40 } });
  const said = await harness.ask(`cancel ${run?.id} ${project.id}`, { channel: harness.slack.channels.secret });
  expect(said).toContain("will be cancelled.");
  expect(said).toContain(`Its card in <#${harness.slack.channels.data.id}> shows when it has stopped.`);
  await harness.cardShows("Cancelled");
});
