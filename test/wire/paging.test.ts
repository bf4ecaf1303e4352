// Paging: whoever is on call is paged once, when nobody has pressed I'm on it in time, and never for what is over.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startConnectProxy } from "../sandbox/connect-proxy.js";
import type { ProjectOptions } from "../sandbox/hex/types.js";
import { type LocalPagerDuty, startPagerDuty } from "../sandbox/pagerduty.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, type Mode, shown } from "./harness.js";

// Hours of simulated time, on a machine that may be busy.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP_MS = 5_000;
const TEAM = "C0TEAMROOM1";
const AT_TEN_PAST = [{ cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 9, minute: 10 } }];

let harness: Harness;
let pager: LocalPagerDuty;
beforeEach(async () => {
  pager = await startPagerDuty();
});
afterEach(async () => {
  await harness.stop();
  await pager.stop();
  expect(harness.log.join("")).not.toContain(pager.routingKey);
});

const start = async (mode: Mode = "http", env: Record<string, string> = {}) => {
  harness = await Harness.start(mode, {
    env: { PAGERDUTY_ROUTING_KEY: pager.routingKey, PAGERDUTY_URL: pager.url, ...env },
  });
};
const told = (): SlackMessage[] =>
  harness.slack.messages.filter(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
const addProject = (title: string, more: ProjectOptions = {}) =>
  harness.hex.workspace.addProject({ title, ownerEmail: "olga@acme.test", ...more });
const fail = async (project: { id: string }): Promise<SlackMessage> => {
  const before = told().length;
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
  await harness.until(() => told().length > before, STEP_MS);
  const message = told().at(-1);
  if (message === undefined) throw new Error("It is gone.");
  return message;
};
const mend = (project: { id: string }) =>
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000 });
const actions = () => pager.received.map(({ action, status }) => (status === 202 ? action : `${action} ${status}`));
const metric = async (line: string) => {
  const { text } = await harness.get("/metrics");
  return text
    .split("\n")
    .find((one) => one.startsWith(`${line} `))
    ?.slice(line.length + 1);
};

describe.each(MODES)("%s mode", (mode) => {
  beforeEach(() => start(mode));

  test("a watched project: paged after five minutes, acknowledged by the button, resolved at the end", async () => {
    const project = addProject("Weekly revenue");
    expect(await harness.ask("watch weekly revenue page")).toContain("Whoever is on call is paged, too");
    expect(await harness.ask("watching")).toContain("pages whoever is on call");
    expect(harness.log.find((line) => line.includes('"msg":"watch"'))).toContain('"level":"info"');
    const message = await fail(project);
    const toldAt = harness.clock.now();
    await harness.pass(4 * MINUTE, STEP_MS);
    expect(pager.received).toEqual([]);
    await harness.until(() => pager.rang === 1, STEP_MS);
    expect(harness.clock.now() - toldAt).toBeLessThan(7 * MINUTE);
    const [run] = harness.hex.workspace.runs;
    expect(pager.received[0]).toMatchObject({
      action: "trigger",
      summary: "Failed: Weekly revenue",
      severity: "error",
      status: 202,
      event: {
        payload: {
          timestamp: new Date(run?.endedAt ?? 0).toISOString(),
          component: "Weekly revenue",
          custom_details: { owner: "olga@acme.test", project: project.id },
        },
        links: [
          { href: expect.stringContaining(run?.id ?? "no run"), text: "Open the run in Hex" },
          { text: "Open the project in Hex" },
        ],
      },
    });
    await harness.person("ada").press(message, "I'm on it");
    await harness.until(() => pager.open[0]?.state === "acknowledged", STEP_MS);
    await harness.until(() => shown(message).includes("has been on it"), STEP_MS);
    const { id } = await harness.person("ada").press(message, "I'm on it");
    const answer = await harness.slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === id);
    expect(shown(answer)).toContain("An acknowledged page does not ring again.");
    mend(project);
    await harness.until(() => pager.open.length === 0, STEP_MS);
    await harness.pass(30 * MINUTE, 10_000);
    expect(actions()).toEqual(["trigger", "acknowledge", "resolve"]);
    expect(pager.rang).toBe(1);
    expect(await metric('hexbot_pages_total{action="trigger",outcome="ok"}')).toBe("1");
    expect(await metric("hexbot_pages_held")).toBe("0");
  });

  test("somebody is on it in time, or nobody wants to be paged: no page", async () => {
    const [one, two] = [addProject("Weekly revenue"), addProject("Churn")];
    await harness.ask("watch weekly revenue failures page");
    await harness.ask("watch churn");
    const message = await fail(one);
    harness.hex.workspace.startRun(two.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await harness.person("grace").press(message, "I'm on it");
    await harness.until(() => shown(message).includes("|Churn>"), STEP_MS);
    await harness.pass(30 * MINUTE, STEP_MS);
    mend(one);
    mend(two);
    await harness.until(() => shown(message).includes("Back to green"), STEP_MS);
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(pager.received).toEqual([]);
  });

  test("the bot's own run fails beside its card: the card has no button for it, so a message with one stands there, too", async () => {
    const project = addProject("Weekly revenue", { run: { outcome: "ERRORED", runningMs: 5_000 } });
    await harness.ask("watch weekly revenue page");
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Errored");
    await harness.until(() => told().some((message) => shown(message).includes("is in trouble")), STEP_MS);
    const [message] = told().filter((one) => shown(one).includes("is in trouble"));
    if (message === undefined) throw new Error("It is gone.");
    await harness.person("grace").press(message, "I'm on it");
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(pager.received).toEqual([]);
    expect(told()).toHaveLength(2);
  });
});

