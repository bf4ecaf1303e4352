// Somebody takes care of it: I'm on it and Silence, on alerts about outages and about watched projects.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProjectOptions } from "../sandbox/hex/types.js";
import { pings, type SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

// Hours of simulated time, on a machine that may be busy.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP_MS = 5_000;
const TEAM = "C0TEAMROOM1";

let harness: Harness;
afterEach(() => harness.stop());

const told = (channel: string): SlackMessage[] =>
  harness.slack.messages.filter(
    (one) => one.via === "postMessage" && one.threadTs === undefined && one.channel === channel && !one.deleted,
  );
const only = (channel: string): SlackMessage => {
  const [message, another] = told(channel);
  if (message === undefined || another !== undefined) throw new Error(`${told(channel).length} messages`);
  return message;
};
const shows = (message: SlackMessage, text: string | RegExp) =>
  harness.until(() => (typeof text === "string" ? shown(message).includes(text) : text.test(shown(message))), STEP_MS);
const repliesTo = ({ ts }: SlackMessage) => harness.replies.filter(({ threadTs }) => threadTs === ts);
/** Presses a button as somebody in Slack. Resolves with what only that person reads. */
const press = async (name: "ada" | "grace" | "stranger", message: SlackMessage, button: string, value?: string) => {
  const person = harness.person(name);
  const { id } = await person.press(message, button, value === undefined ? {} : { value });
  return shown(await harness.meanwhile(harness.slack.waitForMessage((one) => one.responseUrlOf === id)));
};
/** The value of the option with this text in the Silence menu. */
const silenceFor = (message: SlackMessage, text: string): string => {
  const options = message.blocks.flatMap((block) =>
    JSON.stringify(block).includes('"silence"') ? [...JSON.stringify(block).matchAll(OPTION)] : [],
  );
  const value = options.find(([, label]) => label === text)?.[2];
  if (value === undefined) throw new Error(`There is no ${text}.`);
  return JSON.parse(`"${value}"`);
};
const OPTION = /"text":"((?:For|Until)[^"]*)","emoji":true\},"value":"((?:[^"\\]|\\.)*)"/g;

const addProject = (title: string, more: ProjectOptions = {}) =>
  harness.hex.workspace.addProject({ title, ownerEmail: "olga@acme.test", ...more });
const fail = (project: { id: string }) =>
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
const mend = (project: { id: string }) =>
  harness.hex.workspace.startRun(project.id, { trigger: "API", durationMs: 1_000 });

describe.each(MODES)("%s mode: a watched project", (mode) => {
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });

  test("somebody takes it, which every conversation shows; somebody else takes it over, which a reply says; and it is given back", async () => {
    const project = addProject("Weekly revenue");
    const { data, team } = harness.slack.channels;
    await harness.ask("watch weekly revenue", { channel: data });
    await harness.ask("watch weekly revenue", { channel: team });
    fail(project);
    await harness.until(() => told(data.id).length === 1 && told(team.id).length === 1, STEP_MS);
    const [here, there] = [only(data.id), only(team.id)];
    expect(buttonsOf(here)).toEqual(["on_it", "silence"]);

    expect(await press("ada", here, "I'm on it")).toContain("You are on it.");
    const ada = `<@${harness.slack.people.ada.id}>`;
    const grace = `<@${harness.slack.people.grace.id}>`;
    await shows(here, `${ada} has been on it since <!date`);
    await shows(there, `${ada} has been on it since <!date`);
    expect(harness.replies).toEqual([]);

    expect(await harness.ask("status", { channel: data })).toMatch(/Failed:\* <.*\|Weekly revenue>.*has been on it/);
    const general = await harness.ask("status", { channel: harness.slack.channels.general });
    expect(general).toContain("1 watched project that other conversations are told about");
    expect(general).not.toContain("Weekly revenue");

    expect(await press("grace", there, "I'm on it")).toContain(`You are on it now, instead of ${ada}.`);
    await shows(here, `${grace} has been on it since`);
    expect(repliesTo(there).map(shown)).toEqual([expect.stringContaining(`${grace} is on it now, instead of ${ada}.`)]);
    expect(repliesTo(there).flatMap(pings).sort()).toEqual([ada, grace].sort());

    await shows(there, `${grace} has been on it since`);
    expect(await press("grace", there, "I'm on it")).toContain(
      "You are no longer on it. Nobody is told about that: ask somebody to take over.",
    );
    await harness.until(() => !/has been on it/.test(shown(here) + shown(there)), STEP_MS);
    const stale = { blocks: here.blocks };
    mend(project);
    await shows(here, "Back to green");
    expect(buttonsOf(here)).toEqual([]);
    const { id } = await harness.person("ada").press(here, "on_it", { stale });
    const answer = await harness.slack.waitForMessage((one) => one.responseUrlOf === id);
    expect(shown(answer)).toContain("It has been over since");
  });

  test("the audit log says what came of each press: which of two people has it, and how long a silence lasts", async () => {
    const { ada, grace } = harness.slack.people;
    harness.rules("{ allow: [see, watch, silence], people: everyone }", `{ allow: administer, people: ${ada.id} }`);
    const project = addProject("Weekly revenue");
    await harness.ask("watch weekly revenue");
    fail(project);
    const { data } = harness.slack.channels;
    await harness.until(() => told(data.id).length === 1, STEP_MS);
    const message = only(data.id);
    const stale = { blocks: structuredClone(message.blocks) };
    expect(await press("ada", message, "I'm on it")).toContain("You are on it");
    await harness.person("grace").press(message, "I'm on it", { stale });
    await press("ada", message, "silence", silenceFor(message, "For 1 hour"));
    const audit = await harness.ask("audit");
    expect(audit).toMatch(new RegExp(`<@${ada.id}> pressed I'm on it for \\*Weekly revenue\\*.*taken`));
    expect(audit).toMatch(
      new RegExp(`<@${grace.id}> pressed I'm on it for \\*Weekly revenue\\*.*by <@${ada.id}> .*held`),
    );
    expect(audit).toMatch(
      new RegExp(`<@${ada.id}> silenced an alert about \\*Weekly revenue\\*.* until 2026-11-02T10:.*silenced`),
    );
    expect(audit).not.toMatch(/kind|changed/);
  });

  test("when two people press at the same moment, one has it, and the other reads who", async () => {
    const project = addProject("Weekly revenue");
    await harness.ask("watch weekly revenue");
    fail(project);
    const { data } = harness.slack.channels;
    await harness.until(() => told(data.id).length === 1, STEP_MS);
    const message = only(data.id);
    const stale = { blocks: structuredClone(message.blocks) };
    const clicks = await Promise.all(
      (["ada", "grace"] as const).map((name) => harness.person(name).press(message, "I'm on it", { stale })),
    );
    const answers = await Promise.all(
      clicks.map(({ id }) => harness.slack.waitForMessage((one) => one.responseUrlOf === id)),
    );
    const words = answers.map(shown).sort((one, other) => one.length - other.length);
    expect(words[1]).toMatch(/<@U0\w+> got there first and is on it/);
    expect(words[0]).toContain("You are on it.");
    await shows(message, "has been on it since");
    expect(harness.replies).toEqual([]);
  });

  test("a press on a message that did not show the second trouble yet leaves that one to others", async () => {
    const [one, two] = [addProject("Weekly revenue"), addProject("Churn")];
    await harness.ask("watch owner:olga@acme.test");
    const { data } = harness.slack.channels;
    fail(one);
    await harness.until(() => told(data.id).length === 1, STEP_MS);
    const message = only(data.id);
    const stale = { blocks: structuredClone(message.blocks) };
    fail(two);
    await shows(message, "2 watched projects are in trouble");
    await harness.person("ada").press(message, "on_it", { stale });
    await shows(message, "has been on it since");
    expect(shown(message).match(/has been on it since/g)).toHaveLength(1);
    expect(shown(message)).toMatch(/Weekly revenue>(?:(?!Churn)[\s\S])*has been on it since/);
    await press("ada", message, "I'm on it");
    await harness.until(() => shown(message).match(/has been on it since/g)?.length === 2, STEP_MS);
  });

  test("silenced for an hour, the message is edited and nothing is posted; after that, news is posted again", async () => {
    const [one, two, three] = [addProject("Weekly revenue"), addProject("Churn"), addProject("Forecast")];
    await harness.ask("watch owner:olga@acme.test");
    const { data } = harness.slack.channels;
    fail(one);
    await harness.until(() => told(data.id).length === 1, STEP_MS);
    const message = only(data.id);
    expect(await press("grace", message, "silence", silenceFor(message, "For 1 hour"))).toContain("Silenced until");
    await shows(message, /Silenced by <@U0GRACEHOPP> until <!date/);
    expect(buttonsOf(message)).toEqual(["on_it", "end_silence"]);

    // A trouble that joins is nobody's and not silenced: the reply announces it, and the message shows both.
    fail(two);
    await harness.until(() => repliesTo(message).length === 1, STEP_MS);
    expect(shown(message).match(/Silenced by/g)).toHaveLength(1);
    expect(buttonsOf(message)).toEqual(["on_it", "silence", "end_silence"]);
    expect(await press("ada", message, "silence", silenceFor(message, "Until it is fixed"))).toContain(
      "until it is fixed",
    );
    await harness.until(() => shown(message).match(/Silenced by/g)?.length === 2, STEP_MS);

    mend(one);
    mend(two);
    await shows(message, "Back to green");
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(repliesTo(message)).toHaveLength(1);
    expect(shown(message)).toContain("had silenced it");

    fail(three);
    await harness.until(() => told(data.id).length === 2, STEP_MS);
  });

  test("if the silence runs out during the trouble, or somebody ends it, people are told when the trouble is over", async () => {
    const [one, two] = [addProject("Weekly revenue"), addProject("Churn")];
    await harness.ask("watch weekly revenue");
    await harness.ask("watch churn", { channel: harness.slack.channels.team });
    const { data } = harness.slack.channels;
    fail(one);
    fail(two);
    await harness.until(() => told(data.id).length === 1 && told(TEAM).length === 1, STEP_MS);
    const [first, second] = [only(data.id), only(TEAM)];
    await press("ada", first, "silence", silenceFor(first, "For 1 hour"));
    await press("ada", second, "silence", silenceFor(second, "Until it is fixed"));
    await shows(first, "Silenced by");
    await shows(second, "Silenced by");
    await harness.pass(HOUR + 2 * MINUTE, 10_000);
    expect(shown(first)).not.toContain("Silenced by");
    expect(buttonsOf(first)).toEqual(["on_it", "silence"]);
    expect(shown(second)).toContain("Silenced by");
    expect(await press("grace", second, "End the silence")).toContain("No longer silenced");
    await harness.until(() => !shown(second).includes("Silenced by"), STEP_MS);
    mend(one);
    mend(two);
    await harness.until(() => repliesTo(first).length === 1 && repliesTo(second).length === 1, STEP_MS);
    expect(harness.replies.map(shown)).toEqual([
      expect.stringContaining("Back to green"),
      expect.stringContaining("Back to green"),
    ]);
  });

  test("somebody from another workspace is refused, and a press about a project that is no longer watched is answered", async () => {
    const project = addProject("Weekly revenue");
    await harness.ask("watch weekly revenue");
    fail(project);
    const { data } = harness.slack.channels;
    await harness.until(() => told(data.id).length === 1, STEP_MS);
    const message = only(data.id);
    expect(await press("stranger", message, "I'm on it")).toContain("belongs to another workspace");
    await harness.ask("unwatch weekly revenue");
    expect(await press("ada", message, "I'm on it")).toContain("no longer watched here");
    expect(shown(message)).not.toContain("has been on it");
  });

  test("after a restart it is still theirs, even on the Home tab", async () => {
    const project = addProject("Weekly revenue");
    await harness.ask("watch weekly revenue");
    fail(project);
    const { data } = harness.slack.channels;
    await harness.until(() => told(data.id).length === 1, STEP_MS);
    await press("grace", only(data.id), "I'm on it");
    await harness.stopBot();
    await harness.startBot();
    await shows(only(data.id), "has been on it since");
    for (const name of ["ada", "grace"] as const) {
      const person = harness.person(name);
      await person.openHome();
      const view = await person.homeShows(({ view: home }) => JSON.stringify(home).includes("Not over yet"));
      expect(JSON.stringify(view.view)).toMatch(/Weekly revenue.*<@U0GRACEHOPP> has been on it since/);
    }
  });
});

describe("an outage", () => {
  const fault = () =>
    harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  beforeEach(async () => {
    harness = await Harness.start("http", {
      hexTimeoutMs: 20_000,
      env: { HEX_ALERT_CHANNEL: TEAM, HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" },
    });
    await harness.pass(2 * MINUTE, STEP_MS);
    fault();
    await harness.until(() => told(TEAM).length === 1, STEP_MS);
  });
  const status = async () => {
    const { id } = await harness.slack.command("status");
    const answer = () => harness.slack.messages.find((one) => one.responseUrlOf === id);
    await harness.until(() => answer() !== undefined, 50);
    return shown(answer() ?? only(TEAM));
  };

  test("taken and silenced, a changed cause and the end are shown by edits, and the status says who has it", async () => {
    const message = only(TEAM);
    expect(buttonsOf(message)).toEqual(["on_it", "silence"]);
    await press("ada", message, "I'm on it");
    await press("grace", message, "silence", silenceFor(message, "For 4 hours"));
    await shows(message, /<@U0ADALOVELA> has been on it since .*Silenced by <@U0GRACEHOPP> until/);
    expect(await status()).toMatch(/\*Outage of Hex\* since .*<@U0ADALOVELA> has been on it/);
    harness.hex.faults.clear();
    harness.hex.workspace.planAllowsApi = false;
    await shows(message, "plan does not include the Hex API (403)");
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(repliesTo(message)).toEqual([]);
    expect(await press("grace", message, "End the silence")).toContain("No longer silenced");
    await harness.until(() => !shown(message).includes("Silenced by"), STEP_MS);
    harness.hex.workspace.planAllowsApi = true;
    await harness.until(() => repliesTo(message).length > 0, STEP_MS);
    expect(repliesTo(message).map(shown)).toEqual([expect.stringContaining("It is over")]);
    expect(shown(message)).toContain("<@U0ADALOVELA> was on it");
  });

  test("an outage that ends while it is silenced is shown by an edit, without a reply", async () => {
    const message = only(TEAM);
    const { blocks } = message;
    await press("grace", message, "silence", silenceFor(message, "Until it is fixed"));
    harness.hex.faults.clear();
    await shows(message, "Over: connected to Hex again");
    const { id } = await harness.person("ada").press(message, "on_it", { stale: { blocks } });
    const answer = harness.slack.waitForMessage((one) => one.responseUrlOf === id);
    expect(shown(await harness.meanwhile(answer))).toContain("It has been over since");
    await harness.pass(5 * MINUTE, STEP_MS);
    expect(repliesTo(message)).toEqual([]);
    expect(shown(message)).toContain("<@U0GRACEHOPP> had silenced it");
    expect(buttonsOf(message)).toEqual([]);
  });

  test("an alert that is deleted while it is silenced is not posted again before the silence is over", async () => {
    const message = only(TEAM);
    await press("grace", message, "silence", silenceFor(message, "For 1 hour"));
    harness.slack.delete(message);
    await harness.pass(HOUR - 10 * MINUTE, 10_000);
    expect(told(TEAM)).toEqual([]);
    await harness.until(() => told(TEAM).length === 1, 10_000);
    expect(shown(only(TEAM))).toContain("Not connected to Hex");
    expect(buttonsOf(only(TEAM))).toEqual(["on_it", "silence"]);
  });
});
