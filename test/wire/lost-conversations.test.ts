// A conversation that the bot cannot write to any more: its watches end, and whoever set them is told once in a direct message.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Project } from "../sandbox/hex/types.js";
import type { Channel } from "../sandbox/slack/types.js";
import { Harness, MODES, shown } from "./harness.js";

// Up to a day of simulated time, on a machine that may be busy.
vi.setConfig({ testTimeout: 240_000 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP_MS = 5_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let project: Project;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    project = harness.hex.workspace.addProject({ title: "Revenue <!here>", schedules: [] });
  });
  afterEach(() => harness.stop());

  const fail = () => harness.hex.workspace.startRun(project.id, { durationMs: 1_000, outcome: "ERRORED" });
  const posted = () => harness.slack.messages.filter(({ via }) => via === "postMessage");
  const arrive = (count: number) => harness.until(() => posted().length >= count, STEP_MS);
  const dm = (name: "ada" | "grace") => harness.slack.dm(harness.slack.people[name]).id;
  const settled = async () => {
    await harness.stopBot();
    await harness.startBot();
    await harness.pass(30 * MINUTE, MINUTE / 2);
  };
  /** The bot has told of a failure there when it is removed, so that it can say nothing of the good run that follows. */
  const losesMessageIn = async (channel: Channel) => {
    await harness.ask(`watch ${project.id}`, { channel });
    fail();
    await arrive(1);
    harness.slack.kick(channel, harness.slack.botUserId);
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000 });
    await arrive(2);
    await settled();
  };

  test("the channel is archived: ended at once, and each of those who set watches there is told once of theirs", async () => {
    const { data, general } = harness.slack.channels;
    await harness.ask(`watch ${project.id}`);
    await harness.ask("watch category:Finance late");
    await harness.ask("watch scheduled", { user: harness.slack.people.grace });
    await harness.ask(`watch ${project.id}`, { channel: general });
    harness.slack.archive(data);
    fail();
    await arrive(3);
    await settled();
    expect(
      posted()
        .map(({ channel }) => channel)
        .sort(),
    ).toEqual([general.id, dm("ada"), dm("grace")].sort());
    const [ada, grace] = (["ada", "grace"] as const).map((name) =>
      posted().find(({ channel }) => channel === dm(name)),
    );
    if (ada === undefined || grace === undefined) throw new Error("Somebody was not told.");
    expect(shown(ada)).toContain(`The bot cannot write in <#${data.id}> any more: the channel is archived`);
    expect(shown(ada)).toMatch(/\|Revenue &lt;!here&gt;>/);
    expect(shown(ada)).toContain("every project of the category `Finance`");
    expect(shown(ada)).not.toContain("schedule");
    expect(shown(grace)).toContain("every project with a schedule");
    expect(await harness.ask("watching")).toContain("Nothing is watched in this conversation.");
    expect(await harness.ask("watching", { channel: general })).toContain("Revenue");
  });

  test("the bot was removed from a private channel that already has a message: ended at once", async () => {
    const { team } = harness.slack.channels;
    await losesMessageIn(team);
    expect(posted().map(({ channel }) => channel)).toEqual([team.id, dm("ada")]);
    expect(shown(posted()[1] ?? missing())).toContain("any more: the bot cannot see the channel (`channel_not_found`)");
  });

  test("once somebody invites the bot again, a message that it could not keep up to date says so", async () => {
    const { team } = harness.slack.channels;
    await losesMessageIn(team);
    const [message] = posted();
    expect(shown(message ?? missing())).toContain("A watched project is in trouble");
    harness.slack.invite(team, harness.slack.botUserId);
    await harness.until(() => !shown(message ?? missing()).includes("is in trouble"), STEP_MS);
    expect(shown(message ?? missing())).toMatch(/^:white_circle: \*No longer kept up to date\*\n/);
    await settled();
    expect(posted()).toHaveLength(2);
  });

  test("a message that somebody deletes meanwhile does not keep the others there from saying so", async () => {
    const { team } = harness.slack.channels;
    const other = harness.hex.workspace.addProject({ title: "Churn", schedules: [] });
    await harness.ask(`watch ${other.id}`, { channel: team });
    await harness.ask(`watch ${project.id}`, { channel: team });
    fail();
    await arrive(1);
    await harness.pass(2 * HOUR, MINUTE);
    harness.hex.workspace.startRun(other.id, { durationMs: 1_000, outcome: "ERRORED" });
    await arrive(2);
    harness.slack.kick(team, harness.slack.botUserId);
    for (const { id } of [project, other]) harness.hex.workspace.startRun(id, { durationMs: 1_000 });
    await arrive(3);
    await settled();
    const [deleted, left] = posted();
    harness.slack.delete(deleted ?? missing());
    harness.slack.invite(team, harness.slack.botUserId);
    await harness.until(() => shown(left ?? missing()).includes("No longer kept up to date"), STEP_MS);
  });

  test("where the bot may not be yet, whoever watches or sets a digest reads how to invite it", async () => {
    const { data, secret, team } = harness.slack.channels;
    const invite = "If the bot is not in this channel yet, type `/invite @hex` here. Otherwise it cannot write to it.";
    const ask = (text: string, channel = secret) => harness.ask(text, { channel });
    expect(await ask(`watch ${project.id}`)).toContain(invite);
    expect(await ask("digest 08:00")).toContain(invite);
    expect(await ask(`watch ${project.id}`, data)).not.toContain("/invite");
    expect(await ask("digest 08:00", data)).not.toContain("/invite");
    expect(await ask(`watch ${project.id}`, harness.slack.dm(harness.slack.people.ada))).not.toContain("/invite");
    // The bot is in this private channel, and Slack says so.
    expect(await ask(`watch ${project.id}`, team)).not.toContain("/invite");
    expect(await ask("digest 08:00", team)).not.toContain("/invite");
  });

  test("in direct messages between people: a warning at once, and whoever watches there is told that it ended", async () => {
    const { ada, grace } = harness.slack.people;
    const channel = harness.slack.dmBetween(ada, grace);
    const warning = "The bot cannot write in direct messages between people.";
    expect(await harness.ask(`watch ${project.id}`, { channel })).toContain(warning);
    expect(await harness.ask("digest 08:00", { channel })).toContain(warning);
    const own = { channel: harness.slack.dm(grace), user: grace };
    expect(await harness.ask("watch category:Finance", own)).not.toContain(warning);
    fail();
    await arrive(1);
    await settled();
    expect(posted().map((message) => message.channel)).toEqual([dm("ada")]);
    const [told] = posted();
    expect(shown(told ?? missing())).toContain("The bot cannot write any more: the bot cannot see the channel");
    expect(shown(told ?? missing())).toContain("Revenue");
  });

  test("somebody leaves: what they watch in their direct messages ends, and what they watch elsewhere does not", async () => {
    const { data } = harness.slack.channels;
    const { grace } = harness.slack.people;
    const own = { channel: harness.slack.dm(grace), user: grace };
    const other = harness.hex.workspace.addProject({ title: "Churn", schedules: [] });
    const third = harness.hex.workspace.addProject({ title: "Costs", schedules: [] });
    await harness.ask(`watch ${project.id}`, { user: grace });
    await harness.ask(`watch ${other.id}`, own);
    await harness.ask("watch category:Finance", own);
    await harness.ask(`digest 08:00 ${third.id}`, own);
    harness.slack.deactivate(grace);
    await harness.pass(2 * HOUR, MINUTE);
    const before = harness.asked.length;
    await harness.pass(HOUR, MINUTE);
    const read = harness.asked.slice(before).filter(({ endpoint }) => endpoint === "listRuns");
    expect(new Set(read.map(({ path }) => path))).toEqual(new Set([expect.stringContaining(project.id)]));
    // For when somebody activates the account again.
    expect(posted().map(({ channel }) => channel)).toEqual([dm("grace"), dm("grace")]);
    expect(posted().map(shown).join()).toContain("the account was deactivated");
    expect(await harness.ask("watching", { channel: data })).toContain("Revenue");
  });

  // In one mode only: a day takes long to pass.
  test.runIf(mode === "socket")(
    "the bot is not in the channel: whoever invites it within a day gets the message, and nothing ends",
    async () => {
      harness.slack.scopes.delete("chat:write.public");
      const { general } = harness.slack.channels;
      await harness.ask(`watch ${project.id}`, { channel: general });
      fail();
      await harness.pass(6 * HOUR, 5 * MINUTE);
      expect(posted()).toEqual([]);
      harness.slack.invite(general, harness.slack.botUserId);
      await arrive(1);
      expect(posted()[0]?.channel).toBe(general.id);
      harness.slack.kick(general, harness.slack.botUserId);
      harness.hex.workspace.startRun(project.id, { durationMs: 1_000 });
      await harness.pass(19 * HOUR, 5 * MINUTE);
      expect(posted()).toHaveLength(1);
      expect(await harness.ask("watching", { channel: general })).toContain("Revenue");
      harness.slack.takeRefused();
    },
  );

  test.runIf(mode === "socket")(
    "the bot is not in the channel for a day: ended, and whoever set it is told",
    async () => {
      harness.slack.scopes.delete("chat:write.public");
      const { general } = harness.slack.channels;
      await harness.ask(`watch ${project.id}`, { channel: general });
      fail();
      await harness.pass(25 * HOUR, 5 * MINUTE);
      expect(posted().map(({ channel }) => channel)).toEqual([dm("ada")]);
      expect(shown(posted()[0] ?? missing())).toContain("the bot is not in the channel (`not_in_channel`)");
      harness.slack.takeRefused();
    },
  );

  test.runIf(mode === "socket")(
    "the bot is removed for an hour, and again the day after: whoever invites it then has a day for it, too",
    async () => {
      harness.slack.scopes.delete("chat:write.public");
      const { general } = harness.slack.channels;
      const invite = () => harness.slack.invite(general, harness.slack.botUserId);
      const removed = () => harness.slack.kick(general, harness.slack.botUserId);
      invite();
      await harness.ask(`watch ${project.id}`, { channel: general });
      fail();
      await arrive(1);
      removed();
      harness.hex.workspace.startRun(project.id, { durationMs: 1_000 });
      await harness.pass(HOUR, MINUTE);
      expect(posted()).toHaveLength(1);
      invite();
      await arrive(2);
      expect(shown(posted()[1] ?? missing())).toContain("Back to green");
      await harness.pass(24 * HOUR, 5 * MINUTE);
      removed();
      fail();
      await harness.pass(HOUR, MINUTE);
      invite();
      await arrive(3);
      expect(posted()[2]?.channel).toBe(general.id);
      harness.slack.takeRefused();
    },
  );

  test("somebody deletes the bot's message in a channel: nothing ends, and it is posted once more", async () => {
    await harness.ask(`watch ${project.id}`);
    fail();
    await arrive(1);
    const [message] = posted();
    if (message !== undefined) harness.slack.delete(message);
    harness.hex.workspace.startRun(project.id, { durationMs: 1_000 });
    await harness.pass(15 * MINUTE, STEP_MS);
    expect(await harness.ask("watching")).toContain("Revenue");
    expect(posted().every(({ channel }) => channel === harness.slack.channels.data.id)).toBe(true);
  });
});

function missing(): never {
  throw new Error("There is no message.");
}
