// The digest: a conversation hears every morning how fresh its projects are.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ProjectOptions } from "../sandbox/hex/types.js";
import { Harness, MODES, shown } from "./harness.js";

// Up to a day of simulated time, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const MINUTE = 60_000;
const DAILY_AT_TEN = { cadence: "DAILY" as const, daily: { timezone: "+00:00", hour: 10, minute: 0 } };
const STEP_MS = 5_000;

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const addProject = (title: string, more: ProjectOptions = {}) =>
    harness.hex.workspace.addProject({ title, ownerEmail: "olga@acme.test", schedules: [DAILY_AT_TEN], ...more });

  test("set for what is watched, in the zone of whoever sets it", async () => {
    addProject("Weekly revenue");
    await harness.ask("watch weekly revenue late");
    const answer = await harness.ask("digest 8:00 weekdays");
    expect(answer).toContain("gets a digest Monday to Friday at 08:00 (Europe/Berlin), about what is watched here.");
    expect(answer).toContain("These are 1 project now.");
    // Tomorrow at seven in UTC.
    expect(answer).toContain(`<!date^${Date.UTC(2026, 10, 3, 7) / 1_000}^`);
    expect(await harness.ask("digest 8am weekdays")).toContain("gets this digest already");
    expect(await harness.ask("digest 17:30 America/New_York scheduled")).toMatch(
      /now gets its digest daily at 17:30 \(America\/New_York\), about every project with a schedule/,
    );
    expect(await harness.ask("digest off")).toContain("This conversation gets no digest any more.");
    expect(await harness.ask("digest off")).toContain("No digest is set in this conversation.");
  });

  test("shown now: how fresh the results are, in a table", async () => {
    const before = harness.clock.now() - 30 * MINUTE;
    const fine = addProject("Weekly <!channel> revenue", { schedules: [] });
    const broken = addProject("Churn", { schedules: [] });
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
    expect(answer).toContain("Times in the table are those of Europe/Berlin.");
    expect(answer).toContain("Sent daily at 08:00 (Europe/Berlin), set by <@U0ADALOVELA>.");
  });

  test("what is missing or wrong is said, with what was typed", async () => {
    const project = addProject("Weekly revenue");
    addProject("Weekly revenue, old");
    await harness.ask("projects");
    const ask = (text: string) => harness.ask(`digest ${text}`);
    expect(await ask("08:00")).toContain("Nothing is watched in this conversation");
    expect(await ask("08:00")).toContain("`/hex digest 08:00 scheduled`");
    expect(await ask("25:00")).toContain("`25:00` is no time of a day.");
    expect(await ask("category:Finance")).toContain("`/hex digest 08:00 category:Finance`");
    expect(await ask("8am Europe/Berlim scheduled")).toContain("`/hex digest 08:00 Europe/Berlin scheduled`");
    expect(await ask("8am +01:00 scheduled")).toContain("does not say when summer time begins");
    const which = await ask("8am weekly");
    expect(which).toContain("Which project do you mean by `weekly`?");
    expect(which).toContain(`\`/hex digest 08:00 ${project.id}\``);
    expect(await ask("8am nonsense")).toContain("No project is called `nonsense`.");
    expect(await ask(`8am ${project.id}`)).toMatch(/gets a digest daily at 08:00 .*\|Weekly revenue>/);
  });

  test("people of another workspace set none", async () => {
    const { stranger } = harness.slack.people;
    await harness.person("stranger").mention(harness.slack.channels.data, "digest 08:00 scheduled");
    const answer = await harness.meanwhile(harness.slack.waitForMessage(({ user }) => user === stranger.id));
    expect(shown(answer)).toContain("belongs to another workspace");
    expect(await harness.ask("digest off")).toContain("No digest is set");
  });

  test("a workspace that refuses tables gets sections, and is asked only once", async () => {
    const project = addProject("Churn", { schedules: [] });
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

test("without users:read, the bot asks for the zone, and takes the one that is typed", async () => {
  const harness = await Harness.start("socket", { slackOptions: { declined: ["users:read"] } });
  expect(await harness.ask("digest 8am weekdays scheduled")).toContain(
    "`/hex digest 08:00 weekdays Europe/Berlin scheduled`",
  );
  expect(await harness.ask("digest 8am asia/tokyo scheduled")).toContain("daily at 08:00 (Asia/Tokyo)");
  // From now on it is known.
  expect(await harness.ask("digest 9am scheduled")).toContain("daily at 09:00 (Asia/Tokyo)");
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
