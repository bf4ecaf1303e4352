// A conversation is told only of projects that may be shown there at that moment, whoever asked for it.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import type { Channel } from "../sandbox/slack/types.js";
import { Harness, shown } from "./harness.js";

// Up to a day of simulated time, on a machine that may be busy.
vi.setConfig({ testTimeout: 240_000 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP_MS = 5_000;
const HIDE_FINANCE = "{ deny: see, people: everyone, projects: { category: Finance } }";
const ALL = "{ allow: [see, run, watch], people: everyone }";

let bench: Harness;
let salaries: Project;
let revenue: Project;
beforeEach(async () => {
  bench = await Harness.start("http");
  salaries = bench.hex.workspace.addProject({ title: "Weekly salaries", categories: ["Finance"] });
  revenue = bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
  await bench.ask("projects");
});
afterEach(() => bench.stop());

const data = () => bench.slack.channels.data;
const ada = () => bench.slack.people.ada;
/** Everybody may see the others, Ada may see Finance too, and so may anybody in #team. */
const financeForAda = () =>
  bench.rules(
    `{ allow: [see, run, watch], people: ${ada().id} }`,
    `{ allow: [see, run, watch], people: everyone, channels: ${bench.slack.channels.team.id} }`,
    HIDE_FINANCE,
    ALL,
  );
/** What the bot has written in a channel for all who read it, each message with its earlier versions. */
const written = (channel: { id: string }): SlackMessage[] =>
  bench.slack.messages.filter((one) => one.channel === channel.id && one.via === "postMessage");
const texts = (channel: { id: string }) => written(channel).map(shown).join("\n---\n");
const everWritten = (channel: { id: string }) => JSON.stringify(written(channel).map(({ history }) => history));
const fail = ({ id }: Project) =>
  bench.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
const complete = ({ id }: Project) => bench.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000 });
const untilSaid = (channel: { id: string }, words: RegExp) => bench.until(() => words.test(texts(channel)), STEP_MS);

test("a trouble is told where everybody may see the project and in the direct messages of who may, and nowhere else", async () => {
  financeForAda();
  const places = [data(), bench.slack.channels.team, bench.slack.dm(ada()), bench.slack.dm(bench.slack.people.grace)];
  for (const channel of places) {
    const user = channel.id === bench.slack.dm(bench.slack.people.grace).id ? bench.slack.people.grace : ada();
    await bench.ask("watch category:Finance", { channel, user });
    await bench.ask("watch category:Sales", { channel, user });
  }
  fail(salaries);
  fail(revenue);
  for (const channel of places) await untilSaid(channel, /Weekly revenue/);
  await untilSaid(bench.slack.channels.team, /Weekly salaries/);
  await untilSaid(bench.slack.dm(ada()), /Weekly salaries/);
  await bench.pass(15 * MINUTE, STEP_MS);
  expect(everWritten(data())).not.toContain("salaries");
  expect(everWritten(bench.slack.dm(bench.slack.people.grace))).not.toContain("salaries");
});