test("watched for failures alone, and late before it failed: paged five minutes after people were told that it failed", async () => {
  await start();
  const project = addProject("Weekly revenue", { schedules: AT_TEN_PAST });
  await harness.ask("watch weekly revenue failures page");
  await harness.pass(40 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).toContain("1 late");
  expect(told()).toEqual([]);
  await fail(project);
  await harness.pass(4 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
  await harness.pass(2 * MINUTE, STEP_MS);
  expect(actions()).toEqual(["trigger"]);
});

test("a watch is set again without page: the answer says that it no longer pages", async () => {
  await start();
  addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  expect(await harness.ask("watch weekly revenue all")).toContain("This watch no longer pages whoever is on call.");
  expect(await harness.ask("watch weekly revenue all")).not.toContain("page");
  expect(await harness.ask("watching")).not.toContain("pages whoever is on call");
});

test("whoever gives it up before anybody was paged reads that the bot may page now, and it does", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  const message = await fail(project);
  await harness.person("ada").press(message, "I'm on it");
  await harness.pass(30 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
  const { id } = await harness.person("ada").press(message, "I'm on it");
  const answer = await harness.slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === id);
  expect(shown(answer)).toContain("If nobody has been paged yet, the bot may page now.");
  await harness.until(() => pager.rang === 1, STEP_MS);
});

test("watched for failures alone, and late before it was stuck: paged five minutes after people were told that it is stuck", async () => {
  await start();
  const project = addProject("Weekly revenue", { schedules: AT_TEN_PAST });
  for (const days of [1, 2, 3])
    harness.hex.workspace.startRun(project.id, {
      startedAt: harness.clock.now() - days * 24 * HOUR,
      durationMs: 15 * MINUTE,
    });
  await harness.ask("watch weekly revenue failures page");
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 10 * HOUR });
  await harness.pass(40 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).toContain("1 late");
  expect(told()).toEqual([]);
  await harness.until(() => told().length === 1, STEP_MS);
  expect(told().map(shown)).toEqual([expect.stringContaining("Stuck: a run has been going")]);
  await harness.pass(4 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
  await harness.pass(2 * MINUTE, STEP_MS);
  expect(actions()).toEqual(["trigger"]);
});

