// What a screen reader has of a message: its text, since Slack gives it none of the blocks.

import { afterEach, beforeEach, expect, test } from "vitest";
import { Harness } from "./harness.js";
import { addProject, MINUTE, STEP_MS, toldIn } from "./watching.js";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("http");
});
afterEach(() => harness.stop());

/** The text of the answer to a command. */
async function heard(command: string): Promise<string | undefined> {
  await harness.ask(command);
  return harness.slack.messages.at(-1)?.text;
}

/** A project that has just failed. */
function addFailed(title: string) {
  const project = addProject(harness, title, { schedules: [] });
  const startedAt = harness.clock.now() - 30 * MINUTE;
  harness.hex.workspace.startRun(project.id, { startedAt, durationMs: MINUTE, outcome: "ERRORED" });
}

test("/hex help: what each command is for", async () => {
  expect(await heard("help")).toMatch(
    /^What \/hex can do\n\/hex status\nWhether the connection to Hex works, .*This list\./s,
  );
});

test("/hex status: everything about the connection, and no names of colours", async () => {
  const text = await heard("status");
  expect(text).toMatch(/^Connected to Hex at \S+ since 2026-.* UTC\nToken\nPersonal token of Olga/);
  expect(text).toMatch(/\nRead projects\nproven\n.*\nLast 24 hours: not probed yet\nLast 30 days: not probed yet\n/s);
});

test("/hex projects: each of the projects", async () => {
  addProject(harness, "Weekly revenue", { schedules: [] });
  expect(await heard("projects")).toMatch(/^1 project, 1 published\nWeekly revenue\nolga@acme\.test · published 2026-/);
});

test("a digest: each project with what the headings of the table mean", async () => {
  addFailed("Churn");
  await harness.ask("digest 08:00 owner:olga@acme.test");
  await harness.pass(MINUTE, STEP_MS);
  expect(await heard("digest")).toMatch(
    /^Digest: 0 of 1 fresh, 1 failed \(Churn\)\nChurn: failed · last run errored 2026-11-02 08:31 UTC, took 1 min · no schedule/,
  );
});

test("a project in trouble: since when, who owns it, and what to do", async () => {
  const { id } = addProject(harness, "Churn", { schedules: [] });
  await harness.ask("watch churn");
  harness.hex.workspace.startRun(id, { trigger: "API", durationMs: MINUTE, outcome: "ERRORED" });
  await harness.until(() => toldIn(harness).length > 0, STEP_MS);
  expect(toldIn(harness)[0]?.text).toMatch(
    /^Failed: Churn\nA watched project is in trouble\nChurn\nFailed 2026-.* UTC · Open the run\nOpen the run in Hex to see what failed.*\nNo good run is known · owner olga@acme\.test$/,
  );
});

test("a card: who asked for the run, and nothing twice", async () => {
  const { id } = addProject(harness, "Churn", { schedules: [] });
  await harness.slack.command(`run ${id}`);
  await harness.cardShows("Running");
  expect(harness.card().text).toMatch(/^Running: Churn\nAsked for by <@U0ADALOVELA> · 2026-[^\n]*$/);
});
