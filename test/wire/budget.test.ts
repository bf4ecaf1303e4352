// When the bot's own request budget is spent, or Hex asks it to wait, people see what happens to their request, and get what they
// asked for.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

/** One request is kept for cancellations. */
const PER_MINUTE = 10;
/** Short enough, because many requests are sent together, and a busy machine needs its time for them. */
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

  /**
   * Sends commands that cost requests, until none are left for commands. `everyMs`: spreads them, so that the budget also comes
   * back one by one.
   */
  async function spend(everyMs = 0): Promise<void> {
    while (!(await harness.ask(`runs ${project.id}`)).includes("used up its own budget"))
      await harness.pass(everyMs, STEP_MS);
  }

  /** Who asked for the runs that Hex has started, in order. */
  const started = () => harness.hex.workspace.runs.map(({ inputParams }) => inputParams?.who);

  test("a command that cannot wait names the budget, the wait and the setting, and Hex is not asked", async () => {
    await spend();
    const asked = harness.asked.length;
    const answer = await harness.ask(`runs ${project.id}`);
    expect(answer).toContain("The bot has used up its own budget of requests to Hex");
    expect(answer).toContain("Hex was not asked");
    expect(answer).toMatch(/Try again in \d+ seconds/);
    expect(answer).toContain("HEX_REQUESTS_PER_MINUTE");
    expect(answer).toContain("only 30 to read projects and runs");
    expect(answer).not.toContain("(429)");
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

  test("when six people start runs together, each gets a card with Cancel, and every run is started once, in order", async () => {
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

  test("somebody who comes later does not overtake those who wait", async () => {
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

  test("a waiting run that is cancelled is never started, and the others are", async () => {
    await spend();
    for (let index = 0; index < 2; index++) await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start", 1);
    await harness.slack.click(await harness.cardShows("Waiting to start", 0), "cancel_run");
    await harness.cardShows("before it began", 0);
    await harness.cardShows("Completed", 1);
    await harness.pass(120_000);
    expect(harness.starts).toHaveLength(1);
  });

  test("the card of a project that has not been read yet shows its id, and its title as soon as Hex names it", async () => {
    await spend();
    const other = harness.hex.workspace.addProject({ title: "Costs", run: { neverEnds: true } });
    await harness.slack.command(`run ${other.id}`);
    expect(shown(await harness.cardShows("Waiting to start"))).toContain(`|${other.id}>`);
    await harness.cardShows(/Running.*\|Costs>/s);
    expect(harness.starts).toHaveLength(1);
  });

  test("an unpublished project is refused on its card as soon as Hex can be asked", async () => {
    await spend();
    const draft = harness.hex.workspace.addProject({ title: "Draft", published: false });
    await harness.slack.command(`run ${draft.id}`);
    await harness.cardShows("Waiting to start");
    expect(shown(await harness.cardShows("Not started"))).toContain("not published");
  });

  test("a dry run says why it cannot be tried now", async () => {
    await spend();
    expect(await harness.ask(`run ${project.id} --dry-run`)).toContain("used up its own budget");
    expect(harness.cards).toEqual([]);
  });

  test("Run in a list and Run again get a card that waits, too", async () => {
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

  test("people see the earlier list of projects if a new one cannot be read", async () => {
    expect(await harness.ask("projects")).toContain("Revenue");
    await spend();
    await harness.pass(61_000);
    await spend();
    expect(await harness.ask("projects")).toContain("Revenue");
  });

  test("Cancel of a run is sent immediately, because part of the budget is kept for it", async () => {
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

  test("when Hex asks to wait, the card says so about Cancel, and Hex is asked as soon as it allows", async () => {
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

  test("if Hex limits the read before a start, there is still a card and a run", async () => {
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

  test("after a restart, waiting runs are started once", async () => {
    await spend();
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start");
    await harness.stopBot();
    await harness.startBot();
    await harness.cardShows("Completed");
    expect(harness.starts).toHaveLength(1);
  });

  test("nobody waits forever: after ten minutes the card says that nothing was started, and why", async () => {
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 50 }, times: ALWAYS });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start");
    expect(shown(await harness.cardShows("Not started"))).toContain("(429)");
    expect(harness.hex.workspace.runs).toEqual([]);
  });
});
