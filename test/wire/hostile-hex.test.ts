// A broken or hostile Hex from people's point of view: every card is right in the end, no click reaches another run, and everybody gets an answer.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Fault, Project, Run } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const FOREVER = Number.POSITIVE_INFINITY;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let project: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode, { hexTimeoutMs: 20_000 });
    project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000 } });
  });
  afterEach(() => harness.stop());

  const always = (endpoint: Fault["endpoint"], kind: Fault["kind"]) =>
    harness.hex.faults.add({ ...(endpoint ? { endpoint } : {}), kind, times: FOREVER });
  /** Every answer of the endpoint is the usual one with a different body. */
  const alter = (endpoint: Fault["endpoint"], change: (body: object) => unknown) =>
    always(endpoint, { type: "altered", alter: (body) => (typeof body === "object" && body ? change(body) : body) });
  /** The same for each run in an answer, on its own or in a list. */
  const alterRuns = (change: (run: object) => object) => {
    alter("getRun", change);
    alter("listRuns", (body) => ({
      ...body,
      runs: "runs" in body && Array.isArray(body.runs) ? body.runs.map(change) : [],
    }));
  };
  async function running(): Promise<{ card: SlackMessage; run: Run }> {
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Running");
    const run = harness.hex.workspace.runs.at(-1);
    if (!run) throw new Error("no run");
    return { card, run };
  }

  describe("a run that ended with an unknown status", () => {
    test("is over, and its card, its list and the people who wait for it show Hex's word", async () => {
      const { card, run } = await running();
      harness.hex.workspace.setStatus(run.id, "EXPIRED");
      const endTime = new Date(harness.clock.now()).toISOString();
      alterRuns((one) => ({ ...one, endTime }));
      await harness.cardShows("Ended");
      expect(shown(card)).toContain("Hex calls it `EXPIRED`");
      expect(shown(card)).toContain("Open the run in Hex");
      expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
      await harness.until(() => harness.replies.length === 1);
      expect(shown(harness.replies[0] ?? card)).toMatch(/ended.*Hex calls it `EXPIRED`/);
      const list = await harness.ask(`runs ${project.id}`);
      expect(list).toContain("*Ended* `EXPIRED`");
      expect(list).not.toContain("Cancel this run?");
      harness.hex.faults.clear();
    });

    test("is also shown as over in a list of runs that were not started here", async () => {
      const run = harness.hex.workspace.startRun(project.id, { startedAt: harness.clock.now() - 60_000 });
      harness.hex.workspace.setStatus(run.id, "<EXPIRED>");
      alterRuns((one) => ({ ...one, endTime: new Date(harness.clock.now() - 1_000).toISOString() }));
      expect(await harness.ask(`runs ${project.id}`)).toContain("*Ended* `&lt;EXPIRED&gt;`");
    });

    test("can still be run again with the button on its old card", async () => {
      const { card, run } = await running();
      harness.hex.workspace.setStatus(run.id, "EXPIRED");
      alterRuns((one) => ({ ...one, endTime: new Date(harness.clock.now()).toISOString() }));
      await harness.cardShows("Ended");
      harness.hex.faults.clear();
      await harness.slack.click(card, "run_again");
      await harness.cardShows("Completed", 1);
    });
  });

  test("statuses are understood in another spelling", async () => {
    alterRuns((one) => ({ ...one, status: "status" in one ? String(one.status).toLowerCase() : "" }));
    const { card } = await running();
    expect(shown(card)).not.toContain("Hex calls it");
    await harness.cardShows("Completed");
  });

  test("a run that seemed to have ended and continues can be cancelled from the list", async () => {
    const { run } = await running();
    alterRuns((one) => ({ ...one, status: "COMPLETED" }));
    await harness.cardShows("Completed");
    harness.hex.faults.clear();
    await harness.ask(`cancel ${run.id} ${project.id}`);
    await harness.cardShows("Cancelled");
    expect(harness.hex.workspace.run(run.id).status).toBe("KILLED");
  });

  describe("an odd entry hides no other", () => {
    test("in the list of runs: the card of a finished run is correct, and the log says what was left out", async () => {
      const odd = { runId: "..", status: ["SECRET"] };
      alter("listRuns", (body) => ({
        ...body,
        runs: "runs" in body && Array.isArray(body.runs) ? [odd, ...body.runs] : [],
      }));
      await running();
      await harness.cardShows("Completed");
      const lines = harness.log.filter((line) => line.includes('"leftOut"') && line.includes('"warn"'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('"leftOut":{"count":1,"path":"runs.0.runId"}');
      expect(harness.log.join("")).not.toContain("SECRET");
    });

    test("a run in flight that is itself left out is asked about by itself", async () => {
      alter("listRuns", (body) => ({ ...body, runs: [null, { runId: "other", status: "RUNNING" }] }));
      await running();
      await harness.cardShows("Completed");
    });

    test("if a list cannot be read at all, each run is asked about by itself, and no card says that Hex is silent", async () => {
      alter("listRuns", () => ({ runs: "many" }));
      const { card } = await running();
      await harness.cardShows("Completed");
      expect(card.history.some((version) => JSON.stringify(version).includes("No news from Hex"))).toBe(false);
    });

    test("a project without a title is called by its id, and one without an id is left out", async () => {
      harness.hex.workspace.addProject({ title: "Costs" });
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
      const list = await harness.ask("projects");
      expect(list).toContain("Costs");
      expect(list).toContain(`|${project.id}>`);
      expect(list).not.toContain("Nobody");
      expect(await harness.ask("status")).toMatch(/Projects\*\s+2\b/);
    });
  });

  describe("ids", () => {
    test("an answer about another run does not send Cancel there", async () => {
      const startedAt = harness.clock.now() - 60_000;
      const other = harness.hex.workspace.startRun(project.id, { trigger: "API", startedAt, durationMs: 60 * 60_000 });
      const { card, run } = await running();
      alter("getRun", (body) => ({ ...body, runId: other.id }));
      alter("listRuns", (body) => ({ ...body, runs: [] }));
      await harness.cardShows("No news from Hex");
      await harness.slack.click(card, "cancel_run");
      await harness.until(() => harness.requests("cancelRun").length > 0);
      expect(harness.requests("cancelRun").map(({ path }) => path.split("/").at(-1))).toEqual([run.id]);
      expect(harness.log.join("")).toContain('"flaw":"other_id","flawAt":"runId"');
      harness.hex.faults.clear();
      await harness.cardShows("Cancelled");
      expect(harness.hex.workspace.run(other.id).finished).toBe(false);
    });

    test.each(["..", "", "a/../../users", "\ud800", 7])(
      "after a start that is answered with the id %j, the bot looks for the run",
      async (runId) => {
        harness.hex.faults.add({
          endpoint: "runProject",
          kind: { type: "altered", alter: (body) => ({ ...(typeof body === "object" ? body : {}), runId }) },
        });
        await running();
        await harness.cardShows("Completed");
        expect(harness.starts).toHaveLength(1);
        expect(harness.asked.filter(({ endpoint }) => endpoint === "unknown")).toEqual([]);
      },
    );

    test("a start that is answered with the id of an earlier run does not become that run", async () => {
      const { run } = await running();
      alter("runProject", (body) => ({ ...body, runId: run.id }));
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Completed", 1);
      const ids = harness.hex.workspace.runs.map(({ id }) => id);
      expect(ids).toHaveLength(2);
      expect(harness.cards.map((card) => ids.filter((id) => shown(card).includes(id)))).toEqual(ids.map((id) => [id]));
    });
  });
});
