// The run card: one message a run, true at every moment, with buttons only while they do something.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pings, type SlackMessage } from "../sandbox/slack/server.js";
import { Bench, buttonsOf, MODES, shown } from "./bench.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  /** Starts a run of a project and waits until it runs. */
  async function running(options: Parameters<Bench["hex"]["workspace"]["addProject"]>[0] = {}): Promise<SlackMessage> {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 600_000 }, ...options });
    await bench.slack.command(`run ${project.id}`);
    return bench.cardShows("Running");
  }

  test("from Starting to Completed in one message, edited in place", async () => {
    const card = await running({ run: { pendingMs: 4_000, runningMs: 40_000 } });
    await bench.cardShows("Completed");
    expect(bench.cards).toHaveLength(1);
    const states = card.history.map((version) => version.text.split(":")[0]);
    expect(states).toEqual(["Starting", "Waiting for a kernel", "Running", "Completed"]);
    expect(shown(card)).toMatch(/Completed\*\s+<http.*\|Revenue>/);
    expect(shown(card)).toMatch(/After 40 s/);
    expect(shown(card)).toContain("|Open the run in Hex>");
    expect(shown(card)).toContain("version ");
    expect(buttonsOf(card)).toEqual(["run_again"]);
    expect(card.unfurlLinks).toBe(false);
    expect(bench.replies).toEqual([]);
    expect(bench.starts).toHaveLength(1);
  });

  test("running: how long, and how long it usually takes; edits only in coarse steps", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 8 * 60_000 } });
    for (const minutes of [4, 5, 6]) {
      const startedAt = bench.clock.now() - minutes * 60 * 60_000;
      bench.hex.workspace.startRun(project.id, { startedAt, durationMs: minutes * 60_000, outcome: "COMPLETED" });
    }
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("usually takes about 5 min");
    const card = await bench.cardShows("For 3 min");
    await bench.cardShows("Completed");
    expect(card.edits).toBeLessThan(16);
    await bench.until(() => bench.replies.length === 1);
    expect(bench.replies[0]?.threadTs).toBe(card.ts);
    await bench.slack.command(`run ${project.id}`);
    await bench.cardShows("usually takes about", 1);
    expect(bench.replies.flatMap((reply) => pings(reply))).toEqual([`<@${bench.slack.people.ada.id}>`]);
  });

  test.each([
    ["ERRORED", "Errored", "A cell failed"],
    ["UNABLE_TO_ALLOCATE_KERNEL", "No kernel", "Hex had no kernel free"],
  ] as const)("%s: says so with the trace id, and tells whoever waits", async (outcome, word, text) => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000, outcome } });
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows(word);
    expect(shown(card)).toContain(text);
    expect(shown(card)).toMatch(/Hex trace id `/);
    expect(shown(card)).toMatch(/Reference `/);
    await bench.until(() => bench.replies.length === 1);
    expect(shown(bench.replies[0] ?? card)).toContain(word.toLowerCase());
  });

  test("cancelled in Hex: said so", async () => {
    const card = await running();
    const [run] = bench.hex.workspace.runs;
    bench.hex.workspace.cancelInHex(run?.id ?? "");
    await bench.cardShows("Cancelled");
    expect(shown(card)).toContain("In Hex");
  });

  test("an unknown status counts as not finished and is shown as it came", async () => {
    const card = await running();
    const [run] = bench.hex.workspace.runs;
    bench.hex.workspace.setStatus(run?.id ?? "", "SLEEPING");
    await bench.cardShows("Hex calls it `SLEEPING`");
    expect(buttonsOf(card)).toEqual(["cancel_run"]);
  });

  test("Hex refuses the start: not started, why, and what to do", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", inputs: { days: { dataType: "NUMBER" } } });
    await bench.slack.command(`run ${project.id} days=many regoin=x`);
    const card = await bench.cardShows("Not started");
    expect(shown(card)).toContain("no input `regoin`");
    expect(shown(card)).toMatch(/`days` must be NUMBER/);
    expect(buttonsOf(card)).toEqual([]);
  });

  test("25 kernels busy: no run was started, and it says so", async () => {
    bench.hex.workspace.kernelsBusy = 25;
    const project = bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Not started");
    expect(shown(card)).toContain("no kernel free");
    expect(bench.hex.workspace.runs).toEqual([]);
  });

  describe("cancel", () => {
    test("with a confirmation; cancelling at once, then cancelled by whom; one DELETE", async () => {
      const card = await running();
      expect(JSON.stringify(card.blocks)).toContain('"confirm"');
      const before = { blocks: [...card.blocks] };
      const { ada, grace } = bench.slack.people;
      await Promise.all([
        bench.slack.click(card, "cancel_run", { user: grace, stale: before }),
        bench.slack.click(card, "cancel_run", { user: ada, stale: before }),
        bench.slack.click(card, "cancel_run", { user: ada, stale: before }),
      ]);
      await bench.cardShows("Cancelling…");
      expect(buttonsOf(card)).toEqual([]);
      await bench.cardShows("Cancelled");
      expect(bench.requests("cancelRun")).toHaveLength(1);
      expect(shown(card)).toMatch(/By <@\w+> · after/);
      await bench.slack.waitForMessage((message) => message.ephemeral && shown(message).includes("already cancelling"));
      await bench.slack.click(card, "cancel_run", { stale: before });
      await bench.slack.waitForMessage((message) => shown(message).includes("nothing to cancel"));
      expect(bench.requests("cancelRun")).toHaveLength(1);
      expect(bench.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    });

    test("the run has just ended: no red, the card says how", async () => {
      const card = await running();
      const before = { blocks: [...card.blocks] };
      const [run] = bench.hex.workspace.runs;
      bench.hex.workspace.finishRun(run?.id ?? "", "COMPLETED");
      await bench.slack.click(card, "cancel_run", { stale: before });
      await bench.cardShows("Completed");
      expect(bench.slack.messages.filter((message) => shown(message).includes("Not cancelled"))).toEqual([]);
    });

    test("a cancellation that fails puts the button back and says why", async () => {
      const card = await running();
      bench.hex.workspace.setScopes(bench.token, ["read"]);
      await bench.slack.click(card, "cancel_run");
      await bench.cardShows("Cancelling failed");
      expect(shown(card)).toContain('"Run projects" scope');
      expect(buttonsOf(card)).toEqual(["cancel_run"]);
    });

    test("a 204 that is lost is asked for again, and the run ends", async () => {
      const card = await running();
      bench.hex.faults.add({ endpoint: "cancelRun", kind: { type: "reset" }, afterEffect: true });
      await bench.slack.click(card, "cancel_run");
      await bench.cardShows("Cancelled");
      expect(bench.requests("cancelRun").length).toBeLessThanOrEqual(2);
    });
  });

  test("Run again: same inputs, one run however often it is pressed, and the old card says who", async () => {
    const project = bench.hex.workspace.addProject({
      title: "Revenue",
      inputs: { days: { dataType: "NUMBER" } },
      run: { runningMs: 10_000 },
    });
    await bench.slack.command(`run ${project.id} days=7`);
    const card = await bench.cardShows("Completed");
    const before = { blocks: [...card.blocks] };
    const { grace } = bench.slack.people;
    await Promise.all([
      bench.slack.click(card, "run_again", { user: grace, stale: before }),
      bench.slack.click(card, "run_again", { user: grace, stale: before }),
    ]);
    await bench.cardShows("Completed", 1);
    expect(bench.starts.map((request) => request.body)).toEqual([
      { inputParams: { days: 7 } },
      { inputParams: { days: 7 } },
    ]);
    expect(shown(card)).toContain(`Run again by <@${grace.id}>`);
    expect(buttonsOf(card)).toEqual([]);
    await bench.slack.click(card, "run_again", { stale: before });
    await bench.slack.waitForMessage((message) => shown(message).includes("already run it again"));
    expect(bench.starts).toHaveLength(2);
  });

  test("the same command delivered twice starts one run", async () => {
    const project = bench.hex.workspace.addProject();
    const command = await bench.slack.command(`run ${project.id}`);
    await bench.slack.redeliver(command);
    await bench.cardShows("Running");
    expect(bench.starts).toHaveLength(1);
    expect(bench.cards).toHaveLength(1);
  });

  describe("the answer to the start is lost", () => {
    test("the run exists: it is found and watched, and not started again", async () => {
      const project = bench.hex.workspace.addProject({ title: "Revenue" });
      bench.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
      await bench.slack.command(`run ${project.id}`);
      const card = await bench.cardShows("Completed");
      expect(card.history.map((version) => version.text.split(":")[0])).toContain("Looking for the run");
      expect(bench.starts).toHaveLength(1);
      expect(bench.hex.workspace.runs).toHaveLength(1);
    });

    test("it does not exist: says that it is not known; Look again and Start again work", async () => {
      const project = bench.hex.workspace.addProject({ title: "Revenue" });
      bench.hex.faults.add({ endpoint: "runProject", kind: { type: "hang" } });
      await bench.slack.command(`run ${project.id}`);
      const card = await bench.cardShows("Not known");
      expect(buttonsOf(card)).toEqual(["look_again", "run_again"]);
      expect(bench.starts).toHaveLength(1);
      await bench.slack.click(card, "look_again");
      await bench.until(() => card.history.filter((version) => version.text.startsWith("Not known")).length === 2);
      expect(bench.starts).toHaveLength(1);
      await bench.slack.click(card, "run_again");
      await bench.cardShows("Running", 1);
      expect(bench.starts).toHaveLength(2);
    });
  });

  describe("places", () => {
    test("a private channel without the bot: the card as a direct message, and how to invite it", async () => {
      const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 5_000 } });
      const { secret } = bench.slack.channels;
      const { ada } = bench.slack.people;
      bench.slack.invite(secret, ada);
      const answer = await bench.ask(`run ${project.id}`, { channel: secret });
      expect(answer).toContain("/invite @");
      const card = await bench.cardShows("Completed");
      expect(card.channel).toBe(bench.slack.dm(ada).id);
    });

    test("a public channel where the bot is no member works", async () => {
      const project = bench.hex.workspace.addProject();
      await bench.slack.command(`run ${project.id}`, { channel: bench.slack.channels.general });
      const card = await bench.cardShows("Running");
      expect(card.channel).toBe(bench.slack.channels.general.id);
    });

    test("people of another workspace cannot press the buttons", async () => {
      const card = await running();
      const { stranger } = bench.slack.people;
      await bench.slack.click(card, "cancel_run", { user: stranger });
      await bench.slack.waitForMessage((message) => shown(message).includes("belongs to another workspace"));
      expect(bench.requests("cancelRun")).toEqual([]);
    });
  });

  describe("Slack", () => {
    test("a 429 delays the card, which then shows the end", async () => {
      const card = await running({ run: { runningMs: 20_000 } });
      bench.slack.faults.add({ method: "chat.update", times: 2, kind: { type: "ratelimited", retryAfter: 7 } });
      await bench.cardShows("Completed");
      expect(buttonsOf(card)).toEqual(["run_again"]);
    });

    test("an update that is lost is made again", async () => {
      await running({ run: { runningMs: 20_000 } });
      bench.slack.faults.add({ method: "chat.update", times: 3, kind: { type: "status", status: 500 } });
      await bench.cardShows("Completed");
    });
  });

  describe("a restart", () => {
    test("runs in flight are watched again, and their cards tell the truth", async () => {
      const card = await running({ run: { runningMs: 60_000 } });
      await bench.stopBot();
      await bench.pass(90_000);
      expect(shown(card)).toContain("Running");
      await bench.startBot();
      await bench.cardShows("Completed");
      expect(bench.cards).toHaveLength(1);
      expect(bench.starts).toHaveLength(1);
    });

    test("nothing is lost when the stop comes between the command and its work", async () => {
      const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 5_000 } });
      await bench.slack.command(`run ${project.id}`);
      await bench.stopBot();
      await bench.startBot();
      await bench.cardShows("Completed");
      expect(bench.starts).toHaveLength(1);
      expect(bench.cards).toHaveLength(1);
    });
  });

  test("Hex is away for a while: the card says so, and then the truth", async () => {
    const card = await running({ run: { runningMs: 90_000 } });
    bench.hex.faults.add({ kind: { type: "status", status: 503 }, times: Number.POSITIVE_INFINITY });
    await bench.cardShows("No news from Hex");
    bench.hex.faults.clear();
    await bench.cardShows("Completed");
    expect(shown(card)).not.toContain("No news");
  });
});
