// Watched projects, attention and digests while the bot is killed, on both stores: nothing is missed, and nothing is told twice, save
// one repeat, marked as such, for each crash between Slack's taking a message and its being stored.

import { describe, expect, test } from "vitest";
import { type LocalSlack, type SlackMessage, visibleText } from "../sandbox/slack/server.js";
import { Fleet } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { STORES, scenarioGroups } from "./scenarios.js";
import { ask, happening, inChannel, inThreads, isRepeat, leads, once, seenIn, shows, UNANSWERED } from "./telling.js";

const SPEED = 10;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The leader is killed once for each. More of them with `npm run soak`. */
const TITLES = ["Margins", "Bookings", "Churn", "Leads", "Refunds", "Stock"].slice(0, process.env.SOAK_HOURS ? 6 : 2);

const postgres = postgresForTests();
const scenariosOn = scenarioGroups(postgres, { speed: SPEED });

const isGreen = shows("Back to green");

/** A watched project of which a run has failed, while another one goes on until `mend`. */
async function troubled({ hex, slack, clock }: Fleet, title: string): Promise<{ mend: () => void }> {
  const { id } = hex.workspace.addProject({ title });
  const run = { trigger: "API", durationMs: 600 * MINUTE } as const;
  const startedAt = clock.now();
  const bad = hex.workspace.startRun(id, { ...run, startedAt });
  const good = hex.workspace.startRun(id, { ...run, startedAt: startedAt + SECOND });
  await ask(slack, `watch ${id}`);
  // What has failed before somebody watches is no news, and a busy machine may take seconds to note that somebody does.
  hex.workspace.finishRun(bad.id, "ERRORED");
  return { mend: () => hex.workspace.finishRun(good.id, "COMPLETED") };
}

/** A digest of #data in a minute or two. */
function digestSoon(slack: LocalSlack, now: number): Promise<void> {
  const due = new Date(now + 90 * SECOND);
  return ask(slack, `digest ${due.getUTCHours()}:${String(due.getUTCMinutes()).padStart(2, "0")} UTC`);
}

