// What people type and do wrong with `/hex watch` is answered, and nothing is lost.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pings } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;
const STEP_MS = 5_000;
/** The test with 500 projects computes a lot. */
const BUSY_MACHINE_MS = 180_000;
const NOBODY = "Nothing is watched in this conversation.";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());
  const posted = () => harness.slack.messages.filter(({ via }) => via === "postMessage");

  test("nothing, and projects that do not exist", async () => {
    harness.hex.workspace.addProject({ title: "Weekly revenue" });
    expect(await harness.ask("watch")).toContain("Which project?");
    expect(await harness.ask("watch nonsense")).toContain("nonsense");
    expect(await harness.ask("watch 019814d7-a5f1-7008-b413-872974a7a308 all")).toMatch(
      /no such project|not find|404/i,
    );
    expect(await harness.ask("watch weekly revenues all")).toContain("Weekly revenue");
    expect(await harness.ask("unwatch weekly revenue")).toContain("No longer watched");
    expect(await harness.ask("unwatch weekly revenue")).toContain(NOBODY);
    expect(await harness.ask("watching")).toContain(NOBODY);
    expect(await harness.ask("watch category:Nope")).toContain(
      "No project fits that yet. One that does later is watched",
    );
    expect(await harness.ask("unwatch nonsense")).toContain("`nonsense` is not watched in this conversation.");
  });

  test("a link to a run, or with a title and no id, ends the watch of its project; another site's link is called that", async () => {
    const { hex } = harness;
    const { id } = hex.workspace.addProject({ title: "Weekly revenue" });
    const run = `${hex.origin}/acme/app/${id}/run/019814d7-a5f1-7008-b413-872974a7a308`;
    for (const link of [`<${run}>`, `${hex.origin}/acme/app/Weekly-revenue/latest`]) {
      await harness.ask(`watch ${id}`);
      expect(await harness.ask(`unwatch ${link}`)).toContain("No longer watched");
    }
    await harness.ask(`watch ${id}`);
    expect(await harness.ask("unwatch https://elsewhere.test/acme/app/Weekly-revenue/latest")).toContain(
      "elsewhere.test",
    );
    expect(await harness.ask("watching")).toContain("Weekly revenue");
  });

  test("a category in quotes and with apostrophes, as keyboards write them", async () => {
    harness.hex.workspace.addProject({ title: "Churn", categories: ["Finance Ops"] });
    harness.hex.workspace.addProject({ title: "Toys", categories: ["Children's wear"] });
    await harness.ask("projects");
    expect(await harness.ask("watch category:“Finance Ops”")).toContain("That covers 1 project now.");
    expect(await harness.ask("watch category:Children’s wear")).toContain("That covers 1 project now.");
    expect(await harness.ask("watching")).toMatch(/category `Finance Ops`[\s\S]*Churn/);
    expect(await harness.ask("unwatch category:„Finance Ops“")).toContain("No longer watched");
    expect(await harness.ask("watch category:Children's wear late")).toContain("is now told");
    expect(await harness.ask("unwatch category:Children's wear")).toContain("No longer watched");
    expect(await harness.ask("digest 08:00 category:“finance ops”")).toContain("That covers 1 project now.");
  });

  test("an owner who is mentioned and not named by an address: the answer says so, and nothing is watched", async () => {
    const said =
      "`@grace` is not an e-mail address. Use the one that the owner has in Hex: `/hex watch owner:ada@example.com`";
    expect(await harness.ask("watch owner:@grace")).toContain(said);
    expect(await harness.ask("watching")).toContain(NOBODY);
    expect(await harness.ask("digest 08:00 owner:Grace Hopper")).toContain("`Grace Hopper` is not an e-mail address.");
    expect(await harness.ask("digest off")).toContain("No digest is set");
  });

  test("without a schedule, watched for late runs: said at once and in /hex watching, and never called late", async () => {
    harness.hex.workspace.addProject({ title: "Revenue", schedules: [] });
    expect(await harness.ask("watch revenue late")).toContain("It has no schedule, so none of its runs can be late.");
    await harness.pass(40 * MINUTE, MINUTE / 2);
    expect(await harness.ask("watching")).toContain("no schedule");
    expect(posted()).toEqual([]);
  });

  test("a schedule that the bot cannot follow: said, and never called late", async () => {
    const cron = { cadence: "CUSTOM" as const, custom: { timezone: "+00:00", cron: "0 9 L * *" } };
    harness.hex.workspace.addProject({ title: "Revenue", schedules: [cron] });
    await harness.ask("projects");
    expect(await harness.ask("watch revenue")).toContain("The bot cannot tell from its schedule when a run is due");
    await harness.pass(40 * MINUTE, MINUTE / 2);
    expect(await harness.ask("watching")).toContain("the bot cannot tell when it is due");
    expect(posted()).toEqual([]);
  });

  test("one of two schedules that the bot cannot follow: said beside when the other one is due", async () => {
    const cron = { cadence: "CUSTOM" as const, custom: { timezone: "+00:00", cron: "0 9 L * *" } };
    const daily = { cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 20, minute: 0 } };
    harness.hex.workspace.addProject({ title: "Revenue", schedules: [daily, cron] });
    await harness.ask("projects");
    const why = "The bot cannot tell the due times of 1 of its 2 schedules, and calls no run late because of that.";
    expect(await harness.ask("watch revenue")).toContain(why);
    expect(await harness.ask("watch revenue failures")).not.toContain(why);
    expect(await harness.ask("watching")).toMatch(
      /next due <!date[^>]*>, not counting 1 of its 2 schedules whose due times the bot cannot tell/,
    );
  });

  test("titles, categories and owners that would notify a channel notify nobody", async () => {
    const title = "<!channel> @here <@U0GRACEHOPP>";
    const project = harness.hex.workspace.addProject({
      title,
      ownerEmail: "<!here>@acme.test",
      categories: ["<!everyone>"],
      schedules: [],
    });
    await harness.ask(`watch ${project.id} all`);
    await harness.ask("watch category:<!everyone>");
    await harness.ask("watch owner:<!here>@acme.test");
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000, outcome: "ERRORED" });
    await harness.until(() => posted().length > 0, STEP_MS);
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000 });
    await harness.until(() => posted().length > 2, STEP_MS);
    await harness.ask("watching");
    const own = harness.slack.messages.filter(({ via }) => via !== "person");
    expect(own.flatMap((message) => pings(message)).filter((ping) => ping !== "<@U0ADALOVELA>")).toEqual([]);
  });

  test("a person of another workspace watches nothing and ends nothing", async () => {
    harness.hex.workspace.addProject({ title: "Revenue", schedules: [] });
    await harness.ask("watch revenue");
    const { data } = harness.slack.channels;
    const { stranger } = harness.slack.people;
    const answers = () => harness.slack.messages.filter(({ user }) => user === stranger.id).map(shown);
    for (const text of ["watch scheduled all", "unwatch revenue", "watching"]) {
      const before = answers().length;
      await harness.person("stranger").mention(data, text);
      await harness.until(() => answers().length > before, 0);
      expect(answers().at(-1)).toContain("belongs to another workspace");
    }
    const watching = await harness.ask("watching");
    expect(watching).toContain("Revenue");
    expect(watching).not.toContain("every project with a schedule");
  });

  test("somebody deletes the message: it is posted once more, and not after a second time", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", schedules: [] });
    const other = harness.hex.workspace.addProject({ title: "Churn", schedules: [] });
    await harness.ask(`watch ${project.id}`);
    await harness.ask(`watch ${other.id}`);
    const inChannel = () => posted().filter(({ threadTs, deleted }) => threadTs === undefined && !deleted);
    const remove = () => {
      const [message] = inChannel();
      if (message === undefined) throw new Error("There is no message.");
      harness.slack.delete(message);
    };
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000, outcome: "ERRORED" });
    await harness.until(() => inChannel().length > 0, STEP_MS);
    remove();
    harness.hex.workspace.startRun(other.id, { durationMs: 1_000, outcome: "ERRORED" });
    await harness.until(() => inChannel().map(shown).join().includes("2 watched projects are in trouble"), STEP_MS);
    expect(inChannel()).toHaveLength(1);
    remove();
    for (const { id } of [project, other]) harness.hex.workspace.startRun(id, { durationMs: 1_000 });
    await harness.pass(20 * MINUTE, MINUTE / 4);
    expect(inChannel()).toEqual([]);
    expect(await harness.ask("watching")).toContain("Revenue");
  });

  test("the same watch twice, typed in three ways, is one", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", schedules: [] });
    await harness.ask("watch revenue");
    expect(await harness.ask(`watch ${project.id}`)).toContain("is already told");
    expect(await harness.ask(`watch ${harness.hex.origin}/acme/app/${project.id}/latest`)).toContain("is already told");
    await harness.ask("watch category:Finance");
    expect(await harness.ask("watch CATEGORY: finance")).toContain("is already told");
    expect((await harness.ask("watching")).match(/Unwatch/g)).toHaveLength(2);
  });

  test("what another watch covers, too, is still told after unwatch, and the answer says so", async () => {
    for (const title of ["Revenue", "Churn"])
      harness.hex.workspace.addProject({ title, schedules: [], ownerEmail: "olga@acme.test", categories: ["Finance"] });
    await harness.ask("projects");
    await harness.ask("watch revenue");
    await harness.ask("watch category:Finance");
    await harness.ask("watch owner:olga@acme.test");
    const both = "every project of the category `Finance`, and every project of olga@acme.test";
    expect(await harness.ask("unwatch revenue")).toMatch(
      new RegExp(`The watch of .*Revenue>\\* has ended. But .* still told about it, because it also watches ${both}`),
    );
    expect(await harness.ask("unwatch revenue")).toMatch(
      /\|Revenue>\* has no watch of its own here\. This conversation is told about it because it watches every project/,
    );
    expect(await harness.ask("unwatch category:Finance")).toContain(
      "The watch of every project of the category `Finance` has ended. But this conversation is still told about 2 projects that it covered, because it also watches every project of olga@acme.test.",
    );
    expect(await harness.ask("unwatch owner:olga@acme.test")).toContain(
      "No longer watched in this conversation: every project of olga@acme.test.",
    );
    expect(await harness.ask("unwatch revenue")).toContain("Nothing is watched in this conversation.");
  });
});

