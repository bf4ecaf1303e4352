// What conversations are told besides troubles while the bot is killed: every end, that a project is no longer checked, and that their
// watches have ended. Each is told once, save one repeat, marked as such, for each crash between Slack's taking a message and its being
// stored.

import { describe, expect, test } from "vitest";
import type { LocalSlack } from "../sandbox/slack/server.js";
import type { Channel } from "../sandbox/slack/types.js";
import { Fleet } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { STORES, scenarioGroups } from "./scenarios.js";
import { ask, happening, inChannel, isRepeat, leads, once, seenIn, shows, UNANSWERED } from "./telling.js";

const SPEED = 10;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Absences that begin in the same ten minutes of the clock share a message. */
const TOGETHER_MS = 10 * MINUTE;
/** After this long, the catalog is read again. */
const CATALOG_MS = 11 * MINUTE;
/** After this long, the runs of each watched project are read again. */
const READ_MS = 6 * MINUTE;
/** The two peers of a stage or of a fleet. */
type Peers = Pick<Fleet, "hex" | "slack">;
const REFUSED = { method: "chat.postMessage", kind: { type: "error", error: "is_archived" }, times: 1 } as const;

const postgres = postgresForTests();
const scenariosOn = scenarioGroups(postgres, { speed: SPEED });

/** A project with a run that goes on until `end`, and that the bot has seen going since somebody watches the project. */
async function watched({ hex, slack }: Peers, title: string, more = "", options: { channel?: Channel } = {}) {
  const { id } = hex.workspace.addProject({ title });
  const run = hex.workspace.startRun(id, { trigger: "API", durationMs: 60 * MINUTE });
  const asked = hex.requests.length;
  await ask(slack, `watch ${id}${more}`, options);
  await hex.waitFor(
    ({ endpoint, path, status }) => endpoint === "listRuns" && path.includes(id) && status === 200,
    asked,
  );
  return { id, end: (outcome: "COMPLETED" | "ERRORED") => hex.workspace.finishRun(run.id, outcome) };
}

/** Lets time pass, while no process lives, until the catalog has to be read again and a new ten minutes have begun. */
function skipToNewMessage(fleet: Fleet): Promise<void> {
  const least = fleet.clock.now() + CATALOG_MS;
  return fleet.skip(Math.ceil(least / TOGETHER_MS) * TOGETHER_MS - fleet.clock.now());
}

/** What the bot has told somebody in a direct message about watches that have ended. */
const farewells = (slack: LocalSlack, name: "ada" | "grace") =>
  slack.messages.filter(
    (one) => one.via === "postMessage" && one.channel === slack.dm(slack.people[name]).id && shows("cannot write")(one),
  );

