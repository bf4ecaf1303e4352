// A broken or hostile Hex, as people meet it: every card ends true, no click reaches another run, and whoever asks is answered.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault, Project, Run } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Bench, buttonsOf, MODES, shown } from "./harness.js";

const FOREVER = Number.POSITIVE_INFINITY;

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  let project: Project;
  beforeEach(async () => {
    bench = await Bench.start(mode, { hexTimeoutMs: 5_000 });
    project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000 } });
  });
  afterEach(() => bench.stop());

  const always = (endpoint: Fault["endpoint"], kind: Fault["kind"]) =>
    bench.hex.faults.add({ ...(endpoint ? { endpoint } : {}), kind, times: FOREVER });
  /** Each answer of the endpoint is the usual one, with another body. */
  const alter = (endpoint: Fault["endpoint"], change: (body: object) => unknown) =>
    always(endpoint, { type: "altered", alter: (body) => (typeof body === "object" && body ? change(body) : body) });
  /** The same for each run in an answer, alone or in a list. */
  const alterRuns = (change: (run: object) => object) => {
    alter("getRun", change);
    alter("listRuns", (body) => ({
      ...body,
      runs: "runs" in body && Array.isArray(body.runs) ? body.runs.map(change) : [],
    }));
  };
  async function running(): Promise<{ card: SlackMessage; run: Run }> {
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Running");
    const run = bench.hex.workspace.runs.at(-1);
    if (!run) throw new Error("no run");
    return { card, run };
  }

  describe("a run that has ended in a word that nobody knows", () => {
    test("is over: its card, its list and whoever waits for it are told, in Hex's word", async () => {
      const { card, run } = await running();
      bench.hex.workspace.setStatus(run.id, "EXPIRED");
      const endTime = new Date(bench.clock.now()).toISOString();
      alterRuns((one) => ({ ...one, endTime }));
      await bench.cardShows("Ended");
      expect(shown(card)).toContain("Hex calls it `EXPIRED`");
      expect(shown(card)).toContain("Open the run in Hex");
      expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
      await bench.until(() => bench.replies.length === 1);
      expect(shown(bench.replies[0] ?? card)).toMatch(/ended.*Hex calls it `EXPIRED`/);
      const list = await bench.ask(`runs ${project.id}`);
      expect(list).toContain("*Ended* `EXPIRED`");
      expect(list).not.toContain("Cancel this run?");
      bench.hex.faults.clear();
    });

    test("a list of runs that were not started here tells it too", async () => {
      const run = bench.hex.workspace.startRun(project.id, { startedAt: bench.clock.now() - 60_000 });
      bench.hex.workspace.setStatus(run.id, "<EXPIRED>");
      alterRuns((one) => ({ ...one, endTime: new Date(bench.clock.now() - 1_000).toISOString() }));
      expect(await bench.ask(`runs ${project.id}`)).toContain("*Ended* `&lt;EXPIRED&gt;`");
    });

    test("an old card's button still starts it again", async () => {
      const { card, run } = await running();
      bench.hex.workspace.setStatus(run.id, "EXPIRED");
      alterRuns((one) => ({ ...one, endTime: new Date(bench.clock.now()).toISOString() }));
      await bench.cardShows("Ended");
      bench.hex.faults.clear();
      await bench.slack.click(card, "run_again");
      await bench.cardShows("Completed", 1);
    });
  });

  test("statuses in another spelling are what they mean", async () => {
    alterRuns((one) => ({ ...one, status: "status" in one ? String(one.status).toLowerCase() : "" }));
    const { card } = await running();
    expect(shown(card)).not.toContain("Hex calls it");
    await bench.cardShows("Completed");
  });

  test("a run that seemed to have ended and goes on can be cancelled from the list", async () => {
    const { run } = await running();
    alterRuns((one) => ({ ...one, status: "COMPLETED" }));
    await bench.cardShows("Completed");
    bench.hex.faults.clear();
    await bench.ask(`cancel ${run.id} ${project.id}`);
    await bench.cardShows("Cancelled");
    expect(bench.hex.workspace.run(run.id).status).toBe("KILLED");
  });

  describe("an odd entry hides no other", () => {
    test("another run of the project: the card of one that has finished is true, and the log says what was left out", async () => {
      const odd = { runId: "..", status: ["SECRET"] };
      alter("listRuns", (body) => ({
        ...body,
        runs: "runs" in body && Array.isArray(body.runs) ? [odd, ...body.runs] : [],
      }));
      await running();
      await bench.cardShows("Completed");
      const lines = bench.log.filter((line) => line.includes('"leftOut"') && line.includes('"warn"'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('"leftOut":{"count":1,"path":"runs.0.runId"}');
      expect(bench.log.join("")).not.toContain("SECRET");
    });

    test("a run in flight that is itself left out is asked about by itself", async () => {
      alter("listRuns", (body) => ({ ...body, runs: [null, { runId: "other", status: "RUNNING" }] }));
      await running();
      await bench.cardShows("Completed");
    });

    test("a list that cannot be read at all: each run is asked about by itself, and no card says that Hex is silent", async () => {
      alter("listRuns", () => ({ runs: "many" }));
      const { card } = await running();
      await bench.cardShows("Completed");
      expect(card.history.some((version) => JSON.stringify(version).includes("No news from Hex"))).toBe(false);
    });

    test("a project without a title is called by its id, and one without an id is left out", async () => {
      bench.hex.workspace.addProject({ title: "Costs" });
      alter("listProjects", (body) => ({
        ...body,
        values:
          "values" in body && Array.isArray(body.values)
            ? [
                { title: "Nobody" },
                ...body.values.map((one) => (one.title === "Revenue" ? { ...one, title: null } : one)),
              ]
            : [],
      }));
      const list = await bench.ask("projects");
      expect(list).toContain("Costs");
      expect(list).toContain(`|${project.id}>`);
      expect(list).not.toContain("Nobody");
      expect(await bench.ask("status")).toMatch(/Projects\*\s+2\b/);
    });
  });

  describe("ids", () => {
    test("an answer about another run does not send Cancel there", async () => {
      const startedAt = bench.clock.now() - 60_000;
      const other = bench.hex.workspace.startRun(project.id, { trigger: "API", startedAt, durationMs: 60 * 60_000 });
      const { card, run } = await running();
      alter("getRun", (body) => ({ ...body, runId: other.id }));
      alter("listRuns", (body) => ({ ...body, runs: [] }));
      await bench.cardShows("No news from Hex");
      await bench.slack.click(card, "cancel_run");
      await bench.until(() => bench.requests("cancelRun").length > 0);
      expect(bench.requests("cancelRun").map(({ path }) => path.split("/").at(-1))).toEqual([run.id]);
      expect(bench.log.join("")).toContain('"flaw":"other_id","flawAt":"runId"');
      bench.hex.faults.clear();
      await bench.cardShows("Cancelled");
      expect(bench.hex.workspace.run(other.id).finished).toBe(false);
    });

    test.each(["..", "", "a/../../users", "\ud800", 7])(
      "a start that is answered with the id %j: the run is looked for",
      async (runId) => {
        bench.hex.faults.add({
          endpoint: "runProject",
          kind: { type: "altered", alter: (body) => ({ ...(typeof body === "object" ? body : {}), runId }) },
        });
        await running();
        await bench.cardShows("Completed");
        expect(bench.starts).toHaveLength(1);
        expect(bench.asked.filter(({ endpoint }) => endpoint === "unknown")).toEqual([]);
      },
    );

    test("a start that is answered with the id of an earlier run does not become that run", async () => {
      const { run } = await running();
      alter("runProject", (body) => ({ ...body, runId: run.id }));
      await bench.slack.command(`run ${project.id}`);
      await bench.cardShows("Completed", 1);
      const ids = bench.hex.workspace.runs.map(({ id }) => id);
      expect(ids).toHaveLength(2);
      expect(bench.cards.map((card) => ids.filter((id) => shown(card).includes(id)))).toEqual(ids.map((id) => [id]));
    });
  });
});
