// Two replicas on one Postgres, of which a new policy file has reached only one: what people do is decided where it arrives, and what
// conversations are told by the one that leads.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import type { Policy } from "../../src/access/policy.js";
import type { RunningApp } from "../../src/app/start-app.js";
import { type FollowingClock, followClock } from "../process/database-clock.js";
import { OpenStatements } from "../process/open-statements.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { auditedIn } from "./audited.js";
import { Harness, shown } from "./harness.js";

const ALL = "{ allow: [see, run, publish, cancel, watch, silence], people: everyone }";
const HIDE = "{ deny: see, people: everyone, projects: { category: Finance }, name: Salaries are secret }";
/** Time passes in steps of so many ms. The leader would stop after five seconds without a renewed lease: several steps in a row. */
const STEP = 1_000;
const DIFFER = "The replicas of the bot use different rules";

describe("the leader and another replica", () => {
  const postgres = postgresForTests();
  let number = 0;
  let bench: Harness;
  let statements: OpenStatements;
  let databaseClock: FollowingClock;
  let leader: RunningApp;
  let other: RunningApp;
  /** The rules of the other replica. `bench.rules` are the leader's. */
  let others: Policy | null;
  let revenue: Project;
  let salaries: Project;

  beforeEach(async () => {
    const url = await postgres.database(`policies_${++number}`);
    statements = await OpenStatements.start(postgres.port);
    bench = await Harness.start("http", { idle: true, env: { DATABASE_URL: statements.through(url) } });
    databaseClock = await followClock(url, bench.clock);
    // A leader that cannot renew its lease for five seconds stops: they must not be over before the database answers.
    bench.isBusy = () => databaseClock.isBehind || statements.count > 0;
    bench.slowTurns = 30_000;
    bench.hex.workspace.rateLimits.enabled = false;
    revenue = bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
    salaries = bench.hex.workspace.addProject({ title: "Weekly salaries", categories: ["Finance"] });
    await bench.startBot();
    leader = running();
    await bench.until(() => bench.log.some((line) => line.includes("All projects have been read")));
    others = null;
    await bench.startBot({}, { policy: () => others });
    other = running();
    for (const replica of [leader, other]) {
      at(replica);
      await bench.ask("projects");
    }
  });
  afterEach(async () => {
    bench.app = leader;
    await bench.stopBot();
    bench.app = other;
    await bench.stop();
    await databaseClock.stop();
    statements.stop();
  });

  const running = (): RunningApp => {
    if (bench.app === null) throw new Error("the bot does not run");
    return bench.app;
  };
  /** From now on, this replica takes what people do. */
  const at = (replica: RunningApp) => {
    bench.slack.eventsUrl = `http://127.0.0.1:${replica.port}/slack/events`;
  };
  const policyOf = (...rules: string[]): Policy => {
    const reading = parsePolicy(`rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
    if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
    return reading.policy;
  };
  const ada = () => bench.person("ada");
  const fail = async () => {
    // What has ended before the bot looked for the first time is no news.
    await bench.pass(30_000, STEP);
    for (const { id } of [salaries, revenue]) {
      bench.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    }
  };
  const alertAbout = (title: string): SlackMessage | undefined =>
    bench.cards.find((message) => shown(message).includes("in trouble") && shown(message).includes(title));
  const alert = () => alertAbout("Weekly salaries");

  test("no deed without a right by the rules of the replica that takes it, and nothing told without one by the leader's", async () => {
    bench.rules(HIDE, ALL);
    others = policyOf(ALL);
    at(leader);
    expect(await bench.ask(`run ${salaries.id}`)).toContain("There is no such project");
    expect(bench.starts).toEqual([]);
    at(other);
    for (const title of ["salaries", "revenue"]) {
      expect(await bench.ask(`watch weekly ${title}`)).toContain("From now on, this conversation is told");
    }
    await ada().command(`run ${salaries.id}`);
    // The other replica may show the card, and the leader polls its run.
    expect(shown(await bench.cardShows("Completed"))).toContain("Weekly salaries");
    expect(bench.starts).toHaveLength(1);
    await fail();
    await bench.until(() => alertAbout("Weekly revenue") !== undefined, STEP);
    await bench.pass(30_000, STEP);
    expect(bench.log.filter((line) => line.includes("leader: stops"))).toEqual([]);
    expect(alert()).toBeUndefined();
    at(leader);
    expect(await bench.ask("watching")).not.toContain("salaries");
    // Once the leader has the same rules, it tells what stands.
    bench.policy = others;
    await bench.until(() => alert() !== undefined, STEP);
  });

  test("what the leader tells by its rules can be taken only where the rules allow it", async () => {
    bench.rules(ALL);
    others = policyOf(HIDE, ALL);
    at(leader);
    await bench.ask("watch weekly salaries");
    await fail();
    await bench.until(() => alert() !== undefined, STEP);
    const told = alert();
    if (told === undefined) throw new Error("there is no alert");
    const refused = () => auditedIn(bench.log).filter(({ decision }) => decision === "refused");
    at(other);
    await ada().press(told, "on_it");
    await bench.until(() => refused().length > 0, 0);
    expect(refused()).toMatchObject([{ deed: "on_it", project: { id: salaries.id }, result: "hidden" }]);
    expect(await bench.ask(`run ${salaries.id}`)).toContain("There is no such project");
    at(leader);
    await ada().press(told, "on_it");
    await bench.until(() => shown(told).includes(`<@${ada().id}>`));
    expect(bench.starts).toEqual([]);
  });

  test("what both hide from a channel is never in it, whichever replica takes what is done", async () => {
    const adaAlone = `{ allow: [see, run, watch], people: ${ada().id} }`;
    bench.rules(adaAlone, HIDE, ALL);
    others = policyOf(adaAlone, ALL.replace("everyone", "everyone, projects: { category: Sales }"));
    for (const replica of [leader, other]) {
      at(replica);
      await ada().command(`run ${salaries.id}`);
      const inDirect = () => bench.cards.filter(({ channel }) => channel === bench.slack.dm(ada().person).id);
      const count = replica === leader ? 1 : 2;
      await bench.until(
        () => inDirect().length === count && inDirect().every((card) => shown(card).includes("Completed")),
      );
      expect(await bench.ask("watch weekly salaries")).toContain("Not everybody here may see this project");
    }
    await bench.ask("watch weekly revenue");
    await fail();
    await bench.until(() => alertAbout("Weekly revenue") !== undefined, STEP);
    await bench.pass(30_000, STEP);
    const inChannel = bench.slack.messages.filter(
      ({ channel, ephemeral }) => channel === bench.slack.channels.data.id && !ephemeral,
    );
    expect(
      inChannel.flatMap(({ history }) => history).filter((one) => JSON.stringify(one).includes("salaries")),
    ).toEqual([]);
    expect(bench.starts).toHaveLength(2);
  });

  test("the status, the log and a metric say that they differ, until they no longer do", async () => {
    const versions = async () => /^hexbot_policy_versions (.*)$/m.exec((await bench.get("/metrics")).text)?.[1];
    await bench.pass(45_000, STEP);
    for (const replica of [leader, other]) {
      at(replica);
      expect(await bench.ask("status")).not.toContain(DIFFER);
    }
    bench.rules(HIDE, ALL);
    await bench.pass(45_000, STEP);
    for (const replica of [leader, other]) {
      at(replica);
      expect(await bench.ask("status")).toContain(`:warning: ${DIFFER}`);
      bench.app = replica;
      expect(await versions()).toBe("2");
    }
    expect(bench.log.filter((line) => line.includes("use different rules"))).toHaveLength(2);
    // The same rules, written differently.
    others = policyOf(HIDE.replace("Salaries are secret", "No salaries"), ALL.replace("[see, run,", "[run, see,"));
    await bench.pass(45_000, STEP);
    for (const replica of [leader, other]) {
      at(replica);
      expect(await bench.ask("status")).not.toContain(DIFFER);
      bench.app = replica;
      expect(await versions()).toBe("1");
    }
    expect(bench.log.filter((line) => line.includes("use the same rules again"))).toHaveLength(2);
  });
});
