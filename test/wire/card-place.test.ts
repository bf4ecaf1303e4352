// An answer that leads to a run's card says where it stands, and leads to no card that is not there.

import { afterEach, beforeEach, expect, test } from "vitest";
import { Bench, buttonsOf, shown } from "./harness.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start("http");
});
afterEach(() => bench.stop());

/** What the list's Run says when it is pressed twice in this channel. */
async function pressedTwice(channel = bench.slack.channels.data): Promise<string> {
  bench.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
  await bench.ask("projects", { channel });
  const list = bench.slack.messages.at(-1);
  if (!list) throw new Error("no list");
  const stale = { blocks: [...list.blocks] };
  await bench.slack.click(list, "run_project", { stale });
  await bench.until(() => bench.starts.length === 1);
  await bench.pass(10_000);
  const { id } = await bench.slack.click(list, "run_project", { stale });
  const answer = await bench.slack.waitForMessage((message) => message.responseUrlOf === id);
  expect(bench.starts).toHaveLength(1);
  return shown(answer);
}

test("the card is where somebody asks", async () => {
  const said = await pressedTwice();
  expect(said).toContain("already started a run. Its card shows how it goes on.");
  expect(said).toContain("Open the run in Hex");
});

test("the card is a direct message", async () => {
  const said = await pressedTwice(bench.slack.channels.secret);
  expect(said).toContain(`Its card in a direct message to <@${bench.slack.people.ada.id}> shows how it goes on.`);
});

test("there is no card", async () => {
  bench.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "restricted_action" } });
  const said = await pressedTwice();
  expect(said).toContain("already started a run. `/hex runs` shows how it goes on.");
});

test("Run again that is pressed again leads to the new card, or to none", async () => {
  const project = bench.hex.workspace.addProject({ title: "Revenue" });
  await bench.slack.command(`run ${project.id}`);
  const card = await bench.cardShows("Completed");
  const stale = { blocks: [...card.blocks] };
  expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
  bench.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "restricted_action" } });
  await bench.slack.click(card, "run_again", { stale });
  await bench.until(() => bench.starts.length === 2);
  await bench.pass(10_000);
  const { id } = await bench.slack.click(card, "run_again", { stale });
  const answer = await bench.slack.waitForMessage((message) => message.responseUrlOf === id);
  expect(shown(answer)).toContain("already run it again. `/hex runs` shows how it goes on.");
});

test("Cancel that Hex cannot be asked for yet leads to a card in another channel by its name", async () => {
  const project = bench.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
  await bench.slack.command(`run ${project.id}`);
  await bench.cardShows("Running");
  const [run] = bench.hex.workspace.runs;
  bench.hex.faults.add({ endpoint: "cancelRun", kind: { type: "rateLimited", retryAfter: 40 } });
  const said = await bench.ask(`cancel ${run?.id} ${project.id}`, { channel: bench.slack.channels.secret });
  expect(said).toContain("will be cancelled.");
  expect(said).toContain(`Its card in <#${bench.slack.channels.data.id}> shows when it has stopped.`);
  await bench.cardShows("Cancelled");
});
