// The bot's own request budget is spent, or Hex asks to wait: whoever asks for something sees what becomes of it, and gets it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import { Bench, buttonsOf, MODES, shown } from "./harness.js";

/** One is kept for cancellations. */
const PER_MINUTE = 10;
/** Short enough for many requests on their way at once: a busy machine needs its time for them. */
const STEP_MS = 200;
const ALWAYS = Number.POSITIVE_INFINITY;

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  let project: Project;
  beforeEach(async () => {
    bench = await Bench.start(mode, { env: { HEX_REQUESTS_PER_MINUTE: String(PER_MINUTE) } });
    project = bench.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 1_000, runningMs: 2_000 } });
  });
  afterEach(() => bench.stop());

  /** Commands that cost requests, until there are none left for commands. `everyMs`: so the turns come back one by one too. */
  async function spend(everyMs = 0): Promise<void> {
    while (!(await bench.ask(`runs ${project.id}`)).includes("used up its own budget"))
      await bench.pass(everyMs, STEP_MS);
  }

  /** The runs that Hex has started, by who asked for them, in order. */
  const started = () => bench.hex.workspace.runs.map(({ inputParams }) => inputParams?.who);

  test("a command that cannot wait names the budget, how long, and the setting; Hex is not asked", async () => {
    await spend();
    const asked = bench.asked.length;
    const answer = await bench.ask(`runs ${project.id}`);
    expect(answer).toContain("The bot has used up its own budget of requests to Hex");
    expect(answer).toContain("Hex was not asked");
    expect(answer).toMatch(/Try again in \d+ seconds/);
    expect(answer).toContain("HEX_REQUESTS_PER_MINUTE");
    expect(answer).not.toContain("429");
    const status = await bench.ask("status");
    expect(status).toContain("Not checked:");
    expect(status).toContain("the bot's budget of requests");
    expect(bench.asked).toHaveLength(asked);
    expect((await bench.get("/metrics")).text).toMatch(
      /hexbot_hex_requests_held_back_total\{operation="listRuns",why="budget_spent"\} [1-9]/,
    );
    expect(bench.log.join("")).toContain('"kind":"budget_spent"');
    expect((await bench.get("/readyz")).status).toBe(200);
  });

  test("six people at once: a card with Cancel for each, and all are started, in order, once each", async () => {
    project.inputs = { who: { dataType: "NUMBER" } };
    await spend(3_000);
    for (let who = 1; who <= 6; who++) {
      bench.clock.advance(10);
      const command = await bench.slack.command(`run ${project.id} who=${who}`);
      if (who === 3) await bench.slack.redeliver(command);
    }
    await bench.until(() => bench.cards.filter((card) => shown(card).includes("Waiting to start")).length === 6);
    for (const card of bench.cards) {
      expect(shown(card)).toContain("used up its own budget");
      expect(shown(card)).toMatch(
        /It starts on its own as soon as there is room, at about <!date.*not at all after <!date/,
      );
      expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    }
    expect(bench.starts).toEqual([]);
    await bench.until(() => bench.cards.filter((card) => shown(card).includes("Completed")).length === 6, STEP_MS);
    expect(started()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bench.starts).toHaveLength(6);
    expect(bench.cards).toHaveLength(6);
    for (let index = 0; index < 6; index++) await bench.cardShows("|Revenue>", index);
  });

  test("somebody who comes later does not go before those who wait", async () => {
    project.inputs = { who: { dataType: "NUMBER" } };
    await spend(3_000);
    for (let who = 1; who <= 3; who++) await bench.slack.command(`run ${project.id} who=${who}`);
    await bench.until(() => bench.cards.filter((card) => shown(card).includes("Waiting to start")).length === 3);
    for (let who = 4; who <= 9; who++) {
      await bench.pass(5_000, STEP_MS);
      await bench.slack.command(`run ${project.id} who=${who}`);
    }
    await bench.until(() => bench.cards.filter((card) => shown(card).includes("Completed")).length === 9, STEP_MS);
    expect(started()).toEqual(Array.from({ length: 9 }, (_, index) => index + 1));
  });

  test("Cancel while it waits: it is never started, and the others are", async () => {
    await spend();
    for (let index = 0; index < 2; index++) await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Waiting to start", 1);
    await bench.slack.click(await bench.cardShows("Waiting to start", 0), "cancel_run");
    await bench.cardShows("before it began", 0);
    await bench.cardShows("Completed", 1);
    await bench.pass(120_000);
    expect(bench.starts).toHaveLength(1);
  });

  test("a project that nobody has read yet: the card shows its id, and its title as soon as Hex tells it", async () => {
    await spend();
    const other = bench.hex.workspace.addProject({ title: "Costs", run: { neverEnds: true } });
    await bench.slack.command(`run ${other.id}`);
    expect(shown(await bench.cardShows("Waiting to start"))).toContain(`|${other.id}>`);
    await bench.cardShows(/Running.*\|Costs>/s);
    expect(bench.starts).toHaveLength(1);
  });

  test("one that is not published is refused on its card, once Hex can be asked", async () => {
    await spend();
    const draft = bench.hex.workspace.addProject({ title: "Draft", published: false });
    await bench.slack.command(`run ${draft.id}`);
    await bench.cardShows("Waiting to start");
    expect(shown(await bench.cardShows("Not started"))).toContain("not published");
  });

  test("a dry run says why it cannot be tried", async () => {
    await spend();
    expect(await bench.ask(`run ${project.id} --dry-run`)).toContain("used up its own budget");
    expect(bench.cards).toEqual([]);
  });

  test("Run in a list, and Run again", async () => {
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Completed");
    const list = await bench.slack.command("projects");
    const message = await bench.slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === list.id);
    await spend();
    await bench.slack.click(message, "run_project");
    await bench.slack.click(bench.card(0), "run_again");
    await bench.cardShows("Waiting to start", 1);
    await bench.cardShows("Waiting to start", 2);
    await bench.cardShows("Completed", 1);
    await bench.cardShows("Completed", 2);
    expect(bench.starts).toHaveLength(3);
  });

  test("the list of projects is the one of before, when a new one cannot be read", async () => {
    expect(await bench.ask("projects")).toContain("Revenue");
    await spend();
    await bench.pass(61_000);
    await spend();
    expect(await bench.ask("projects")).toContain("Revenue");
  });

  test("Cancel of a run goes at once: a part of the budget is kept for it", async () => {
    project.run.neverEnds = true;
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Running");
    await spend();
    const at = bench.clock.now();
    await bench.slack.click(card, "cancel_run");
    await bench.hex.waitFor(({ endpoint, status }) => endpoint === "cancelRun" && status === 204);
    expect(bench.clock.now() - at).toBeLessThan(1_000);
    await bench.cardShows("Cancelled");
  });

  test("Cancel when Hex asks to wait: the card says so, and Hex is asked as soon as it may be", async () => {
    project.run.neverEnds = true;
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Running");
    const limit = { endpoint: "cancelRun", kind: { type: "rateLimited", retryAfter: 40 } } as const;
    bench.hex.faults.add(limit);
    await bench.slack.click(card, "cancel_run");
    expect(shown(await bench.cardShows("Hex is asked as soon as possible"))).toContain("Cancelling");
    await bench.cardShows("Cancelled");
    expect(bench.requests("cancelRun").map(({ status }) => status)).toEqual([429, 204]);
    expect(shown(card)).not.toContain("Cancelling failed");
  });

  test("Hex's own limit on the read before a start: a card and a run all the same", async () => {
    const limit = { endpoint: "getProject", kind: { type: "rateLimited", retryAfter: 50 } } as const;
    bench.hex.faults.add({ ...limit, times: ALWAYS });
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Waiting to start");
    expect(shown(card)).toContain("(429)");
    expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    bench.hex.faults.clear();
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("a restart in between: who waits is started afterwards, once", async () => {
    await spend();
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Waiting to start");
    await bench.stopBot();
    await bench.startBot();
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("nobody waits for ever: after ten minutes the card says that nothing was started, and why", async () => {
    bench.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 50 }, times: ALWAYS });
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("Waiting to start");
    expect(shown(await bench.cardShows("Not started"))).toContain("(429)");
    expect(bench.hex.workspace.runs).toEqual([]);
  });
});
