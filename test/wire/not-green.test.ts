// A trouble is called green only after a good run, and not because the bot can no longer say whether something is wrong.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import { buttonsOf, Harness, shown } from "./harness.js";
import { addProject, HOUR, headline, MINUTE, STEP_MS, TEN, toldIn } from "./watching.js";

// Hours of simulated time, on a machine that may be busy.

const EVERY_HOUR = { cadence: "HOURLY" as const, hourly: { timezone: "+00:00", minute: 30 } };

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("socket");
});
afterEach(() => harness.stop());

const told = () => toldIn(harness).map(shown);
const shows = (text: string) => harness.until(() => (told()[0] ?? "").includes(text), STEP_MS);
const moveToNoon = ({ schedules }: Project) => {
  for (const schedule of schedules) if (schedule.daily !== null) schedule.daily = { ...schedule.daily, hour: 12 };
};
const replies = () => harness.replies.map(shown);

test("its schedule is changed while it is late: no longer waited for, which a reply says, and judged by the new one", async () => {
  const project = addProject(harness, "Weekly revenue");
  await harness.ask("watch weekly revenue");
  await shows("Late: a run was due");
  moveToNoon(project);
  await shows("*No longer waiting for a run* since");
  expect(toldIn(harness).map(headline)).toEqual(["No longer waiting for a run: Weekly revenue"]);
  expect(told()[0]).toMatch(/:white_circle: Late: a run was due <!date.*> and had not started when its schedule was/);
  expect(toldIn(harness).flatMap(buttonsOf)).toEqual([]);
  await harness.until(() => replies().length === 1, STEP_MS);
  expect(replies()[0]).toMatch(
    /No longer waiting for a run after \d+ min: Weekly revenue\. Its schedule was changed before the run came\./,
  );
  await harness.pass(20 * MINUTE, STEP_MS);
  // The project is checked as before.
  expect([...told(), ...replies()].join()).not.toMatch(/green|checked/);
  await harness.until(() => told().length === 2, 30_000);
  expect(told()[1]).toContain("Late: a run was due");
});

test("its schedule is changed while a run by hand goes on: green when that run has completed", async () => {
  const project = addProject(harness, "Weekly revenue");
  await harness.ask("watch weekly revenue");
  await shows("Late: a run was due");
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 30 * MINUTE });
  moveToNoon(project);
  await shows("and had not started when its schedule was changed");
  expect(told()[0]).toContain("It is green again when that run has completed.");
  await shows("Back to green");
  await harness.until(() => replies().length === 1, STEP_MS);
  expect(replies()[0]).toContain("Back to green after");
});

test("a run by hand goes on while the scheduled one is late: the message says so, and does not ask for another one", async () => {
  const project = addProject(harness, "Weekly revenue");
  await harness.ask("watch weekly revenue");
  await harness.pass(TEN + 5 * MINUTE - harness.clock.now(), STEP_MS);
  const run = harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 30 * MINUTE });
  await shows("Late: a run was due");
  expect(told()[0]).toMatch(
    new RegExp(`${run.id}\\|Another run> has been started. It is green again when that run has completed.`),
  );
  expect(told()[0]).not.toContain("run it now");
  await shows("Back to green");
});

test("Hex is down for hours while an hourly run is late: late until a run has completed", async () => {
  const project = addProject(harness, "Weekly revenue", { schedules: [EVERY_HOUR] });
  await harness.ask("watch weekly revenue");
  await shows("Late: a run was due");
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.pass(5.5 * HOUR, 30_000);
  harness.hex.faults.clear();
  await harness.pass(HOUR, STEP_MS);
  expect(told()).toEqual([expect.stringContaining(":warning: Late: a run was due")]);
  harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
  await shows("Back to green");
});

test("its project is unpublished, and Hex lists no run of it any more: no longer checked, and not over before", async () => {
  const project = addProject(harness, "Weekly revenue", { schedules: [] });
  await harness.ask("watch weekly revenue");
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE, outcome: "ERRORED" });
  await shows("Failed");
  project.lastPublishedAt = null;
  await shows("*No longer checked* since");
  expect(told()[0]).toMatch(/:white_circle: Failed <!date[^>]*> · no longer checked · /);
  const said = new Set(toldIn(harness)[0]?.history.map(headline));
  expect([...said]).toEqual(["Failed: Weekly revenue", "No longer checked: Weekly revenue"]);
  await harness.pass(5 * MINUTE, STEP_MS);
  expect(replies()).toEqual([]);
});

