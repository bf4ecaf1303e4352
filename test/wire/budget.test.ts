// The bot's own request budget is spent, or Hex asks it to wait: people see what happens to their request, and get what they asked for.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

/** One request is kept for cancellations. */
const PER_MINUTE = 10;
/** Short enough for many requests on their way at once: a busy machine needs its time for them. */
const STEP_MS = 200;
const ALWAYS = Number.POSITIVE_INFINITY;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let project: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode, { env: { HEX_REQUESTS_PER_MINUTE: String(PER_MINUTE) } });
    project = harness.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 1_000, runningMs: 2_000 } });
  });
  afterEach(() => harness.stop());

  /** Commands that cost requests, until there are none left for commands. `everyMs`: so the turns come back one by one too. */
  async function spend(everyMs = 0): Promise<void> {
    while (!(await harness.ask(`runs ${project.id}`)).includes("used up its own budget"))
      await harness.pass(everyMs, STEP_MS);
  }

  /** The requesters of the runs that Hex has started, in order. */
  const started = () => harness.hex.workspace.runs.map(({ inputParams }) => inputParams?.who);

  test("a command that cannot wait names the budget, how long, and the setting; Hex is not asked", async () => {
    await spend();
    const asked = harness.asked.length;
    const answer = await harness.ask(`runs ${project.id}`);
    expect(answer).toContain("The bot has used up its own budget of requests to Hex");
    expect(answer).toContain("Hex was not asked");
    expect(answer).toMatch(/Try again in \d+ seconds/);
    expect(answer).toContain("HEX_REQUESTS_PER_MINUTE");
    expect(answer).not.toContain("429");
    const status = await harness.ask("status");
    expect(status).toContain("Not checked:");
    expect(status).toContain("the bot's budget of requests");
    expect(harness.asked).toHaveLength(asked);
    expect((await harness.get("/metrics")).text).toMatch(
      /hexbot_hex_requests_held_back_total\{operation="listRuns",why="budget_spent"\} [1-9]/,
    );
    expect(harness.log.join("")).toContain('"kind":"budget_spent"');
    expect((await harness.get("/readyz")).status).toBe(200);
  });

  test("six people at once: a card with Cancel for each, and all are started, in order, once each", async () => {
    project.inputs = { who: { dataType: "NUMBER" } };
    await spend(3_000);
    for (let who = 1; who <= 6; who++) {
      harness.clock.advance(10);
      const command = await harness.slack.command(`run ${project.id} who=${who}`);
      if (who === 3) await harness.slack.redeliver(command);
    }
    await harness.until(() => harness.cards.filter((card) => shown(card).includes("Waiting to start")).length === 6);
    for (const card of harness.cards) {
      expect(shown(card)).toContain("used up its own budget");
      expect(shown(card)).toMatch(
        /It starts on its own as soon as there is room, at about <!date.*but not after <!date/,
      );
      expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    }
    expect(harness.starts).toEqual([]);
    await harness.until(() => harness.cards.filter((card) => shown(card).includes("Completed")).length === 6, STEP_MS);
    expect(started()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(harness.starts).toHaveLength(6);
    expect(harness.cards).toHaveLength(6);
    for (let index = 0; index < 6; index++) await harness.cardShows("|Revenue>", index);
  });

  test("somebody who comes later does not go before those who wait", async () => {
    project.inputs = { who: { dataType: "NUMBER" } };
    await spend(3_000);
    for (let who = 1; who <= 3; who++) await harness.slack.command(`run ${project.id} who=${who}`);
    await harness.until(() => harness.cards.filter((card) => shown(card).includes("Waiting to start")).length === 3);
    for (let who = 4; who <= 9; who++) {
      await harness.pass(5_000, STEP_MS);
      await harness.slack.command(`run ${project.id} who=${who}`);
    }
    await harness.until(() => harness.cards.filter((card) => shown(card).includes("Completed")).length === 9, STEP_MS);
    expect(started()).toEqual(Array.from({ length: 9 }, (_, index) => index + 1));
  });

  test("Cancel while it waits: it is never started, and the others are", async () => {
    await spend();
    for (let index = 0; index < 2; index++) await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start", 1);
    await harness.slack.click(await harness.cardShows("Waiting to start", 0), "cancel_run");
    await harness.cardShows("before it began", 0);
    await harness.cardShows("Completed", 1);
    await harness.pass(120_000);
    expect(harness.starts).toHaveLength(1);
  });

  test("a project that nobody has read yet: the card shows its id, and its title as soon as Hex tells it", async () => {
    await spend();
    const other = harness.hex.workspace.addProject({ title: "Costs", run: { neverEnds: true } });
    await harness.slack.command(`run ${other.id}`);
    expect(shown(await harness.cardShows("Waiting to start"))).toContain(`|${other.id}>`);
    await harness.cardShows(/Running.*\|Costs>/s);
    expect(harness.starts).toHaveLength(1);
  });

  test("one that is not published is refused on its card, once Hex can be asked", async () => {
    await spend();
    const draft = harness.hex.workspace.addProject({ title: "Draft", published: false });
    await harness.slack.command(`run ${draft.id}`);
    await harness.cardShows("Waiting to start");
    expect(shown(await harness.cardShows("Not started"))).toContain("not published");
  });

  test("a dry run says why it cannot be tried", async () => {
    await spend();
    expect(await harness.ask(`run ${project.id} --dry-run`)).toContain("used up its own budget");
    expect(harness.cards).toEqual([]);
  });

  test("Run in a list, and Run again", async () => {
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed");
    const list = await harness.slack.command("projects");
    const message = await harness.slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === list.id);
    await spend();
    await harness.slack.click(message, "run_project");
    await harness.slack.click(harness.card(0), "run_again");
    await harness.cardShows("Waiting to start", 1);
    await harness.cardShows("Waiting to start", 2);
    await harness.cardShows("Completed", 1);
    await harness.cardShows("Completed", 2);
    expect(harness.starts).toHaveLength(3);
  });

  test("the list of projects is the one of before, when a new one cannot be read", async () => {
    expect(await harness.ask("projects")).toContain("Revenue");
    await spend();
    await harness.pass(61_000);
    await spend();
    expect(await harness.ask("projects")).toContain("Revenue");
  });

  test("Cancel of a run goes at once: a part of the budget is kept for it", async () => {
    project.run.neverEnds = true;
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Running");
    await spend();
    const at = harness.clock.now();
    await harness.slack.click(card, "cancel_run");
    await harness.hex.waitFor(({ endpoint, status }) => endpoint === "cancelRun" && status === 204);
    expect(harness.clock.now() - at).toBeLessThan(1_000);
    await harness.cardShows("Cancelled");
  });

  test("Cancel when Hex asks to wait: the card says so, and Hex is asked as soon as it may be", async () => {
    project.run.neverEnds = true;
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Running");
    const limit = { endpoint: "cancelRun", kind: { type: "rateLimited", retryAfter: 40 } } as const;
    harness.hex.faults.add(limit);
    await harness.slack.click(card, "cancel_run");
    expect(shown(await harness.cardShows("The bot will ask Hex as soon as possible"))).toContain("Cancelling");
    await harness.cardShows("Cancelled");
    expect(harness.requests("cancelRun").map(({ status }) => status)).toEqual([429, 204]);
    expect(shown(card)).not.toContain("Cancelling failed");
  });

  test("Hex's own limit on the read before a start: a card and a run all the same", async () => {
    const limit = { endpoint: "getProject", kind: { type: "rateLimited", retryAfter: 50 } } as const;
    harness.hex.faults.add({ ...limit, times: ALWAYS });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Waiting to start");
    expect(shown(card)).toContain("(429)");
    expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    harness.hex.faults.clear();
    await harness.cardShows("Completed");
    expect(harness.starts).toHaveLength(1);
  });

  test("a restart in between: who waits is started afterwards, once", async () => {
    await spend();
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start");
    await harness.stopBot();
    await harness.startBot();
    await harness.cardShows("Completed");
    expect(harness.starts).toHaveLength(1);
  });

  test("nobody waits for ever: after ten minutes the card says that nothing was started, and why", async () => {
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 50 }, times: ALWAYS });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start");
    expect(shown(await harness.cardShows("Not started"))).toContain("(429)");
    expect(harness.hex.workspace.runs).toEqual([]);
  });
});