test("an outage that began before the clock was set back by a day: paged once, within minutes", async () => {
  await start("http", { HEX_ALERT_CHANNEL: TEAM, HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" });
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.until(() => told().some((message) => shown(message).includes("Not connected to Hex")), STEP_MS);
  expect(pager.received).toEqual([]);
  harness.clock.set(-24 * HOUR);
  const from = harness.clock.monotonic();
  await harness.until(() => pager.rang === 1, STEP_MS);
  expect(harness.clock.monotonic() - from).toBeLessThan(7 * MINUTE);
  await harness.pass(30 * MINUTE, 10_000);
  expect(actions()).toEqual(["trigger"]);
  harness.hex.faults.clear();
  await harness.until(() => pager.open.length === 0, STEP_MS);
});

test("an outage: paged as critical, and resolved when it is over", async () => {
  await start("http", { HEX_ALERT_CHANNEL: TEAM, HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" });
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.until(() => pager.rang === 1, STEP_MS);
  expect(pager.received[0]).toMatchObject({
    severity: "critical",
    summary: "Not connected to Hex: Hex failed (502).",
    event: {
      payload: {
        source: new URL(harness.hex.origin).host,
        component: "Hex",
        custom_details: {
          "what to do": expect.stringMatching(/[a-z]{5}/),
          reference: expect.stringMatching(/./),
        },
      },
    },
  });
  await harness.pass(30 * MINUTE, 10_000);
  expect(actions()).toEqual(["trigger"]);
  harness.hex.faults.clear();
  await harness.until(() => pager.open.length === 0, STEP_MS);
  await harness.until(() => told().some((message) => shown(message).includes("Over: connected")), STEP_MS);
  expect(actions()).toEqual(["trigger", "resolve"]);
});

test("an outage that seems to be over when the time is up: no page", async () => {
  await start("http", { HEX_ALERT_CHANNEL: TEAM, HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" });
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.until(() => told().some((message) => shown(message).includes("Not connected to Hex")), STEP_MS);
  await harness.pass(MINUTE, STEP_MS);
  harness.hex.faults.clear();
  await harness.until(() => told().some((message) => shown(message).includes("Over: connected")), STEP_MS);
  expect(pager.received).toEqual([]);
});

test("an outage, and no channel for alerts: /hex status has the button, and whoever presses keeps the page from ringing", async () => {
  await start("http", { HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" });
  const status = async (name: "ada" | "grace" = "ada") => {
    const { id } = await harness.person(name).command("status");
    return harness.meanwhile(harness.slack.waitForMessage((one) => one.responseUrlOf === id));
  };
  const press = async (name: "ada" | "grace", message: SlackMessage, button: string) => {
    const { id } = await harness.person(name).press(message, button);
    return shown(await harness.meanwhile(harness.slack.waitForMessage((one) => one.responseUrlOf === id)));
  };
  expect(buttonsOf(await status())).toEqual([]);
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.pass(3 * MINUTE, STEP_MS);
  const message = await status();
  expect(buttonsOf(message)).toEqual(["on_it"]);
  expect(await press("ada", message, "I'm on it")).toContain("You are on it.");
  expect(shown(await status())).toMatch(/\*Outage of Hex\* since .*<@U0ADALOVELA> has been on it/);
  const posts = harness.slack.messages.length;
  expect(await press("grace", await status("grace"), "I'm on it")).toContain(
    "You are on it now, instead of <@U0ADALOVELA>. Press *I'm on it* again when you no longer are. The bot does not tell them: please do.",
  );
  // The status and the answer.
  expect(harness.slack.messages).toHaveLength(posts + 2);
  await harness.pass(30 * MINUTE, 10_000);
  expect(pager.received).toEqual([]);
  harness.hex.faults.clear();
  await harness.pass(10 * MINUTE, 10_000);
  expect(buttonsOf(await status())).toEqual([]);
});

test("whoever begins to watch while a trouble goes on is told and paged when another run fails, and nobody is told twice", async () => {
  await start();
  const { data, general } = harness.slack.channels;
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue");
  await fail(project);
  await harness.pass(HOUR, 10_000);
  await harness.ask("watch weekly revenue page", { channel: general });
  await harness.pass(30 * MINUTE, 10_000);
  expect(told().map(({ channel }) => channel)).toEqual([data.id]);
  expect(pager.received).toEqual([]);
  await fail(project);
  const toldAt = harness.clock.now();
  await harness.pass(4 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
  await harness.until(() => pager.rang === 1, STEP_MS);
  expect(harness.clock.now() - toldAt).toBeLessThan(7 * MINUTE);
  mend(project);
  await harness.until(() => pager.open.length === 0, STEP_MS);
  await harness.pass(5 * MINUTE, STEP_MS);
  expect(told().map(({ channel }) => channel)).toEqual([data.id, general.id]);
  for (const message of told()) expect(shown(message)).toContain("Back to green");
});

test("silenced: paged when the silence is over, if it still goes on and nobody is on it", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  const message = await fail(project);
  const hour = /"value":("\{[^}]*\\"for\\":\\"hour\\"\}")/.exec(JSON.stringify(message.blocks))?.[1] ?? '""';
  await harness.person("ada").press(message, "silence", { value: JSON.parse(hour) });
  await harness.until(() => shown(message).includes("Silenced by"), STEP_MS);
  await harness.pass(50 * MINUTE, 10_000);
  expect(pager.received).toEqual([]);
  await harness.until(() => pager.rang === 1, 10_000);
  await harness.until(() => !shown(message).includes("Silenced by"), STEP_MS);
});

test.each([
  ["has begun when the time is up", "10"],
  ["begins just before the time is up, so that Hex is asked once more", "4"],
])("the run that was late %s: no page", async (_, minutes) => {
  await start("http", { HEX_PAGE_AFTER_MINUTES: minutes });
  const project = addProject("Weekly revenue", { schedules: AT_TEN_PAST });
  await harness.ask("watch weekly revenue page");
  await harness.until(() => told().some((message) => shown(message).includes("Late")), STEP_MS);
  await harness.pass(2 * MINUTE, STEP_MS);
  harness.hex.workspace.startRun(project.id, { trigger: "SCHEDULED", durationMs: 20 * MINUTE });
  await harness.until(() => told().some((message) => shown(message).includes("Back to green")), STEP_MS);
  expect(pager.received).toEqual([]);
});

test("watched for late runs alone: no page when the run has begun in time, and then fails", async () => {
  await start("http", { HEX_PAGE_AFTER_MINUTES: "10" });
  const project = addProject("Weekly revenue", { schedules: AT_TEN_PAST });
  await harness.ask("watch weekly revenue late page");
  await harness.until(() => told().some((message) => shown(message).includes("Late")), STEP_MS);
  await harness.pass(2 * MINUTE, STEP_MS);
  harness.hex.workspace.startRun(project.id, { trigger: "SCHEDULED", durationMs: MINUTE, outcome: "ERRORED" });
  await harness.until(() => told().some((message) => shown(message).includes("Failed")), STEP_MS);
  await harness.pass(20 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
});

test("two conversations want the page, one for failures alone: it rings in time for the one that was told first", async () => {
  await start("http", { HEX_PAGE_AFTER_MINUTES: "10" });
  const project = addProject("Weekly revenue", { schedules: AT_TEN_PAST });
  await harness.ask("watch weekly revenue page");
  await harness.ask("watch weekly revenue failures page", { channel: harness.slack.channels.general });
  await harness.until(() => told().some((message) => shown(message).includes("Late")), STEP_MS);
  const toldAt = harness.clock.now();
  await harness.pass(3 * MINUTE, STEP_MS);
  harness.hex.workspace.startRun(project.id, {
    startedAt: toldAt - 2 * HOUR,
    trigger: "API",
    durationMs: 2 * HOUR + 3 * MINUTE,
    outcome: "ERRORED",
  });
  await harness.until(() => told().length === 2, STEP_MS);
  await harness.until(() => pager.rang === 1, STEP_MS);
  expect(harness.clock.now() - toldAt).toBeLessThan(12 * MINUTE);
  expect(pager.received[0]?.summary).toBe("Late, Failed: Weekly revenue");
});

test("a watch that no longer pages, and then does again: resolved, and nobody is paged a second time for the same trouble", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  await fail(project);
  await harness.until(() => pager.rang === 1, STEP_MS);
  await harness.ask("watch weekly revenue all");
  await harness.until(() => pager.open.length === 0, STEP_MS);
  await harness.ask("watch weekly revenue page");
  await harness.pass(20 * MINUTE, 10_000);
  expect(actions()).toEqual(["trigger", "resolve"]);
});

test("the next leader's clock is half a minute behind: the page keeps its time", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  await fail(project);
  harness.clock.set(-MINUTE / 2);
  await harness.pass(4 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
  await harness.until(() => pager.rang === 1, STEP_MS);
});

test("whoever ends a silence reads that the bot may page now, and it does", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  const message = await fail(project);
  const fixed = /"value":("\{[^}]*\\"for\\":\\"until_fixed\\"\}")/.exec(JSON.stringify(message.blocks))?.[1] ?? '""';
  await harness.person("ada").press(message, "silence", { value: JSON.parse(fixed) });
  await harness.pass(30 * MINUTE, STEP_MS);
  expect(pager.received).toEqual([]);
  const { id } = await harness.person("grace").press(message, "End the silence");
  const answer = await harness.slack.waitForMessage(({ responseUrlOf }) => responseUrlOf === id);
  expect(shown(answer)).toContain("If nobody is on it and nobody has been paged yet, the bot may page now.");
  await harness.until(() => pager.rang === 1, STEP_MS);
});

test("without a key: the watch is kept, and its answer says that nobody is paged yet", async () => {
  await start("http", { PAGERDUTY_ROUTING_KEY: "" });
  addProject("Weekly revenue");
  // A project may be called so.
  addProject("Page");
  expect(await harness.ask("watch weekly revenue page")).toContain("Nobody is paged yet");
  expect(await harness.ask("watch weekly revenue")).not.toContain("paged");
  expect(await harness.ask("watching")).not.toContain("pages whoever is on call");
  expect(await harness.ask("watch page")).toMatch(/\|Page>/);
});

describe("a receiver that fails", () => {
  const watchAndFail = async () => {
    const project = addProject("Weekly revenue");
    await harness.ask("watch weekly revenue page");
    await fail(project);
    return project;
  };

  test("is tried again at growing pauses, told in the log, the metrics and the status, and pages once", async () => {
    await start();
    await watchAndFail();
    const body = `<html>${pager.routingKey}</html>`;
    pager.fault = { type: "status", status: 503, body };
    await harness.until(() => pager.received.length === 1, STEP_MS);
    await harness.pass(30 * MINUTE, STEP_MS);
    const tries = pager.received.length;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(12);
    expect(await harness.ask("status")).toMatch(/Paging does not work\*, 1 page affected: The paging service failed\./);
    // Some of the pages may be about projects that somebody may not see.
    harness.rules("{ deny: see, people: everyone, projects: { title: Weekly revenue } }");
    expect(await harness.ask("status")).toContain("Paging does not work*: The paging service failed.");
    harness.policy = null;
    expect(await metric("hexbot_pages_held")).toBe("1");
    expect(Number(await metric('hexbot_pages_total{action="trigger",outcome="failed"}'))).toBe(tries);
    expect(harness.log.filter((line) => line.includes("page: trigger was not accepted")).length).toBe(tries);
    pager.fault = null;
    await harness.until(() => pager.rang === 1, STEP_MS);
    expect(await harness.ask("status")).not.toContain("Paging");
    expect(await metric("hexbot_pages_held")).toBe("0");
  });

  test("loses the answer, asks to wait, or does not answer: sent again, and nobody is paged twice", async () => {
    await start();
    const project = await watchAndFail();
    pager.fault = { type: "reset" };
    await harness.until(() => pager.rang === 1, STEP_MS);
    pager.fault = { type: "status", status: 429, headers: { "retry-after": "300" } };
    await harness.until(() => pager.received.at(-1)?.status === 429, STEP_MS);
    const [count, at] = [pager.received.length, harness.clock.now()];
    pager.fault = { type: "hang" };
    await harness.until(() => pager.received.length > count, STEP_MS);
    expect(harness.clock.now() - at).toBeGreaterThan(4.5 * MINUTE);
    pager.fault = null;
    await harness.until(() => actions().at(-1) === "trigger", STEP_MS);
    expect(pager.rang).toBe(1);
    mend(project);
    await harness.until(() => pager.open.length === 0, STEP_MS);
  });

  test.each([
    ["says that one event is invalid", 400],
    ["denies one event", 403],
  ])("%s: the pages about other projects ring in time", async (_, status) => {
    await start();
    await watchAndFail();
    pager.fault = { type: "status", status, about: "Weekly revenue" };
    await harness.until(() => pager.received.length === 1, STEP_MS);
    await harness.pass(45 * MINUTE, STEP_MS);
    expect(pager.rang).toBe(0);
    for (const title of ["Churn", "Margin"]) {
      const project = addProject(title);
      await harness.ask(`watch ${title} page`);
      harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
      await harness.pass(9 * MINUTE, STEP_MS);
      expect(pager.open.map(({ summary }) => summary)).toContain(`Failed: ${title}`);
    }
    expect(pager.rang).toBe(2);
    pager.fault = null;
    await harness.stopBot();
    await harness.startBot();
    await harness.until(() => pager.rang === 3, STEP_MS);
  });

  test("is down when many projects fail: its pages ring within as long again", async () => {
    await start("http", { HEX_PAGE_AFTER_MINUTES: "0" });
    pager.fault = { type: "status", status: 503 };
    const projects = ["Weekly revenue", "Churn", "Margin", "Forecast", "Stock", "Returns"].map((title) =>
      addProject(title),
    );
    for (const { title } of projects) await harness.ask(`watch ${title} page`);
    for (const { id } of projects)
      harness.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    const tried = () => new Set(pager.received.map(({ dedupKey }) => dedupKey)).size;
    await harness.until(() => tried() === 1, STEP_MS);
    const since = harness.clock.now();
    await harness.until(() => tried() === projects.length, STEP_MS);
    pager.fault = null;
    await harness.pass(harness.clock.now() - since + MINUTE, STEP_MS);
    expect(pager.rang).toBe(projects.length);
  });

  test.each<[string, number, Record<string, string>, number]>([
    ["asks to wait", 503, { "retry-after": "300" }, 5 * MINUTE],
    ["is asked too often, and does not say for how long", 429, {}, 2 * MINUTE],
  ])("%s: until then, other pages are not sent, either", async (_, status, headers, waitMs) => {
    await start("http", { HEX_PAGE_AFTER_MINUTES: "0" });
    pager.fault = { type: "status", status, headers };
    await watchAndFail();
    await harness.until(() => pager.received.length === 1, STEP_MS);
    const since = harness.clock.now();
    pager.fault = null;
    const { id } = addProject("Churn");
    await harness.ask("watch churn page");
    harness.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await harness.until(() => pager.received.length > 1, STEP_MS);
    expect(harness.clock.now() - since).toBeGreaterThanOrEqual(waitMs - STEP_MS);
    await harness.until(() => pager.rang === 2, STEP_MS);
  });

  test("fails once more, hours after it had failed for long: the page is tried again soon", async () => {
    await start("http", { HEX_PAGE_AFTER_MINUTES: "0" });
    pager.fault = { type: "status", status: 503 };
    await watchAndFail();
    await harness.until(() => pager.received.length === 1, STEP_MS);
    await harness.pass(HOUR, 10_000);
    pager.fault = null;
    await harness.until(() => pager.rang === 1, STEP_MS);
    const count = pager.received.length;
    pager.fault = { type: "status", status: 503 };
    const { id } = addProject("Churn");
    await harness.ask("watch churn page");
    harness.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await harness.until(() => pager.received.length > count, STEP_MS);
    const since = harness.clock.now();
    pager.fault = null;
    await harness.until(() => pager.rang === 2, STEP_MS);
    expect(harness.clock.now() - since).toBeLessThan(2 * MINUTE);
  });

  test("redirects: the key does not go along", async () => {
    const elsewhere = await startPagerDuty();
    try {
      await start();
      await watchAndFail();
      pager.fault = { type: "status", status: 307, headers: { location: `${elsewhere.url}/v2/enqueue` } };
      await harness.until(() => pager.received.length === 2, STEP_MS);
      expect(elsewhere.received).toEqual([]);
      expect(await harness.ask("status")).toContain("Check PAGERDUTY_URL");
    } finally {
      await elsewhere.stop();
    }
  });

  test("says that the event is invalid: not sent for ever, told with its words, and tried once more after a restart", async () => {
    await start("http", { PAGERDUTY_ROUTING_KEY: "x".repeat(32) });
    const project = await watchAndFail();
    await harness.until(() => pager.received.length === 1, STEP_MS);
    await harness.pass(HOUR, 10_000);
    expect(actions()).toEqual(["trigger 400"]);
    expect(harness.log.join("")).toContain("'routing_key' is invalid");
    expect(await harness.ask("status")).toContain("says that the event is invalid (400)");
    await harness.stopBot();
    await harness.startBot({ PAGERDUTY_ROUTING_KEY: pager.routingKey });
    await harness.until(() => pager.rang === 1, STEP_MS);
    mend(project);
    await harness.until(() => pager.open.length === 0, STEP_MS);
    expect(actions()).toEqual(["trigger 400", "trigger", "resolve"]);
  });

  test("says so by a clock that was an hour ahead: tried again at once when both have been put right", async () => {
    await start("http", { PAGERDUTY_ROUTING_KEY: "x".repeat(32) });
    await watchAndFail();
    await harness.until(() => pager.received.length === 1, STEP_MS);
    await harness.stopBot();
    harness.clock.set(-HOUR);
    await harness.startBot({ PAGERDUTY_ROUTING_KEY: pager.routingKey });
    await harness.until(() => pager.rang === 1, STEP_MS);
    expect(actions()).toEqual(["trigger 400", "trigger"]);
  });
});

test("a page that was refused is no longer held once what it is about is over", async () => {
  await start("http", { PAGERDUTY_ROUTING_KEY: "x".repeat(32), HEX_PAGE_AFTER_MINUTES: "0" });
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  const message = await fail(project);
  await harness.until(() => pager.received.length === 1, STEP_MS);
  await harness.pass(MINUTE, STEP_MS);
  expect(await metric("hexbot_pages_held")).toBe("1");
  mend(project);
  await harness.until(() => shown(message).includes("Back to green"), STEP_MS);
  await harness.pass(2 * MINUTE, STEP_MS);
  expect(await metric("hexbot_pages_held")).toBe("0");
  expect(await harness.ask("status")).not.toContain("Paging");
  expect(actions()).toEqual(["trigger 400"]);
});

test("the bot is restarted before the page, and stopped while it is over: paged in time, and resolved", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  const message = await fail(project);
  await harness.pass(2 * MINUTE, STEP_MS);
  await harness.stopBot();
  await harness.startBot();
  expect(pager.received).toEqual([]);
  await harness.until(() => harness.log.some((line) => line.includes("page: trigger")), STEP_MS);
  await harness.stopBot();
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000 });
  harness.clock.advance(10 * MINUTE);
  await harness.startBot();
  await harness.until(() => pager.open.length === 0, STEP_MS);
  await harness.until(() => shown(message).includes("Back to green"), STEP_MS);
  await harness.pass(10 * MINUTE, STEP_MS);
  expect(actions()).toEqual(["trigger", "resolve"]);
});

test("pages go through the proxy; if it refuses, the log says so, and what to do", async () => {
  const proxy = await startConnectProxy();
  try {
    await start("http", { HTTP_PROXY: proxy.url, HEX_PAGE_AFTER_MINUTES: "0" });
    const project = addProject("Weekly revenue");
    await harness.ask("watch weekly revenue page");
    await harness.stopBot();
    const others = [harness.slack.apiUrl, harness.hex.origin, harness.statusPage.origin].map(
      (url) => new URL(url).host,
    );
    await harness.startBot({ NO_PROXY: others.join() });
    proxy.refuses = 403;
    await fail(project);
    const refusal = () => harness.log.find((line) => line.includes("page: trigger was not accepted"));
    await harness.until(() => refusal() !== undefined, STEP_MS);
    expect(JSON.parse(refusal() ?? "{}")).toMatchObject({
      why: `the proxy ${proxy.host} answered 403`,
      todo: expect.stringContaining("if there is a proxy, set HTTPS_PROXY and have it allow that"),
    });
    proxy.refuses = null;
    await harness.until(() => pager.rang === 1, STEP_MS);
    expect(new Set(proxy.asked)).toContain(new URL(pager.url).host);
  } finally {
    await proxy.stop();
  }
});

test("the bot is stopped while it waits for the answer to a trigger: the page may ring, so it is resolved at the end", async () => {
  await start();
  const project = addProject("Weekly revenue");
  await harness.ask("watch weekly revenue page");
  pager.fault = { type: "hang" };
  const message = await fail(project);
  await harness.until(() => pager.received.length === 1, STEP_MS);
  await harness.stopBot();
  expect(harness.log.join("")).not.toContain("was not accepted");
  pager.fault = null;
  mend(project);
  harness.clock.advance(10 * MINUTE);
  await harness.startBot({ PAGERDUTY_ROUTING_KEY: "" });
  await harness.until(() => shown(message).includes("Back to green"), STEP_MS);
  await harness.stopBot();
  await harness.startBot();
  await harness.until(() => actions().at(-1) === "resolve", STEP_MS);
  expect(pager.received).toHaveLength(2);
});
