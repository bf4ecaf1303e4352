// The digest: a conversation hears every morning how fresh its projects are.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ProjectOptions } from "../sandbox/hex/types.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";
import { addProject, HOUR, headline, MINUTE, STEP_MS, TEN, toldIn } from "./watching.js";

// Up to a day of simulated time, on a machine that may be busy.

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const add = (title: string, more: ProjectOptions = {}) => addProject(harness, title, more);

  test("set for what is watched, in the zone of whoever sets it", async () => {
    add("Weekly revenue");
    await harness.ask("watch weekly revenue late");
    const answer = await harness.ask("digest 8:00 weekdays");
    expect(answer).toContain("gets a digest Monday to Friday at 08:00 (Europe/Berlin), about what is watched here.");
    expect(answer).toContain("That covers 1 project now.");
    // Tomorrow at seven in UTC.
    expect(answer).toContain(`<!date^${Date.UTC(2026, 10, 3, 7) / 1_000}^`);
    expect(await harness.ask("digest 8am weekdays")).toContain("already gets this digest");
    expect(await harness.ask("digest 17:30 America/New_York scheduled")).toMatch(
      /now gets its digest daily at 17:30 \(America\/New_York\), about every project with a schedule/,
    );
    expect(await harness.ask("digest off")).toContain("This conversation no longer gets a digest.");
    expect(await harness.ask("digest off")).toContain("No digest is set in this conversation.");
  });

  test("shown now: how fresh the results are, in a table", async () => {
    const before = harness.clock.now() - 30 * MINUTE;
    const fine = add("Weekly <!channel> revenue", { schedules: [] });
    const broken = add("Churn", { schedules: [] });
    harness.hex.workspace.startRun(fine.id, { startedAt: before, durationMs: 4 * MINUTE });
    harness.hex.workspace.startRun(broken.id, { startedAt: before, durationMs: MINUTE, outcome: "ERRORED" });
    await harness.ask("digest 08:00 owner:olga@acme.test");
    await harness.pass(MINUTE, STEP_MS);
    const answer = await harness.ask("digest");
    expect(answer).toContain("*1 of 2 fresh*, 1 failed");
    expect(answer).toMatch(/Churn\n🔴 failed\nnot known\nerrored 2 Nov, 09:31\n1 min\nno schedule\nolga@acme\.test/);
    expect(answer).toMatch(
      /Weekly <!channel> revenue\n🟢 fresh\n2 Nov, 09:34\ncompleted 2 Nov, 09:34\n4 min\nno schedule/,
    );
    expect(answer).toContain("Time zone of the table: Europe/Berlin.");
    expect(answer).toContain("Sent daily at 08:00 (Europe/Berlin), set by <@U0ADALOVELA>.");
    await harness.ask("digest 08:00 Asia/Tokyo owner:olga@acme.test");
    expect(await harness.ask("digest")).toContain("Time zone of the table: Asia/Tokyo.");
  });

  test("a time of day that has just passed: the first one is sent tomorrow", async () => {
    add("Weekly revenue");
    await harness.ask("digest 08:30 UTC scheduled");
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(toldIn(harness)).toEqual([]);
  });

  test("where nothing is watched and no digest is set, it says how to set one that is not refused", async () => {
    add("Weekly revenue");
    await harness.ask("projects");
    const answer = await harness.ask("digest");
    expect(answer).toContain("Nothing is watched in this conversation, and no digest is set here.");
    const [, command = ""] = /`\/hex (digest [^`]+)`/.exec(answer) ?? [];
    expect(await harness.ask(command)).toContain("gets a digest daily at 08:00");
  });

  test("what is missing or wrong is said, with what was typed", async () => {
    const project = add("Weekly revenue");
    add("Weekly revenue, old");
    await harness.ask("projects");
    const ask = (text: string) => harness.ask(`digest ${text}`);
    expect(await ask("08:00")).toContain("Nothing is watched in this conversation");
    expect(await ask("08:00")).toContain("`/hex digest 08:00 scheduled`");
    expect(await ask("25:00")).toContain("`25:00` is not a time of day.");
    expect(await ask("category:Finance")).toContain("`/hex digest 08:00 category:Finance`");
    expect(await ask("8am Europe/Berlim scheduled")).toContain("`/hex digest 08:00 Europe/Berlin scheduled`");
    expect(await ask("8am +01:00 scheduled")).toContain("does not say when summer time begins");
    const which = await ask("8am weekly");
    expect(which).toContain("Which project do you mean by `weekly`?");
    expect(which).toContain(`\`/hex digest 08:00 ${project.id}\``);
    expect(await ask("8am nonsense")).toContain("No project is called `nonsense`.");
    expect(await ask(`8am ${project.id}`)).toMatch(/gets a digest daily at 08:00 .*\|Weekly revenue>/);
  });

  test("days as people say them, and a title that begins with one", async () => {
    add("Sales");
    add("Daily sales");
    await harness.ask("watch sales");
    expect(await harness.ask("digest 08:00 daily")).toContain(
      "gets a digest daily at 08:00 (Europe/Berlin), about what",
    );
    expect(await harness.ask("digest 08:00 every day")).toContain("already gets this digest");
    expect(await harness.ask("digest Monday to Friday at 08:00 (Europe/Berlin)")).toContain(
      "Monday to Friday at 08:00",
    );
    expect(await harness.ask("digest 08:00 Daily sales")).toMatch(/about \*<.*\|Daily sales>/);
    expect(await harness.ask("digest 08:00 CET")).toContain("Name it by its region and city");
  });

  test("people of another workspace set none", async () => {
    const { stranger } = harness.slack.people;
    await harness.person("stranger").mention(harness.slack.channels.data, "digest 08:00 scheduled");
    const answer = await harness.meanwhile(harness.slack.waitForMessage(({ user }) => user === stranger.id));
    expect(shown(answer)).toContain("belongs to another workspace");
    expect(await harness.ask("digest off")).toContain("No digest is set");
  });

  test("a workspace that refuses tables gets sections, and is asked only once", async () => {
    const project = add("Churn", { schedules: [] });
    harness.hex.workspace.startRun(project.id, { durationMs: MINUTE });
    await harness.ask("digest 08:00 owner:olga@acme.test");
    await harness.pass(10 * MINUTE, STEP_MS);
    harness.slack.takesDataTables = false;
    const answer = await harness.ask("digest");
    expect(answer).toMatch(/:large_green_circle: \*<http.*\|Churn>\*: fresh · results from <!date/);
    expect(answer).toContain("owner olga@acme.test");
    expect(answer).toContain("Sent daily at 08:00");
    const refusals = () => harness.slack.takeRefused().map(({ answer }) => answer.error);
    expect(refusals()).toEqual(["invalid_blocks"]);
    expect(await harness.ask("digest")).toContain("|Churn>*: fresh");
    expect(refusals()).toEqual([]);
  });
});

