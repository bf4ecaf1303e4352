// When Hex takes a long time to check a form, or cannot check it, what was typed comes back, nothing is started twice, and people
// who closed the form learn the result.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";
import { Harness, MODES, shown } from "./harness.js";
import { openRevenueForm } from "./revenue-form.js";

/** Real ms. Hex takes as long as the test wants. */
const PATIENT = { hexTimeoutMs: 60_000 };

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let ada: PersonInSlack;
  let revenue: Project;
  let release: () => void;
  beforeEach(async () => {
    harness = await Harness.start(mode, PATIENT);
    ada = harness.person("ada");
    revenue = harness.hex.workspace.addProject({ title: "Weekly revenue", inputs: { days: { dataType: "NUMBER" } } });
    await harness.ask("projects");
  });
  afterEach(() => harness.stop());

  const opened = () => openRevenueForm(ada);
  /** Submits a form while Hex is slow. When this resolves, the form shows "Checking with Hex…". */
  const submitSlowly = async (form: OpenForm, inputs: string) => {
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until } });
    const asked = harness.requests("runProject").length;
    const submission = form.submit({ Inputs: inputs });
    await harness.until(() => harness.requests("runProject").length > asked, 0);
    harness.clock.advance(2_000);
    const result = await submission;
    expect(form.text).toContain("Checking with Hex…");
    return result;
  };
  const direct = () => harness.slack.messages.filter(({ channel }) => channel === harness.slack.dm(ada.person).id);

  test("if Hex accepts the form after more than two seconds, the run starts, and the form says so", async () => {
    const form = await opened();
    await submitSlowly(form, "days = 7");
    expect(harness.starts).toEqual([]);
    release();
    await form.shows(/Asking Hex to run \*?Weekly revenue/);
    await harness.cardShows("days=7");
    await harness.until(() => harness.starts.length === 1);
  });

  test("if all kernels are in use, the form does not say that the run has been started", async () => {
    const form = await opened();
    await submitSlowly(form, "days = 7");
    harness.hex.workspace.kernelsBusy = 25;
    release();
    await form.shows(/Its card in .* shows how it is going/);
    expect(form.text).not.toContain("started");
    await harness.cardShows("Waiting to start");
  });

  test("a form that was opened in direct messages says that the card is there, without naming a channel", async () => {
    const form = await ada.openForm(() => ada.command("run", { channel: harness.slack.dm(ada.person) }));
    await form.pick("Project", "Weekly revenue");
    await submitSlowly(form, "days = 7");
    release();
    await form.shows(/Its card in your direct messages shows how it is going/);
    await harness.until(() => harness.starts.length === 1);
  });

  test("if Slack does not say who somebody is and Hex is slow as well, the form says in time that Hex is asked", async () => {
    const form = await opened();
    // What Slack last said of Ada is too old by now.
    await harness.pass(6 * 60_000, 60_000);
    const said = () => harness.slack.calls.filter(({ method }) => method === "users.info").length;
    const before = said();
    harness.slack.faults.add({ method: "users.info", times: 1, kind: { type: "hang" } });
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until } });
    const asked = harness.requests("runProject").length;
    const submission = form.submit({ Inputs: "days = 7" });
    await harness.until(() => said() > before, 0);
    harness.clock.advance(1_500);
    await harness.until(() => harness.requests("runProject").length > asked, 0);
    harness.clock.advance(500);
    const { trouble } = await submission;
    expect(trouble).toBeNull();
    expect(form.text).toContain("Checking with Hex…");
    release();
    await form.shows(/Asking Hex to run \*?Weekly revenue/);
    await harness.until(() => harness.starts.length === 1);
  });

  test("if Hex refuses the form after more than two seconds, it comes back as it was, with the refusal above the field", async () => {
    const form = await opened();
    const before = form.value("Inputs");
    expect(before).toEqual([]);
    await submitSlowly(form, 'days = "many"\n');
    release();
    await form.shows("must be");
    expect(form.value("Inputs")).toEqual(['days = "many"\n']);
    expect(form.value("Where the card goes")).toEqual([harness.slack.channels.data.id]);
    expect(form.text.indexOf("must be")).toBeLessThan(form.text.indexOf("name = value"));
    await form.submit({ Inputs: "days = 8" });
    expect(form.isOpen).toBe(false);
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 8 } });
  });

  test("if the form was closed in the meantime, Open again in a direct message brings everything back, even after a restart", async () => {
    const form = await opened();
    await submitSlowly(form, 'days = "many"');
    await form.close();
    release();
    const message = await harness.slack.waitForMessage((one) => shown(one).includes("Open again"));
    expect(direct()).toEqual([message]);
    expect(shown(message)).toContain("must be");
    await harness.stopBot();
    await harness.startBot();
    const again = await ada.openForm(() => ada.press(message, "Open again"));
    expect(again.value("Inputs")).toEqual(['days = "many"']);
    expect(again.text).toContain("must be");
    expect(again.value("Project")).toEqual([revenue.id]);
    await again.submit({ Inputs: "days = 9" });
    await harness.until(() => harness.starts.length === 1);
    // The form has been used.
    await ada.press(message, "Open again");
    await harness.slack.waitForMessage((one) => shown(one).includes("has already started its run"));
    expect(harness.starts).toHaveLength(1);
  });

  test("if the form was closed and Hex accepts it, its card is the only message", async () => {
    const form = await opened();
    await submitSlowly(form, "days = 7");
    await form.close();
    release();
    await harness.cardShows("Weekly revenue");
    expect(direct()).toEqual([]);
    expect(harness.starts).toHaveLength(1);
  });

  test("somebody who goes back to the form while Hex is asked finds it as it was, and the answer does not close it", async () => {
    const form = await opened();
    await submitSlowly(form, 'days = "many"');
    await form.press("Back to the form");
    await form.shows("Where the card goes");
    expect(form.value("Inputs")).toEqual(['days = "many"']);
    await form.fill({ Inputs: "days = 10" });
    release();
    await harness.pass(3_000);
    expect(form.value("Inputs")).toEqual(["days = 10"]);
    expect(direct()).toEqual([]);
    await form.submit();
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 10 } });
  });

  test("if somebody goes back to the form to correct it, Hex's approval of what they had submitted starts nothing", async () => {
    const form = await opened();
    await submitSlowly(form, "days = 700");
    await form.press("Back to the form");
    await form.shows("Where the card goes");
    release();
    await harness.pass(3_000);
    expect(harness.starts).toEqual([]);
    expect(harness.cards).toEqual([]);
    expect(form.value("Inputs")).toEqual(["days = 700"]);
    await form.submit({ Inputs: "days = 7" });
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 7 } });
    // The check that was left does not bring the form back.
    await harness.pass(120_000, 30_000);
    expect(direct()).toEqual([]);
  });

  test("if Slack does not redraw the form that somebody goes back to, they are told, and Hex's refusal still arrives", async () => {
    const form = await opened();
    await submitSlowly(form, 'days = "many"');
    harness.slack.faults.add({ method: "views.update", times: 1, kind: { type: "ratelimited", retryAfter: 1 } });
    await form.press("Back to the form");
    const told = await harness.slack.waitForMessage((one) => shown(one).includes("Slack did not open the form"));
    expect(shown(told)).toContain("Open the form");
    expect(form.text).toContain("Checking with Hex…");
    release();
    await form.shows("must be");
    expect(form.value("Inputs")).toEqual(['days = "many"']);
  });

  test("if the form was closed and Slack refuses direct messages, the refusal comes as an answer to the form", async () => {
    const form = await opened();
    await submitSlowly(form, 'days = "many"');
    await form.close();
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error: "messages_tab_disabled" } });
    release();
    const message = await harness.slack.waitForMessage((one) => shown(one).includes("Open again"));
    expect(shown(message)).toContain("must be");
    harness.slack.faults.clear();
  });

  test("a form that is delivered twice starts one run", async () => {
    const form = await opened();
    const { interaction } = await form.submit({ Inputs: "days = 7" });
    if (interaction === null) throw new Error("it was not submitted");
    await harness.slack.redeliver(interaction);
    await harness.pass(5_000);
    expect(harness.starts).toHaveLength(1);
    expect(harness.cards).toHaveLength(1);
  });

  test("a form that is delivered again while it is checked starts one run and is answered once", async () => {
    const form = await opened();
    const { interaction } = await submitSlowly(form, "days = 7");
    if (interaction === null) throw new Error("it was not submitted");
    const second = harness.slack.redeliver(interaction);
    await harness.pass(3_000);
    release();
    await second;
    await harness.cardShows("Weekly revenue");
    await harness.pass(5_000);
    expect(harness.starts).toHaveLength(1);
    expect(direct()).toEqual([]);
  });

  test("if Hex is down, the form says so at the project, and everything stays", async () => {
    const form = await opened();
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status: 502 } });
    await form.submit({ Inputs: "days = 7" });
    expect(form.errorAt("Project")).toContain("Hex failed (502)");
    expect(form.value("Inputs")).toEqual(["days = 7"]);
    await form.submit();
    expect(form.isOpen).toBe(false);
    await harness.until(() => harness.starts.length === 1);
  });

  test("if Hex has no free kernel or asks to wait, the run is accepted and waits", async () => {
    const form = await opened();
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 5 } });
    await form.submit({ Inputs: "days = 7" });
    expect(form.isOpen).toBe(false);
    await harness.cardShows("days=7");
    await harness.until(() => harness.starts.length === 1);
  });
});
