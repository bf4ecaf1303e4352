// A watched project whose runs Hex fails or refuses to list, although it answers otherwise: the others are judged as ever, and people
// hear that this one is not.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import { Harness, MODES, shown } from "./harness.js";
import { addProject, HOUR, MINUTE, STEP_MS, TEN, toldIn } from "./watching.js";

// Up to two hours of simulated time, on a machine that may be busy.

let harness: Harness;
afterEach(() => harness.stop());

const told = () => toldIn(harness).map(shown);
const fail = ({ id }: Project) => harness.hex.workspace.startRun(id, { durationMs: MINUTE, outcome: "ERRORED" });
/** Hex answers so whenever it is asked for the runs of this project. */
const refuse = ({ id }: Project, status: number) => {
  const times = Number.POSITIVE_INFINITY;
  harness.hex.faults.add({ endpoint: "listRuns", path: id, kind: { type: "status", status }, times });
};

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });

  test.each([500, 403, 422, 429])(
    "%i: told once, the others are checked, and it is checked again when it can be read",
    async (status) => {
      const [bad, good] = [addProject(harness, "Revenue"), addProject(harness, "Churn")];
      refuse(bad, status);
      await harness.ask("watch owner:olga@acme.test");
      await harness.until(() => harness.requests("listRuns").length > 1, STEP_MS);
      fail(good);
      await harness.until(() => told().length === 1, STEP_MS);
      expect(told()[0]).toContain("Churn");
      await harness.until(() => told().length === 2, STEP_MS);
      expect(told()[1]).toContain("|Revenue>* cannot be checked, because Hex does not list its runs for the bot.");
      expect(await harness.ask("watching")).toContain("does not list its runs");
      await harness.pass(60 * MINUTE, STEP_MS);
      expect(told()).toHaveLength(2);
      harness.hex.faults.clear();
      await harness.until(() => told()[1]?.includes("has been checked again since <!date") ?? false, STEP_MS);
      expect(await harness.ask("watching")).not.toContain("does not list its runs");
      fail(bad);
      await harness.until(() => told().length === 3, STEP_MS);
      expect(told()[2]).toContain("Revenue");
    },
  );

  test("a run in a form that the bot cannot read may be the one that was due, which is not called late", async () => {
    const { hex, clock } = harness;
    const { id } = addProject(harness, "Revenue");
    hex.workspace.startRun(id, { startedAt: TEN - 24 * HOUR, durationMs: MINUTE });
    await harness.ask("watch revenue");
    await harness.pass(TEN - clock.now(), STEP_MS);
    const run = hex.workspace.startRun(id, { startedAt: TEN, durationMs: MINUTE });
    const odd = (value: unknown) =>
      typeof value === "object" && value !== null && "runId" in value && value.runId === run.id
        ? { ...value, status: { code: 7 } }
        : value;
    const alter = (body: unknown) => JSON.stringify(body, (_, value) => odd(value));
    const times = Number.POSITIVE_INFINITY;
    hex.faults.add({ endpoint: "listRuns", path: id, kind: { type: "altered", alter }, times });
    await harness.pass(60 * MINUTE, STEP_MS);
    expect(told()).toEqual([]);
    expect(await harness.ask("digest")).toContain("not known: the bot cannot read one of its runs");
  });

  test("what is still wrong is told once, with its time, also if it was told before", async () => {
    const [broken, mended, late, known] = [
      addProject(harness, "Broken", { schedules: [] }),
      addProject(harness, "Mended", { schedules: [] }),
      addProject(harness, "Missing"),
      addProject(harness, "Known", { schedules: [] }),
    ];
    await harness.ask("watch owner:olga@acme.test");
    fail(known);
    await harness.until(() => told().length === 1, STEP_MS);
    await harness.pass(5 * MINUTE, STEP_MS);
    for (const project of [broken, mended, late, known]) refuse(project, 500);
    await harness.until(
      () => told().some((text) => text.includes("4 watched projects are no longer checked")),
      STEP_MS,
    );
    expect(told()[0]).toContain("*No longer checked* since");
    expect(told()[1]).toContain("When Hex lists them again, the bot tells what is still wrong.");
    const failed = fail(broken);
    fail(mended);
    await harness.pass(2 * MINUTE, STEP_MS);
    harness.hex.workspace.startRun(mended.id, { durationMs: MINUTE });
    await harness.pass(TEN + 3 * HOUR - harness.clock.now(), STEP_MS);
    expect(told()).toHaveLength(2);
    await harness.stopBot();
    await harness.startBot();
    harness.hex.faults.clear();
    await harness.until(() => told().length === 3, STEP_MS);
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(told()).toHaveLength(3);
    expect(told()[2]).toContain(`Failed <!date^${Math.floor((failed.endedAt ?? 0) / 1_000)}^`);
    expect(told()[2]).toContain(`Late: a run was due <!date^${TEN / 1_000}^`);
    expect(told()[2]).toMatch(/\|Broken>/);
    expect(told()[2]).toMatch(/\|Known>/);
    expect(told()[2]).not.toContain("Mended");
    for (const { id } of [broken, late, known]) harness.hex.workspace.startRun(id, { durationMs: MINUTE });
    await harness.until(() => told()[2]?.includes("Back to green") ?? false, STEP_MS);
  });
});
