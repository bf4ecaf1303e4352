// The run card: one message per run, up to date at every moment, with buttons only while they do something.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pings, type SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  /** Starts a run of a project and waits until it is running. */
  async function running(
    options: Parameters<Harness["hex"]["workspace"]["addProject"]>[0] = {},
  ): Promise<SlackMessage> {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 }, ...options });
    await harness.slack.command(`run ${project.id}`);
    return harness.cardShows("Running");
  }

  test("the card goes from Starting to Completed in one message that is edited in place", async () => {
    const card = await running({ run: { pendingMs: 4_000, runningMs: 40_000 } });
    await harness.cardShows("Completed");
    expect(harness.cards).toHaveLength(1);
    const states = card.history.map((version) => version.text.split(":")[0]);
    expect(states).toEqual(["Asked for", "Starting", "Waiting for a kernel", "Running", "Completed"]);
    expect(shown(card)).toMatch(/Completed\*\s+<http.*\|Revenue>/);
    expect(shown(card)).toMatch(/After 40 s/);
    expect(shown(card)).toContain("|Open the run in Hex>");
    expect(shown(card)).toContain("version ");
    expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
    expect(card.unfurlLinks).toBe(false);
    expect(harness.replies).toEqual([]);
    expect(harness.starts).toHaveLength(1);
  });

  test("a running card says how long it has taken and how long it usually takes, and is edited only in coarse steps", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 8 * 60_000 } });
    for (const minutes of [4, 5, 6]) {
      const startedAt = harness.clock.now() - minutes * 60 * 60_000;
      harness.hex.workspace.startRun(project.id, { startedAt, durationMs: minutes * 60_000, outcome: "COMPLETED" });
    }
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("usually takes about 5 min");
    const card = await harness.cardShows("For 3 min");
    await harness.cardShows("Completed");
    expect(card.edits).toBeLessThan(16);
    await harness.until(() => harness.replies.length === 1);
    expect(harness.replies[0]?.threadTs).toBe(card.ts);
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("usually takes about", 1);
    expect(harness.replies.flatMap((reply) => pings(reply))).toEqual([`<@${harness.slack.people.ada.id}>`]);
  });

  test.each([
    ["ERRORED", "Errored", "A cell failed", "*Revenue* errored"],
    ["UNABLE_TO_ALLOCATE_KERNEL", "No kernel", "Hex had no free kernel", "*Revenue* could not run"],
  ] as const)(
    "%s: the card says so with the trace id, and a reply tells the person who is waiting",
    async (outcome, word, text, told) => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000, outcome } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows(word);
      expect(shown(card)).toContain(text);
      expect(shown(card)).toMatch(/Hex trace id `/);
      expect(shown(card)).toMatch(/Reference `/);
      await harness.until(() => harness.replies.length === 1);
      expect(shown(harness.replies[0] ?? card)).toContain(told);
    },
  );

  test("a run that is cancelled in Hex is shown as such", async () => {
    const card = await running();
    const [run] = harness.hex.workspace.runs;
    harness.hex.workspace.cancelInHex(run?.id ?? "");
    await harness.cardShows("Cancelled");
    expect(shown(card)).toContain("In Hex");
  });

  test("an unknown status counts as not finished and is shown unchanged", async () => {
    const card = await running();
    const [run] = harness.hex.workspace.runs;
    harness.hex.workspace.setStatus(run?.id ?? "", "SLEEPING");
    await harness.cardShows("Hex calls it `SLEEPING`");
    expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
  });

  test("if Hex refuses the start, the card says that nothing was started, why, and what to do", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", inputs: { days: { dataType: "NUMBER" } } });
    await harness.slack.command(`run ${project.id} days=many regoin=x`);
    const card = await harness.cardShows("Not started");
    expect(shown(card)).toContain("no input `regoin`");
    expect(shown(card)).toMatch(/`days` must be NUMBER/);
    expect(buttonsOf(card)).toEqual(["run_with_changes"]);
  });

  /** Somebody runs a project while no kernel is free. @returns the card, which is waiting */
  async function startsWhileBusy() {
    harness.hex.workspace.kernelsBusy = 25;
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.slack.command(`run ${project.id}`);
    return harness.cardShows("Waiting to start");
  }

  describe("when Hex says later", () => {
    test("with 25 kernels busy, the card says what the run waits for, and it starts when one is free", async () => {
      const card = await startsWhileBusy();
      expect(shown(card)).toContain("no free kernel");
      expect(shown(card)).toContain("tries again on its own until");
      await harness.pass(100_000, 5_000);
      expect(harness.hex.workspace.runs).toEqual([]);
      harness.hex.workspace.kernelsBusy = 0;
      await harness.cardShows("Completed");
      expect(harness.hex.workspace.runs).toHaveLength(1);
      expect(harness.cards).toHaveLength(1);
    });

    test("the run waits for ten minutes, and then the card says that nothing was started", async () => {
      await startsWhileBusy();
      const card = await harness
        .until(() => shown(harness.card()).includes("Not started"), 5_000)
        .then(() => harness.card());
      expect(harness.starts.length).toBeGreaterThan(5);
      expect(harness.starts.length).toBeLessThan(20);
      expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
      await harness.until(() => harness.replies.length === 1);
    });

    test("a waiting run that is cancelled never starts", async () => {
      const card = await startsWhileBusy();
      await harness.slack.click(card, "cancel_run");
      await harness.cardShows("before it began");
      harness.hex.workspace.kernelsBusy = 0;
      await harness.pass(120_000, 5_000);
      expect(harness.hex.workspace.runs).toEqual([]);
      expect(harness.replies).toEqual([]);
    });

    test("whoever waits for a run hears that somebody else has cancelled it", async () => {
      const { ada, grace } = harness.slack.people;
      const card = await startsWhileBusy();
      await harness.slack.click(card, "cancel_run", { user: grace });
      await harness.cardShows("before it began");
      await harness.until(() => harness.replies.length === 1);
      expect(shown(harness.replies[0] ?? card)).toBe(
        `<@${ada.id}> :no_entry_sign: *Revenue* was cancelled by <@${grace.id}> before it began`,
      );
    });

    test("after a 429 at the start, the run waits as long as Hex says", async () => {
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 30 } });
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Waiting to start");
      await harness.cardShows("Completed");
      const [first, second] = harness.starts;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(30_000);
      expect(harness.starts).toHaveLength(2);
    });

    test("a waiting run still waits after a restart, and starts once", async () => {
      await startsWhileBusy();
      await harness.stopBot();
      harness.hex.workspace.kernelsBusy = 0;
      await harness.startBot();
      await harness.cardShows("Completed");
      expect(harness.hex.workspace.runs).toHaveLength(1);
    });
  });

  test("if the restart is long after the end of the wait, nothing is started, and the card says so", async () => {
    await startsWhileBusy();
    await harness.stopBot();
    harness.clock.advance(60 * 60_000);
    harness.hex.workspace.kernelsBusy = 0;
    await harness.startBot();
    const card = await harness.cardShows("Not started");
    expect(shown(card)).toContain("no free kernel");
    expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
    await harness.pass(60_000, 5_000);
    expect(harness.hex.workspace.runs).toEqual([]);
  });

  describe("cancel", () => {
    test("Cancel asks for confirmation, shows Cancelling immediately and then who cancelled, and sends one DELETE", async () => {
      const card = await running();
      expect(JSON.stringify(card.blocks)).toContain('"confirm"');
      const before = { blocks: [...card.blocks] };
      const { ada, grace } = harness.slack.people;
      await Promise.all([
        harness.slack.click(card, "cancel_run", { user: grace, stale: before }),
        harness.slack.click(card, "cancel_run", { user: ada, stale: before }),
        harness.slack.click(card, "cancel_run", { user: ada, stale: before }),
      ]);
      await harness.cardShows("Cancelling…");
      expect(buttonsOf(card)).toEqual(["tell_me"]);
      await harness.cardShows("Cancelled");
      expect(harness.requests("cancelRun")).toHaveLength(1);
      expect(shown(card)).toMatch(/By <@\w+> · after/);
      await harness.slack.waitForMessage(
        (message) => message.ephemeral && shown(message).includes("already cancelling"),
      );
      await harness.slack.click(card, "cancel_run", { stale: before });
      await harness.slack.waitForMessage((message) => shown(message).includes("nothing to cancel"));
      expect(harness.requests("cancelRun")).toHaveLength(1);
      expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    });

    test("the end of an old run is shown within seconds, like that of a young one", async () => {
      const card = await running({ run: { neverEnds: true } });
      await harness.pass(5 * 60 * 60_000, 5 * 60_000);
      await harness.slack.click(card, "cancel_run");
      await harness.until(() => harness.hex.workspace.runs[0]?.status === "KILLED");
      const endedAt = harness.clock.now();
      await harness.cardShows("Cancelled");
      expect(harness.clock.now() - endedAt).toBeLessThan(8_000);
    });

    test.each([409, 422] as const)(
      "if the run has just ended (%d), the card says how, without an error",
      async (status) => {
        harness.hex.workspace.refusalStatus = status;
        const card = await running();
        const before = { blocks: [...card.blocks] };
        const [run] = harness.hex.workspace.runs;
        harness.hex.workspace.finishRun(run?.id ?? "", "COMPLETED");
        await harness.slack.click(card, "cancel_run", { stale: before });
        await harness.cardShows("Completed");
        expect(harness.slack.messages.filter((message) => shown(message).includes("Not cancelled"))).toEqual([]);
      },
    );

    test("a cancellation that fails brings the button back and says why", async () => {
      const card = await running();
      harness.hex.workspace.setScopes(harness.token, ["read"]);
      await harness.slack.click(card, "cancel_run");
      await harness.cardShows("Cancelling failed");
      expect(shown(card)).toContain('"Run projects" scope');
      expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    });

    test("a cancellation whose answers are all lost is theirs: the card says that it is not certain, and then who cancelled", async () => {
      const card = await running();
      const lost = { endpoint: "cancelRun", kind: { type: "reset" }, afterEffect: true } as const;
      harness.hex.faults.add({ ...lost, times: 3 });
      await harness.person("grace").press(card, "cancel_run");
      await harness.cardShows("*Cancelled*");
      expect(shown(card)).toContain(`By <@${harness.slack.people.grace.id}>`);
      const states = card.history.map(({ blocks }) => JSON.stringify(blocks)).join();
      expect(states).not.toContain("Cancelling failed");
      expect(harness.slack.messages.map(shown).join()).not.toContain("Not cancelled");
    });

    test("if all answers to a cancellation are lost and somebody else cancels, too, the card and the reply name both", async () => {
      const card = await running();
      harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "reset" }, times: 3 });
      await harness.person("grace").press(card, "cancel_run");
      await harness.cardShows("not certain");
      await harness.person("ada").press(card, "cancel_run");
      await harness.cardShows("*Cancelled*");
      const { ada, grace } = harness.slack.people;
      expect(shown(card)).toContain(`By <@${grace.id}> or <@${ada.id}>`);
      await harness.until(() => harness.replies.length > 0);
      expect(harness.replies.map(shown)).toEqual([
        expect.stringContaining(`cancelled by <@${grace.id}> or <@${ada.id}>`),
      ]);
    });

    test("a cancellation that Hex refuses for another reason is not repeated forever: Hex's words are shown, and the button is back", async () => {
      const card = await running({ run: { neverEnds: true } });
      const kind = { type: "status", status: 422, body: { reason: "Runs of this kind stop by themselves" } } as const;
      harness.hex.faults.add({ endpoint: "cancelRun", kind, times: Number.POSITIVE_INFINITY });
      await harness.slack.click(card, "cancel_run");
      await harness.cardShows("Cancelling failed");
      expect(shown(card)).toContain("Runs of this kind stop by themselves");
      expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
      await harness.pass(120_000, 5_000);
      expect(harness.requests("cancelRun")).toHaveLength(1);
      expect(shown(card)).toContain("Running");
    });

    test("if Hex refuses and then cannot be asked about the run, the button is still back", async () => {
      const card = await running({ run: { neverEnds: true } });
      const kind = { type: "status", status: 422, body: { reason: "Runs of this kind stop by themselves" } } as const;
      harness.hex.faults.add({ endpoint: "cancelRun", kind, times: Number.POSITIVE_INFINITY });
      harness.hex.faults.add({ endpoint: "getRun", kind: { type: "status", status: 404 }, times: 1 });
      await harness.slack.click(card, "cancel_run");
      await harness.cardShows("Cancelling failed");
      expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    });

    test("while a slow Hex is refusing, nobody else asks it again", async () => {
      const card = await running({ run: { neverEnds: true } });
      const kind = { type: "status", status: 422, body: { reason: "Runs of this kind stop by themselves" } } as const;
      harness.hex.faults.add({ endpoint: "cancelRun", kind, times: Number.POSITIVE_INFINITY });
      for (const endpoint of ["cancelRun", "getRun"] as const) {
        harness.hex.faults.add({ endpoint, kind: { type: "slow", ms: 7_000 }, times: Number.POSITIVE_INFINITY });
      }
      await harness.slack.click(card, "cancel_run");
      await harness.cardShows("Cancelling failed");
      expect(harness.requests("cancelRun")).toHaveLength(1);
    });

    test("if the run is already being stopped, the card says who cancelled, without an error", async () => {
      const card = await running({ run: { neverEnds: true } });
      const [run] = harness.hex.workspace.runs;
      harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "status", status: 422 } });
      await harness.slack.click(card, "cancel_run");
      await harness.until(() => harness.requests("cancelRun").length === 1 && harness.requests("getRun").length > 0);
      harness.hex.workspace.cancelInHex(run?.id ?? "");
      await harness.cardShows("Cancelled");
      expect(shown(card)).toContain(`By <@${harness.slack.people.ada.id}>`);
    });

    test.each([400, 403, 404, 422].flatMap((status) => [[status, "plain"] as const, [status, "vague"] as const]))(
      "if the project is hidden (%d, in %s words), nothing is cancelled, and nobody reads that the run is being stopped",
      async (status, invisibleWords) => {
        const card = await running({ run: { neverEnds: true } });
        Object.assign(harness.hex.workspace, { invisibleStatus: status, invisibleWords });
        for (const project of harness.hex.workspace.projects) project.visible = false;
        await harness.slack.click(card, "cancel_run");
        await harness.until(() => harness.slack.messages.some((message) => shown(message).includes("Not cancelled")));
        await harness.pass(60_000, 5_000);
        expect(shown(card)).not.toContain("stopping");
        expect(harness.slack.messages.filter((message) => shown(message).includes("already cancelling"))).toEqual([]);
      },
    );

    test("after a lost 204, the cancellation is sent again, and the run ends", async () => {
      const card = await running();
      harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "reset" }, afterEffect: true });
      await harness.slack.click(card, "cancel_run");
      await harness.cardShows("Cancelled");
      expect(harness.requests("cancelRun").length).toBeLessThanOrEqual(2);
    });
  });

  test("Run again starts one run with the same inputs, however often it is pressed, and the old card says who pressed it", async () => {
    const project = harness.hex.workspace.addProject({
      title: "Revenue",
      inputs: { days: { dataType: "NUMBER" } },
      run: { runningMs: 10_000 },
    });
    await harness.slack.command(`run ${project.id} days=7`);
    const card = await harness.cardShows("Completed");
    const before = { blocks: [...card.blocks] };
    const { grace } = harness.slack.people;
    await Promise.all([
      harness.slack.click(card, "run_again", { user: grace, stale: before }),
      harness.slack.click(card, "run_again", { user: grace, stale: before }),
    ]);
    await harness.cardShows("Completed", 1);
    expect(harness.starts.map((request) => request.body)).toEqual([
      { inputParams: { days: 7 } },
      { inputParams: { days: 7 } },
    ]);
    expect(shown(card)).toContain(`Run again by <@${grace.id}>`);
    expect(buttonsOf(card)).toEqual(["run_with_changes"]);
    await harness.slack.click(card, "run_again", { stale: before });
    await harness.slack.waitForMessage((message) => shown(message).includes("already run it again"));
    expect(harness.starts).toHaveLength(2);
  });

  test("the same command delivered twice starts one run", async () => {
    const project = harness.hex.workspace.addProject();
    const command = await harness.slack.command(`run ${project.id}`);
    await harness.slack.redeliver(command);
    await harness.cardShows("Running");
    expect(harness.starts).toHaveLength(1);
    expect(harness.cards).toHaveLength(1);
  });

  describe("when the answer to the start is lost", () => {
    test("a run that exists is found and tracked, and not started again", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Completed");
      expect(harness.starts).toHaveLength(1);
      expect(harness.hex.workspace.runs).toHaveLength(1);
    });

    test("the run is found among many of the project, which Hex lists in no order", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      for (let days = 0; days < 80; days++) {
        const startedAt = harness.clock.now() - (days + 0.5) * 24 * 60 * 60_000;
        harness.hex.workspace.startRun(project.id, { startedAt, durationMs: 60_000, trigger: "API" });
      }
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Completed");
      expect(harness.starts).toHaveLength(1);
    });

    test.each([403, 404])(
      "if a web page refuses it (%i), the card says that it was probably not started",
      async (status) => {
        const project = harness.hex.workspace.addProject({ title: "Revenue" });
        harness.hex.faults.add({ endpoint: "runProject", kind: { type: "html", status } });
        await harness.slack.command(`run ${project.id}`);
        const card = await harness.cardShows("Not known");
        expect(shown(card)).toContain("It was probably not started, because something between the bot and Hex");
        expect(shown(card)).toContain("Check the project in Hex before you start it again.");
        expect(harness.starts).toHaveLength(1);
      },
    );

    test("if Hex cannot be asked about it either, the card claims nothing that the bot has not seen", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      harness.hex.faults.add({
        kind: { type: "status", status: 502 },
        times: Number.POSITIVE_INFINITY,
        endpoint: "listRuns",
      });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Not known");
      expect(shown(card)).toContain("The bot could not look for the run in Hex, so it may exist.");
      expect(shown(card)).not.toContain("listed.");
      harness.hex.faults.clear();
      await harness.slack.click(card, "look_again");
      await harness.cardShows("Running");
    });

    test("if Hex lists the runs once, the card says that this one was not among them", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: 2, endpoint: "listRuns" });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Not known");
      expect(shown(card)).toContain("The bot could not find the run in Hex, but it may exist all the same.");
    });

    test.each([
      [500, /Hex failed \(500\)[\s\S]*Hex trace id/],
      [502, /Hex failed \(502\)/],
    ])("after a %i, the card says so, and no lost connection", async (status, said) => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Not known");
      expect(shown(card)).toMatch(said);
      expect(shown(card)).toContain("may exist all the same");
      expect(shown(card)).not.toContain("connection");
    });

    test("if it is not its turn for a minute, it waits for that before it says anything", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      harness.hex.faults.add({ endpoint: "listRuns", kind: { type: "rateLimited", retryAfter: 60 } });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Running");
      expect(card.history.map(({ blocks }) => JSON.stringify(blocks)).join()).not.toContain("Not known");
      expect(harness.starts).toHaveLength(1);
    });

    test.each([
      ["that is over", 0],
      ["that still waits for a kernel", 60 * 60_000],
    ])("a run %s and that somebody else started an hour later is not taken for it", async (_, pendingMs) => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { pendingMs, runningMs: 5_000 } });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Not known");
      await harness.pass(60 * 60_000, 5 * 60_000);
      harness.hex.workspace.startRun(project.id, { trigger: "API" });
      await harness.pass(10_000);
      await harness.slack.click(card, "look_again");
      await harness.cardShows("Checking whether the run exists");
      await harness.cardShows("Not known");
    });

    test("if another start of the project is also open, neither takes a run that may belong to the other", async () => {
      const inputs = { day: { dataType: "NUMBER" } } as const;
      const project = harness.hex.workspace.addProject({ title: "Revenue", inputs, run: { neverEnds: true } });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
      await harness.slack.command(`run ${project.id} day=1`);
      await harness.slack.command(`run ${project.id} day=2`);
      await harness.cardShows("Not known", 0);
      await harness.cardShows("Not known", 1);
      for (const card of harness.cards) {
        expect(shown(card)).toContain("cannot tell");
        expect(buttonsOf(card)).toEqual(["look_again", "run_again", "run_with_changes"]);
      }
      expect(harness.starts).toHaveLength(2);
    });

    test("if another start of the project is answered late, its run is not mistaken for the lost one", async () => {
      const inputs = { day: { dataType: "NUMBER" } } as const;
      const project = harness.hex.workspace.addProject({ title: "Revenue", inputs, run: { neverEnds: true } });
      let answer = () => {};
      const until = new Promise<void>((resolve) => {
        answer = resolve;
      });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until }, afterEffect: true });
      await harness.slack.command(`run ${project.id} day=1`);
      await harness.until(() => harness.starts.length === 1, 0);
      await harness.slack.command(`run ${project.id} day=2`);
      await harness.until(() => harness.starts.length === 2 && harness.requests("listRuns").length >= 2);
      answer();
      await harness.cardShows("Running", 1);
      await harness.cardShows("Not known", 0);
      expect(shown(harness.card(0))).toContain("could not find the run");
    });

    test("if two people press Look again, the bot looks once, and the second one reads that it is looking", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Not known");
      const stale = { blocks: [...card.blocks] };
      const looks = harness.requests("listRuns").length;
      expect(JSON.stringify(card.blocks)).toContain('"accessibility_label":"Look again: Revenue"');
      await harness.person("ada").press(card, "Look again");
      await harness.slack.click(card, "look_again", { user: harness.slack.people.grace, stale });
      const answer = await harness.slack.waitForMessage(({ ephemeral }) => ephemeral);
      expect(shown(answer)).toMatch(/^The bot is already looking for this run\. Its card shows how it is going/);
      await harness.cardShows("Not known");
      expect(harness.requests("listRuns")).toHaveLength(looks + 3);
    });

    test("if the run does not exist, the card says that this is not known, and Look again and Start again work", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "hang" } });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Not known");
      expect(buttonsOf(card)).toEqual(["look_again", "run_again", "run_with_changes"]);
      expect(harness.starts).toHaveLength(1);
      const looks = harness.requests("listRuns").length;
      await harness.slack.click(card, "look_again");
      await harness.until(() => harness.requests("listRuns").length >= looks + 3);
      await harness.cardShows("Not known");
      expect(harness.starts).toHaveLength(1);
      await harness.slack.click(card, "run_again");
      await harness.cardShows("Running", 1);
      expect(harness.starts).toHaveLength(2);
    });
  });

  describe("places", () => {
    test("in a private channel without the bot, the card comes as a direct message that says how to invite the bot", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 5_000 } });
      const { secret } = harness.slack.channels;
      const { ada } = harness.slack.people;
      harness.slack.invite(secret, ada);
      const answer = await harness.ask(`run ${project.id}`, { channel: secret });
      expect(answer).toContain("/invite @");
      const card = await harness.cardShows("Completed");
      expect(card.channel).toBe(harness.slack.dm(ada).id);
    });

    test.each([
      ["restricted_action_read_only_channel", "ask an admin"],
      ["restricted_action_thread_only_channel", "use another channel"],
    ])("%s: the message does not ask for an invitation, which would change nothing", async (error, todo) => {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "error", error } });
      const answer = await harness.ask(`run ${project.id}`);
      expect(answer).toContain(todo);
      expect(answer).not.toContain("/invite");
    });

    test("the card appears in a public channel where the bot is no member", async () => {
      const project = harness.hex.workspace.addProject();
      await harness.slack.command(`run ${project.id}`, { channel: harness.slack.channels.general });
      const card = await harness.cardShows("Running");
      expect(card.channel).toBe(harness.slack.channels.general.id);
    });

    test("people from another workspace cannot press the buttons", async () => {
      const card = await running();
      const { stranger } = harness.slack.people;
      await harness.slack.click(card, "cancel_run", { user: stranger });
      await harness.slack.waitForMessage((message) => shown(message).includes("belongs to another workspace"));
      expect(harness.requests("cancelRun")).toEqual([]);
    });
  });

  test("Start again, pressed by two people, starts one run", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Not known");
    const stale = { blocks: [...card.blocks] };
    const { ada, grace } = harness.slack.people;
    await Promise.all([
      harness.slack.click(card, "run_again", { user: ada, stale }),
      harness.slack.click(card, "run_again", { user: grace, stale }),
    ]);
    await harness.cardShows("Completed", 1);
    expect(harness.hex.workspace.runs).toHaveLength(1);
    expect(harness.cards).toHaveLength(2);
  });

  describe("when the card's place is lost", () => {
    const moved = "This card is here because the one in";
    test.each([
      ["the message is deleted", (card: SlackMessage) => harness.slack.delete(card), "was deleted"],
      ["the channel is archived", () => harness.slack.archive(harness.slack.channels.data), "the channel is archived"],
    ] as const)("%s: the card continues as a direct message, and says why", async (_, lose, why) => {
      const card = await running({ run: { runningMs: 30_000 } });
      lose(card);
      await harness.cardShows("Completed", 1);
      const second = harness.card(1);
      expect(second.channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
      expect(shown(second)).toContain(moved);
      expect(shown(second)).toContain(why);
      expect(harness.cards).toHaveLength(2);
    });

    test("a card that is deleted again as a direct message does not come a third time, and how the run ended is told all the same", async () => {
      const card = await running({ run: { runningMs: 10 * 60_000, outcome: "ERRORED" } });
      harness.slack.delete(card);
      harness.slack.delete(await harness.cardShows("Running", 1));
      await harness.until(() => harness.slack.messages.some((message) => shown(message).includes("errored after")));
      expect(harness.cards.filter((one) => shown(one).includes("This card is here because"))).toHaveLength(1);
    });

    test("a card in direct messages that is deleted comes again there, and says so without naming a channel", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 30_000 } });
      await harness.person("ada").dm(`run ${project.id}`);
      harness.slack.delete(await harness.cardShows("Running"));
      const second = await harness.cardShows("Completed", 1);
      expect(shown(second)).toContain("This card is here because the one before it was deleted.");
    });

    test.each([
      ["is_inactive", "the channel is archived"],
      ["no_permission", "can no longer be changed"],
    ])("if Slack says %s to an edit, the card continues as a direct message", async (error, why) => {
      await running({ run: { runningMs: 30_000 } });
      harness.slack.faults.add({ method: "chat.update", times: 1, kind: { type: "error", error } });
      const card = await harness.cardShows("Completed", 1);
      expect(card.channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
      expect(shown(card)).toContain(why);
      // The message that it left behind no longer says that the run is going.
      await harness.cardShows("Completed", 0);
    });

    test("if the bot is removed from a private channel, the card continues as a direct message", async () => {
      const { team } = harness.slack.channels;
      harness.slack.invite(team, harness.slack.people.ada);
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 30_000 } });
      await harness.slack.command(`run ${project.id}`, { channel: team });
      await harness.cardShows("Running");
      harness.slack.kick(team, harness.slack.botUserId);
      await harness.cardShows("Completed", 1);
      expect(shown(harness.card(1))).toContain(moved);
    });

    test("who presses Cancel on what is left of it reads that it worked, and who has the card", async () => {
      const { team } = harness.slack.channels;
      const { ada, grace } = harness.slack.people;
      for (const person of [ada, grace]) harness.slack.invite(team, person);
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
      await harness.slack.command(`run ${project.id}`, { channel: team, user: ada });
      const left = await harness.cardShows("Running");
      harness.slack.kick(team, harness.slack.botUserId);
      await harness.cardShows("Running", 1);
      await harness.person("grace").press(left, "Cancel");
      await harness.cardShows("Cancelled", 1);
      const answers = harness.slack.messages.filter(({ ephemeral }) => ephemeral).map(shown);
      expect(answers).toEqual([
        expect.stringMatching(`Hex is stopping \\*Revenue\\*. Its card in a direct message to <@${ada.id}> shows when`),
      ]);
    });
  });

  test("Run again on an old card in a channel that the bot was removed from sends nobody the old card again", async () => {
    const { team } = harness.slack.channels;
    const { ada, grace } = harness.slack.people;
    harness.slack.invite(team, ada);
    harness.slack.invite(team, grace);
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 5_000 } });
    await harness.slack.command(`run ${project.id}`, { channel: team });
    const card = await harness.cardShows("Completed");
    await harness.pass(5_000);
    harness.slack.kick(team, harness.slack.botUserId);
    await harness.slack.click(card, "run_again", { user: grace });
    await harness.cardShows("Completed", 1);
    await harness.pass(20_000);
    expect(harness.cards.map(({ channel }) => channel)).toEqual([team.id, harness.slack.dm(grace).id]);
  });

  test("what a button holds does not grow with how often a run was run again", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 0, runningMs: 0 } });
    await harness.slack.command(`run ${project.id}`);
    const values: string[] = [];
    for (let times = 0; times < 4; times++) {
      const card = await harness.cardShows("Completed", times);
      values.push(/"value":"([^"]+)"/.exec(JSON.stringify(card.blocks))?.[1] ?? "");
      await harness.slack.click(card, "run_again");
    }
    await harness.cardShows("Completed", 4);
    // Slack accepts 2,000 characters.
    expect(new Set(values).size).toBe(4);
    expect(new Set(values.slice(1).map(({ length }) => length)).size).toBe(1);
  });

  describe("when the bot can learn nothing more", () => {
    test.each([404, 422] as const)(
      "if the project is deleted (%d), the card says so, and Hex is no longer asked",
      async (status) => {
        const card = await running({ run: { neverEnds: true } });
        harness.hex.workspace.invisibleStatus = status;
        harness.hex.workspace.removeProject(harness.hex.workspace.projects[0]?.id ?? "");
        await harness.cardShows("No longer in Hex");
        expect(buttonsOf(card)).toEqual(["look_again", "run_again", "run_with_changes"]);
        const asked = harness.hex.requests.length;
        await harness.pass(300_000, 5_000);
        expect(harness.hex.requests).toHaveLength(asked);
      },
    );

    test.each([400, 403] as const)(
      "if the project is hidden (%d) while another one works, the card says so",
      async (status) => {
        await running({ run: { neverEnds: true } });
        await harness.slack.command(
          `run ${harness.hex.workspace.addProject({ title: "Well", run: { neverEnds: true } }).id}`,
        );
        await harness.cardShows("Running", 1);
        harness.hex.workspace.invisibleStatus = status;
        harness.hex.workspace.removeProject(harness.hex.workspace.projects[0]?.id ?? "");
        await harness.cardShows("No news from Hex");
        expect(shown(harness.card(1))).not.toContain("No news");
        await harness.cardShows("Hex no longer tells the bot how this run is doing");
        expect(shown(harness.card(1))).toContain("Running");
      },
    );

    test("a run that never ends is no longer tracked after a week", async () => {
      await running({ run: { neverEnds: true } });
      harness.clock.advance(8 * 24 * 60 * 60_000);
      await harness.cardShows("No longer tracked");
    });

    test("while Hex fails, the card says that the bot keeps asking, and not that people should try anything", async () => {
      await running({ run: { neverEnds: true } });
      harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: 1_000 });
      const card = await harness.cardShows("No news from Hex");
      expect(shown(card)).toContain("Hex failed (500). The bot keeps asking.");
      expect(shown(card)).not.toContain("Try again");
      harness.hex.faults.clear();
      harness.hex.workspace.revokeToken(harness.token);
      expect(shown(await harness.cardShows("(401)"))).toMatch(/\(401\)\. The bot keeps asking\. Create a new token/);
    });

    test("the card says so when the token has been dead for a day", async () => {
      await running({ run: { neverEnds: true } });
      harness.hex.workspace.revokeToken(harness.token);
      await harness.cardShows("No news from Hex");
      harness.clock.advance(25 * 60 * 60_000);
      await harness.cardShows("could not ask Hex about this run for a day");
      // The watchdog keeps asking whether Hex is back, and the catalog which projects there are.
      const aboutRuns = () => harness.asked.filter(({ endpoint }) => endpoint === "getRun" || endpoint === "listRuns");
      const asked = aboutRuns().length;
      await harness.pass(300_000, 5_000);
      expect(aboutRuns()).toHaveLength(asked);
    });
  });

  describe("Slack", () => {
    test("a 429 delays the card, which then shows the end", async () => {
      const card = await running({ run: { runningMs: 20_000 } });
      harness.slack.faults.add({ method: "chat.update", times: 2, kind: { type: "ratelimited", retryAfter: 7 } });
      await harness.cardShows("Completed");
      expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
    });

    test("if there is more to post than Slack accepts, every card and every reply still comes once", async () => {
      const warnings: string[] = [];
      const note = ({ name }: Error) => warnings.push(name);
      process.on("warning", note);
      harness.slack.limits.enforce = true;
      harness.slowTurns = 1_000;
      harness.slack.faults.add({ method: "chat.postMessage", times: 12, kind: { type: "ratelimited", retryAfter: 5 } });
      for (let count = 0; count < 12; count++) {
        const project = harness.hex.workspace.addProject({ run: { runningMs: 20_000, outcome: "ERRORED" } });
        await harness.slack.command(`run ${project.id}`);
      }
      const refusals = () => harness.slack.calls.filter((call) => call.answer.error === "ratelimited").length;
      await harness.until(() => refusals() === 12, 0);
      await harness.until(() => harness.cards.length === 12);
      expect(refusals()).toBe(12);
      await harness.until(() => harness.replies.length === 12);
      await harness.pass(60_000, 5_000);
      process.off("warning", note);
      expect(harness.cards.map(({ text }) => text.split(":")[0])).toEqual(Array(12).fill("Errored"));
      expect(new Set(harness.replies.map(({ threadTs }) => threadTs)).size).toBe(12);
      expect(harness.replies).toHaveLength(12);
      expect(warnings).toEqual([]);
    });

    test("a 429 delays one card, but not the others", async () => {
      const held = await running({ title: "Held up", run: { runningMs: 20_000 } });
      harness.slack.faults.add({ method: "chat.update", times: 1, kind: { type: "ratelimited", retryAfter: 120 } });
      await harness.until(() => harness.slack.calls.some((call) => call.answer.error === "ratelimited"));
      const project = harness.hex.workspace.addProject({ title: "Free", run: { runningMs: 20_000 } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Completed", 1);
      expect(shown(held)).toContain("Running");
      await harness.cardShows("Completed", 0);
    });

    test("the bot waits no longer than a 429 says, even if timers end up to a millisecond early", async () => {
      const card = await running();
      const sleep = harness.clock.sleep.bind(harness.clock);
      harness.clock.sleep = (ms, signal) => sleep(ms - 1, signal);
      harness.slack.faults.add({ method: "chat.update", times: 1, kind: { type: "ratelimited", retryAfter: 10 } });
      await harness.slack.click(card, "cancel_run");
      await harness.until(() => harness.log.some((line) => line.includes("did not accept a card")), 0);
      harness.clock.advance(9_999);
      await harness.until(() => !shown(card).includes("Running"), 0);
    });

    test.each([
      "rate_limited",
      "message_limit_exceeded",
      "update_failed",
      "external_channel_migrating",
      "team_added_to_org",
    ])("%s passes, and the card shows the end", async (error) => {
      await running({ run: { runningMs: 20_000 } });
      harness.slack.faults.add({ method: "chat.update", times: 2, kind: { type: "error", error } });
      await harness.cardShows("Completed");
      const refusals = harness.log.filter((line) => line.includes("did not accept a card"));
      expect(refusals.length).toBe(2);
      for (const line of refusals) expect(line).toMatch(/"todo":"[^"]*tries again on its own/);
    });

    test("an update that is lost is repeated", async () => {
      await running({ run: { runningMs: 20_000 } });
      harness.slack.faults.add({ method: "chat.update", times: 3, kind: { type: "status", status: 500 } });
      await harness.cardShows("Completed");
    });
  });

  describe("after a restart", () => {
    test("runs in flight are tracked again, and their cards tell the truth", async () => {
      const card = await running({ run: { runningMs: 60_000 } });
      await harness.stopBot();
      await harness.pass(90_000, 5_000);
      expect(shown(card)).toContain("Running");
      await harness.startBot();
      await harness.cardShows("Completed");
      expect(harness.cards).toHaveLength(1);
      expect(harness.starts).toHaveLength(1);
    });

    test("nothing is lost if the stop comes between the command and its work", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 5_000 } });
      await harness.slack.command(`run ${project.id}`);
      await harness.stopBot();
      await harness.startBot();
      await harness.cardShows("Completed");
      expect(harness.starts).toHaveLength(1);
      expect(harness.cards).toHaveLength(1);
    });
  });

  test.each(["none", "seconds", "date", "x-ratelimit"] as const)(
    "with Hex's own limits, reported by %s, requests over them wait, and nothing is started twice",
    async (headers) => {
      Object.assign(harness.hex.workspace.rateLimits, { headers, groupPerMinute: 4, runPerMinute: 2 });
      for (const title of ["One", "Two", "Three"]) {
        const project = harness.hex.workspace.addProject({ title, run: { runningMs: 100_000 } });
        await harness.slack.command(`run ${project.id}`);
      }
      await harness.until(() => harness.cards.filter((card) => shown(card).includes("Completed")).length === 3);
      const answers = harness.starts.map(({ status }) => status);
      expect(answers.filter((status) => status === 201)).toHaveLength(3);
      expect(answers.filter((status) => status === 429).length).toBeLessThanOrEqual(headers === "none" ? 5 : 1);
    },
  );

  test("after a 429 that does not say how long to wait, the bot asks less and less often, and then shows the truth", async () => {
    await running();
    const limit = { kind: { type: "rateLimited" as const }, times: Number.POSITIVE_INFINITY };
    harness.hex.faults.add(limit);
    await harness.pass(120_000, 5_000);
    const asked = harness.asked.length;
    await harness.pass(240_000, 5_000);
    expect(harness.asked.length - asked).toBeLessThan(20);
    harness.hex.faults.clear();
    await harness.cardShows("Completed");
  });

  test("if a failing Hex asks to be left alone for an hour, the card shows the truth soon after Hex is back", async () => {
    await running({ run: { runningMs: 90_000 } });
    const kind = { type: "status", status: 503, headers: { "retry-after": "3600" } } as const;
    harness.hex.faults.add({ kind, times: Number.POSITIVE_INFINITY });
    await harness.pass(60_000, 5_000);
    harness.hex.faults.clear();
    const backAt = harness.clock.now();
    await harness.until(() => shown(harness.card()).includes("Completed"), 1_000);
    expect(harness.clock.now() - backAt).toBeLessThan(5 * 60_000);
  });

  test("if Hex is down while runs of many projects are in flight, each card says so after the first attempt", async () => {
    for (let index = 0; index < 6; index++) {
      const project = harness.hex.workspace.addProject({ title: `Project ${index}`, run: { neverEnds: true } });
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running", index);
    }
    harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
    const silent = () => harness.cards.filter((card) => !shown(card).includes("No news from Hex")).length;
    const since = harness.clock.now();
    await harness.until(() => silent() === 0);
    expect(harness.clock.now() - since).toBeLessThan(8 * 60_000);
  });

  test("if Hex is down for a while, the card says so, and then shows the truth", async () => {
    const card = await running({ run: { runningMs: 90_000 } });
    harness.hex.faults.add({ kind: { type: "status", status: 503 }, times: Number.POSITIVE_INFINITY });
    await harness.cardShows("No news from Hex");
    harness.hex.faults.clear();
    await harness.cardShows("Completed");
    expect(shown(card)).not.toContain("No news");
  });
});

describe("a cancellation that Hex never answers", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start("http", { hexTimeoutMs: 600 });
  });
  afterEach(() => harness.stop());

  /** What the person who pressed Cancel reads, once the bot no longer waits for Hex's answer. */
  async function read(end: "KILLED" | "COMPLETED"): Promise<string> {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Running");
    harness.hex.faults.add({ endpoint: "cancelRun", kind: { type: "hang" }, times: Number.POSITIVE_INFINITY });
    await harness.slack.click(card, "cancel_run");
    harness.hex.workspace.finishRun(harness.hex.workspace.runs[0]?.id ?? "", end);
    await harness.cardShows(end === "KILLED" ? "*Cancelled*" : "*Completed*");
    await harness.until(() => harness.log.some((line) => line.includes('"deed":"cancel"')));
    await harness.pass(1_000);
    return harness.slack.messages
      .filter(({ ephemeral }) => ephemeral)
      .map(shown)
      .join();
  }

  test("if the card shows by then that it worked, nobody reads that it is not certain", async () => {
    expect(await read("KILLED")).toBe("");
  });

  test("if the card shows by then that it came too late, the answer says the same", async () => {
    expect(await read("COMPLETED")).toMatch(/^There is nothing to cancel: .*Completed/);
  });
});