describe.each(MODES)("%s mode, every morning", (mode) => {
  /** A Monday. Berlin is an hour ahead of UTC. */
  const EIGHT = Date.UTC(2026, 10, 2, 7, 0);
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode, { startsAt: EIGHT - 20 * MINUTE });
    const project = harness.hex.workspace.addProject({ title: "Churn", ownerEmail: "olga@acme.test" });
    harness.hex.workspace.startRun(project.id, { startedAt: EIGHT - HOUR, durationMs: 4 * MINUTE });
    expect(await harness.ask("digest 08:00 owner:olga@acme.test")).toContain("The next one comes");
  });
  afterEach(() => harness.stop());

  const passUntil = (time: number, stepMs = STEP_MS) => harness.pass(time - harness.clock.now(), stepMs);
  /** What was posted, oldest first. */
  const posted = (): SlackMessage[] => harness.slack.messages.filter(({ via }) => via === "postMessage");
  const arrives = () => harness.until(() => posted().length > 0, STEP_MS);
  /** Stops the bot, and starts it again at a time (epoch ms). */
  const isDownUntil = async (time: number) => {
    await harness.stopBot();
    harness.clock.advance(time - harness.clock.now());
    await harness.startBot();
  };

  test("sent once, within a minute, in the conversation", async () => {
    await passUntil(EIGHT - 1_000);
    expect(posted()).toEqual([]);
    await passUntil(EIGHT + MINUTE + STEP_MS);
    expect(posted()).toHaveLength(1);
    const [digest] = posted();
    if (digest === undefined) throw new Error("none");
    expect(digest).toMatchObject({
      channel: harness.slack.channels.data.id,
      text: expect.stringMatching(/^Digest: 1 of 1 fresh\n/),
      edits: 0,
    });
    expect(shown(digest)).toMatch(/\*1 of 1 fresh\*[\s\S]*Churn\n🟢 fresh\n2 Nov, 07:04/);
    expect(shown(digest)).not.toContain("late");
    await isDownUntil(EIGHT + HOUR);
    await harness.pass(3 * HOUR, 5 * MINUTE);
    expect(posted()).toHaveLength(1);
    expect(digest.edits).toBe(0);
  });

  test("the bot was down for less than two hours: late, and it says so, after it has read the runs", async () => {
    await passUntil(EIGHT - 5 * MINUTE);
    const [project] = harness.hex.workspace.projects;
    await isDownUntil(EIGHT + 90 * MINUTE);
    harness.hex.workspace.startRun(project?.id ?? "", {
      startedAt: EIGHT + HOUR,
      durationMs: MINUTE,
      outcome: "ERRORED",
    });
    await arrives();
    expect(posted().map(shown)).toEqual([expect.stringMatching(/1 h 3\d min late: the bot was not running\./)]);
    expect(posted().map(headline)[0]).toBe("Digest: 0 of 1 fresh, 1 failed (Churn)");
    await harness.pass(HOUR, 5 * MINUTE);
    expect(posted()).toHaveLength(1);
  });

  test("the bot was down, and Hex no longer lists the runs: the digest does not wait for them", async () => {
    await passUntil(EIGHT - 5 * MINUTE);
    harness.hex.faults.add({
      endpoint: "listRuns",
      kind: { type: "status", status: 403 },
      times: Number.POSITIVE_INFINITY,
    });
    await isDownUntil(EIGHT + MINUTE);
    await passUntil(EIGHT + 10 * MINUTE);
    expect(posted().map(headline)).toEqual([expect.stringMatching(/^Digest: /)]);
  });

  test("the bot was down for longer: the next digest is tomorrow's", async () => {
    await passUntil(EIGHT - 5 * MINUTE);
    await isDownUntil(EIGHT + 2 * HOUR + MINUTE);
    await harness.pass(HOUR, 5 * MINUTE);
    expect(posted()).toEqual([]);
    await passUntil(EIGHT + 24 * HOUR - MINUTE, 30 * MINUTE);
    expect(posted()).toEqual([]);
    await arrives();
    expect(shown(posted()[0] ?? fail())).not.toContain("late");
  });

  test("off: nothing is sent", async () => {
    await harness.ask("digest off");
    await passUntil(EIGHT + HOUR);
    expect(posted()).toEqual([]);
  });

  test("Slack's answer is lost: sent once more, and it says so", async () => {
    await passUntil(EIGHT - MINUTE);
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, afterEffect: true, kind: { type: "reset" } });
    await passUntil(EIGHT + 10 * MINUTE);
    expect(posted().map((message) => shown(message).includes("may be here more than once"))).toEqual([false, true]);
  });

  test("the bot dies while Slack is silent: the next process sends it, and says that it may be there twice", async () => {
    await passUntil(EIGHT - MINUTE);
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "reset" } });
    await passUntil(EIGHT + 2 * MINUTE);
    await harness.stopBot();
    harness.slack.faults.clear();
    await harness.startBot();
    await arrives();
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(posted().map((message) => shown(message).includes("may be here more than once"))).toEqual([true]);
  });

  test("Slack refuses it for a while: late, and not because of the bot", async () => {
    await passUntil(EIGHT - MINUTE);
    harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "ratelimited", retryAfter: 30 } });
    await passUntil(EIGHT + 20 * MINUTE);
    harness.slack.faults.clear();
    await arrives();
    expect(shown(posted()[0] ?? fail())).toMatch(/2\d min late: Slack did not accept it\./);
  });

  test("a workspace that refuses tables gets sections at once", async () => {
    harness.slack.takesDataTables = false;
    await arrives();
    expect(shown(posted()[0] ?? fail())).toMatch(/\|Churn>\*: fresh · results from/);
    expect(harness.slack.takeRefused().map(({ method }) => method)).toEqual(["chat.postMessage"]);
  });

  test("the channel is archived: the digest ends, and whoever set it is told once", async () => {
    harness.slack.archive(harness.slack.channels.data);
    await arrives();
    const [told] = posted();
    expect(told?.channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
    expect(shown(told ?? fail())).toContain("daily at 08:00 (Europe/Berlin), has ended: the channel is archived");
    expect(shown(told ?? fail())).toContain("type `/hex digest 08:00 Europe/Berlin owner:olga@acme.test` in");
    expect(await harness.ask("digest off")).toContain("No digest is set");
    await isDownUntil(EIGHT + HOUR);
    await harness.pass(30 * MINUTE, STEP_MS);
    expect(posted()).toHaveLength(1);
  });

  test("the bot is removed from the channel, and invited again within a day: the digest goes on", async () => {
    const { data } = harness.slack.channels;
    harness.slack.scopes.delete("chat:write.public");
    harness.slack.kick(data, harness.slack.botUserId);
    await passUntil(EIGHT + 30 * MINUTE, MINUTE);
    expect(posted()).toEqual([]);
    harness.slack.invite(data, harness.slack.botUserId);
    await arrives();
    expect(posted().map(({ channel }) => channel)).toEqual([data.id]);
    expect(shown(posted()[0] ?? fail())).toMatch(/3\d min late: Slack did not accept it\./);
    harness.slack.kick(data, harness.slack.botUserId);
    await passUntil(EIGHT + 25 * HOUR, 5 * MINUTE);
    expect(posted()).toHaveLength(1);
    expect(await harness.ask("digest")).toContain("Sent daily at 08:00");
    harness.slack.takeRefused();
  });

  // In one mode only: a day takes long to pass.
  test.runIf(mode === "socket")(
    "the bot is not in the channel for a day: the digest ends, and whoever set it is told",
    async () => {
      harness.slack.scopes.delete("chat:write.public");
      harness.slack.kick(harness.slack.channels.data, harness.slack.botUserId);
      await passUntil(EIGHT + 23 * HOUR, 5 * MINUTE);
      expect(posted()).toEqual([]);
      await passUntil(EIGHT + 25 * HOUR, 5 * MINUTE);
      expect(posted().map(({ channel }) => channel)).toEqual([harness.slack.dm(harness.slack.people.ada).id]);
      expect(shown(posted()[0] ?? fail())).toContain("has ended: the bot is not in the channel (`not_in_channel`)");
      expect(await harness.ask("digest off")).toContain("No digest is set");
      harness.slack.takeRefused();
    },
  );

  test("the answer to the news that it has ended is lost: told once more, and it says so", async () => {
    await passUntil(EIGHT - MINUTE);
    const method = "chat.postMessage";
    harness.slack.faults.add({ method, times: 1, kind: { type: "error", error: "is_archived" } });
    harness.slack.faults.add({ method, times: 1, afterEffect: true, kind: { type: "reset" } });
    await passUntil(EIGHT + 10 * MINUTE);
    expect(posted().map(shown)).toEqual([
      expect.not.stringContaining("This may be here more than once"),
      expect.stringMatching(/has ended[\s\S]*This may be here more than once/),
    ]);
  });
});

