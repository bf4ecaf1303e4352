// What the rules name and nobody knows: the log and administrators hear of it, once, and Slack is asked sparingly.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buttonsOf, Harness, MODES } from "./harness.js";

const HOUR = 60 * 60_000;
const ASKS = ["usergroups.list", "users.info", "conversations.info"];
const SEE = "{ allow: see, people: everyone }";
const ADMINISTER = "{ allow: administer, people: U0ADALOVELA }";

describe.each(MODES)("over %s", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode, { idle: true });
    harness.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Finance"] });
  });
  afterEach(() => harness.stop());

  const said = () =>
    harness.log
      .map((line): { level: string; msg: string } => JSON.parse(line))
      .filter(({ msg }) => /^policy\.yml:\d|not looked up|more names/.test(msg))
      .map(({ level, msg }) => `${level} ${msg}`);
  const asked = () => harness.slack.calls.map(({ method }) => method).filter((method) => ASKS.includes(method));

  test("the log names each once, with its place and what was meant", async () => {
    const { grace } = harness.slack.people;
    harness.slack.deactivate(grace);
    harness.rules(
      SEE,
      `{ allow: run, people: [S0DATATEAM2, S0DATATEAM1, ${grace.id}, U0NOBODY1, U0STRANGER1] }`,
      "{ allow: run, people: everyone, projects: [{ category: Finances }, { title: Weekly* }, { owner: x@y.z }] }",
      ADMINISTER,
    );
    await harness.startBot();
    await harness.pass(30_000);
    expect(asked()).toEqual([]);
    await harness.pass(5 * 60_000, 10_000);
    expect(said()).toEqual([
      'warn policy.yml:3:28: No user group in Slack has the id S0DATATEAM2. Did you mean S0DATATEAM1 ("@data-team")?',
      `warn policy.yml:3:54: ${grace.id} is the account of somebody who has left. Remove it, or name somebody else.`,
      "warn policy.yml:3:67: Nobody in Slack has the id U0NOBODY1. Copy it again from the person's profile.",
      "warn policy.yml:3:78: U0STRANGER1 belongs to another workspace, and people from there have no rights. Remove it.",
      'warn policy.yml:4:60: No project in Hex has the category "Finances". Did you mean "finance"?',
      'warn policy.yml:4:101: Nobody with the address "x@y.z" owns a project in Hex. Has the address changed?',
    ]);
    expect(asked().filter((method) => method === "usergroups.list")).toHaveLength(1);
    expect(asked().filter((method) => method === "users.info").length).toBeLessThanOrEqual(5);
    await harness.pass(3 * 24 * HOUR, HOUR);
    expect(said()).toHaveLength(6);
  });

  test("administrators read in /hex status how many there are, and others do not", async () => {
    harness.rules(SEE, "{ allow: run, people: [S0GONETEAM, U0NOBODY1], projects: { category: Gone } }", ADMINISTER);
    await harness.startBot();
    expect(await harness.ask("status")).not.toContain("match nobody");
    await harness.pass(2 * 60_000, 10_000);
    expect(await harness.ask("status")).toContain(
      ":warning: 3 names in the policy match nobody: the user group `S0GONETEAM` (line 3), the person `U0NOBODY1` (line 3), the category `Gone` (line 3). To do: `npm run policy -- check`",
    );
    expect(await harness.ask("status", { user: harness.slack.people.grace })).not.toContain("S0GONETEAM");
    harness.rules(SEE, ADMINISTER);
    expect(await harness.ask("status")).not.toContain("match nobody");
  });

  test("what Slack does not know is an answer, not a refusal that /hex status tells of", async () => {
    harness.slack.scopes.add("channels:read").add("groups:read");
    harness.rules(SEE, "{ allow: run, people: [S0GONETEAM, U0NOBODY1], channels: C0GONE001 }", ADMINISTER);
    await harness.startBot();
    await harness.pass(2 * 60_000);
    expect(said()).toHaveLength(3);
    expect(asked()).toEqual(expect.arrayContaining(["usergroups.list", "users.info", "conversations.info"]));
    expect(await harness.ask("status")).not.toContain("Slack refused");
  });

  test("other rules are looked up, and Slack is not asked again about those whom it told of", async () => {
    harness.rules(SEE, "{ allow: run, people: U0NOBODY1 }");
    await harness.startBot();
    await harness.pass(2 * 60_000, 10_000);
    expect(said()).toHaveLength(1);
    harness.rules(SEE, "{ allow: run, people: [U0NOBODY1, U0NOBODY2] }");
    await harness.pass(2 * 60_000, 10_000);
    expect(said().map((line) => /U0\w+/.exec(line)?.[0])).toEqual(["U0NOBODY1", "U0NOBODY2"]);
    expect(asked()).toEqual(["users.info", "users.info"]);
  });

  test("somebody who leaves while the bot runs is told of within a day, once", async () => {
    const { grace } = harness.slack.people;
    harness.rules(SEE, `{ allow: run, people: ${grace.id} }`);
    await harness.startBot();
    await harness.pass(2 * 60_000, 10_000);
    expect(said()).toEqual([]);
    harness.slack.deactivate(grace);
    await harness.pass(25 * HOUR, HOUR);
    expect(said()).toEqual([expect.stringContaining("is the account of somebody who has left")]);
    await harness.pass(48 * HOUR, HOUR);
    expect(said()).toHaveLength(1);
  });

  test("of many people, a hundred are looked up at a time, and the log says that more are to come", async () => {
    const people = Array.from({ length: 130 }, (_, index) => `U0NOBODY${1_000 + index}`);
    harness.rules(SEE, `{ allow: run, people: [${people.join(", ")}] }`, ADMINISTER);
    await harness.startBot();
    await harness.pass(HOUR / 2, 10_000);
    expect(asked()).toHaveLength(100);
    expect(said().filter((line) => line.includes("Nobody in Slack"))).toHaveLength(50);
    expect(said()).toContain("warn 50 more names in the rules match nothing: npm run policy -- check names them");
    expect(said()).toContain(
      "info 31 people in the rules were not looked up: the bot looks up only some of them at a time.",
    );
    await harness.pass(3 * HOUR, 60_000);
    expect(asked()).toHaveLength(131);
    expect(await harness.ask("status")).toContain("130 names in the policy match nobody");
  });

  test("a name is said once, even if a later check cannot ask Slack", async () => {
    harness.rules(SEE, "{ allow: run, people: S0GONETEAM }");
    await harness.startBot();
    await harness.pass(2 * 60_000, 10_000);
    harness.slack.faults.add({ method: "usergroups.list", kind: { type: "error", error: "internal_error" }, times: 2 });
    await harness.pass(27 * HOUR, HOUR / 2);
    expect(asked()).toHaveLength(4);
    expect(said()).toEqual([
      expect.stringContaining("S0GONETEAM"),
      "info 1 user group in the rules was not looked up: Slack has not told the bot enough.",
    ]);
  });

  test("Slack asks for a pause: the others are looked up later", async () => {
    harness.rules(SEE, "{ allow: run, people: [U0NOBODY1, U0NOBODY2] }");
    await harness.startBot();
    harness.slack.faults.add({ method: "users.info", kind: { type: "ratelimited", retryAfter: 30 }, times: 1 });
    await harness.pass(2 * 60_000, 10_000);
    expect(said()).toEqual(["info 2 people in the rules were not looked up: Slack has not told the bot enough."]);
    await harness.pass(2 * HOUR, HOUR / 6);
    expect(said().slice(1)).toHaveLength(2);
  });

  test("without the scope, Slack is not asked, and the log says so", async () => {
    await harness.stop();
    harness = await Harness.start(mode, {
      idle: true,
      slackOptions: { declined: ["users:read", "usergroups:read"] },
    });
    harness.rules(SEE, "{ allow: run, people: [U0NOBODY1, S0GONETEAM], channels: [C0GONE001, C0DATATEAM1] }");
    await harness.startBot();
    await harness.pass(2 * 60_000, 10_000);
    expect(asked()).toEqual([]);
    expect(said()).toEqual([
      "info 1 user group in the rules was not looked up: the app lacks the scope usergroups:read in Slack.",
      "info 1 person in the rules was not looked up: the app lacks the scope users:read in Slack.",
      "info 2 channels in the rules were not looked up: the app lacks the scope channels:read in Slack.",
    ]);
  });

  test("with the scope channels:read, channels are looked up, too", async () => {
    harness.slack.scopes.add("channels:read").add("groups:read");
    harness.rules(SEE, "{ allow: run, people: everyone, channels: [C0GONE001, C0DATATEAM1, C0ARCHIVED1, D0SOMEBODY] }");
    await harness.startBot();
    await harness.pass(2 * 60_000, 10_000);
    expect(said()).toEqual([
      "warn policy.yml:3:48: The bot cannot see the channel C0GONE001 in Slack. If it is gone, remove it. If it is private, invite the bot, or leave it as it is.",
      "warn policy.yml:3:72: The channel C0ARCHIVED1 is archived in Slack. Remove it, or name another one.",
    ]);
  });
});

