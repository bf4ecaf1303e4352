// Whether somebody may run a project that the bot does not know until Hex has said what it is, and forms that come back.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import { stateValues } from "../sandbox/slack/inputs.js";
import { recordsAt } from "../sandbox/slack/json.js";
import { Harness, MODES, shown } from "./harness.js";

const SEE = "{ allow: see, people: everyone }";
const TYPED = "… or type a title, id or link";
/** Real ms. Hex's slow answers must not be given up. */
const HEX_TIMEOUT_MS = 20_000;

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;

  beforeEach(async () => {
    bench = await Harness.start(mode, { hexTimeoutMs: HEX_TIMEOUT_MS });
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const add = (category: string): Project =>
    bench.hex.workspace.addProject({
      title: "Weekly report",
      categories: [category],
      inputs: { day: { dataType: "NUMBER" } },
    });
  /** Here, everybody may run what is about sales. */
  const salesHere = () => {
    const { id } = bench.slack.channels.data;
    bench.rules(SEE, `{ allow: run, people: everyone, channels: ${id}, projects: { category: Sales } }`);
  };

  describe("a project that the bot does not know", () => {
    test("can be run by its id, since Hex is asked what it is", async () => {
      salesHere();
      await bench.slack.command(`run ${add("Sales").id}`);
      await bench.cardShows("Completed");
    });

    test("cannot be run by its id if it is about something else", async () => {
      salesHere();
      expect(await bench.ask(`run ${add("Finance").id}`)).toContain("You may not* run *Weekly report* here.");
      expect(bench.requests("runProject")).toEqual([]);
    });

    test("can be run with the form", async () => {
      salesHere();
      const form = await ada().openForm(() => ada().command("run"));
      await form.fill({ [TYPED]: add("Sales").id }, { enter: true });
      await form.shows("Hex does not list");
      await form.submit();
      await bench.cardShows("Completed");
    });

    test("that may not be run is refused, and the form is still there", async () => {
      salesHere();
      const form = await ada().openForm(() => ada().command("run"));
      await form.submit({ [TYPED]: add("Finance").id, Inputs: "day = 1" });
      expect(ada().form?.text).toContain("*You may not* run *Weekly report* here.");
      await ada().form?.close();
      expect(form.isOpen).toBe(true);
      expect(form.value("Inputs")).toEqual(["day = 1"]);
      expect(bench.requests("runProject")).toEqual([]);
    });
  });

  describe("an id in capitals, which a changed app may send and Hex takes for the same project", () => {
    const sends = (type: string, more: object) =>
      bench.slack.sendExactly("interactive", ({ triggerId, responseUrl }) => ({
        type,
        user: { id: ada().id, team_id: ada().person.teamId },
        team: { id: bench.slack.teamId },
        trigger_id: triggerId,
        response_url: responseUrl,
        ...more,
      }));

    test("picked in the form needs the same approval", async () => {
      const { id } = add("Sales");
      await bench.ask("projects");
      bench.rules(
        SEE,
        `{ allow: run, people: everyone, projects: { id: ${id} }, needs: approval by ${bench.slack.people.grace.id} }`,
        "{ allow: run, people: everyone }",
      );
      const form = await ada().openForm(() => ada().command("run"));
      const { view, inputs, hash } = form.view;
      const values = stateValues(recordsAt(view, "blocks"), inputs);
      const [[block, picker] = ["", {}]] = Object.entries(values).filter(([, one]) => "form_project" in Object(one));
      expect(picker).toEqual({ form_project: { type: "external_select", selected_option: null } });
      const picked = { value: id.toUpperCase(), text: { type: "plain_text", text: "Weekly report" } };
      const chosen = { [block]: { form_project: { type: "external_select", selected_option: picked } } };
      const sent = { ...view, id: form.id, type: "modal", hash, state: { values: { ...values, ...chosen } } };
      await sends("view_submission", { view: sent, response_urls: [] });
      await bench.cardShows("Waiting for approval");
      expect(bench.starts).toEqual([]);
    });

    test("in a button gives no right to cancel", async () => {
      const project = add("Sales");
      await bench.ask("projects");
      const { id: run } = bench.hex.workspace.startRun(project.id, { durationMs: 600_000 });
      bench.rules(
        SEE,
        `{ deny: cancel, people: everyone, projects: { id: ${project.id} } }`,
        "{ allow: cancel, people: everyone }",
      );
      const value = JSON.stringify({ project: project.id.toUpperCase(), run });
      await sends("block_actions", {
        channel: { id: bench.slack.channels.data.id, name: "data" },
        actions: [{ type: "button", action_id: "cancel_hex_run", block_id: "b", action_ts: "1.2", value }],
      });
      await bench.until(() => bench.slack.messages.some((message) => shown(message).includes("You may not")));
      expect(bench.requests("cancelRun")).toEqual([]);
      expect(bench.cards).toEqual([]);
    });
  });

  /** Submits a form for a project that the bot does not know, while Hex is slow to say what it is. */
  const submitSlowly = async (project: Project) => {
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    const form = await ada().openForm(() => ada().command("run"));
    bench.hex.faults.add({ endpoint: "getProject", kind: { type: "delay", until } });
    const submission = form.submit({ [TYPED]: project.id, Inputs: "day = 1" });
    await bench.until(() => bench.requests("getProject").length === 1, 0);
    bench.clock.advance(2_000);
    await submission;
    expect(form.text).toContain("Checking with Hex…");
    return { form, release };
  };

  test("when Hex says too late that it may not be run, the form comes back, and a direct message says why", async () => {
    salesHere();
    const { form, release } = await submitSlowly(add("Finance"));
    release();
    await form.shows("You may not start this run, and nothing was started.");
    expect(form.value("Inputs")).toEqual(["day = 1"]);
    await bench.slack.waitForMessage((message) => message.user === ada().id && shown(message).includes("You may not"));
    expect(bench.requests("runProject")).toEqual([]);
  });

  test("a form that comes back is judged where it was first opened", async () => {
    salesHere();
    const { form, release } = await submitSlowly(add("Sales"));
    await form.press("Back to the form");
    await form.shows("Weekly report");
    expect(form.value("Inputs")).toEqual(["day = 1"]);
    release();
    await form.submit();
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });
});
