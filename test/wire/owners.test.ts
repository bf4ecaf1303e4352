// The owner of a watched project that failed is mentioned by the first message about it, if Slack knows the owner's e-mail address.

import { afterEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import { pings } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";
import { headline } from "./watching.js";

const MINUTE = 60_000;
const STEP_MS = 5_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  const start = async (options: Parameters<typeof Harness.start>[1] = {}) => {
    harness = await Harness.start(mode, options);
  };
  const addProject = (title: string, ownerEmail: string) =>
    harness.hex.workspace.addProject({ title, ownerEmail, schedules: [] });
  const fail = ({ id }: Project) => harness.hex.workspace.startRun(id, { durationMs: 1_000, outcome: "ERRORED" });
  const posted = () => harness.slack.messages.filter(({ via }) => via === "postMessage");
  const arrive = (count: number) => harness.until(() => posted().length >= count, STEP_MS);
  const lookups = () => harness.slack.calls.filter(({ method }) => method === "users.lookupByEmail");
  const first = () => {
    const [message] = posted();
    if (message === undefined) throw new Error("Nothing was posted.");
    return message;
  };

  test("known to Slack: mentioned, also by the reply that says who joined, and asked about once", async () => {
    await start();
    const { ada, grace } = harness.slack.people;
    const [one, two, three] = [
      addProject("Revenue", "Ada@Acme.test"),
      addProject("Churn", grace.email ?? ""),
      addProject("Leads", grace.email ?? ""),
    ];
    for (const { id } of [one, two, three]) await harness.ask(`watch ${id}`);
    fail(one);
    await arrive(1);
    expect(shown(first())).toContain(`owner <@${ada.id}>`);
    expect(pings(first())).toEqual([`<@${ada.id}>`]);
    expect(first().edits).toBe(0);
    fail(two);
    await arrive(2);
    expect(pings(posted()[1] ?? first())).toEqual([`<@${grace.id}>`]);
    fail(three);
    await arrive(3);
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(3);
    expect(lookups().map(({ args }) => args.email)).toEqual(["ada@acme.test", "grace@acme.test"]);
    expect(await harness.ask("status")).not.toContain(":warning:");
  });

  test("of a run that was late and has failed: mentioned by one reply, because an edit notifies nobody", async () => {
    await start();
    const { ada } = harness.slack.people;
    const daily = { cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 10, minute: 0 } };
    const options = { ownerEmail: ada.email ?? "", schedules: [daily] };
    const { id } = harness.hex.workspace.addProject({ title: "Revenue", ...options });
    await harness.ask(`watch ${id}`);
    await arrive(1);
    expect(headline(first())).toBe("Late: Revenue");
    expect(pings(first())).toEqual([]);
    const run = { durationMs: MINUTE, outcome: "ERRORED" } as const;
    harness.hex.workspace.startRun(id, { ...run, trigger: "SCHEDULED" });
    await arrive(2);
    expect(posted()[1]).toMatchObject({ threadTs: first().ts, text: `Now failed: Revenue · owner <@${ada.id}>.` });
    expect(shown(first())).toContain(":warning: Failed");
    await harness.stopBot();
    await harness.startBot();
    harness.hex.workspace.startRun(id, run);
    await harness.until(() => shown(first()).includes("most recently"), STEP_MS);
    harness.hex.workspace.startRun(id, { durationMs: MINUTE });
    await arrive(3);
    expect(posted()[2]?.text).toContain("Back to green");
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(3);
  });

  test("of two that were late, one unwatched after it failed: the reply that the other has failed, too, comes all the same", async () => {
    await start();
    const { ada } = harness.slack.people;
    const daily = { cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 10, minute: 0 } };
    const options = { ownerEmail: ada.email ?? "", schedules: [daily] };
    const [one, two] = ["Revenue", "Churn"].map((title) => harness.hex.workspace.addProject({ title, ...options }));
    if (one === undefined || two === undefined) throw new Error("There are no projects.");
    for (const { id } of [one, two]) await harness.ask(`watch ${id}`);
    await harness.until(() => posted().length > 0 && shown(first()).includes("Churn"), STEP_MS);
    await harness.pass(2 * MINUTE, STEP_MS);
    const before = posted().length;
    const run = { durationMs: MINUTE, outcome: "ERRORED", trigger: "SCHEDULED" } as const;
    harness.hex.workspace.startRun(one.id, run);
    await arrive(before + 1);
    expect(posted().at(-1)?.text).toBe(`Now failed: Revenue · owner <@${ada.id}>.`);
    await harness.ask(`unwatch ${one.id}`);
    await harness.pass(2 * MINUTE, STEP_MS);
    harness.hex.workspace.startRun(two.id, run);
    await arrive(before + 2);
    expect(posted().at(-1)?.text).toBe(`Now failed: Churn · owner <@${ada.id}>.`);
    harness.hex.workspace.startRun(two.id, { durationMs: MINUTE });
    await arrive(before + 3);
    expect(posted().at(-1)?.text).toContain("Back to green");
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(before + 3);
  });

  test("while Slack leaves the questions unanswered: asked about all of them at once, so that the message waits no longer", async () => {
    await start();
    const projects = ["Revenue", "Churn", "Leads", "Stock"].map((title) => addProject(title, `${title}@acme.test`));
    for (const { id } of projects) await harness.ask(`watch ${id}`);
    for (const project of projects) fail(project);
    await harness.until(() => lookups().length === projects.length, STEP_MS);
    // Slack is asked again after an hour about addresses that nobody has.
    await harness.pass(50 * MINUTE, MINUTE);
    harness.slack.faults.add({ method: "users.lookupByEmail", kind: { type: "hang" } });
    await harness.pass(20 * MINUTE, 20 * MINUTE);
    await harness.until(() => lookups().length === 2 * projects.length, STEP_MS);
    harness.slack.faults.clear();
    harness.slack.cutHanging();
  });

  test("unknown, deactivated or not answered about: named, and no reason for a warning", async () => {
    await start();
    harness.slack.deactivate(harness.slack.people.grace);
    const [one, two] = [addProject("Revenue", "olga@acme.test"), addProject("Churn", "grace@acme.test")];
    for (const { id } of [one, two]) await harness.ask(`watch ${id}`);
    fail(one);
    fail(two);
    await arrive(2);
    await harness.pass(30 * MINUTE, STEP_MS);
    for (const email of ["olga@acme.test", "grace@acme.test"]) expect(shown(first())).toContain(`owner ${email}`);
    expect(posted().flatMap((message) => pings(message))).toEqual([]);
    expect(lookups()).toHaveLength(2);
    expect(await harness.ask("status")).not.toContain("users_not_found");
    harness.slack.takeRefused();
  });

  test("Slack fails to answer: the message comes all the same, and names the owner", async () => {
    await start();
    harness.slack.faults.add({ method: "users.lookupByEmail", kind: { type: "ratelimited", retryAfter: 30 } });
    const project = addProject("Revenue", "ada@acme.test");
    await harness.ask(`watch ${project.id}`);
    fail(project);
    await arrive(1);
    expect(shown(first())).toContain("owner ada@acme.test");
  });

  test("late is no failure: nobody is mentioned", async () => {
    await start();
    const daily = { cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 9, minute: 10 } };
    harness.hex.workspace.addProject({ title: "Revenue", ownerEmail: "ada@acme.test", schedules: [daily] });
    await harness.ask("watch revenue");
    await arrive(1);
    expect(shown(first())).toContain("owner ada@acme.test");
    expect(lookups()).toEqual([]);
  });

  test("without users:read.email: named, Slack is not asked, and /hex status says so", async () => {
    await start({ slackOptions: { declined: ["users:read.email"] } });
    const project = addProject("Revenue", "ada@acme.test");
    await harness.ask(`watch ${project.id}`);
    fail(project);
    await arrive(1);
    expect(shown(first())).toContain("owner ada@acme.test");
    expect(lookups()).toEqual([]);
    expect(await harness.ask("status")).toContain(
      "Mentions of the owners of projects that fail are off: add the scope users:read.email",
    );
  });
});