function fail(): never {
  throw new Error("There is no message.");
}

test("without users:read, the bot asks for the zone, and takes the one that is typed", async () => {
  const harness = await Harness.start("socket", { slackOptions: { declined: ["users:read"] } });
  expect(await harness.ask("digest 8am weekdays scheduled")).toContain(
    "`/hex digest 08:00 weekdays Europe/Berlin scheduled`",
  );
  expect(await harness.ask("digest 8am asia/tokyo scheduled")).toContain("daily at 08:00 (Asia/Tokyo)");
  // From now on it is known.
  expect(await harness.ask("digest 9am scheduled")).toContain("daily at 09:00 (Asia/Tokyo)");
  // It is hers, and says nothing of where somebody else is.
  expect(await harness.ask("digest 9am weekdays scheduled", { user: harness.slack.people.grace })).toContain(
    "`/hex digest 09:00 weekdays Europe/Berlin scheduled`",
  );
  expect(await harness.ask("help")).toContain("Digests in people's own time zones are off: add the scope users:read");
  expect(harness.slack.calls.filter(({ method }) => method === "users.info")).toEqual([]);
  await harness.stop();
});

test("Slack does not tell a time zone: the bot asks for it", async () => {
  const harness = await Harness.start("socket");
  harness.slack.faults.add({ method: "users.info", kind: { type: "error", error: "user_not_visible" } });
  expect(await harness.ask("digest 8am scheduled")).toContain("In which time zone?");
  await harness.stop();
});

