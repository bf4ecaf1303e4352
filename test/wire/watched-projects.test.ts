// Watched projects: a conversation is told when a run fails, is late or is stuck, in one message that is kept up to date.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProjectOptions, RunOptions } from "../sandbox/hex/types.js";
import { Harness, MODES, shown } from "./harness.js";
import { addProject, headline, MINUTE, STEP_MS, TEN, toldIn } from "./watching.js";

// Up to an hour of simulated time, on a machine that may be busy.

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const add = (title: string, more: ProjectOptions = {}) => addProject(harness, title, more);
  /** The messages about watched projects, without replies. */
  const told = () => toldIn(harness);
  const tells = async (text: string, index = 0) => {
    const found = () =>
      told()
        .slice(index, index + 1)
        .filter((message) => shown(message).includes(text));
    await harness.until(() => found().length > 0, STEP_MS);
    const [message] = found();
    if (message === undefined) throw new Error("It does not show that any more.");
    return message;
  };
  const replies = () => harness.replies.map(shown);
  const passUntil = (time: number) => harness.pass(time - harness.clock.now(), STEP_MS);

  test("a late run is reported a quarter of an hour after it was due, struck through when it comes, and green when it ends", async () => {
    const project = add("Weekly revenue");
    // So that no reading falls on the time at which the run counts as late unless it is made for that.
    await harness.pass(2 * MINUTE, STEP_MS);
    expect(await harness.ask("watch weekly revenue")).toMatch(
      /From now on, this conversation is told when a run fails, is late, or is stuck: \*<.*\|Weekly revenue>\*/,
    );
    await passUntil(TEN + 14 * MINUTE);
    expect(told()).toEqual([]);
    const message = await tells("Late: a run was due");
    expect(harness.clock.now()).toBeLessThan(TEN + 17 * MINUTE);
    expect(shown(message)).toContain("A watched project is in trouble");
    expect(shown(message)).toContain("owner olga@acme.test");
    expect(shown(message)).toContain("No good run is known");
    expect(shown(message)).toContain("Check its schedule in Hex, or run it now.");
    expect(headline(message)).toBe("Late: Weekly revenue");
    await passUntil(TEN + 30 * MINUTE);
    harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now(), durationMs: 10 * MINUTE });
    await tells("~Late: a run was due");
    expect(shown(message)).toContain("It is green again when that run has completed.");
    await tells("Back to green");
    await harness.until(() => replies().length === 1, STEP_MS);
    expect(replies()[0]).toMatch(/Back to green after 4\d min/);
    await harness.pass(20 * MINUTE, STEP_MS);
    expect(told()).toHaveLength(1);
    expect(replies()).toHaveLength(1);
  });

  test("a watch that somebody sets on the Home tab is told in one direct message", async () => {
    const { id } = add("Weekly revenue");
    const value = JSON.stringify({ nonce: "1", project: id, choice: { purpose: "watch", text: "revenue" } });
    await harness.slack.sendExactly("interactive", ({ triggerId }) => ({
      type: "block_actions",
      user: { id: harness.slack.people.ada.id },
      team: { id: harness.slack.teamId },
      view: { id: "V1", type: "home" },
      trigger_id: triggerId,
      actions: [{ type: "button", action_id: "watch_chosen_project", value }],
    }));
    await harness.pass(MINUTE, STEP_MS);
    harness.hex.workspace.startRun(id, { durationMs: MINUTE, outcome: "ERRORED" });
    await tells("Failed", 1);
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(told().slice(1).map(headline)).toEqual(["Failed: Weekly revenue"]);
  });

  test("of many projects that one watch covers, /hex watching names those in trouble first", async () => {
    const broken = add("Zebra counts", { schedules: [] });
    for (let at = 1; at <= 12; at++) add(`Report ${at}`, { schedules: [] });
    await harness.ask("projects");
    expect(await harness.ask("watch owner:olga@acme.test")).toContain("That covers 13 projects now.");
    harness.hex.workspace.startRun(broken.id, { durationMs: MINUTE, outcome: "ERRORED" });
    await tells("Zebra counts");
    expect(await harness.ask("watching")).toMatch(/\n:red_circle: \*<.*\|Zebra counts>[\s\S]*… and 5 more projects\./);
  });

  test("/hex watching says that nothing fits a category any more, once it was renamed in Hex", async () => {
    const project = add("Revenue", { categories: ["Finance"] });
    await harness.ask("projects");
    await harness.ask("watch category:Finance");
    await harness.ask("watch scheduled");
    await harness.ask("watch owner:linus@acme.test");
    const lacking = async () => (await harness.ask("watching")).match(/:warning: No project .*/g);
    expect(await lacking()).toEqual([expect.stringContaining("No project has this owner now.")]);
    project.categories = [{ name: "Finance and controlling", description: null }];
    await harness.pass(12 * MINUTE, STEP_MS);
    expect(await harness.ask("watching")).toMatch(
      /`Finance`\n.*\n.*\n:warning: No project has this category now.*its new name\./,
    );
    project.schedules = [];
    await harness.pass(12 * MINUTE, STEP_MS);
    expect(await lacking()).toHaveLength(3);
  });

  test("/hex watching says in words what is wrong, and begins with what is", async () => {
    const fine = add("Churn", { schedules: [] });
    const late = add("Weekly revenue");
    for (const { id } of [fine, late]) await harness.ask(`watch ${id}`);
    const before = harness.clock.now() - 23 * 60 * MINUTE;
    harness.hex.workspace.startRun(late.id, { startedAt: before, durationMs: MINUTE });
    for (let at = 1; at <= 8; at++) await harness.ask(`watch ${add(`Report ${at}`, { schedules: [] }).id}`);
    await tells("Late: a run was due");
    const lines = (await harness.ask("watching")).split("\n");
    expect(lines[1]).toMatch(/\|Weekly revenue>/);
    expect(lines.filter((line) => line.includes(":red_circle:"))).toEqual([
      expect.stringMatching(/^:red_circle: \*Late\* since <!date\^.* · .*last run> .*: completed in 1 min · next due/),
    ]);
  });

  test("if all goes well, nothing is posted", async () => {
    const project = add("Weekly revenue");
    await harness.ask("watch weekly revenue");
    await passUntil(TEN);
    harness.hex.workspace.startRun(project.id, { startedAt: TEN, durationMs: 2 * MINUTE });
    await harness.pass(40 * MINUTE, STEP_MS);
    expect(told()).toEqual([]);
    expect(await harness.ask("watching")).toMatch(/last run> <!date.*completed in 2 min/);
  });

  test("a failed run that was started elsewhere is reported, with the last good run, until one completes", async () => {
    const project = add("Weekly revenue", { schedules: [] });
    const before = harness.clock.now() - 60 * MINUTE;
    harness.hex.workspace.startRun(project.id, { trigger: "API", startedAt: before, durationMs: MINUTE });
    expect(await harness.ask("watch weekly revenue")).toContain("It has no schedule, so none of its runs can be late.");
    harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE, outcome: "ERRORED" });
    const message = await tells("Failed");
    expect(shown(message)).toMatch(/Last good run> <!date/);
    expect(headline(message)).toBe("Failed: Weekly revenue");
    harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE });
    await tells("Back to green");
    expect(told()).toHaveLength(1);
  });

  test("if a run of the project always goes on, what failed is over all the same, and the next failure is told", async () => {
    const project = add("Weekly revenue", { schedules: [] });
    await harness.ask("watch weekly revenue");
    const start = TEN - 50 * MINUTE;
    for (let at = 0; at < 20; at++) {
      const isBad = at === 1 || at === 12;
      const times = { startedAt: start + at * 4 * MINUTE, durationMs: 6 * MINUTE };
      const run = { trigger: "API" as const, ...times, ...(isBad ? { outcome: "ERRORED" as const } : {}) };
      await passUntil(times.startedAt);
      harness.hex.workspace.startRun(project.id, run);
    }
    expect(told().map(headline)).toEqual(["Back to green: Weekly revenue", "Back to green: Weekly revenue"]);
  });

  test("a run that ends in a way that is new to the bot makes nothing green", async () => {
    const project = add("Weekly revenue", { schedules: [] });
    await harness.ask("watch weekly revenue");
    harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE, outcome: "ERRORED" });
    const message = await tells("Failed");
    const timeOut = () => {
      const run = harness.hex.workspace.startRun(project.id, { trigger: "API", startedAt: harness.clock.now() });
      harness.hex.workspace.setStatus(run.id, "TIMED_OUT");
    };
    const ended = (value: unknown) =>
      typeof value === "object" && value !== null && "status" in value && value.status === "TIMED_OUT"
        ? { ...value, endTime: "startTime" in value ? value.startTime : null }
        : value;
    const alter = (body: unknown) => JSON.stringify(body, (_, value) => ended(value));
    harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "altered", alter }, times: 1_000 });
    timeOut();
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(await harness.ask(`runs ${project.id}`)).toContain("*Ended* `TIMED_OUT`");
    expect(shown(message)).not.toContain("Back to green");
    expect(await harness.ask("digest")).toContain("1 failed");
    harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE });
    await tells("Back to green");
    timeOut();
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(await harness.ask("digest")).toContain("the bot does not know how the last run ended");
  });

  test("one of the runs that a schedule starts together, for its saved views, fails: told until all of them complete", async () => {
    const project = add("Weekly revenue");
    await harness.ask("watch weekly revenue");
    const fire = (...outcomes: RunOptions["outcome"][]) => {
      const now = harness.clock.now();
      for (const [at, outcome] of outcomes.entries())
        harness.hex.workspace.startRun(project.id, {
          startedAt: now + at * 1_000,
          durationMs: MINUTE,
          ...(outcome ? { outcome } : {}),
        });
    };
    await passUntil(TEN);
    fire("ERRORED", "COMPLETED", "COMPLETED");
    const message = await tells("Failed");
    expect(await harness.ask("digest")).toContain("1 failed");
    await harness.pass(10 * MINUTE, STEP_MS);
    fire("COMPLETED", "ERRORED", "COMPLETED");
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(shown(message)).not.toContain("Back to green");
    fire("COMPLETED", "COMPLETED", "COMPLETED");
    await tells("Back to green");
    expect(told()).toHaveLength(1);
  });

  test("a run that never starts, for lack of a kernel, is reported until one completes, and so is what fails after that", async () => {
    const project = add("Weekly revenue", { schedules: [] });
    const run = (more: RunOptions) =>
      harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: MINUTE, ...more });
    await harness.ask("watch weekly revenue");
    run({ outcome: "UNABLE_TO_ALLOCATE_KERNEL" });
    await tells("Could not start");
    await harness.pass(MINUTE, STEP_MS);
    run({});
    await tells("Back to green");
    expect(await harness.ask("watching")).toMatch(/last run> <!date.*completed in 1 min/);
    const runs = await harness.ask(`runs ${project.id}`);
    expect(runs).toMatch(/\*Completed\*(.|\n)*\*No kernel\*.* · never started · /);
    expect(runs).not.toContain("not started yet");
    run({ outcome: "ERRORED" });
    await tells("Failed", 1);
  });

  test("a scheduled run that never starts, for lack of a kernel, has failed and is not late", async () => {
    const project = add("Weekly revenue");
    await harness.ask("watch weekly revenue");
    await passUntil(TEN);
    harness.hex.workspace.startRun(project.id, { startedAt: TEN, outcome: "UNABLE_TO_ALLOCATE_KERNEL" });
    const message = await tells("Could not start");
    await harness.pass(25 * MINUTE, STEP_MS);
    expect(shown(message)).not.toContain("Late");
  });

  test("troubles that begin within ten minutes join the message, and one reply names each project and its owner", async () => {
    const one = add("Weekly revenue", { schedules: [] });
    const two = add("Churn", { schedules: [], ownerEmail: "grace@acme.test" });
    await harness.ask("watch owner:olga@acme.test");
    await harness.ask("watch churn failures");
    harness.hex.workspace.startRun(one.id, { durationMs: 1_000, outcome: "ERRORED" });
    await tells("Failed");
    harness.hex.workspace.startRun(two.id, { durationMs: 1_000, outcome: "ERRORED" });
    const message = await tells("2 watched projects are in trouble");
    expect(shown(message)).toContain("|Churn>");
    await harness.until(() => replies().length === 1, STEP_MS);
    expect(replies()[0]).toContain("Also in trouble now: Churn · owner <@U0GRACEHOPP>. Failed.");
    expect(told()).toHaveLength(1);
  });

  test("when many fail at once, few replies name all of them and their owners", async () => {
    const first = add("First", { schedules: [] });
    const others = Array.from({ length: 12 }, (_, at) => add(`Report ${at + 1}`, { schedules: [] }));
    await harness.ask("projects");
    await harness.ask("watch owner:olga@acme.test");
    harness.hex.workspace.startRun(first.id, { durationMs: 1_000, outcome: "ERRORED" });
    await tells("Failed");
    for (const { id } of others) harness.hex.workspace.startRun(id, { durationMs: 1_000, outcome: "ERRORED" });
    await tells("13 watched projects are in trouble");
    await harness.pass(2 * MINUTE, STEP_MS);
    expect(replies().length).toBeLessThan(7);
    for (const { title } of others) {
      const naming = replies().filter((reply) => new RegExp(`${title} · owner olga@acme\\.test`).test(reply));
      expect(naming, title).toHaveLength(1);
    }
    expect(replies()[1]).toMatch(/Also in trouble now: \d+ projects\n• \*Failed:\* Report/);
    expect(told()).toHaveLength(1);
  });

  test("if the bot's own run fails where its card is, the card says so, and there is no second message", async () => {
    const project = add("Weekly revenue", { schedules: [], run: { outcome: "ERRORED", runningMs: 5_000 } });
    await harness.ask("watch weekly revenue");
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Errored");
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(told()).toHaveLength(1);
  });

  test("if the bot's own run fails in a thread, the channel that watches its project is told", async () => {
    const project = add("Weekly revenue", { schedules: [], run: { outcome: "ERRORED", runningMs: 5_000 } });
    await harness.ask("watch weekly revenue");
    const question = await harness.person("grace").write(harness.slack.channels.data, "is the revenue right?");
    await harness.person("ada").mention(harness.slack.channels.data, `run ${project.id}`, { threadTs: question.ts });
    await tells("A watched project is in trouble");
    expect(replies().join()).toContain("Errored");
  });

  test("if the bot's own run fails in the channel, the thread that watches its project is told", async () => {
    const project = add("Weekly revenue", { schedules: [], run: { outcome: "ERRORED", runningMs: 5_000 } });
    const question = await harness.person("grace").write(harness.slack.channels.data, "is the revenue right?");
    await harness.person("ada").mention(harness.slack.channels.data, `watch ${project.id}`, { threadTs: question.ts });
    await harness.until(
      () => harness.slack.messages.map(shown).join().includes("From now on, this conversation is told"),
      STEP_MS,
    );
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Errored");
    const inThread = () => harness.replies.filter(({ threadTs }) => threadTs === question.ts).map(shown);
    await harness.until(() => inThread().join().includes("A watched project is in trouble"), STEP_MS);
  });

  test("in the thread of the message, the status names the trouble, and nobody reads that nothing is watched", async () => {
    const { data } = harness.slack.channels;
    const project = add("Weekly revenue", { schedules: [] });
    await harness.ask("watch weekly revenue");
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000, outcome: "ERRORED" });
    const { ts } = await tells("Failed");
    const asks = async (words: string, answer: string) => {
      await harness.person("grace").mention(data, words, { threadTs: ts });
      await harness.until(() => replies().some((reply) => reply.includes(answer)), STEP_MS);
    };
    await asks("status", "• *Failed:* <");
    await asks("watching", "Nothing is watched in this thread. What its channel watches is shown and ended there");
    expect(replies().join()).not.toContain("other conversations");
  });

  test("after /hex unwatch, nothing more is posted", async () => {
    const project = add("Weekly revenue", { schedules: [] });
    await harness.ask("watch weekly revenue");
    expect(await harness.ask("watch weekly revenue")).toContain("is already told");
    expect(await harness.ask("unwatch weekly revenue")).toContain("No longer watched");
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000, outcome: "ERRORED" });
    await harness.pass(20 * MINUTE, STEP_MS);
    expect(told()).toEqual([]);
    expect(await harness.ask("watching")).toContain("Nothing is watched in this conversation.");
  });

  test("trouble that begins while the bot is stopped is reported when it is back", async () => {
    add("Weekly revenue");
    await harness.ask("watch weekly revenue");
    await passUntil(TEN - 10 * MINUTE);
    await harness.stopBot();
    harness.clock.advance(40 * MINUTE);
    await harness.startBot();
    await tells("Late: a run was due");
    expect(told()).toHaveLength(1);
  });
});
