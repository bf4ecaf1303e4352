// When a form with more than its fields show is redrawn or submitted again, nothing in it is lost.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";
import { Harness, MODES } from "./harness.js";
import { openRevenueForm } from "./revenue-form.js";

const TYPED = "… or type a title, id or link";
const LONG = "x".repeat(5_000);

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let ada: PersonInSlack;
  let revenue: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    ada = harness.person("ada");
    const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
    revenue = harness.hex.workspace.addProject({ title: "Weekly revenue", inputs });
    harness.hex.workspace.addProject({ title: "Churn", inputs: { month: { dataType: "STRING" } } });
    await harness.ask("projects");
  });
  afterEach(() => harness.stop());

  const opened = () => openRevenueForm(ada);
  const runWithLong = async () => {
    await ada.command(`run ${revenue.id} region=${LONG}`);
    await harness.until(() => harness.starts.length === 1);
    await harness.cardShows("Completed");
  };

  test("if another title is typed, its inputs are shown first, and the next press of Run runs it", async () => {
    const form = await opened();
    await form.submit({ Inputs: "days = 3", [TYPED]: "churn" });
    await form.shows("These are the inputs of “Churn”");
    await form.submit({ Inputs: "month = May" });
    expect(form.text).not.toContain("too old");
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { month: "May" } });
  });

  test("if a title is typed into an empty form, the long value of an earlier run is offered and sent", async () => {
    await runWithLong();
    const form = await ada.openForm(() => ada.command("run"));
    await form.submit({ [TYPED]: "weekly revenue" });
    await form.shows("These are the inputs of “Weekly revenue”");
    await form.submit({ "More inputs": "days = 4" });
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({ inputParams: { region: LONG, days: 4 } });
  });

  test("inputs that are typed before the project are in its fields once it is known, in place of what the last run had", async () => {
    await ada.command(`run ${revenue.id} region=EMEA days=7`);
    await harness.until(() => harness.starts.length === 1);
    const form = await ada.openForm(() => ada.command("run"));
    await form.submit({ [TYPED]: "weekly revenue", Inputs: "days = 30\n\nfrom = May" });
    await form.shows("These are the inputs of “Weekly revenue”");
    expect(form.value("days")).toEqual(["30"]);
    expect(form.value("region")).toEqual(["EMEA"]);
    expect(form.value("More inputs")).toEqual(["from = May"]);
    const { errors } = await form.submit({ "More inputs": "" });
    expect(errors).toEqual({});
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({ inputParams: { region: "EMEA", days: 30 } });
  });

  test("a form that is delivered twice does not say that nothing was started", async () => {
    await runWithLong();
    const form = await opened();
    const { interaction } = await form.submit();
    if (interaction === null) throw new Error("it was not submitted");
    await harness.until(() => harness.starts.length === 2);
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status: 502 } });
    const again = await harness.slack.redeliver(interaction);
    expect(again.ack.body).toBeUndefined();
    await harness.pass(3_000);
    expect(harness.starts).toHaveLength(2);
    expect(harness.slack.messages.filter(({ channel }) => channel === harness.slack.dm(ada.person).id)).toEqual([]);
  });
});

test("until all projects have been read, a typed title is shown before it is run", async () => {
  const harness = await Harness.start("http", { idle: true });
  try {
    for (let i = 0; i < 3_000; i++) harness.hex.workspace.addProject({ title: `Project ${i}` });
    const known = harness.hex.workspace.addProject({ title: "Weekly revenue", createdAt: harness.clock.now() + 1 });
    await harness.startBot();
    await harness.ask("runs revenue");
    const ada = harness.person("ada");
    const form = await ada.openForm(() => ada.command("run"));
    await form.submit({ [TYPED]: "weekly revenue" });
    await form.shows("there may be others called “Weekly revenue”");
    expect(harness.requests("runProject")).toEqual([]);
    expect(form.value("Project")).toEqual([known.id]);
    await form.submit();
    await harness.until(() => harness.starts.length === 1);
  } finally {
    await harness.stop();
  }
});
