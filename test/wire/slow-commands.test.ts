// A Hex that does not answer for a while: whoever typed a command hears after ten seconds that its answer is still to come.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import { Harness, shown } from "./harness.js";

const SECOND = 1_000;
const SLOW = "This takes longer than usual";

let harness: Harness;
let project: Project;
beforeEach(async () => {
  harness = await Harness.start("socket", { slowAnswerMs: 10 * SECOND });
  project = harness.hex.workspace.addProject({ title: "Revenue" });
});
afterEach(() => harness.stop());

/** Everything that Slack has shown, oldest first. */
const told = () => harness.slack.messages.map(shown);

test("the runs of a project: a word after ten seconds, and then the answer", async () => {
  harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "hang" } });
  await harness.slack.command(`runs ${project.id}`);
  await harness.pass(9 * SECOND);
  expect(told()).toEqual([]);
  await harness.until(() => told().length === 1);
  expect(told()).toEqual([expect.stringContaining(SLOW)]);
  await harness.until(() => told().length === 2);
  expect(told()[1]).toContain("did not answer in time");
});

test("whoever mentions the bot hears it, too", async () => {
  harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "hang" } });
  await harness.slack.write(harness.slack.people.ada, harness.slack.channels.data, `@hex runs ${project.id}`);
  await harness.until(() => told().some((text) => text.includes(SLOW)));
  await harness.until(() => told().some((text) => text.includes("did not answer in time")));
});

test("an answer in time, and a run whose card shows how it goes: not a word", async () => {
  expect(await harness.ask(`runs ${project.id}`)).toContain("Revenue");
  harness.hex.faults.add({ endpoint: "runProject", kind: { type: "hang" } });
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Starting");
  await harness.pass(15 * SECOND);
  expect(told().join("\n")).not.toContain(SLOW);
});