test("the time that summer time leaves out: not called late when the run comes an hour later", async () => {
  // Clocks in Berlin go from 02:00 to 03:00, which is 01:00 in UTC.
  const harness = await Harness.start("socket", { startsAt: Date.UTC(2027, 2, 28, 0, 0) });
  const at = { cadence: "DAILY" as const, daily: { timezone: "Europe/Berlin", hour: 2, minute: 30 } };
  const project = harness.hex.workspace.addProject({ title: "Revenue", schedules: [at] });
  expect(await harness.ask(`watch ${project.id}`)).toContain("Its schedule");
  await harness.pass(Date.UTC(2027, 2, 28, 1, 30) - harness.clock.now(), MINUTE);
  harness.hex.workspace.startRun(project.id, { trigger: "SCHEDULED", durationMs: MINUTE });
  await harness.pass(90 * MINUTE, MINUTE);
  expect(harness.slack.messages.filter(({ via }) => via === "postMessage")).toEqual([]);
  expect(await harness.ask("watching")).toMatch(/completed in 1 min/);
  await harness.stop();
});

test("500 projects in one channel: said how many fit, how old answers get, and all are listed or counted", {
  timeout: BUSY_MACHINE_MS,
}, async () => {
  const harness = await Harness.start("socket", { env: { HEX_REQUESTS_PER_MINUTE: "30" } });
  for (let made = 0; made < 500; made++)
    harness.hex.workspace.addProject({ title: `Report ${made}`, categories: ["Finance"], schedules: [] });
  await harness.until(
    () => harness.log.filter((line) => line.includes("All projects have been read")).length > 1,
    STEP_MS,
  );
  const answer = await harness.ask("watch category:Finance");
  expect(answer).toContain("That covers 500 projects now.");
  expect(answer).toContain("The bot watches 500 projects in all.");
  expect(answer).toContain("may take 41 min 40 s to learn of a run that nobody scheduled");
  expect(answer).toContain("With up to 60 projects, that takes 5 min.");
  const watching = await harness.ask("watching");
  expect(watching).toContain("and 492 more projects");
  expect(watching).toContain("The bot watches 500 projects in all.");
  const last = harness.hex.workspace.projects.at(-1);
  harness.hex.workspace.startRun(last?.id ?? "", { durationMs: 1_000, outcome: "ERRORED" });
  await harness.pass(45 * MINUTE, STEP_MS);
  const told = harness.slack.messages.filter(({ via }) => via === "postMessage").map(shown);
  expect(told).toEqual([expect.stringContaining("|Report 499>")]);
  expect(await harness.ask("unwatch category:finance")).toContain("No longer watched");
  await harness.stop();
});
