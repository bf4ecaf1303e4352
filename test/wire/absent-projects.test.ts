// A watched project that Hex no longer runs or shows: each conversation is told once, and the project is not checked until it is back.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project, ProjectOptions } from "../sandbox/hex/types.js";
import { Harness, MODES, shown } from "./harness.js";
import { addProject, headline, MINUTE, postedIn, STEP_MS } from "./watching.js";

// Up to two hours of simulated time, on a machine that may be busy.

let harness: Harness;
afterEach(() => harness.stop());

const add = (title: string, more: ProjectOptions = {}) => addProject(harness, title, more);
const posted = () => postedIn(harness);
const told = () => posted().map(shown);
const arrive = (count: number) => harness.until(() => posted().length >= count, STEP_MS);
const fail = ({ id }: Project) => harness.hex.workspace.startRun(id, { durationMs: MINUTE, outcome: "ERRORED" });
const judged = () => harness.until(() => harness.requests("listRuns").length > 0, STEP_MS);

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });

  test("archived: told once in each conversation, not called late, and checked again when it is back", async () => {
    const project = add("Weekly <!channel> revenue", { categories: ["Finance"] });
    add("Churn", { categories: ["Finance"], schedules: [] });
    const { data, general } = harness.slack.channels;
    await harness.ask("watch weekly");
    await harness.ask("watch category:Finance", { channel: general });
    await judged();
    project.archivedAt = harness.clock.now();
    await arrive(2);
    await harness.pass(90 * MINUTE, STEP_MS);
    expect(posted().map(({ channel }) => channel)).toEqual([data.id, general.id]);
    for (const text of told()) {
      expect(text).toContain("A watched project is no longer checked");
      expect(text).toMatch(/\*.*Weekly &lt;!channel&gt; revenue.*\* is archived\.\n/);
    }
    expect(posted().map((message) => [headline(message), message.edits])).toEqual([
      ["No longer checked: Weekly &lt;!channel&gt; revenue", 0],
      ["No longer checked: Weekly &lt;!channel&gt; revenue", 0],
    ]);
    for (const channel of [data, general]) expect(await harness.ask("watching", { channel })).toContain("is archived");
    // Whoever begins to watch now has seen nothing go away.
    await harness.ask("watch category:Finance", { channel: harness.slack.channels.team });
    await harness.stopBot();
    await harness.startBot();
    project.archivedAt = null;
    await harness.until(() => told().every((text) => text.includes("has been checked again since <!date")), STEP_MS);
    // A screen reader does not say what is struck through.
    for (const text of told()) expect(text).toMatch(/Weekly &lt;!channel&gt; revenue.*\* was archived\. It has been/);
    await harness.pass(20 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(2);
    expect(await harness.ask("watching")).not.toContain("archived");
    fail(project);
    await arrive(4);
    expect(told()[2]).toContain("A watched project is in trouble");
  });

  test("deleted or archived: unwatched by the title that the messages show", async () => {
    const [deleted, archived] = [add("Old revenue"), add("Old churn")];
    for (const { id } of [deleted, archived]) await harness.ask(`watch ${id}`);
    await harness.until(() => harness.requests("listRuns").length >= 2, STEP_MS);
    harness.hex.workspace.removeProject(deleted.id);
    archived.archivedAt = harness.clock.now();
    await harness.until(() => told().join().includes("2 watched projects are no longer checked"), STEP_MS);
    for (const { title } of [deleted, archived]) {
      expect(await harness.ask("watching")).toContain(title);
      const ended = await harness.ask(`unwatch ${title.toUpperCase()}`);
      expect(ended).toMatch(new RegExp(`^No longer watched in this conversation: \\*.*${title}.*\\*\\.`, "m"));
      expect(await harness.ask("watching")).not.toContain(title);
    }
  });

  test("unpublished, deleted and no longer shared: one message names them", async () => {
    const [one, two, three] = [add("Revenue"), add("Churn"), add("Leads")];
    await harness.ask("watch owner:olga@acme.test");
    await harness.until(() => harness.requests("listRuns").length >= 3, STEP_MS);
    one.lastPublishedAt = null;
    two.visible = false;
    harness.hex.workspace.removeProject(three.id);
    await harness.until(
      () => told().some((text) => text.includes("3 watched projects are no longer checked")),
      STEP_MS,
    );
    expect(told().join()).toContain("Nobody is told when one of their runs fails or is late. If one comes back");
    expect(posted()).toHaveLength(1);
    expect(told()[0]).toMatch(/\|Revenue>\* is not published\./);
    expect(told()[0]).toContain("*Churn* was deleted, or is no longer shared with the bot's token.");
    expect(told()[0]).toContain("*Leads* was deleted, or is no longer shared with the bot's token.");
    expect(await harness.ask("watching")).toContain("*Churn* was deleted");
    expect(await harness.ask("unwatch owner:olga@acme.test")).toContain("No longer watched");
  });

  test("of more than it has room for, it names those that are still not checked", async () => {
    const projects = Array.from({ length: 23 }, (_, index) => add(`Report ${index + 1}`));
    await harness.ask("projects");
    await harness.ask("watch owner:olga@acme.test");
    await harness.until(() => harness.requests("listRuns").length >= projects.length, STEP_MS);
    for (const project of projects) project.archivedAt = harness.clock.now();
    const says = (text: string) => harness.until(() => told()[0]?.includes(text) ?? false, STEP_MS);
    await says("23 watched projects are no longer checked");
    await says("… and 3 more projects.");
    const isNamed = ({ title }: { title: string }) => told()[0]?.includes(`|${title}>*`) ?? false;
    const hidden = projects.filter((one) => !isNamed(one));
    expect(hidden).toHaveLength(3);
    for (const project of projects.filter(isNamed)) project.archivedAt = null;
    await says(":white_circle: *3 watched projects are no longer checked");
    for (const { title } of hidden) expect(told()[0]).toMatch(new RegExp(`\\|${title}>\\* is archived\\.`));
  });

  test("Slack's answer is lost: told once more, and it says so", async () => {
    const project = add("Revenue");
    await harness.ask("watch revenue");
    await judged();
    project.archivedAt = harness.clock.now();
    const kind = { type: "reset" as const };
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, afterEffect: true, kind });
    await arrive(2);
    await harness.pass(20 * MINUTE, STEP_MS);
    expect(told().map((text) => text.includes("This message may be here more than once"))).toEqual([false, true]);
  });

  test("its trouble ends without being called green, and does not come back with it", async () => {
    const project = add("Revenue");
    await harness.ask("watch revenue");
    fail(project);
    await arrive(1);
    project.archivedAt = harness.clock.now();
    await harness.until(() => (told()[0] ?? "").includes("*No longer checked* since"), STEP_MS);
    expect(told()[0]).toContain("Failed <!date");
    expect(told()[0]).not.toContain("I'm on it");
    await arrive(2);
    project.archivedAt = null;
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(2);
    expect(told().join()).not.toContain("green");
  });
});

