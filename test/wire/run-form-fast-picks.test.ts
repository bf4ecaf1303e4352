// Projects are picked in the form faster than Slack redraws it: the form ends up as the last pick wants it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";
import { breathe, Harness, MODES } from "./harness.js";

const PROJECT = "Project";
const TYPED = "… or type a title, id or link";
/** Longer than a late redrawing takes, in real ms. */
const LATE_MS = 1_500;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let ada: PersonInSlack;
  let revenue: Project;
  let churn: Project;
  let costs: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    ada = harness.person("ada");
    revenue = await ranBefore("Weekly revenue", "region");
    churn = await ranBefore("Churn", "month");
    costs = await ranBefore("Costs", "team");
    await harness.ask("projects");
  });
  afterEach(() => harness.stop());

  /** A project with an input that a run has used, so that the form has a field for it. */
  const ranBefore = async (title: string, input: string) => {
    const before = harness.starts.length;
    const project = harness.hex.workspace.addProject({ title, inputs: { [input]: { dataType: "STRING" } } });
    await ada.command(`run ${project.id} ${input}=usual`);
    await harness.until(() => harness.starts.length === before + 1);
    return project;
  };

  const openedWithRevenue = async () => {
    const form = await ada.openForm(() => ada.command("run"));
    await form.pick(PROJECT, "revenue");
    await form.shows("region");
    return form;
  };

  const redraws = () => harness.slack.calls.filter(({ method }) => method === "views.update").length;
  /** Picks a project. Slack gets the redrawing only with the client's second attempt, half a second late. */
  const pickWithLateRedrawing = async (form: OpenForm, project: Project) => {
    await form.search(PROJECT, "");
    const before = redraws();
    harness.slack.faults.add({ method: "views.update", times: 1, kind: { type: "reset" } });
    await form.fill({ [PROJECT]: project.id });
    await harness.until(() => redraws() > before, 0);
  };
  const late = () => harness.meanwhile(breathe(LATE_MS));

  test("a late redrawing does not replace that of a later pick", async () => {
    const form = await openedWithRevenue();
    await pickWithLateRedrawing(form, churn);
    await form.fill({ [PROJECT]: costs.id });
    await late();
    expect(form.value(PROJECT)).toEqual([costs.id]);
    expect(form.labels).toContain("team");
    expect(form.labels).not.toContain("month");
  });

  test("after a pick and back again, the form is the first project's, with what was typed", async () => {
    const form = await openedWithRevenue();
    await form.fill({ region: "APAC" });
    await pickWithLateRedrawing(form, churn);
    await form.fill({ [PROJECT]: revenue.id });
    await late();
    expect(form.value(PROJECT)).toEqual([revenue.id]);
    expect(form.labels).toContain("region");
    expect(form.labels).not.toContain("month");
    expect(form.value("region")).toEqual(["APAC"]);
    const starts = harness.starts.length;
    await form.submit();
    await harness.until(() => harness.starts.length === starts + 1);
    expect(harness.starts.at(-1)?.body).toEqual({ inputParams: { region: "APAC" } });
  });

  test("the same if a title was typed first", async () => {
    const form = await openedWithRevenue();
    await form.fill({ [TYPED]: "cos" });
    await pickWithLateRedrawing(form, churn);
    await form.fill({ [PROJECT]: revenue.id });
    await late();
    expect(form.value(PROJECT)).toEqual([revenue.id]);
    expect(form.labels).toContain("region");
    expect(form.labels).not.toContain("month");
  });

  test("a redrawing that comes after the form was submitted changes nothing, and is no failure", async () => {
    const form = await openedWithRevenue();
    await pickWithLateRedrawing(form, churn);
    await form.submit();
    await form.shows("These are the inputs of “Churn”");
    await form.fill({ month: "May" });
    await late();
    expect(form.text).toContain("These are the inputs of “Churn”");
    expect(form.value("month")).toEqual(["May"]);
    expect(harness.log.filter((line) => line.includes("not redrawn"))).toEqual([]);
  });
});
