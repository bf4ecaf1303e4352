// Watched projects that Hex runs by their schedules: what comes in time is not mentioned, and what fails, hangs or is missing is.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProjectOptions } from "../sandbox/hex/types.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

// Hours of simulated time, on a machine that may be busy.

const MINUTE = 60_000;
/** The tests begin at nine o'clock. */
const TEN = Date.UTC(2026, 10, 2, 10, 0);
const STEP_MS = 5_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    harness.hex.workspace.fireSchedules();
  });
  afterEach(() => harness.stop());

  /** Runs every hour for two minutes, also before the test. */
  const addProject = (title: string, more: ProjectOptions = {}) => {
    const project = harness.hex.workspace.addProject({
      title,
      schedules: [{ cadence: "HOURLY", hourly: { timezone: "+00:00", minute: 0 } }],
      run: { pendingMs: 5_000, runningMs: 2 * MINUTE },
      ...more,
    });
    for (const hours of [2, 3, 4]) {
      harness.hex.workspace.startRun(project.id, { startedAt: TEN - hours * 60 * MINUTE, durationMs: 2 * MINUTE });
    }
    return project;
  };
  const told = (): SlackMessage[] =>
    harness.slack.messages.filter(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
  const passUntil = (time: number) => harness.pass(time - harness.clock.now(), STEP_MS);
  const tells = (text: string) => harness.until(() => told().some((message) => shown(message).includes(text)), STEP_MS);

  test("runs that are nine minutes late are not mentioned, and one that comes after twenty is", async () => {
    const project = addProject("Weekly revenue", { scheduling: { delayMs: 9 * MINUTE } });
    await harness.ask("watch weekly revenue");
    await passUntil(TEN + 50 * MINUTE);
    expect(harness.hex.workspace.runs.at(-1)?.createdAt).toBe(TEN + 9 * MINUTE);
    expect(told()).toEqual([]);
    project.scheduling.delayMs = 20 * MINUTE;
    await tells("Late: a run was due");
    await tells("~Late: a run was due");
    await tells("Back to green");
    expect(told()).toHaveLength(1);
  });

  test.each([
    ["does not say what started it", undefined],
    ["says it in a word that is new", "AUTOMATION"],
  ])("a scheduled run that takes 40 minutes is not called late if Hex %s", async (_, runTrigger) => {
    addProject("Weekly revenue", { run: { pendingMs: 5_000, runningMs: 40 * MINUTE } });
    const alter = (body: unknown) =>
      JSON.stringify(body, (name, value: unknown) => (name === "runTrigger" ? runTrigger : value));
    harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "altered", alter }, times: 1_000 });
    await harness.ask("watch weekly revenue");
    await passUntil(TEN + 35 * MINUTE);
    expect(harness.hex.workspace.runs.at(-1)).toMatchObject({ status: "RUNNING", trigger: "SCHEDULED" });
    expect(
      told()
        .map(shown)
        .filter((text) => text.includes("Late")),
    ).toEqual([]);
  });

  test.each(["timezone", "minute"])("a schedule whose %s Hex does not tell is not guessed", async (field) => {
    const schedules = [{ cadence: "HOURLY" as const, hourly: { timezone: "+05:30", minute: 10 } }];
    const alter = (body: unknown) =>
      JSON.stringify(body, (name, value: unknown) => (name === field ? undefined : value));
    for (const endpoint of ["listProjects", "getProject"] as const)
      harness.hex.faults.add({ endpoint, kind: { type: "altered", alter }, times: 1_000 });
    addProject("Weekly revenue", { schedules });
    expect(await harness.ask("projects weekly revenue")).toContain("hourly");
    expect(await harness.ask("watch weekly revenue")).toContain("cannot tell from its schedule when a run is due");
    await passUntil(TEN + 35 * MINUTE);
    expect(harness.hex.workspace.firings.length).toBeGreaterThan(0);
    expect(told()).toEqual([]);
  });

  test("a missed run, a failed one and one that hangs are told, and are green after the next good run", async () => {
    const missed = addProject("Board deck");
    const failing = addProject("Churn");
    const hanging = addProject("Revenue");
    for (const title of ["board deck", "churn", "revenue"]) await harness.ask(`watch ${title}`);
    await passUntil(TEN + 50 * MINUTE);
    expect(told()).toEqual([]);
    missed.scheduling.misses = true;
    failing.run.outcome = "ERRORED";
    hanging.run.neverEnds = true;
    await tells("Failed");
    await tells("Stuck: a run has been going");
    await tells("Late: a run was due");
    missed.scheduling.misses = false;
    failing.run.outcome = "COMPLETED";
    hanging.run.neverEnds = false;
    for (const run of harness.hex.workspace.runs) {
      if (!run.finished) harness.hex.workspace.finishRun(run.id, "COMPLETED");
    }
    await harness.until(() => told().every((message) => shown(message).includes("Back to green")), STEP_MS);
    const open = told().map(({ text }) => text);
    await harness.pass(2 * 60 * MINUTE, STEP_MS);
    expect(told().map(({ text }) => text)).toEqual(open);
  });
});
