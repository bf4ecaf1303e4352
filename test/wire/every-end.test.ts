// A project that is watched with `all`: the conversation also hears of every run that ends well, once.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProjectOptions } from "../sandbox/hex/types.js";
import { Harness, MODES, shown } from "./harness.js";
import { addProject, HOUR, MINUTE, postedIn, STEP_MS } from "./watching.js";

// Up to an hour of simulated time, on a machine that may be busy.

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const add = (title: string, more: ProjectOptions = {}) => addProject(harness, title, { schedules: [], ...more });
  const posted = () => postedIn(harness);
  const told = () => posted().map(shown);
  const arrive = (count: number) => harness.until(() => posted().length >= count, STEP_MS);

  test("each end is one message, with how long it took and how long it usually takes, and is not told again after a restart", async () => {
    const project = add("Weekly <!channel> revenue");
    for (const hours of [5, 4, 3]) {
      const startedAt = harness.clock.now() - hours * HOUR;
      harness.hex.workspace.startRun(project.id, { startedAt, durationMs: 3 * MINUTE });
    }
    expect(await harness.ask(`watch ${project.id} all`)).toContain(
      "From now on, this conversation is told when a run ends, is late, or is stuck:",
    );
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(told()).toEqual([]);
    harness.hex.workspace.startRun(project.id, { trigger: "SCHEDULED", durationMs: 2 * MINUTE });
    await arrive(1);
    expect(told()[0]).toMatch(
      /^:white_check_mark: \*<http.*\|Weekly &lt;!channel&gt; revenue>\* completed after 2 min \(usually 3 min\)\n<!date.* · started by schedule · <http.*\|Open the run in Hex>$/,
    );
    expect(posted()[0]).toMatchObject({
      text: expect.stringMatching(/^Completed: Weekly &lt;!channel&gt; revenue\n/),
      edits: 0,
    });
    await harness.stopBot();
    await harness.startBot();
    await harness.pass(20 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(1);
    expect(posted()[0]?.edits).toBe(0);
  });

  test("what ends while the bot is stopped is told when it is back, and a cancelled run as such", async () => {
    const project = add("Churn");
    await harness.ask(`watch ${project.id} all`);
    await harness.pass(MINUTE, STEP_MS);
    await harness.stopBot();
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE, outcome: "KILLED" });
    harness.clock.advance(30 * MINUTE);
    await harness.startBot();
    await arrive(1);
    expect(told()[0]).toMatch(/^:no_entry_sign: .*\|Churn>\* cancelled after 1 min\n/);
  });

  test("a run that failed is told as a trouble, not as an end, and its project's next good run as both", async () => {
    const project = add("Churn");
    await harness.ask(`watch ${project.id} all`);
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE, outcome: "ERRORED" });
    await arrive(1);
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(told()).toEqual([expect.stringContaining("A watched project is in trouble")]);
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
    await arrive(3);
    expect(told().slice(1).sort()).toEqual([
      expect.stringMatching(/^:white_check_mark: .*completed after 1 min/),
      expect.stringMatching(/^:white_check_mark: Back to green after/),
    ]);
  });

  test("a run that failed and was made up for before the bot looked is told as an end, and not as a trouble", async () => {
    const project = add("Churn");
    await harness.ask(`watch ${project.id} all`);
    await harness.ask(`watch ${project.id}`, { channel: harness.slack.channels.general });
    const slow = { durationMs: 15 * MINUTE, outcome: "ERRORED" as const };
    harness.hex.workspace.startRun(project.id, { trigger: "API", ...slow });
    await harness.pass(6 * MINUTE, STEP_MS);
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
    await arrive(2);
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(told()).toEqual([
      expect.stringMatching(/^:white_check_mark: .*\|Churn>\* completed after 1 min/),
      expect.stringMatching(/^:x: .*\|Churn>\* errored after 15 min\n.* · started by API/),
    ]);
  });

  test("where the run's own card stands, the card tells it, and another conversation hears of the end", async () => {
    const project = add("Churn", { run: { outcome: "COMPLETED", runningMs: 5_000 } });
    const { general } = harness.slack.channels;
    await harness.ask(`watch ${project.id} all`);
    await harness.ask(`watch ${project.id} all`, { channel: general });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    await harness.until(() => posted().some(({ channel }) => channel === general.id), STEP_MS);
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(posted().map(({ channel }) => channel)).toEqual([harness.slack.channels.data.id, general.id]);
  });

  test("where the run's card stands in a thread, the channel hears of the end", async () => {
    const project = add("Churn", { run: { outcome: "COMPLETED", runningMs: 5_000 } });
    await harness.ask(`watch ${project.id} all`);
    const question = await harness.person("grace").write(harness.slack.channels.data, "is the churn right?");
    await harness.person("ada").mention(harness.slack.channels.data, `run ${project.id}`, { threadTs: question.ts });
    const inChannel = () => posted().filter(({ threadTs }) => threadTs === undefined);
    await harness.until(() => inChannel().length > 0, STEP_MS);
    expect(inChannel().map(shown)).toEqual([expect.stringMatching(/^:white_check_mark: .*completed after /)]);
  });

  test("however many ends are shown by cards, those of other runs are told at once", async () => {
    const project = add("Churn", { run: { outcome: "COMPLETED", runningMs: 5_000 } });
    await harness.ask(`watch ${project.id} all`);
    const isEnded = ({ endedAt }: { endedAt: number | null }) => endedAt !== null;
    for (let count = 1; count <= 20; count++) {
      await harness.slack.command(`run ${project.id}`);
      await harness.until(() => harness.hex.workspace.runs.filter(isEnded).length >= count, STEP_MS);
    }
    await harness.pass(MINUTE, STEP_MS);
    const cards = posted().length;
    harness.hex.workspace.startRun(project.id, { trigger: "SCHEDULED", durationMs: MINUTE });
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(told().slice(cards)).toEqual([expect.stringContaining("started by schedule")]);
  });

  test("more runs end than are posted at once: each is told, and none twice", async () => {
    const project = add("Churn");
    await harness.ask(`watch ${project.id} all`);
    for (let count = 1; count <= 25; count++)
      harness.hex.workspace.startRun(project.id, { durationMs: count * MINUTE });
    await arrive(25);
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(told()).toHaveLength(25);
    expect(new Set(told()).size).toBe(25);
  });

  test("with all only from now on: what ended before is not told", async () => {
    const project = add("Churn");
    await harness.ask(`watch ${project.id} all`, { channel: harness.slack.channels.general });
    await harness.ask(`watch ${project.id}`);
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
    await arrive(1);
    expect(await harness.ask(`watch ${project.id} all`)).toContain("This conversation is now told when a run ends");
    expect(await harness.ask("watching")).toContain("told when a run ends, is late, or is stuck");
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(1);
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
    await arrive(3);
  });

  test("Slack refuses it for longer than it is news: it is not told, and nothing is left over", async () => {
    const project = add("Churn");
    await harness.ask(`watch ${project.id} all`);
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "internal_error" } });
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
    await harness.pass(2 * HOUR + 10 * MINUTE, MINUTE);
    harness.slack.faults.clear();
    await harness.pass(20 * MINUTE, MINUTE);
    expect(posted()).toEqual([]);
  });
});