test("a run that is stuck is cancelled, as the message proposes: it is over, and not green", async () => {
  const project = addProject(harness, "Weekly revenue");
  for (const days of [1, 2, 3])
    harness.hex.workspace.startRun(project.id, { startedAt: TEN - days * 24 * HOUR, durationMs: 4 * MINUTE });
  await harness.ask("watch weekly revenue");
  await harness.pass(TEN - harness.clock.now(), STEP_MS);
  harness.hex.workspace.startRun(project.id, { durationMs: 10 * HOUR });
  await shows("Stuck: a run has been going");
  await harness.person("ada").press(toldIn(harness)[0] ?? missing(), "cancel_hex_run");
  await shows(":white_circle: *Nothing is in trouble any more* since");
  expect(told()[0]).toContain("That run did not complete. If its results are needed, run it again.");
  await harness.until(() => replies().length === 1, STEP_MS);
  expect(replies()[0]).toMatch(
    /^:white_circle: Nothing is in trouble any more after .*\. The run of Weekly revenue did not complete\.$/,
  );
  expect(await harness.ask("digest")).toContain("not known: the last run was cancelled");
  expect([...told(), ...replies()].join()).not.toContain("green");
});

test("Hex lists a run that is stuck forever: once others complete, a day later, nothing is in trouble, and what fails then is told", async () => {
  const project = addProject(harness, "Weekly revenue", { schedules: [] });
  const { workspace } = harness.hex;
  const runs = (outcome: "COMPLETED" | "ERRORED", startedAt = harness.clock.now()) =>
    workspace.startRun(project.id, { startedAt, durationMs: 4 * MINUTE, outcome });
  for (const days of [1, 2, 3]) runs("COMPLETED", TEN - days * 24 * HOUR);
  await harness.ask("watch weekly revenue");
  await harness.pass(TEN - harness.clock.now(), STEP_MS);
  const endless = workspace.startRun(project.id, { durationMs: 1_000 * HOUR });
  await shows("Stuck: a run has been going");
  for (let failures = 0; failures < 6; failures++) {
    await harness.pass(HOUR, MINUTE);
    runs("ERRORED");
    await harness.pass(HOUR, MINUTE);
    runs("COMPLETED");
  }
  // What is wrong now, and what to do, has room however much was wrong before.
  await shows("3 earlier problems, over by now");
  expect(told()[0]?.match(/~Failed/g)).toHaveLength(3);
  expect(told()[0]).toContain("If it does not move, cancel it and run it again.");
  await harness.pass(TEN + 24 * HOUR - harness.clock.now(), MINUTE);
  expect(told()[0]).toContain(":warning: Stuck: a run has been going");
  await harness.pass(HOUR, MINUTE);
  expect(told()[0]).toContain("*Back to green* since");
  expect(told()[0]).toMatch(
    /:white_circle: Stuck: a run has been going since .* · a later run has completed · .*Open the run/,
  );
  expect(replies().at(-1)).toMatch(
    /Back to green after .*: Weekly revenue\. Hex still lists the run of Weekly revenue that was stuck: if nobody needs it, cancel it there\.$/,
  );
  expect(await harness.ask("digest")).not.toContain("stuck");
  runs("ERRORED");
  await harness.until(() => told().length === 2, STEP_MS);
  expect(told()[1]).toContain(":warning: Failed");
  expect(told()[1]).not.toContain("Stuck");
  runs("COMPLETED");
  await harness.until(() => (told()[1] ?? "").includes("Back to green"), STEP_MS);
  expect(workspace.run(endless.id)?.status).toBe("RUNNING");
});

test("the first of two watches that tell of it is ended: it goes on, and is green after a good run", async () => {
  const project = addProject(harness, "Weekly revenue", { schedules: [] });
  await harness.ask("watch owner:olga@acme.test");
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE, outcome: "ERRORED" });
  await shows("Failed");
  await harness.ask("watch weekly revenue");
  await harness.ask("unwatch owner:olga@acme.test");
  await harness.pass(15 * MINUTE, STEP_MS);
  expect(told()).toEqual([expect.stringContaining("A watched project is in trouble")]);
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE });
  await shows("Back to green");
});

function missing(): never {
  throw new Error("There is no message.");
}
