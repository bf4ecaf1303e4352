// The form that starts a run: opened, filled in, corrected and submitted, as people see it.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { PersonInSlack } from "../sandbox/slack/person.js";
import { Bench, MODES } from "./bench.js";

const INPUTS = {
  region: { dataType: "STRING" as const },
  days: { dataType: "NUMBER" as const },
  api_token: { dataType: "STRING" as const },
};
const PROJECT = "Project";
const TYPED = "… or type a title, id or link";
const WHERE = "Where the card goes";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  let ada: PersonInSlack;
  let revenue: Project;
  beforeEach(async () => {
    bench = await Bench.start(mode);
    ada = bench.person("ada");
    revenue = bench.hex.workspace.addProject({ title: "Weekly revenue", inputs: INPUTS });
    await bench.ask("projects");
    if (mode === "http") bench.slack.optionsUrl = bench.slack.eventsUrl;
  });
  afterEach(() => bench.stop());

  const open = () => ada.openForm(() => ada.command("run"));
  const opened = async (): Promise<OpenForm> => {
    const form = await open();
    await form.pick(PROJECT, "revenue");
    await form.shows(/Hex gives out no list/);
    return form;
  };
  const runWith = async (inputs: string) => {
    const before = bench.starts.length;
    await ada.command(`run ${revenue.id} ${inputs}`);
    await bench.until(() => bench.starts.length === before + 1);
    await bench.cardShows("Completed", bench.cards.length - 1);
  };

  test("/hex run alone: pick, fill in, run; the card stands in the channel", async () => {
    const form = await open();
    expect(form.title).toBe("Run a Hex project");
    expect(form.value(WHERE)).toEqual([bench.slack.channels.data.id]);
    expect(await form.search(PROJECT, "rev")).toEqual(["Weekly revenue"]);
    await form.pick(PROJECT, "");
    await form.shows(/Hex gives out no list/);
    const { errors } = await form.submit({ Inputs: "region = North America\ndays = 30", Options: ["fresh"] });
    expect(errors).toEqual({});
    expect(form.isOpen).toBe(false);
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual({
      inputParams: { region: "North America", days: 30 },
      useCachedSqlResults: false,
    });
    const card = await bench.cardShows("region=North America");
    expect(card.channel).toBe(bench.slack.channels.data.id);
  });

  test("inputs of earlier runs get fields with the last values, and a secret none", async () => {
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
    await bench.until(() => bench.starts.length === 2);
    expect(bench.starts[1]?.body).toEqual({ inputParams: { region: "EMEA", days: 8 } });
  });

  test("what is wrong is said at its field, and nothing is lost", async () => {
    await runWith("region=EMEA days=7");
    const form = await opened();
    await form.submit({ days: "many", "More inputs": "shape = 3" });
    expect(form.errorAt("days")).toContain("must be");
    expect(form.errorAt("More inputs")).toContain("no input “shape”");
    expect(form.isOpen).toBe(true);
    await form.submit({ days: "[1", "More inputs": "shape" });
    expect(form.errorAt("days")).toContain("not valid JSON");
    expect(form.errorAt("More inputs")).toContain("name = value");
    expect(bench.starts).toHaveLength(1);
    await form.submit({ days: "9", "More inputs": [] });
    expect(form.isOpen).toBe(false);
    await bench.until(() => bench.starts.length === 2);
  });
});
