// A form that holds more than its fields show, when it is redrawn or submitted again: nothing that it holds is lost.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";
import { Bench, MODES } from "./harness.js";
import { openRevenueForm } from "./revenue-form.js";

const TYPED = "… or type a title, id or link";
const LONG = "x".repeat(5_000);

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  let ada: PersonInSlack;
  let revenue: Project;
  beforeEach(async () => {
    bench = await Bench.start(mode);
    ada = bench.person("ada");
    const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
    revenue = bench.hex.workspace.addProject({ title: "Weekly revenue", inputs });
    bench.hex.workspace.addProject({ title: "Churn", inputs: { month: { dataType: "STRING" } } });
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  const opened = () => openRevenueForm(ada);
  const runWithLong = async () => {
    await ada.command(`run ${revenue.id} region=${LONG}`);
    await bench.until(() => bench.starts.length === 1);
    await bench.cardShows("Completed");
  };

  test("another title is typed: its inputs are shown first, and the next press of Run runs it", async () => {
    const form = await opened();
    await form.submit({ Inputs: "days = 3", [TYPED]: "churn" });
    await form.shows("These are the inputs of “Churn”");
    await form.submit({ Inputs: "month = May" });
    expect(form.text).not.toContain("too old");
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual({ inputParams: { month: "May" } });
  });

  test("a title is typed into an empty form: the long value of an earlier run is offered and sent", async () => {
    await runWithLong();
    const form = await ada.openForm(() => ada.command("run"));
    await form.submit({ [TYPED]: "weekly revenue" });
    await form.shows("These are the inputs of “Weekly revenue”");
    await form.submit({ "More inputs": "days = 4" });
    await bench.until(() => bench.starts.length === 2);
    expect(bench.starts[1]?.body).toEqual({ inputParams: { region: LONG, days: 4 } });
  });

  test("delivered twice, it is not said that nothing was started", async () => {
    await runWithLong();
    const form = await opened();
    const { interaction } = await form.submit();
    if (interaction === null) throw new Error("it was not submitted");
    await bench.until(() => bench.starts.length === 2);
    bench.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status: 502 } });
    const again = await bench.slack.redeliver(interaction);
    expect(again.ack.body).toBeUndefined();
    await bench.pass(3_000);
    expect(bench.starts).toHaveLength(2);
    expect(bench.slack.messages.filter(({ channel }) => channel === bench.slack.dm(ada.person).id)).toEqual([]);
  });
});

test("while not all projects are read, a typed title is shown before it is run", async () => {
  const bench = await Bench.start("http", { idle: true });
  try {
    for (let i = 0; i < 3_000; i++) bench.hex.workspace.addProject({ title: `Project ${i}` });
    const known = bench.hex.workspace.addProject({ title: "Weekly revenue", createdAt: bench.clock.now() + 1 });
    await bench.startBot();
    await bench.ask("runs revenue");
    const ada = bench.person("ada");
    const form = await ada.openForm(() => ada.command("run"));
    await form.submit({ [TYPED]: "weekly revenue" });
    await form.shows("others may be called “Weekly revenue” too");
    expect(bench.requests("runProject")).toEqual([]);
    expect(form.value("Project")).toEqual([known.id]);
    await form.submit();
    await bench.until(() => bench.starts.length === 1);
  } finally {
    await bench.stop();
  }
});
