// Watches that name several projects are kept as rules: what fits one later is watched, too, and what no longer fits it is not.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import { Harness, MODES, shown } from "./harness.js";
import { addProject, DAILY_AT_TEN, MINUTE, STEP_MS, toldIn } from "./watching.js";

// Up to an hour of simulated time, on a machine that may be busy.

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());
  const run = ({ id }: Project, outcome: "ERRORED" | "COMPLETED") =>
    harness.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome });
  /** The messages about a project, by their channels. */
  const tellOf = ({ title }: Project) =>
    toldIn(harness).flatMap((message) => (shown(message).includes(`|${title}>`) ? message.channel : []));

  test("a new project, one that is given a schedule, and one that loses its category", async () => {
    const { data, general } = harness.slack.channels;
    const churn = addProject(harness, "Churn", { schedules: [] });
    await harness.ask("projects");
    await harness.ask("watch category:Finance", { channel: data });
    await harness.ask("watch scheduled", { channel: general });
    await harness.pass(10 * MINUTE, STEP_MS);

    const margin = addProject(harness, "Margin", { schedules: [], categories: ["Finance"] });
    run(margin, "ERRORED");
    await harness.until(() => tellOf(margin).length > 0, STEP_MS);
    run(churn, "ERRORED");
    await harness.pass(10 * MINUTE, STEP_MS);
    expect([tellOf(margin), tellOf(churn)]).toEqual([[data.id], []]);

    churn.schedules = addProject(harness, "Other", { schedules: [DAILY_AT_TEN] }).schedules;
    margin.categories = [];
    run(margin, "COMPLETED");
    await harness.pass(10 * MINUTE, STEP_MS);
    run(churn, "ERRORED");
    run(margin, "ERRORED");
    await harness.until(() => tellOf(churn).length > 0, STEP_MS);
    await harness.pass(10 * MINUTE, STEP_MS);
    expect([tellOf(margin), tellOf(churn)]).toEqual([[data.id], [general.id]]);
  });
});
