// Rules about more user groups than Slack tells about one by one within a minute.

import { afterEach, describe, expect, test } from "vitest";
import { breathe, Harness, MODES } from "./harness.js";

const GROUPS = Array.from({ length: 30 }, (_, place) => `S0GROUP${100 + place}`);

describe.each(MODES)("over %s", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  async function start(): Promise<void> {
    harness = await Harness.start(mode, { idle: true });
    harness.hex.workspace.addProject({ title: "Weekly revenue" });
    const { ada, grace } = harness.slack.people;
    for (const group of GROUPS) harness.slack.groups.set(group, new Set([ada.id]));
    harness.slack.groups.get("S0GROUP129")?.add(grace.id);
    harness.rules(
      "{ allow: see, people: S0GROUP129 }",
      `{ allow: run, people: [${GROUPS.join(", ")}] }`,
      `{ allow: watch, people: ${harness.slack.people.grace.id} }`,
    );
    harness.slack.limits.enforce = true;
    await harness.startBot();
  }
  const asked = (method: string) => harness.slack.calls.filter((call) => call.method === method);

  test("the members of all of them come in one answer", async () => {
    await start();
    const { ada, grace } = harness.slack.people;
    for (const user of [grace, ada]) expect(await harness.ask("projects weekly", { user })).toContain("Weekly revenue");
    harness.slack.groups.get("S0GROUP129")?.delete(grace.id);
    await harness.pass(6 * 60_000);
    expect(await harness.ask("projects weekly", { user: grace })).not.toContain("Weekly revenue");
    expect(asked("usergroups.users.list")).toEqual([]);
    // The third one is that of the names in the rules.
    expect(asked("usergroups.list")).toHaveLength(3);
    // No rule is about guests, members, admins or owners.
    expect(asked("users.info").map(({ args }) => args.user)).not.toContain(ada.id);
  });

  test("if Slack does not tell of all of them, it is asked about each", async () => {
    await start();
    harness.slack.faults.add({ method: "usergroups.list", kind: { type: "status", status: 200, body: "{}" } });
    harness.slack.limits.enforce = false;
    const { grace } = harness.slack.people;
    expect(await harness.ask("projects weekly", { user: grace })).toContain("Weekly revenue");
    expect(asked("usergroups.users.list")).toHaveLength(30);
  });

  test.each([
    ["usergroups.users.list", GROUPS.slice(0, 1)],
    ["usergroups.list", GROUPS],
    ["users.info", ["admins"]],
  ])("what %s says seconds later counts for whoever asks next", async (method, people) => {
    harness = await Harness.start(mode, { idle: true });
    harness.hex.workspace.addProject({ title: "Weekly revenue" });
    const { ada } = harness.slack.people;
    harness.slack.roles.set(ada.id, "admin");
    for (const group of GROUPS) harness.slack.groups.set(group, new Set([ada.id]));
    harness.rules(`{ allow: see, people: [${people.join(", ")}] }`);
    const release = ["users.info", "usergroups.list", "usergroups.users.list"].map((one) =>
      harness.slack.faults.hold(one),
    );
    await harness.startBot();
    expect(await harness.ask("projects weekly")).not.toContain("Weekly revenue");
    for (const one of release) one();
    await harness.until(() => asked(method).length > 0, 0);
    await breathe(50);
    expect(await harness.ask("projects weekly")).toContain("Weekly revenue");
  });

  test.each([1, 30])(
    "if the workspace's plan has no user groups, %d of them have nobody, and nothing is amiss",
    async (many) => {
      harness = await Harness.start(mode, { idle: true });
      harness.hex.workspace.addProject({ title: "Weekly revenue" });
      harness.slack.hasGroups = false;
      const { ada, grace } = harness.slack.people;
      harness.rules(
        `{ allow: [see, run], people: [${GROUPS.slice(0, many).join(", ")}] }`,
        `{ allow: [see, administer], people: ${ada.id} }`,
      );
      await harness.startBot();
      expect(await harness.ask("projects weekly", { user: grace })).not.toContain("Weekly revenue");
      const said = await harness.ask("status", { user: ada });
      expect(said).toContain("Connected to Hex");
      expect(said).not.toContain("plan_upgrade_required");
      const warnings = harness.log.filter((line) => line.includes('"level":"warn"'));
      expect(warnings.join("")).not.toContain("Slack does not say who is in");
    },
  );
});
