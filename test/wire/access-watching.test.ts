// Who may watch, end watches, set digests, and take or silence what is wrong.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const STEP_MS = 5_000;
const HIDE_FINANCE = "{ deny: see, people: everyone, projects: { category: Finance } }";
const SEE = "{ allow: see, people: everyone }";
const ALL = "{ allow: [see, watch, silence], people: everyone }";
const ADMIN = "{ allow: administer, people: U0ADALOVELA }";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let revenue: Project;
  beforeEach(async () => {
    bench = await Harness.start(mode);
    bench.hex.workspace.addProject({ title: "Weekly salaries", categories: ["Finance"] });
    revenue = bench.hex.workspace.addProject({ title: "Weekly revenue", categories: ["Sales"] });
    bench.hex.workspace.addProject({ title: "Churn", categories: ["Sales"] });
    await bench.ask("projects");
  });
  afterEach(() => bench.stop());

  const grace = () => ({ user: bench.slack.people.grace });
  const channel = () => bench.slack.channels.data;
  /** Everybody sees all, and only Ada may do the rest. */
  const adaAlone = () => bench.rules(`{ allow: [see, watch, silence], people: ${bench.slack.people.ada.id} }`, SEE);
  const told = (): SlackMessage[] =>
    bench.slack.messages.filter(
      (one) => one.via === "postMessage" && one.channel === channel().id && one.threadTs === undefined,
    );

  /** How many watches the last answer offers to end. */
  const ends = () =>
    bench.slack.messages
      .slice(-1)
      .flatMap(buttonsOf)
      .filter((id) => id === "unwatch").length;

  test("whoever may not watch a project may not begin, end or replace a watch or a digest of it", async () => {
    adaAlone();
    const denied = /You may not\* watch \*Weekly revenue\* here/;
    expect(await bench.ask("watch weekly revenue", grace())).toMatch(denied);
    expect(await bench.ask("watch category:Sales", grace())).toMatch(/You may not\* watch \*(Churn|Weekly revenue)\*/);
    expect(await bench.ask(`digest 08:00 UTC ${revenue.id}`, grace())).toMatch(denied);
    expect(await bench.ask("watching")).toContain("Nothing is watched");
    expect(await bench.ask("watch weekly revenue")).toContain("From now on, this conversation is told");
    expect(await bench.ask("unwatch weekly revenue", grace())).toMatch(denied);
    expect(await bench.ask(`digest 08:00 UTC ${revenue.id}`)).toContain("gets a digest");
    expect(await bench.ask("digest off", grace())).toMatch(denied);
    expect(await bench.ask("digest 09:00 UTC", grace())).toMatch(denied);
    expect(await bench.ask("watching")).toContain("Weekly revenue");
    expect(await bench.ask("digest")).toContain("08:00");
  });

  test("the Watch and Unwatch buttons demand the right when they are pressed, and whoever set a watch may end it", async () => {
    bench.rules(ALL);
    await bench.ask("watch weekly revenue", grace());
    await bench.ask("watching", grace());
    const list = bench.slack.messages.at(-1);
    if (list === undefined) throw new Error("no list");
    await bench.ask("watch churn");
    await bench.ask("watching", grace());
    const longer = bench.slack.messages.at(-1) ?? list;
    adaAlone();
    await bench.ask("watching", grace());
    expect(ends()).toBe(1);
    const pressed = async (on: SlackMessage, value: string) => {
      const { id } = await bench.slack.click(on, "unwatch", { ...grace(), value });
      return shown(await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id)));
    };
    const churn =
      JSON.stringify(longer.blocks)
        .match(/"value":"(project [^"]+)"/g)
        ?.map((one) => one.slice(9, -1)) ?? [];
    const [others = ""] = churn.filter((value) => !value.includes(revenue.id));
    expect(await pressed(longer, others)).toContain("*You may not* watch *Churn* here");
    expect(await pressed(longer, `project ${revenue.id}`)).toContain("No longer watched");
  });

  test("a watch and a digest of a hidden project do not exist for others, and are nothing that they can end", async () => {
    bench.rules(`{ allow: [see, watch], people: ${bench.slack.people.ada.id} }`, HIDE_FINANCE, ALL);
    await bench.ask("watch weekly salaries");
    await bench.ask("watch category:Sales");
    await bench.ask("digest 08:00 UTC weekly salaries");
    const seen = await bench.ask("watching", grace());
    expect(seen).toContain("category `Sales`");
    expect(seen).not.toContain("salaries");
    expect(seen.match(/set by/g)).toHaveLength(1);
    expect(await bench.ask("watching")).toContain("Weekly salaries");
    expect(await bench.ask("unwatch weekly salaries", grace())).toContain("is not watched in this conversation");
    expect(await bench.ask("digest", grace())).not.toContain("salaries");
    expect(await bench.ask("digest off", grace())).toContain("No digest is set in this conversation");
    expect(await bench.ask("digest 09:00 UTC weekly revenue", grace())).toMatch(
      /You may not.*change watches and digests/,
    );
    expect(await bench.ask("digest")).toContain("Weekly salaries");
  });

  test("watches and digests of which somebody sees no project are nothing that they can begin, end or replace without a right", async () => {
    bench.rules(`{ allow: [see, watch], people: ${bench.slack.people.ada.id} }`, HIDE_FINANCE, SEE);
    await bench.ask("watch category:Finance");
    await bench.ask("watch weekly salaries");
    await bench.ask("digest 08:00 UTC");
    const denied = "*You may not* change watches and digests here";
    expect(await bench.ask("watching", grace())).toContain("category `Finance`");
    expect(ends()).toBe(0);
    expect(await bench.ask("unwatch category:Finance", grace())).toContain(denied);
    expect(await bench.ask("watch category:Finance", grace())).toContain(denied);
    expect(await bench.ask("watch category:Nothing", grace())).toContain(denied);
    expect(await bench.ask("digest off", grace())).toContain(denied);
    await bench.ask("unwatch category:Finance");
    expect(await bench.ask("digest off", grace())).toContain(denied);
    expect(await bench.ask("digest")).toContain("08:00");
    expect(await bench.ask("watch category:Nothing")).toContain("From now on, this conversation is told");
  });

  test("whoever watches in a channel what not everybody there may see is told that it says nothing there", async () => {
    bench.rules(`{ allow: [see, watch], people: ${bench.slack.people.ada.id} }`, HIDE_FINANCE, ALL);
    const one = ":lock: Not everybody here may see this project, so this conversation is not told about it.";
    expect(await bench.ask("watch weekly salaries")).toContain(one);
    expect(await bench.ask("watching")).toContain(one);
    expect(await bench.ask("digest 08:00 UTC weekly salaries")).toContain(one);
    bench.hex.workspace.addProject({ title: "Bonus", categories: ["Sales", "Finance"] });
    await bench.pass(11 * 60_000, STEP_MS);
    expect(await bench.ask("watch category:Sales")).toContain(
      "may see 1 of them, so this conversation is not told about it.",
    );
    expect(await bench.ask("watch churn")).not.toContain(":lock:");
    const direct = { channel: bench.slack.dm(bench.slack.people.ada) };
    expect(await bench.ask("watch weekly salaries", direct)).not.toContain(":lock:");
  });

  test("I'm on it, Silence and End the silence take the right for each project that the alert shows", async () => {
    bench.rules(ALL);
    await bench.ask("watch category:Sales");
    bench.hex.workspace.startRun(revenue.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await bench.until(() => told().some((message) => shown(message).includes("Weekly revenue")), STEP_MS);
    const [alert] = told();
    if (alert === undefined) throw new Error("no alert");
    const press = async (button: string, options: { user?: typeof bench.slack.people.grace; value?: string } = {}) => {
      const { id } = await bench.slack.click(alert, button, options);
      return shown(await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id)));
    };
    adaAlone();
    const denied = "*You may not* take or silence alerts about *Weekly revenue* here";
    expect(await press("on_it", grace())).toContain(denied);
    expect(shown(alert)).not.toContain(grace().user.id);
    bench.rules(ALL, ADMIN);
    expect(await press("on_it", grace())).not.toContain("You may not");
    await bench.until(() => shown(alert).includes(grace().user.id), STEP_MS);
    const taken = await bench.ask("audit");
    expect(taken).toMatch(/pressed I'm on it for \*Weekly revenue\*/);
    bench.rules(`{ deny: see, people: everyone, projects: { title: Weekly revenue } }`, ALL, ADMIN);
    expect(await bench.ask("audit")).not.toContain("on it");
  });

  test("status counts and names what the person may see", async () => {
    bench.rules(ALL);
    await bench.ask("watch weekly revenue");
    bench.hex.workspace.startRun(revenue.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await bench.until(() => told().length > 0, STEP_MS);
    expect(await bench.ask("status", grace())).toContain("Weekly revenue");
    bench.rules("{ deny: see, people: everyone, projects: { category: Sales } }", ALL);
    const status = await bench.ask("status", grace());
    expect(status).not.toContain("Weekly revenue");
    expect(status).not.toContain("Also in trouble");
    expect(status).toMatch(/Projects\W+1, 1 published/);
  });
});