test.each([
  ["Hex is down", 502],
  ["Hex refuses the token", 401],
])("%s since before a run was due: nobody knows whether the results are fresh", async (_, status) => {
  const harness = await Harness.start("socket");
  const revenue = addProject(harness, "Weekly revenue");
  const churn = addProject(harness, "Churn", { schedules: [] });
  const yesterday = TEN - 24 * HOUR;
  for (const { id } of [revenue, churn])
    harness.hex.workspace.startRun(id, { startedAt: yesterday, durationMs: 4 * MINUTE });
  await harness.ask("watch weekly revenue");
  await harness.ask("watch churn");
  await harness.ask("digest 11:00 UTC");
  await harness.pass(30 * MINUTE, STEP_MS);
  harness.hex.faults.add({ kind: { type: "status", status }, times: Number.POSITIVE_INFINITY });
  await harness.until(() => toldIn(harness).length > 0, STEP_MS);
  expect(toldIn(harness).map(headline)[0]).toBe("Digest: 1 of 2 fresh, 1 not known");
  expect(toldIn(harness).map(shown).join()).toMatch(
    /Weekly revenue\n⚪ not known: not connected to Hex[\s\S]*Churn\n🟢 fresh/,
  );
  await harness.stop();
});

test("Hex is back after a run was due: yesterday's results are not called fresh until it counts as late", async () => {
  const harness = await Harness.start("socket", { startsAt: TEN - HOUR, env: { HEX_PROBE_SECONDS: "60" } });
  const project = addProject(harness, "Weekly revenue");
  harness.hex.workspace.startRun(project.id, { startedAt: TEN - 24 * HOUR, durationMs: 4 * MINUTE });
  await harness.ask("watch weekly revenue");
  await harness.pass(50 * MINUTE, STEP_MS);
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.pass(40 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).toContain("⚪ not known: not connected to Hex\n");
  harness.hex.faults.clear();
  await harness.pass(8 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).toContain("⚪ not known: not connected to Hex when it was due\n");
  await harness.until(() => toldIn(harness).some(({ text }) => text.startsWith("Late")), STEP_MS);
  expect(await harness.ask("digest")).toContain("🔴 late");
  await harness.stop();
});

