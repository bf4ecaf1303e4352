// The form that starts a run: opened, filled in, corrected and submitted, as people see it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";
import { Harness, MODES } from "./harness.js";
import { openRevenueForm } from "./revenue-form.js";

const INPUTS = {
  region: { dataType: "STRING" as const },
  days: { dataType: "NUMBER" as const },
  api_token: { dataType: "STRING" as const },
};
const PROJECT = "Project";
const TYPED = "… or type a title, id or link";
const WHERE = "Where the card goes";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let ada: PersonInSlack;
  let revenue: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    ada = harness.person("ada");
    revenue = harness.hex.workspace.addProject({ title: "Weekly revenue", inputs: INPUTS });
    harness.hex.workspace.addProject({ title: "Churn", inputs: { month: { dataType: "STRING" } } });
    await harness.ask("projects");
  });
  afterEach(() => harness.stop());

  const open = () => ada.openForm(() => ada.command("run"));
  const opened = () => openRevenueForm(ada);
  const runWith = async (inputs: string) => {
    const before = harness.starts.length;
    await ada.command(`run ${revenue.id} ${inputs}`);
    await harness.until(() => harness.starts.length === before + 1);
    await harness.cardShows("Completed", harness.cards.length - 1);
  };

  test("/hex run alone opens the form, and the card of its run is in the channel", async () => {
    const form = await open();
    expect(form.title).toBe("Run a Hex project");
    expect(form.value(WHERE)).toEqual([harness.slack.channels.data.id]);
    expect(await form.search(PROJECT, "rev")).toEqual(["Weekly revenue"]);
    await form.pick(PROJECT, "", "Weekly revenue");
    await form.shows(/Hex does not list/);
    const { errors } = await form.submit({ Inputs: "region = North America\ndays = 30", Options: ["fresh"] });
    expect(errors).toEqual({});
    expect(form.isOpen).toBe(false);
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({
      inputParams: { region: "North America", days: 30 },
      useCachedSqlResults: false,
    });
    const card = await harness.cardShows("region=North America");
    expect(card.channel).toBe(harness.slack.channels.data.id);
  });

  test("inputs of earlier runs get fields with their last values, and a secret gets none", async () => {
    await runWith('region="EMEA" days=7 api_token=abc');
    const form = await opened();
    expect(form.labels).toEqual([
      PROJECT,
      TYPED,
      "region",
      "days",
      "api_token",
      "More inputs",
      "Options",
      "Saved view",
      WHERE,
    ]);
    expect(form.value("region")).toEqual(["EMEA"]);
    expect(form.value("days")).toEqual(["7"]);
    expect(form.value("api_token")).toEqual([]);
    await form.submit({ days: "8" });
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({ inputParams: { region: "EMEA", days: 8 } });
  });

  test("errors are shown at their fields, and nothing is lost", async () => {
    await runWith("region=EMEA days=7");
    const form = await opened();
    await form.submit({ days: "many", "More inputs": "shape = 3" });
    expect(form.errorAt("days")).toContain("must be");
    expect(form.errorAt("More inputs")).toContain("no input “shape”");
    expect(form.isOpen).toBe(true);
    await form.submit({ days: "[1", "More inputs": "shape" });
    expect(form.errorAt("days")).toContain("not valid JSON");
    expect(form.errorAt("More inputs")).toContain("name = value");
    expect(harness.starts).toHaveLength(1);
    await form.submit({ days: "9", "More inputs": [] });
    expect(form.isOpen).toBe(false);
    await harness.until(() => harness.starts.length === 2);
  });

  test("choosing another project redraws the inputs, and those of the earlier project are kept but never sent", async () => {
    await runWith("region=EMEA");
    const form = await opened();
    await form.fill({ region: "APAC", "More inputs": "days = 3" });
    await form.pick(PROJECT, "churn");
    await form.shows("no run from Slack has used one yet");
    expect(form.labels).not.toContain("region");
    expect(form.value("Inputs")).toEqual([]);
    await form.pick(PROJECT, "revenue");
    await form.shows("More inputs");
    expect(form.value("region")).toEqual(["APAC"]);
    expect(form.value("More inputs")).toEqual(["days = 3"]);
    await form.pick(PROJECT, "churn");
    await form.shows("no run from Slack has used one yet");
    await form.submit();
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({});
    await harness.cardShows("Churn", 1);
  });

  test("a form that was not redrawn is not run, because its inputs are those of another project", async () => {
    const form = await opened();
    await form.fill({ Inputs: "days = 3" });
    harness.slack.faults.add({ method: "views.update", times: 1, kind: { type: "error", error: "internal_error" } });
    await form.pick(PROJECT, "churn");
    await form.submit();
    await form.shows("These are the inputs of “Churn”");
    expect(form.value("Inputs")).toEqual([]);
    expect(harness.requests("runProject")).toEqual([]);
    await form.submit({ Inputs: "month = May" });
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { month: "May" } });
  });

  test("a typed title, link or id works instead of the picker", async () => {
    for (const typed of ["weekly REVENUE", `${harness.hex.origin}/acme/app/${revenue.id}/latest`, revenue.id]) {
      const form = await open();
      await form.submit({ [TYPED]: typed, Options: ["fresh"] });
      expect(form.isOpen).toBe(false);
    }
    await harness.until(() => harness.starts.length === 3);
    expect(harness.starts.map(({ body }) => body)).toEqual(Array(3).fill({ useCachedSqlResults: false }));
  });

  test("Enter after a typed title draws its inputs", async () => {
    await runWith("region=EMEA");
    const form = await open();
    await form.fill({ [TYPED]: "weekly revenue" }, { enter: true });
    await form.shows("region");
    expect(form.value(PROJECT)).toEqual([revenue.id]);
    expect(form.value(TYPED)).toEqual([]);
    await form.fill({ [TYPED]: "nothing like it" }, { enter: true });
    await form.shows("No project fits “nothing like it”");
  });

  test("an ambiguous project, or none at all, is refused at its field", async () => {
    const form = await open();
    await form.submit();
    expect(form.errorAt(PROJECT)).toContain("Choose a project");
    await form.submit({ [TYPED]: "revenue" });
    expect(form.errorAt(TYPED)).toContain("“Weekly revenue”");
    await form.submit({ [TYPED]: "https://app.other.test/x/hex/y" });
    expect(form.errorAt(TYPED)).toContain("leads elsewhere");
    expect(harness.requests("runProject")).toEqual([]);
  });

  test("a project that was unpublished in between is not run", async () => {
    const form = await opened();
    revenue.lastPublishedAt = null;
    await form.submit();
    expect(form.errorAt(PROJECT)).toContain("not published");
    expect(harness.starts).toEqual([]);
  });

  test("contradictions are refused at their field", async () => {
    const form = await opened();
    await form.submit({
      Inputs: "days = 3",
      Options: ["publish"],
      "Saved view": "5d2f8a4e-0000-4000-8000-000000000000",
    });
    expect(form.errorAt("Options")).toContain("only without inputs");
    expect(form.errorAt("Saved view")).toContain("its own inputs");
    await form.submit({ Inputs: [], Options: [], "Saved view": "https://app.hex.tech/view/1" });
    expect(form.errorAt("Saved view")).toContain("36 characters");
    expect(harness.requests("runProject")).toEqual([]);
  });

  test("a dry run for which Hex has no time does not say that Hex would start the run", async () => {
    const form = await opened();
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 60 } });
    await form.submit({ Inputs: "days = 3", Options: ["dryRun"] });
    expect(form.text).not.toContain("Hex would start this run");
    expect(form.errorAt(PROJECT)).toContain("The limit on requests to Hex has been reached");
    expect(harness.starts).toEqual([]);
  });

  test("a dry run starts nothing, and the form stays as it was", async () => {
    const form = await opened();
    await form.submit({ Inputs: "days = 3", Options: ["dryRun"] });
    await form.shows("Hex would start this run");
    expect(harness.starts).toEqual([]);
    expect(form.value("Inputs")).toEqual(["days = 3"]);
    await form.submit({ Options: [] });
    await harness.until(() => harness.starts.length === 1);
  });

  test("a value that no field can show is sent unless another one is typed", async () => {
    const long = `select ${"x".repeat(5_000)}`;
    await runWith(`region="${long}" days=7`);
    const form = await opened();
    expect(form.value("region")).toEqual([]);
    expect(form.text).toContain("5,007 characters");
    await form.submit({ days: "8" });
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({ inputParams: { region: long, days: 8 } });
    const next = await opened();
    await next.submit({ region: "EMEA" });
    await harness.until(() => harness.starts.length === 3);
    expect(harness.starts[2]?.body).toMatchObject({ inputParams: { region: "EMEA" } });
  });

  test("such a value is still there when the form comes back for another project", async () => {
    const long = `select ${"x".repeat(5_000)}`;
    await runWith(`region="${long}"`);
    const form = await open();
    await form.pick(PROJECT, "churn");
    await form.shows("no run from Slack has used one yet");
    await form.submit({ [TYPED]: "weekly revenue" });
    await form.shows("These are the inputs of “Weekly revenue”");
    await form.submit();
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toEqual({ inputParams: { region: long } });
  });

  test("an input that the app no longer has is refused once, and not offered again", async () => {
    await runWith("region=EMEA days=7");
    const { region, ...left } = revenue.inputs;
    expect(region).toBeDefined();
    revenue.inputs = left;
    const form = await opened();
    await form.submit();
    expect(form.errorAt("region")).toContain("has no input “region”");
    await form.submit({ region: [] });
    await harness.until(() => harness.starts.length === 2);
    const next = await opened();
    expect(next.labels).not.toContain("region");
  });

  test("somebody else is offered only values from public cards", async () => {
    await runWith("region=EMEA");
    await ada.command(`run ${revenue.id} days=5`, { channel: harness.slack.channels.team });
    await harness.until(() => harness.starts.length === 2);
    await harness.cardShows("Completed", 1);
    const grace = harness.person("grace");
    const form = await grace.openForm(() => grace.command("run"));
    await form.pick(PROJECT, "revenue");
    await form.shows("days");
    expect(form.value("region")).toEqual(["EMEA"]);
    expect(form.value("days")).toEqual([]);
  });

  test("somebody else is offered no values from a card that Slack refused in a public channel", async () => {
    const refused = { type: "error", error: "not_in_channel" } as const;
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: refused });
    await ada.command(`run ${revenue.id} region=EMEA`);
    expect((await harness.cardShows("Completed")).channel).toBe(harness.slack.dm(ada.person).id);
    const grace = harness.person("grace");
    const form = await grace.openForm(() => grace.command("run"));
    await form.pick(PROJECT, "revenue");
    await form.shows("region");
    expect(form.value("region")).toEqual([]);
  });

  test("the shortcut opens the form, and if no place is chosen, the card comes as a direct message", async () => {
    const form = await ada.openForm(() => ada.shortcut("run_project"));
    await form.pick(PROJECT, "revenue");
    await form.shows("Hex does not list");
    expect(form.value(WHERE)).toEqual([]);
    await form.submit();
    expect(form.isOpen).toBe(false);
    const card = await harness.cardShows("Weekly revenue");
    expect(card.channel).toBe(harness.slack.dm(ada.person).id);
  });

  test.each([
    ["expired_trigger_id", {}],
    [
      "invalid_arguments",
      { response_metadata: { messages: ["[ERROR] `trigger_id` expired [json-pointer:/trigger_id]"] } },
    ],
  ])("a form that Slack no longer opens (%s) is offered behind a button", async (error, extra) => {
    harness.slack.faults.add({ method: "views.open", times: 1, kind: { type: "error", error, extra } });
    const answer = await harness.ask("run");
    expect(answer).toContain("did not open the form");
    expect(answer).toContain("/hex run &lt;title, id or link&gt;");
    const message = harness.slack.messages.at(-1);
    if (message === undefined) throw new Error("there is no answer");
    const form = await ada.openForm(() => ada.press(message, "Open the form"));
    expect(form.labels).toContain(PROJECT);
    // As if it had opened where it was asked for.
    expect(form.value(WHERE)).toEqual([harness.slack.channels.data.id]);
    // Nothing is wrong with the bot.
    expect(await harness.ask("status")).not.toContain("views.open");
  });

  test("a form that is open twice, and filled in differently, starts another run only if that is wanted", async () => {
    harness.slack.faults.add({ method: "views.open", times: 1, kind: { type: "error", error: "expired_trigger_id" } });
    await harness.ask("run");
    const message = harness.slack.messages.at(-1);
    if (message === undefined) throw new Error("there is no answer");
    const reopened = () => ada.openForm(() => ada.press(message, "Open the form"));
    const [below, above] = [await reopened(), await reopened()];
    await above.pick(PROJECT, "revenue");
    await above.shows("Hex does not list");
    await above.submit({ Inputs: "days = 7" });
    await harness.until(() => harness.starts.length === 1);
    await below.pick(PROJECT, "revenue");
    await below.shows("More inputs");
    await below.submit({ days: "8" });
    expect(below.text).toContain("This form has already started a run, with what it contained before.");
    expect(harness.starts).toHaveLength(1);
    await below.submit();
    await harness.until(() => harness.starts.length === 2);
    expect(harness.starts[1]?.body).toMatchObject({ inputParams: { days: 8 } });
  });

  test("a command that comes twice opens the form once, and nobody reads that it did not open", async () => {
    const command = await ada.command("run");
    await harness.until(() => harness.slack.calls.some(({ method }) => method === "views.open"));
    const before = harness.slack.messages.length;
    // With another time, so that it is no replay of the same request.
    await harness.pass(1_000);
    await harness.slack.redeliver(command);
    await harness.pass(10_000);
    expect(harness.slack.messages.length).toBe(before);
    expect(harness.log.filter((line) => line.includes("could not be opened"))).toEqual([]);
  });

  test("Run… beside a project opens the form with that project", async () => {
    await harness.ask("projects revenue");
    const list = harness.slack.messages.at(-1);
    if (list === undefined) throw new Error("there is no list");
    const form = await ada.openForm(() => ada.press(list, "Run…"));
    expect(form.value(PROJECT)).toEqual([revenue.id]);
    await form.submit({ Inputs: "days = 3" });
    await harness.until(() => harness.starts.length === 1);
    expect(harness.starts[0]?.body).toEqual({ inputParams: { days: 3 } });
  });

  test("Run with changes has the run's inputs, and no others", async () => {
    await runWith("region=EMEA days=7 api_token=abc");
    await runWith("region=APAC");
    const form = await ada.openForm(() => ada.press(harness.card(0), "Run with changes"));
    expect(form.value("region")).toEqual(["EMEA"]);
    expect(form.value("api_token")).toEqual([]);
    await form.submit({ days: "8" });
    await harness.until(() => harness.starts.length === 3);
    expect(harness.starts[2]?.body).toEqual({ inputParams: { region: "EMEA", days: 8, api_token: "abc" } });
  });

  test("the picker answers whatever is typed into it", async () => {
    const form = await open();
    expect(await form.search(PROJECT, "x".repeat(3_000))).toEqual([]);
    expect(await form.search(PROJECT, "weekly revnue")).toEqual(["Weekly revenue"]);
  });
});