describe("in an organization", () => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test.each(MODES)("over %s, groups of all its workspaces count and are found", async (mode) => {
    const organization = {
      id: "E0ACMEORG01",
      name: "Acme",
      installed: true,
      workspaces: ["T0LOCALTEAM", "T0SISTERTM1"],
    };
    harness = await Harness.start(mode, { idle: true, slackOptions: { organization } });
    harness.hex.workspace.addProject({ title: "Weekly revenue" });
    const { ada, grace } = harness.slack.people;
    harness.slack.groups.set("S0SISTERS01", new Set([grace.id]));
    harness.slack.groupTeams.set("S0SISTERS01", "T0SISTERTM1");
    harness.rules("{ allow: see, people: [S0SISTERS01, S0GONETEAM] }", "{ allow: see, people: S0DATATEAM1 }");
    await harness.startBot();
    expect(await harness.ask("projects weekly", { user: grace })).toContain("Weekly revenue");
    expect(await harness.ask("projects weekly", { user: { ...ada, id: "U0NOMEMBER" } })).not.toContain("Run…");
    await harness.pass(2 * 60_000, 10_000);
    const warned = harness.log.filter((line) => line.includes("No user group in Slack"));
    expect(warned).toEqual([expect.stringContaining("S0GONETEAM")]);
    expect(await harness.ask("status")).not.toContain("Slack refused");
    harness.slack.takeRefused();
  });

  /** A group is in a workspace that the bot does not ask about. */
  async function withManyWorkspaces(): Promise<void> {
    const others = Array.from({ length: 20 }, (_, index) => `T0OTHER${index}`);
    const organization = { id: "E0ACMEORG01", name: "Acme", installed: true, workspaces: ["T0LOCALTEAM", ...others] };
    harness = await Harness.start("http", { idle: true, slackOptions: { organization } });
    harness.slack.groups.set("S0LASTTEAM1", new Set());
    harness.slack.groupTeams.set("S0LASTTEAM1", "T0OTHER19");
  }

  test("with more workspaces than are asked about, a group that is in none of those is not called unknown", async () => {
    await withManyWorkspaces();
    harness.rules("{ allow: see, people: [S0DATATEAM1, S0LASTTEAM1] }", ADMINISTER);
    await harness.startBot();
    await harness.pass(2 * 60_000);
    expect(harness.log.filter((line) => line.includes("No user group in Slack"))).toEqual([]);
    expect(harness.log.filter((line) => line.includes("in the rules"))).toEqual([
      expect.stringContaining(
        "1 user group in the rules is not in the first 20 workspaces of the organization. The bot does not look into the others, so name people instead.",
      ),
    ]);
    const status = await harness.ask("status");
    expect(status).toContain("1 user group in the rules is not in the first 20 workspaces");
    expect(status).not.toContain("Slack refused");
    harness.slack.takeRefused();
  });

  test("a run that only such a group can approve waits for it", async () => {
    await withManyWorkspaces();
    const { id } = harness.hex.workspace.addProject({ title: "Weekly revenue" });
    harness.rules(SEE, '{ allow: run, people: everyone, needs: "approval by S0LASTTEAM1" }');
    await harness.startBot();
    await harness.slack.command(`run ${id}`);
    await harness.until(() => harness.cards.length === 1);
    await harness.pass(5 * 60_000);
    expect(harness.cards.map(buttonsOf)).toEqual([expect.arrayContaining(["approve_run"])]);
    harness.slack.takeRefused();
  });
});