test("Hex no longer lists the runs of a project: it is not called failed any more, and the digest says why", async () => {
  const harness = await Harness.start("socket");
  const { workspace, faults } = harness.hex;
  const [failed, due] = [addProject(harness, "Failed", { schedules: [] }), addProject(harness, "Was due")];
  workspace.startRun(failed.id, { startedAt: TEN - 2 * HOUR, durationMs: MINUTE, outcome: "ERRORED" });
  workspace.startRun(due.id, { startedAt: TEN - 24 * HOUR, durationMs: MINUTE });
  await harness.ask("projects");
  await harness.ask("watch owner:olga@acme.test");
  await harness.pass(10 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).toContain("Failed\n🔴 failed");
  faults.add({ endpoint: "listRuns", kind: { type: "status", status: 403 }, times: Number.POSITIVE_INFINITY });
  await harness.pass(90 * MINUTE, 30_000);
  const digest = await harness.ask("digest");
  expect(digest).toContain("Failed\n⚪ not known: Hex does not list its runs for the bot");
  expect(digest).toContain("Was due\n⚪ not known: Hex does not list its runs for the bot");
  await harness.stop();
});

test("what it does not know, in words that are true for people who know the project", async () => {
  const harness = await Harness.start("socket");
  const { workspace } = harness.hex;
  const missed = addProject(harness, "Missed yesterday");
  const cancelled = addProject(harness, "Cancelled", { schedules: [] });
  workspace.startRun(missed.id, { startedAt: TEN - 48 * HOUR, durationMs: 4 * MINUTE });
  await harness.ask("projects");
  workspace.startRun(cancelled.id, { startedAt: TEN - 2 * HOUR, durationMs: MINUTE, outcome: "KILLED" });
  await harness.ask("watch owner:olga@acme.test");
  await harness.pass(MINUTE, STEP_MS);
  const digest = await harness.ask("digest");
  expect(digest).toContain("Missed yesterday\n⚪ not known: its schedule is new to the bot");
  expect(digest).toMatch(/⚪ not known: the last run was cancelled\nnot known\ncancelled 2 Nov, 09:01/);
  expect(await harness.ask("watching")).toMatch(/\|last run> <!date[^>]*>: cancelled in 1 min/);
  await harness.stop();
});

