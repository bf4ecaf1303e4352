// Every reference that people read in Slack has its line in the log at the default level, and the kind of failure is in it.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, shown } from "./harness.js";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("socket");
});
afterEach(() => harness.stop());

const FOREVER = Number.POSITIVE_INFINITY;

/** The references in everything that was ever shown, including earlier versions of cards. */
function referencesShown(): Set<string> {
  const versions = (message: SlackMessage) => [shown(message), ...message.history.map((one) => JSON.stringify(one))];
  const texts = harness.slack.messages.flatMap(versions);
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/Reference `([^`]+)`/g)].map(([, reference]) => reference ?? "")),
  );
}

/** The reference and the run of each log line at info or above. */
function referencesLogged(lines: readonly string[]): Set<string> {
  const said = lines.map((line): { level?: string; reference?: string } => JSON.parse(line));
  const loud = said.filter(({ level }) => level !== "trace" && level !== "debug");
  return new Set(loud.flatMap(({ reference }) => (reference === undefined ? [] : [reference])));
}

async function answered(text: string): Promise<void> {
  const { id } = await harness.slack.command(text);
  await harness.until(() => harness.slack.messages.some((message) => message.responseUrlOf === id), 200);
}

test("over every kind of failure", async () => {
  const { workspace, faults } = harness.hex;
  const project = workspace.addProject({ title: "Revenue", run: { runningMs: 40_000 } });
  const failing = workspace.addProject({ title: "Churn", run: { runningMs: 5_000, outcome: "ERRORED" } });
  const inputs = workspace.addProject({ title: "Inputs" });

  await harness.ask("status");
  for (const kind of [
    { type: "status" as const, status: 500 },
    { type: "html" as const },
    { type: "truncated" as const },
    { type: "reset" as const },
    { type: "hang" as const },
    { type: "rateLimited" as const, retryAfter: 1 },
  ]) {
    faults.add({ kind, times: FOREVER });
    await answered("status");
    await answered(`runs ${project.id}`);
    faults.clear();
    await harness.pass(61_000);
  }
  await answered("runs 00000000-0000-4000-8000-000000000000");

  // Cards of runs that were refused, failed, or got lost at the start and are not found.
  await harness.slack.command(`run ${inputs.id} regoin=x`);
  await harness.cardShows("Not started", 0);
  await harness.slack.command(`run ${failing.id}`);
  await harness.cardShows("Errored", 1);
  faults.add({ endpoint: "runProject", kind: { type: "reset" } });
  await harness.slack.command(`run ${inputs.id}`);
  await harness.cardShows("Not known", 2);
  await harness.slack.click(harness.card(2), "look_again");
  await harness.until(() => harness.card(2).history.filter(({ text }) => text.startsWith("Not known")).length === 2);

  // A cancellation that fails, and one for a run that the bot did not start.
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Running", 3);
  faults.add({ endpoint: "cancelRun", kind: { type: "status", status: 403 }, times: FOREVER });
  await harness.slack.click(harness.card(3), "cancel_run");
  await harness.cardShows("Cancelling failed", 3);
  const foreign = workspace.startRun(project.id);
  await answered(`cancel ${foreign.id} ${project.id}`);
  await harness.cardShows("Cancelling failed", 4);
  faults.clear();

  // A run that waits for a kernel until the wait is over.
  workspace.kernelsBusy = 25;
  await harness.slack.command(`run ${inputs.id}`);
  await harness.cardShows("Waiting to start", 5);
  await harness.until(() => shown(harness.card(5)).includes("Not started"), 5_000);

  const references = referencesShown();
  expect(references.size).toBeGreaterThan(14);
  const logged = referencesLogged(harness.log);
  expect([...references].filter((reference) => !logged.has(reference))).toEqual([]);
});

test("for a run that another process began, the card's reference is also in this process's log", async () => {
  const project = harness.hex.workspace.addProject({ title: "Churn", run: { runningMs: 60_000, outcome: "ERRORED" } });
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Running");
  await harness.stopBot();
  const before = harness.log.length;
  await harness.startBot();
  const card = await harness.cardShows("Errored");
  const reference = /Reference `([^`]+)`/.exec(shown(card))?.[1] ?? "none";
  const lineOf = () => harness.log.slice(before).find((one) => one.includes('"msg":"card: errored"'));
  await harness.until(() => lineOf() !== undefined);
  const line = lineOf() ?? "{}";
  expect(JSON.parse(line)).toMatchObject({ level: "info", reference, state: "errored", channel: card.channel });
  expect(line).toContain(harness.hex.workspace.runs[0]?.id);
});

test("a failure of Hex has its kind in the field that docs/troubleshooting.md names", async () => {
  harness.hex.faults.add({ kind: { type: "status", status: 403 }, endpoint: "getProject" });
  await answered("runs 00000000-0000-4000-8000-000000000000");
  const [reference] = [...referencesShown()];
  const said = harness.log.map((line): Record<string, unknown> => JSON.parse(line));
  const failures = said.filter((line) => line.level === "warn" && line.reference === reference);
  expect(failures.map(({ kind }) => kind)).toEqual(["forbidden", "forbidden"]);
});