describe("no disappearance", () => {
  beforeEach(async () => {
    harness = await Harness.start("socket");
    add("Revenue");
    await harness.ask("watch owner:olga@acme.test");
    await judged();
  });
  afterEach(() => expect(told()).toEqual([]));

  test("Hex is down", async () => {
    harness.hex.faults.add({ kind: { type: "status", status: 500 }, times: Number.POSITIVE_INFINITY });
    await harness.pass(45 * MINUTE, STEP_MS);
  });

  test("Hex's list breaks off", async () => {
    const alter = () => ({ values: [], pagination: { after: "next", before: null } });
    const kind = { type: "altered" as const, alter };
    harness.hex.faults.add({ endpoint: "listProjects", kind, times: Number.POSITIVE_INFINITY });
    await harness.pass(45 * MINUTE, STEP_MS);
  });

  test("Hex's list leaves the project out, or says that it is not published, and Hex still knows better", async () => {
    const empty = { values: [], pagination: { after: null, before: null } };
    harness.hex.faults.add({ endpoint: "listProjects", kind: { type: "altered", alter: () => empty }, times: 2 });
    await harness.until(() => harness.requests("getProject").length > 0, STEP_MS);
    await harness.pass(45 * MINUTE, STEP_MS);
    expect(await harness.ask("watching")).toContain("|Revenue>");
  });

  test("Hex's list leaves the project out, and then Hex is down", async () => {
    const empty = { values: [], pagination: { after: null, before: null } };
    harness.hex.faults.add({ endpoint: "listProjects", kind: { type: "altered", alter: () => empty } });
    const times = Number.POSITIVE_INFINITY;
    harness.hex.faults.add({ endpoint: "getProject", kind: { type: "status", status: 502 }, times });
    await harness.until(() => harness.requests("getProject").length > 0, STEP_MS);
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(harness.requests("getProject").length).toBeLessThanOrEqual(2);
    expect(await harness.ask("watching")).toContain("|Revenue>");
  });

  test("the project is already archived when somebody begins to watch it: the answer says so", async () => {
    const project = add("Old", { archived: true, ownerEmail: "grace@acme.test" });
    expect(await harness.ask(`watch ${project.id}`)).toContain("It is archived, so Hex does not run it.");
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(await harness.ask("watching")).toMatch(/Old.*is archived\./);
    project.archivedAt = null;
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(await harness.ask("watching")).not.toContain("archived");
  });
});