describe.concurrent.each(STORES)("on %s, the bot is killed", (kind) => {
  const scenario = scenariosOn(kind);

  scenario("while Slack takes a message, and a reply: each is repeated once, and says so", async (stage) => {
    const { fleet, bot, slack } = stage;
    const { messages, replies, happens } = seenIn(stage);
    slack.faults.add(UNANSWERED);
    const { mend } = await troubled(fleet, "Weekly revenue");
    await happens(() => messages().length === 1);
    await bot.kill();
    const next = await fleet.add();
    await happens(() => messages().length === 2);
    slack.faults.add(UNANSWERED);
    mend();
    await happens(() => replies().length === 1);
    await next.kill();
    await fleet.add();
    await happens(() => replies().length === 2);
    expect(messages().map(isRepeat)).toEqual([false, true]);
    // The first has been left behind, and the other one is kept up to date.
    expect(messages().map(isGreen)).toEqual([false, true]);
    expect(replies().map(isRepeat)).toEqual([false, true]);
    expect(replies().map(isGreen)).toEqual([true, true]);
    expect(slack.refused).toEqual([]);
  });

  scenario("and a project recovers meanwhile: who had it and what was silenced is kept", async (stage) => {
    const { fleet, bot, slack } = stage;
    const { messages, replies, happens } = seenIn(stage);
    const taken = await troubled(fleet, "Margins");
    await happens(() => messages().length === 1);
    const [first] = messages();
    if (first === undefined) throw new Error("It is gone.");
    await slack.click(first, "on_it", { user: slack.people.grace });
    await happens(() => shows("has been on it since")(first));
    await bot.kill();
    taken.mend();
    const next = await fleet.add();
    await happens(() => replies().length === 1);
    expect(visibleText(first)).toMatch(/<@U0GRACEHOPP> was on it/);

    const silenced = await troubled(fleet, "Bookings");
    await happens(() => messages().length === 2);
    const [, other] = messages();
    if (other === undefined) throw new Error("It is gone.");
    await slack.click(other, "silence", { value: untilFixed(other) });
    await happens(() => shows("Silenced by")(other));
    await next.kill();
    silenced.mend();
    await fleet.add();
    await happens(() => isGreen(other));
    expect(messages().map(isRepeat)).toEqual([false, false]);
    expect(replies()).toHaveLength(1);
  });

  scenario("while Slack takes a digest, a run is stuck and another is missing: each is told once", async (stage) => {
    const { fleet, bot, hex, slack } = stage;
    const { messages, happens } = seenIn(stage);
    const { clock } = fleet;
    const due = new Date(clock.now() + 2 * MINUTE);
    const daily = { timezone: "+00:00", hour: due.getUTCHours(), minute: due.getUTCMinutes() };
    const late = hex.workspace.addProject({ title: "Daily report", schedules: [{ cadence: "DAILY", daily }] });
    const stuck = hex.workspace.addProject({ title: "Nightly load" });
    const hoursAgo = (hours: number) => clock.now() - hours * 60 * MINUTE;
    for (const hours of [4, 3, 2])
      hex.workspace.startRun(stuck.id, { startedAt: hoursAgo(hours), durationMs: MINUTE, trigger: "API" });
    const run = hex.workspace.startRun(stuck.id, { startedAt: hoursAgo(1), durationMs: 600 * MINUTE, trigger: "API" });
    await ask(slack, `watch ${late.id}`);
    await ask(slack, `watch ${stuck.id}`);
    await happens(() => messages().some(shows("Stuck")));
    await bot.kill();
    await fleet.skip(20 * MINUTE);
    const next = await fleet.add();
    await happens(() => messages().some(shows("Late: ")));
    slack.faults.add(UNANSWERED);
    await digestSoon(slack, clock.now());
    const digests = () => messages().filter(shows("fresh"));
    await happens(() => digests().length === 1);
    await next.kill();
    await fleet.skip(6 * MINUTE);
    const last = await fleet.add();
    await happens(() => digests().length === 2);
    expect(digests().map(isRepeat)).toEqual([false, true]);
    await last.kill();
    hex.workspace.finishRun(run.id, "COMPLETED");
    hex.workspace.startRun(late.id, { trigger: "SCHEDULED", durationMs: SECOND });
    await fleet.skip(6 * MINUTE);
    await fleet.add();
    for (const words of ["Nightly load>", "Daily report>"]) {
      const its = () => messages().filter(shows(words));
      await happens(() => its().some(isGreen));
      // Whoever was killed just after a post had perhaps not noted it yet.
      expect(its().filter((one) => !isRepeat(one))).toHaveLength(1);
    }
    expect(digests().filter((one) => !isRepeat(one))).toHaveLength(1);
  });
});

test.concurrent("two replicas, and whoever leads is killed again and again while projects fail and recover", async ({
  onTestFinished,
}) => {
  const fleet = await Fleet.start(await postgres.database("watching"), SPEED);
  onTestFinished(() => fleet.stop());
  const { slack, clock } = fleet;
  await Promise.all([fleet.add(), fleet.add()]);
  const posts = () => slack.messages.filter(({ via }) => via === "postMessage");
  const happens = happening(fleet, posts);
  const about = (words: string) => inChannel(posts()).filter(shows(words));
  for (const title of TITLES) {
    const { mend } = await troubled(fleet, title);
    await happens(() => about(title).length > 0);
    await fleet.replicas.find(leads)?.kill();
    mend();
    // After the last one, the other replica goes on alone.
    if (title !== TITLES.at(-1)) await fleet.add();
    await happens(() => about(title).some(isGreen));
  }
  const greens = () => inThreads(posts()).filter(isGreen);
  await happens(() => once(greens()).length === TITLES.length);
  // Nobody is killed any more: a new leader sends no digest before it has read each project, which takes minutes.
  await digestSoon(slack, clock.now());
  await happens(() => about("fresh").length > 0);
  for (const words of [...TITLES, "fresh"]) {
    expect(once(about(words).filter((one) => shows("fresh")(one) === (words === "fresh")))).toHaveLength(1);
  }
  expect(once(greens())).toHaveLength(TITLES.length);
  expect(posts().filter(isRepeat).length).toBeLessThanOrEqual(TITLES.length);
  expect(slack.refused).toEqual([]);
}, 300_000);

/** The value of the option to silence a message until all is well. */
function untilFixed({ blocks }: SlackMessage): string {
  const [option] = /\{(?:[^{}"]|\\")*\\"for\\":\\"until_fixed\\"\}/.exec(JSON.stringify(blocks)) ?? [];
  const value: unknown = JSON.parse(`"${option}"`);
  if (typeof value !== "string") throw new Error("There is no such option.");
  return value;
}