describe.concurrent.each(STORES)("on %s, the bot is killed", (kind) => {
  const scenario = scenariosOn(kind);

  scenario("while Slack takes the end of a run, and another run ends meanwhile: each is told once", async (stage) => {
    const { fleet, bot, hex, slack } = stage;
    const { messages, happens } = seenIn(stage);
    const { id, end } = await watched(stage, "Weekly revenue", " all");
    slack.faults.add(UNANSWERED);
    end("COMPLETED");
    await happens(() => messages().length === 1);
    await bot.kill();
    hex.workspace.startRun(id, { trigger: "SCHEDULED", durationMs: SECOND });
    await fleet.skip(READ_MS);
    const next = await fleet.add();
    await happens(() => messages().length === 3);
    expect(messages().map(isRepeat)).toEqual([false, true, false]);
    expect(messages().map(shows("started by schedule"))).toEqual([false, false, true]);
    await next.kill();
    hex.workspace.startRun(id, { trigger: "APP_REFRESH", durationMs: SECOND });
    await fleet.skip(READ_MS);
    await fleet.add();
    await happens(() => messages().some(shows("started by app refresh")));
    // Whoever was killed just after a post had perhaps not noted it yet.
    expect(once(messages())).toHaveLength(3);
    expect(messages().every(shows("Weekly revenue>\\* completed"))).toBe(true);
    expect(slack.refused).toEqual([]);
  });

  scenario("while Slack takes that projects are no longer checked, and again while they come back", async (stage) => {
    const { fleet, bot, hex, slack, asked } = stage;
    const { messages, happens } = seenIn(stage);
    const [archived, unpublished, hidden] = ["Margins", "Churn", "Leads"].map((title) =>
      hex.workspace.addProject({ title }),
    );
    if (!archived || !unpublished || !hidden) throw new Error("There are no projects.");
    for (const { id } of [archived, unpublished, hidden]) {
      await ask(slack, `watch ${id}`);
      await asked(({ endpoint, path }) => endpoint === "listRuns" && path.includes(id));
    }
    await bot.kill();
    const { lastPublishedAt } = unpublished;
    archived.archivedAt = fleet.clock.now();
    unpublished.lastPublishedAt = null;
    hidden.visible = false;
    slack.faults.add(UNANSWERED);
    await skipToNewMessage(fleet);
    const next = await fleet.add();
    await happens(() => messages().length === 1);
    await next.kill();
    const after = await fleet.add();
    await happens(() => messages().some(shows("3 watched projects are no longer checked")));
    expect(messages().map(isRepeat)).toEqual([false, true]);
    for (const words of ["Margins>\\* is archived", "Churn>\\* is not published", "Leads\\* was deleted"])
      expect(messages().filter(shows(words)).length).toBeGreaterThan(0);

    await after.kill();
    archived.archivedAt = null;
    unpublished.lastPublishedAt = lastPublishedAt;
    hidden.visible = true;
    await skipToNewMessage(fleet);
    const last = await fleet.add();
    await happens(() => messages().filter(shows("\\*Checked again\\*")).length === 1);
    await last.kill();
    await fleet.add();
    // All is told when the end of a run is that was told after it.
    const bookings = await watched(stage, "Bookings", " all");
    bookings.end("COMPLETED");
    await happens(() => messages().some(shows("Bookings>\\* completed")));
    expect(messages().map(isRepeat)).toEqual([false, true, false]);
    expect(slack.refused).toEqual([]);
  });

  scenario("while Slack refuses a conversation, and takes what whoever watched there is told", async (stage) => {
    const { fleet, bot, slack } = stage;
    const { messages, happens } = seenIn(stage);
    const { general } = slack.channels;
    const revenue = await watched(stage, "Weekly revenue", "", { channel: general });
    await ask(slack, "watch category:Finance", { channel: general, user: slack.people.grace });
    const posted = () => slack.calls.filter(({ method }) => method === "chat.postMessage").length;
    const before = posted();
    slack.archive(general);
    // Slack refuses the message, and the bot does not hear it.
    slack.faults.add(UNANSWERED);
    revenue.end("ERRORED");
    await happens(() => posted() > before);
    await bot.kill();
    // It does, and is killed while it tells the first of the two.
    for (const fault of [REFUSED, UNANSWERED]) slack.faults.add(fault);
    const next = await fleet.add();
    await happens(() => messages().length === 1);
    await next.kill();
    await fleet.add();
    const told = () => ({ ada: farewells(slack, "ada"), grace: farewells(slack, "grace") });
    await happens(() => messages().length === 3);
    const { ada, grace } = told();
    expect([ada, grace].map((its) => its.filter(isRepeat).length).sort()).toEqual([0, 1]);
    expect([once(ada), once(grace)].map(({ length }) => length)).toEqual([1, 1]);
    expect(ada.every(shows("Weekly revenue>"))).toBe(true);
    expect(grace.every(shows("category `Finance`"))).toBe(true);
    // Nothing more is told of it, whatever happens.
    const other = await watched(stage, "Churn", " all");
    other.end("COMPLETED");
    await happens(() => messages().some(shows("Churn>\\* completed")));
    expect(messages()).toHaveLength(4);
  });
});

test.concurrent("two replicas, and whoever leads is killed after each thing that it tells", async ({
  onTestFinished,
}) => {
  const fleet = await Fleet.start(await postgres.database("told_once"), SPEED);
  onTestFinished(() => fleet.stop());
  const { hex, slack } = fleet;
  const { general } = slack.channels;
  const posts = () => slack.messages.filter(({ via }) => via === "postMessage");
  const happens = happening(fleet, posts);
  const about = (words: string) => inChannel(posts()).filter(shows(words));
  const killLeader = async () => fleet.replicas.find(leads)?.kill();
  await Promise.all([fleet.add(), fleet.add()]);

  const margins = await watched(fleet, "Margins", " all");
  margins.end("COMPLETED");
  await happens(() => about("Margins>\\* completed").length > 0);
  await killLeader();
  await fleet.add();

  await ask(slack, "watch scheduled", { channel: general });
  const churn = await watched(fleet, "Churn", "", { channel: general });
  slack.archive(general);
  churn.end("ERRORED");
  await happens(() => farewells(slack, "ada").length > 0);
  await killLeader();

  for (const replica of fleet.replicas) if (replica.isAlive) await replica.kill();
  const archived = hex.workspace.projects.find(({ id }) => id === margins.id);
  if (archived === undefined) throw new Error("It is gone.");
  archived.archivedAt = fleet.clock.now();
  await skipToNewMessage(fleet);
  await Promise.all([fleet.add(), fleet.add()]);
  await happens(() => about("Margins>\\* is archived").length > 0);
  await killLeader();

  const bookings = await watched(fleet, "Bookings", " all");
  bookings.end("COMPLETED");
  await happens(() => about("Bookings>\\* completed").length > 0);
  for (const words of ["Margins>\\* completed", "Margins>\\* is archived", "Bookings>\\* completed"])
    expect(once(about(words))).toHaveLength(1);
  expect(once(farewells(slack, "ada"))).toHaveLength(1);
  expect(posts().filter(isRepeat).length).toBeLessThanOrEqual(3);
  expect(about("Churn").filter(({ channel }) => channel === general.id)).toEqual([]);
});
