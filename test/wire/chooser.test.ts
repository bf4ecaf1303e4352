// A title instead of an id: what was typed behind it goes along with the choice, or the person is told that it cannot.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Bench, buttonsOf, MODES, shown } from "./bench.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start(mode);
  });
  afterEach(() => bench.stop());

  const inputs = { region: { dataType: "STRING" as const }, days: { dataType: "NUMBER" as const } };
  const chooser = (): SlackMessage => {
    const found = bench.slack.messages.findLast((message) => message.via === "response_url");
    if (!found) throw new Error("there is no chooser");
    return found;
  };

  test("Run starts with the inputs and the flags that were typed, as the chooser says", async () => {
    bench.hex.workspace.addProject({ title: "Weekly revenue", inputs });
    const answer = await bench.ask('run Revenue region="North America" days=30 --fresh');
    expect(answer).toContain("starts with what you typed: Inputs `region=North America` `days=30` · fresh SQL");
    await bench.slack.click(chooser(), "run_project");
    await bench.until(() => bench.starts.length === 1);
    const body = { inputParams: { region: "North America", days: 30 }, useCachedSqlResults: false };
    expect(bench.starts[0]?.body).toEqual(body);
    // The list has new buttons now, and they carry the same.
    await bench.slack.waitForMessage((message) => message === chooser() && message.edits === 1);
    await bench.slack.click(chooser(), "run_project");
    await bench.until(() => bench.starts.length === 2);
    expect(bench.starts[1]?.body).toEqual(body);
  });

  test.each([
    ["--publish", { updatePublishedResults: true }],
    ["--view view-1", { viewId: "view-1" }],
  ])("%s goes along", async (flag, body) => {
    bench.hex.workspace.addProject({ title: "Revenue", views: ["view-1"] });
    await bench.ask(`run revenue ${flag}`);
    await bench.slack.click(chooser(), "run_project");
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual(body);
  });

  test("a dry run stays one", async () => {
    bench.hex.workspace.addProject({ title: "Revenue", inputs });
    expect(await bench.ask("run revenue days=7 --dry-run")).toContain("starts nothing");
    expect(shown(chooser())).toContain("Dry run");
    await bench.slack.click(chooser(), "run_project");
    const answer = await bench.slack.waitForMessage((message) => shown(message).includes("Hex would start"));
    expect(shown(answer)).toContain("days=7");
    expect(bench.starts).toEqual([]);
    expect(bench.requests("runProject")[0]?.body).toEqual({ inputParams: { days: 7 }, dryRun: true });
    expect(bench.cards).toEqual([]);
  });

  test("paging keeps them", async () => {
    for (let i = 0; i < 9; i++) bench.hex.workspace.addProject({ title: `Revenue ${i}`, inputs });
    await bench.ask("run revenue days=7");
    await bench.slack.click(chooser(), "projects_next");
    await bench.slack.waitForMessage((message) => shown(message).includes("Page 2"));
    expect(shown(chooser())).toContain("`days=7`");
    const [block] = chooser().blocks.filter((one) => JSON.stringify(one).includes("run_project"));
    const value = /"value":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(block))?.[1] ?? "";
    await bench.slack.click(chooser(), "run_project", { value: JSON.parse(value) });
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual({ inputParams: { days: 7 } });
  });

  test("inputs that no button can carry: said so, no Run that would drop them, and how to run it, on every page", async () => {
    const projects = Array.from({ length: 9 }, (_, i) =>
      bench.hex.workspace.addProject({ title: `Revenue ${i}`, inputs }),
    );
    const answer = await bench.ask(`run revenue region="${"North ".repeat(400)}"`);
    expect(answer).toContain("too long for a button to carry");
    expect(buttonsOf(chooser())).toEqual(["projects_next"]);
    await bench.slack.click(chooser(), "projects_next");
    await bench.slack.waitForMessage((message) => shown(message).includes("Page 2"));
    expect(shown(chooser())).toContain("too long for a button to carry");
    expect(buttonsOf(chooser())).not.toContain("run_project");
    expect(projects.some(({ id }) => shown(chooser()).includes(id))).toBe(true);
    expect(bench.starts).toEqual([]);
  });

  test("long inputs and long titles: every project is on one of the pages, with its Run", async () => {
    const names = Array.from({ length: 11 }, (_, i) => `name_${i}`);
    const accepted = Object.fromEntries(names.map((name) => [name, { dataType: "STRING" as const }]));
    const titles = Array.from({ length: 6 }, (_, i) => `Revenue ${i} ${"R&D <EU> ".repeat(13)}`);
    for (const title of titles) bench.hex.workspace.addProject({ title, inputs: accepted });
    await bench.ask(`run revenue ${names.map((name) => `${name}=${"x".repeat(95)}`).join(" ")}`);
    let seen = "";
    for (let page = 1; page <= titles.length; page++) {
      seen += shown(chooser());
      expect(buttonsOf(chooser())).toContain("run_project");
      if (!buttonsOf(chooser()).includes("projects_next")) break;
      await bench.slack.click(chooser(), "projects_next");
      await bench.slack.waitForMessage((message) => shown(message).includes(`Page ${page + 1}`));
    }
    expect(titles.map((_, i) => seen.includes(`Revenue ${i} `))).toEqual(titles.map(() => true));
  });

  test("a button of before, which carries nothing, starts a plain run", async () => {
    const { id } = bench.hex.workspace.addProject({ title: "Revenue" });
    await bench.ask("run revenue");
    const stale = JSON.stringify(chooser().blocks).replace(/"value":"(?:[^"\\]|\\.)*"/, () => {
      const value = JSON.stringify({ project: id, nonce: "old", words: ["revenue"], page: 0 });
      return `"value":${JSON.stringify(value)}`;
    });
    await bench.slack.click(chooser(), "run_project", { stale: { blocks: JSON.parse(stale) } });
    await bench.until(() => bench.starts.length === 1);
    expect(bench.starts[0]?.body).toEqual({});
  });
});