test("what a project with no schedule has from another year shows the year", async () => {
  const eve = Date.UTC(2026, 11, 31, 22);
  const harness = await Harness.start("socket", { startsAt: eve, token: { expiresAt: null } });
  try {
    const project = addProject(harness, "Annual close", { schedules: [] });
    harness.hex.workspace.startRun(project.id, { startedAt: eve, durationMs: 4 * MINUTE });
    await harness.ask("digest 08:00 owner:olga@acme.test");
    await harness.pass(10 * MINUTE, STEP_MS);
    expect(await harness.ask("digest")).toMatch(/Annual close\n🟢 fresh\n31 Dec, 23:04\ncompleted 31 Dec, 23:04\n/);
    await harness.stopBot();
    harness.clock.advance(365 * 24 * HOUR);
    await harness.startBot();
    await harness.pass(2 * MINUTE, STEP_MS);
    const answer = await harness.ask("digest");
    expect(answer).toMatch(/Annual close\n🟢 fresh\n31 Dec 2026, 23:04\ncompleted 31 Dec 2026, 23:04\n/);
  } finally {
    await harness.stop();
  }
});

test("the token sees fewer projects than before: what is watched and gone is named, and nothing is green", async () => {
  const harness = await Harness.start("socket", { startsAt: TEN - HOUR });
  const [here, byName, archived, byOwner] = ["Revenue", "Churn", "Costs", "Leads"].map((title) =>
    addProject(harness, title, { schedules: [], ...(title === "Leads" ? { ownerEmail: "lea@acme.test" } : {}) }),
  );
  if (!here || !byName || !archived || !byOwner) throw new Error("none");
  harness.hex.workspace.startRun(here.id, { startedAt: TEN - 2 * HOUR, durationMs: MINUTE });
  await harness.ask("projects");
  for (const { id } of [here, byName, archived]) await harness.ask(`watch ${id}`);
  await harness.ask("watch owner:lea@acme.test");
  await harness.ask("digest 11:00 UTC");
  await harness.pass(2 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).toContain("*1 of 4 fresh*, 3 not known");
  byName.visible = false;
  byOwner.visible = false;
  archived.archivedAt = harness.clock.now();
  const digests = () => toldIn(harness).filter(({ text }) => text.startsWith("Digest"));
  await harness.until(() => digests().length > 0, MINUTE);
  expect(digests().map(headline)).toEqual(["Digest: 1 of 1 fresh, 3 not checked"]);
  for (const text of [...digests().map(shown), await harness.ask("digest")]) {
    expect(text).toContain(":white_circle: *1 of 1 fresh*, 3 not checked");
    expect(text).toContain("*Churn* was deleted, or is no longer shared with the bot's token.");
    expect(text).toMatch(/\|Costs>\* is archived\./);
    expect(text).toContain("*Leads* was deleted, or is no longer shared with the bot's token.");
  }
  await harness.ask(`unwatch ${archived.id}`);
  harness.clock.advance(8 * 24 * HOUR);
  await harness.pass(MINUTE, STEP_MS);
  // What a rule brought in is named for a week, and what somebody chose for as long as it is watched.
  const later = await harness.ask("digest");
  expect(later).toContain("*1 of 1 fresh*, 1 not checked");
  expect(later).toContain("*Churn* was deleted");
  byName.visible = true;
  await harness.pass(25 * MINUTE, STEP_MS);
  expect(await harness.ask("digest")).not.toContain("not checked");
  await harness.stop();
});

test("with no project to show any more, it says how to get one", async () => {
  const harness = await Harness.start("socket");
  addProject(harness, "Weekly revenue");
  await harness.ask("watch weekly revenue");
  await harness.ask("digest 08:00");
  await harness.ask("unwatch weekly revenue");
  const empty = await harness.ask("digest");
  expect(empty).toContain(
    "No project that is watched here can be shown. To watch one, type `/hex watch` and its name.",
  );
  expect(empty).toContain("`/hex digest off` ends it.");
  await harness.ask("digest 08:00 category:Finance");
  expect(await harness.ask("digest")).toContain(
    "No project fits what this digest shows. Set it again to choose others: `/hex digest 08:00 scheduled`.",
  );
  await harness.stop();
});