test("when the right is withdrawn, the message names nothing any more and nothing is posted; given back, it is told on", async () => {
  bench.rules(ALL);
  await bench.ask("watch category:Finance");
  fail(salaries);
  await untilSaid(data(), /Failed/);
  expect(texts(data())).toContain("Weekly salaries");
  bench.rules(HIDE_FINANCE, ALL);
  await untilSaid(data(), /No longer shown here: 1 project/);
  expect(written(data())).toHaveLength(1);
  expect(texts(data())).not.toContain("salaries");
  bench.rules(ALL);
  await untilSaid(data(), /Weekly salaries/);
  complete(salaries);
  await untilSaid(data(), /Back to green/);
  expect(written(data()).filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
});

test("ends and absences are told of what may be shown", async () => {
  financeForAda();
  const direct = bench.slack.dm(ada());
  for (const channel of [data(), direct]) await bench.ask("watch category:Finance all", { channel });
  await bench.pass(5 * MINUTE, STEP_MS);
  complete(salaries);
  await untilSaid(direct, /Completed|completed/);
  await bench.pass(5 * MINUTE, STEP_MS);
  salaries.archivedAt = bench.clock.now();
  await untilSaid(direct, /is archived/);
  await bench.pass(15 * MINUTE, STEP_MS);
  expect(written(data())).toEqual([]);
  const watched = await bench.ask("watching", { user: bench.slack.people.grace });
  expect(watched).toContain("category `Finance`");
  expect(watched).not.toContain("salaries");
  bench.rules(HIDE_FINANCE, ALL);
  await untilSaid(direct, /no longer shown in this conversation/);
  expect(shown(written(direct).at(-1) ?? never())).not.toContain("salaries");
});

test("a digest has rows only of what may be shown when it is sent", async () => {
  financeForAda();
  const direct = bench.slack.dm(ada());
  for (const channel of [data(), direct]) {
    await bench.ask("watch category:Finance", { channel });
    await bench.ask("watch category:Sales", { channel });
    await bench.ask("digest 10:00 UTC", { channel });
  }
  await untilSaid(direct, /Weekly salaries/);
  await untilSaid(data(), /Weekly revenue/);
  expect(everWritten(data())).not.toContain("salaries");
});

test("a digest names a project that is gone only where it was shown", async () => {
  financeForAda();
  const direct = bench.slack.dm(ada());
  for (const channel of [data(), direct]) {
    await bench.ask("watch category:Finance late", { channel });
    await bench.ask("watch category:Sales late", { channel });
    await bench.ask("digest 10:00 UTC", { channel });
  }
  await bench.pass(5 * MINUTE, STEP_MS);
  salaries.archivedAt = bench.clock.now();
  await untilSaid(direct, /1 not checked[\s\S]*Weekly salaries/);
  await untilSaid(data(), /Weekly revenue/);
  expect(texts(data())).not.toContain("not checked");
  expect(everWritten(data())).not.toContain("salaries");
});

test("whoever set watches that have ended is not told the name of what they may not see any more", async () => {
  bench.rules(ALL);
  await bench.ask("watch weekly salaries");
  await bench.ask("watch weekly revenue");
  bench.rules(HIDE_FINANCE, ALL);
  bench.slack.archive(data());
  fail(revenue);
  const direct = bench.slack.dm(ada());
  await untilSaid(direct, /These watches of yours have ended/);
  expect(texts(direct)).toContain("Weekly revenue");
  expect(texts(direct)).toContain("a project that you may not see any more");
  expect(everWritten(direct)).not.toContain("salaries");
});

test("whoever asked to be told of a run's end is told if they may still see its project", async () => {
  const slow = bench.hex.workspace.addProject({
    title: "Monthly salaries",
    categories: ["Finance"],
    run: { runningMs: 5 * MINUTE },
  });
  bench.rules(ALL);
  await bench.slack.command(`run ${slow.id}`);
  const card = await bench.cardShows("Running");
  const { grace } = bench.slack.people;
  for (const user of [ada(), grace]) await bench.slack.click(card, "tell_me", { user });
  financeForAda();
  await bench.cardShows("Completed");
  await untilSaid(bench.slack.dm(ada()), /Monthly salaries/);
  await bench.pass(5 * MINUTE, STEP_MS);
  expect(everWritten(bench.slack.dm(grace))).toBe("[]");
});

test("while Slack does not say who somebody is, they are not told, and they are once it does", async () => {
  const slow = bench.hex.workspace.addProject({ title: "Monthly pay", run: { runningMs: 5 * MINUTE } });
  bench.rules(ALL);
  await bench.slack.command(`run ${slow.id}`);
  const card = await bench.cardShows("Running");
  await bench.slack.click(card, "tell_me", { user: bench.slack.people.grace });
  await bench.pass(5_000);
  bench.slack.faults.add({ method: "users.info", kind: { type: "error", error: "internal_error" }, times: 3 });
  bench.rules("{ allow: see, people: members }");
  await bench.cardShows("Completed");
  const direct = bench.slack.dm(bench.slack.people.grace);
  expect(written(direct)).toEqual([]);
  await untilSaid(direct, /Monthly pay/);
  expect(written(direct)).toHaveLength(1);
});

/** Ada's direct messages watch a project, and only members of the workspace may see it. */
const membersOnly = async () => {
  bench.rules("{ allow: [see, run, watch], people: members }");
  const direct = bench.slack.dm(ada());
  await bench.ask("watch weekly revenue", { channel: direct, user: ada() });
  return direct;
};
const noAnswerAboutPeople = () =>
  bench.slack.faults.add({ method: "users.info", kind: { type: "error", error: "internal_error" } });
/** Sets a digest that is due in three hours. */
const digestInThreeHours = (direct: Channel) => {
  const time = new Date(bench.clock.now() + 3 * HOUR).toISOString().slice(11, 16);
  return bench.ask(`digest ${time} UTC`, { channel: direct, user: ada() });
};

test("while Slack does not say who somebody is, their digest waits", async () => {
  const direct = await membersOnly();
  await digestInThreeHours(direct);
  await bench.pass(2 * HOUR + 55 * MINUTE, 30_000);
  noAnswerAboutPeople();
  await bench.pass(20 * MINUTE, STEP_MS);
  expect(texts(direct)).toBe("");
  bench.slack.faults.clear();
  await untilSaid(direct, /Weekly revenue/);
  await bench.pass(10 * MINUTE, STEP_MS);
  expect(written(direct)).toHaveLength(1);
  expect(texts(direct)).toMatch(/1\d min late: Slack did not say what you may see\./);
});

test("a digest of which Slack says nothing for two hours is not sent", async () => {
  const direct = await membersOnly();
  await digestInThreeHours(direct);
  await bench.pass(2 * HOUR + 55 * MINUTE, 30_000);
  noAnswerAboutPeople();
  await bench.pass(2 * HOUR + 10 * MINUTE, 30_000);
  bench.slack.faults.clear();
  await bench.pass(10 * MINUTE, STEP_MS);
  expect(texts(direct)).toBe("");
});

test("a digest does not wait for ever for some of its projects", async () => {
  bench.rules(
    "{ allow: [see, watch], people: everyone, projects: { category: Sales } }",
    "{ allow: [see, watch], people: members }",
  );
  const direct = bench.slack.dm(ada());
  for (const one of ["Sales", "Finance"]) {
    await bench.ask(`watch category:${one}`, { channel: direct, user: ada() });
  }
  await digestInThreeHours(direct);
  noAnswerAboutPeople();
  await bench.pass(3 * HOUR + 5 * MINUTE, 30_000);
  expect(texts(direct)).toBe("");
  await bench.pass(10 * MINUTE, 30_000);
  expect(texts(direct)).toContain("Weekly revenue");
  expect(texts(direct)).not.toContain("salaries");
});

test("a trouble that ends while Slack does not say who somebody is: they are told that it has ended once it does", async () => {
  const direct = await membersOnly();
  fail(revenue);
  await untilSaid(direct, /in trouble/);
  noAnswerAboutPeople();
  await bench.pass(65 * MINUTE, 30_000);
  complete(revenue);
  await bench.pass(10 * MINUTE, STEP_MS);
  expect(texts(direct)).toContain("No longer shown here: 1 project.");
  bench.slack.faults.clear();
  await untilSaid(direct, /Back to green/);
  expect(texts(direct)).not.toContain("No longer shown here");
});

test("while Slack does not say who somebody is, they are not told that they may not see what they watched", async () => {
  bench.rules(ALL);
  await bench.ask("watch weekly revenue");
  bench.rules("{ allow: [see, run, watch], people: members }");
  noAnswerAboutPeople();
  await bench.pass(65 * MINUTE, 30_000);
  bench.slack.archive(data());
  fail(revenue);
  const direct = bench.slack.dm(ada());
  await untilSaid(direct, /This watch of yours has ended/);
  expect(texts(direct)).toContain(
    "a project that is not named here, because the bot cannot tell at the moment whether you may see it",
  );
  expect(texts(direct)).not.toContain("you may not see");
});

test("the Home tab shows what somebody may see there, at each drawing anew", async () => {
  bench.rules(ALL);
  await bench.slack.command(`run ${salaries.id}`);
  await bench.cardShows("Completed");
  await bench.ask("watch weekly salaries");
  fail(salaries);
  const person = bench.person("ada");
  await person.openHome();
  const home = () => JSON.stringify(person.home ?? null);
  await bench.until(() => home().includes("Weekly salaries"), STEP_MS);
  bench.rules(HIDE_FINANCE, ALL);
  await bench.until(() => !home().includes("salaries"), STEP_MS);
});

function never(): never {
  throw new Error("no message");
}