test("the rules without projects decide who may take and silence an outage, and its alert counts what may be shown", async () => {
  const bench = await Harness.start("http", {
    hexTimeoutMs: 20_000,
    env: { HEX_ALERT_CHANNEL: "C0TEAMROOM1", HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" },
  });
  try {
    const { ada, grace } = bench.slack.people;
    const open = bench.hex.workspace.addProject({ title: "Churn", run: { neverEnds: true } });
    const finance = bench.hex.workspace.addProject({ title: "Pay", categories: ["Finance"], run: { neverEnds: true } });
    for (const { id } of [open, finance]) await bench.slack.command(`run ${id}`);
    await bench.until(() => bench.starts.length === 2);
    bench.rules(
      HIDE_FINANCE,
      `{ allow: silence, people: ${ada.id} }`,
      `{ allow: silence, people: everyone, projects: { title: "*" } }`,
      SEE,
    );
    await bench.pass(60_000, STEP_MS);
    bench.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
    const alerts = () => bench.slack.messages.filter(({ channel }) => channel === "C0TEAMROOM1");
    await bench.until(() => alerts().length === 1, STEP_MS);
    const [alert] = alerts();
    if (alert === undefined) throw new Error("no alert");
    expect(shown(alert)).toMatch(/\b1 run\b/);
    const press = async (user: typeof ada) => {
      const { id } = await bench.slack.click(alert, "on_it", { user });
      return shown(await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id)));
    };
    expect(await press(grace)).toContain("*You may not* take or silence alerts about outages of Hex here");
    expect(await press(ada)).toContain("You are on it");
  } finally {
    await bench.stop();
  }
});
