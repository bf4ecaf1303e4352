// The message about watched projects in trouble stays the same message, whatever happens to the projects that it tells of; and what
// is due at a time comes at that time.

import { afterEach, describe, expect, test } from "vitest";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";
import { MINUTE, STEP_MS, toldIn } from "./watching.js";

// Up to an hour of simulated time, on a machine that may be busy.

const SECOND = 1_000;

let harness: Harness;
afterEach(() => harness.stop());

const told = () => toldIn(harness);
const words = () => told().slice(0, 1).map(shown).join("");
const shows = (text: string) => harness.until(() => words().includes(text), STEP_MS);
const replies = () => harness.replies.map(shown);
const linkTo = (runId: string, label: string) => new RegExp(`<https?://[^|>]*${runId}\\|${label}>`);
const EVERY_HOUR = { cadence: "HOURLY" as const, hourly: { timezone: "+00:00", minute: 30 } };

describe.each(MODES)("%s mode", (mode) => {
  test("the first of two projects is no longer watched: no second message, and the other one is told to its end", async () => {
    harness = await Harness.start(mode);
    const { workspace } = harness.hex;
    const [one, two] = ["Weekly revenue", "Churn"].map((title) => workspace.addProject({ title, schedules: [] }));
    if (one === undefined || two === undefined) throw new Error("no projects");
    const fail = ({ id }: { id: string }) =>
      workspace.startRun(id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
    await harness.ask("watch weekly revenue");
    await harness.ask("watch churn");
    fail(one);
    await shows("Failed");
    fail(two);
    await shows("2 watched projects are in trouble");
    await harness.until(() => replies().length === 1, STEP_MS);
    const [message] = told();

    await harness.ask("unwatch weekly revenue");
    await shows("No longer watched here: Weekly revenue.");
    expect(words()).toContain("A watched project is in trouble");
    workspace.startRun(two.id, { trigger: "API", durationMs: SECOND });
    await shows("Back to green");
    await harness.until(() => replies().length === 2, STEP_MS);
    expect(replies()[1]).toContain("Back to green after");
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(told()).toEqual([message]);
    expect(replies()).toHaveLength(2);
  });

  test("its only project is no longer watched: the message says so, and has no buttons any more", async () => {
    harness = await Harness.start(mode);
    const project = harness.hex.workspace.addProject({ title: "Weekly revenue", schedules: [] });
    await harness.ask("watch weekly revenue");
    harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
    await shows("Failed");
    await harness.ask("unwatch weekly revenue");
    await shows("No longer watched here: Weekly revenue.");
    expect(words()).not.toContain("in trouble");
    expect(told().flatMap(buttonsOf)).toEqual([]);
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(told()).toHaveLength(1);
    expect(replies()).toEqual([]);
  });

  test("of more projects than it has room for, it names those that are still in trouble", async () => {
    harness = await Harness.start(mode);
    const { workspace } = harness.hex;
    const projects = Array.from({ length: 12 }, (_, index) =>
      workspace.addProject({ title: `Report ${index + 1}`, categories: ["Finance"], schedules: [] }),
    );
    await harness.ask("watch category:Finance");
    for (const { id } of projects) {
      workspace.startRun(id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
      await harness.pass(15 * SECOND, STEP_MS);
    }
    await shows("12 watched projects are in trouble");
    await shows("… and 2 more projects.");
    const hidden = projects.filter(({ title }) => !words().includes(`|${title}>*`));
    expect(hidden).toHaveLength(2);
    for (const { id } of projects.filter((one) => !hidden.includes(one)))
      workspace.startRun(id, { trigger: "API", durationMs: SECOND });
    await shows("*2 watched projects are in trouble");
    for (const { title } of hidden) expect(words()).toMatch(new RegExp(`\\|${title}>\\*\\n:warning: Failed`));
    expect(words()).toContain("… and 2 more projects, not in trouble any more.");
  });

  test("a project that fails again: since when and when at last, and nobody is asked to run what is running", async () => {
    harness = await Harness.start(mode);
    const { workspace } = harness.hex;
    const project = workspace.addProject({ title: "Weekly revenue", schedules: [] });
    const run = (outcome: "ERRORED" | "UNABLE_TO_ALLOCATE_KERNEL" | "COMPLETED", minutes = 1) =>
      workspace.startRun(project.id, { trigger: "APP_REFRESH", durationMs: minutes * MINUTE, outcome });
    const ended = (runId: string) => Math.floor((workspace.run(runId).endedAt ?? 0) / SECOND);
    const runItAgain = "fix the project, and run it again.";
    await harness.ask("watch weekly revenue");
    const first = run("ERRORED");
    await shows("Failed");
    expect(words()).not.toContain("most recently");
    expect(words()).toContain(runItAgain);
    const second = run("ERRORED", 10);
    await shows("Another run");
    expect(words()).toMatch(linkTo(second.id, "Another run"));
    expect(words()).not.toContain(runItAgain);
    await shows("most recently");
    expect(words()).toMatch(
      new RegExp(`Failed <!date\\^${ended(first.id)}\\^[^>]*>, most recently <!date\\^${ended(second.id)}\\^`),
    );
    expect(words()).toMatch(linkTo(second.id, "Open the run"));
    expect(words()).toContain(runItAgain);
    run("UNABLE_TO_ALLOCATE_KERNEL");
    await shows("because Hex had no kernel for it");
    expect(words()).toContain("Cancel a run or close a project in Hex, and run it again.");
    expect(words()).not.toContain("to see what failed");
    run("COMPLETED");
    await shows("Back to green");
    expect(words()).toMatch(/~Failed .*most recently .*because Hex had no kernel for it~ until/);
  });

  test("a run that is stuck can be opened, and cancelled where the message stands", async () => {
    harness = await Harness.start(mode);
    const { workspace } = harness.hex;
    const project = workspace.addProject({ title: "Weekly revenue", schedules: [] });
    const ago = (minutes: number) => harness.clock.now() - minutes * MINUTE;
    for (const minutes of [60, 50, 40]) workspace.startRun(project.id, { startedAt: ago(minutes), durationMs: MINUTE });
    const stuck = workspace.startRun(project.id, { trigger: "API", startedAt: ago(20), durationMs: 600 * MINUTE });
    await harness.ask("watch weekly revenue");
    await shows("Stuck: a run has been going");
    expect(words()).toMatch(linkTo(stuck.id, "Open the run"));
    expect(words()).toContain("If it does not move, cancel it and run it again.");
    const [message] = told();
    if (message === undefined) throw new Error("no message");
    await harness.person("ada").press(message, "cancel_hex_run");
    await shows("~Stuck: a run has been going");
    expect(workspace.run(stuck.id)?.status).toBe("KILLED");
    expect(words()).toMatch(linkTo(stuck.id, "Open the run"));
    expect(buttonsOf(message)).not.toContain("cancel_hex_run");
    await harness.cardShows("Cancelled", 1);
  });

  test("a run that failed, one that has started since, and the last good one can be opened", async () => {
    harness = await Harness.start(mode);
    const { workspace } = harness.hex;
    const project = workspace.addProject({ title: "Weekly revenue", schedules: [EVERY_HOUR] });
    const before = harness.clock.now() - 30 * MINUTE;
    const good = workspace.startRun(project.id, { trigger: "API", startedAt: before, durationMs: MINUTE });
    await harness.ask("watch weekly revenue");
    const failed = workspace.startRun(project.id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
    await shows("Failed");
    expect(words()).toMatch(linkTo(failed.id, "Open the run"));
    expect(words()).toMatch(linkTo(good.id, "Last good run"));
    expect(await harness.ask("watching")).toMatch(linkTo(failed.id, "last run"));
    workspace.startRun(project.id, { trigger: "API", durationMs: SECOND });
    await shows("Back to green");

    const late = () => told().slice(1, 2).map(shown).join("");
    await harness.until(() => late().includes("Late: a run was due"), STEP_MS);
    const started = workspace.startRun(project.id, { trigger: "SCHEDULED", durationMs: 5 * MINUTE });
    await harness.until(() => late().includes("has started. It is green again"), STEP_MS);
    expect(late()).toMatch(linkTo(started.id, "A run"));
    await harness.until(() => late().includes("Back to green"), STEP_MS);
    expect(late()).toMatch(linkTo(started.id, "Last good run"));
  });
});

test("a digest comes at its minute, and not when the bot happens to look", async () => {
  harness = await Harness.start("socket", { startsAt: Date.UTC(2026, 10, 2, 9, 0, 25) });
  harness.hex.workspace.addProject({ title: "Weekly revenue", schedules: [] });
  await harness.ask("watch weekly revenue");
  await harness.ask("digest 09:30 UTC");
  await harness.until(() => words().includes("fresh"), SECOND);
  expect(harness.clock.now() - Date.UTC(2026, 10, 2, 9, 30)).toBeLessThan(5 * SECOND);
});

test("when a silence ends, what is still going on is posted then", async () => {
  harness = await Harness.start("socket", { startsAt: Date.UTC(2026, 10, 2, 9, 0, 25) });
  const project = harness.hex.workspace.addProject({ title: "Weekly revenue", schedules: [] });
  await harness.ask("watch weekly revenue");
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
  await shows("Failed");
  const [message] = told();
  if (message === undefined) throw new Error("no message");
  const [option] = /\{[^{}]*\\"for\\":\\"hour\\"\}/.exec(JSON.stringify(message.blocks)) ?? [];
  const value: unknown = JSON.parse(`"${option}"`);
  if (typeof value !== "string") throw new Error("no such option");
  await harness.person("ada").press(message, "silence", { value });
  await shows("Silenced by");
  const until = harness.clock.now() + 60 * MINUTE;
  await harness.pass(59 * MINUTE, STEP_MS);
  expect(words()).toContain("Silenced by");
  await harness.until(() => !words().includes("Silenced by"), SECOND);
  expect(harness.clock.now()).toBeLessThan(until + 5 * SECOND);
});

test("while Slack leaves the changes of messages unanswered, news does not wait for all of them", async () => {
  harness = await Harness.start("socket");
  const { workspace } = harness.hex;
  const { data, team, general } = harness.slack.channels;
  const revenue = workspace.addProject({ title: "Weekly revenue", schedules: [] });
  for (const channel of [data, team, general]) await harness.ask("watch weekly revenue", { channel });
  const churn = workspace.addProject({ title: "Churn", schedules: [] });
  await harness.ask(`watch ${churn.id}`);
  workspace.startRun(revenue.id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
  await harness.until(() => told().length === 3, STEP_MS);
  // By then, news begins a message of its own.
  await harness.pass(11 * MINUTE, STEP_MS);
  const updates = () => harness.slack.calls.filter(({ method }) => method === "chat.update").length;
  const before = updates();
  harness.slack.faults.add({ method: "chat.update", kind: { type: "hang" } });
  workspace.startRun(revenue.id, { trigger: "API", durationMs: SECOND });
  await harness.until(() => updates() === before + 1, STEP_MS);
  workspace.startRun(churn.id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
  await harness.pass(MINUTE, STEP_MS);
  harness.slack.cutHanging();
  await harness.until(() => updates() === before + 2, STEP_MS);
  harness.slack.cutHanging();
  await harness.until(() => told().some((message) => shown(message).includes("Churn")), STEP_MS);
  expect(updates()).toBe(before + 2);
  harness.slack.faults.clear();
  harness.slack.cutHanging();
  await harness.until(() => told().filter((message) => shown(message).includes("Back to green")).length === 3, STEP_MS);
});

test.each([
  ["Slack's answer to the reply is lost: it comes once more, and says so", "reset", [false, true]],
  ["Slack wants the reply later: it comes once, as it is", "ratelimited", [false]],
] as const)("%s", async (_, what, repeats) => {
  harness = await Harness.start("socket");
  const project = harness.hex.workspace.addProject({ title: "Weekly revenue", schedules: [] });
  await harness.ask("watch weekly revenue");
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
  await shows("Failed");
  const kind = what === "reset" ? ({ type: what } as const) : ({ type: what, retryAfter: 1 } as const);
  harness.slack.faults.add({ method: "chat.postMessage", kind, afterEffect: what === "reset", times: 1 });
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: SECOND });
  await harness.until(() => replies().length === repeats.length, STEP_MS);
  await harness.pass(5 * MINUTE, STEP_MS);
  expect(replies().map((reply) => reply.includes("This may be here more than once"))).toEqual(repeats);
  expect(replies().every((reply) => reply.includes("Back to green"))).toBe(true);
  expect(told()).toHaveLength(1);
});
