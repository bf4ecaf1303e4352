// kill -9 at every point in a run's life, on both stores: it is started exactly once, and its card is right at the end.

import { describe, expect, test } from "vitest";
import { isStart } from "../sandbox/hex/server.js";
import { PersonInSlack } from "../sandbox/slack/person.js";
import { visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { STORES, scenarioGroups } from "./scenarios.js";
import { isRepeat, seenIn, UNANSWERED } from "./telling.js";

const SPEED = 8;
const NEVER = { type: "hang" } as const;
/** After this long, nobody checks a form any more. */
const CHECK_MS = 90_000;

const scenariosOn = scenarioGroups(postgresForTests(), { speed: SPEED });

describe.concurrent.each(STORES)("on %s, before there is a card", (kind) => {
  const scenario = scenariosOn(kind);

  scenario(
    "before the request: nothing was started, and nothing claims that it was",
    async ({ fleet, bot, hex, slack, project, asked, starts, cards }) => {
      // A project that the bot does not know yet.
      await asked((request) => request.endpoint === "listProjects");
      const { id } = project();
      hex.faults.add({ endpoint: "getProject", kind: NEVER });
      await slack.command(`run ${id}`);
      await asked((request) => request.endpoint === "getProject");
      await bot.kill();
      await fleet.add();
      expect(starts()).toEqual([]);
      expect(cards()).toEqual([]);
    },
  );

  scenario(
    "after the request, before its answer, and the run exists: it is found",
    async ({ fleet, bot, hex, slack, project, asked, starts, runs, cards, cardShows }) => {
      hex.faults.add({ endpoint: "runProject", kind: NEVER, afterEffect: true });
      await slack.command(`run ${project().id}`);
      await asked(isStart);
      const card = await cardShows("Starting");
      await until(
        () => card.ts !== "",
        () => "",
      );
      await bot.kill();
      await fleet.add();
      await cardShows("Completed");
      expect(runs()).toHaveLength(1);
      expect(starts()).toHaveLength(1);
      expect(cards().filter((one) => visibleText(one).includes("Completed"))).toHaveLength(1);
    },
  );

  scenario(
    "after the request, before its answer, and the run does not exist: the bot does not start it again on its own",
    async ({ fleet, bot, hex, slack, project, asked, starts, cardShows }) => {
      hex.faults.add({ endpoint: "runProject", kind: NEVER });
      await slack.command(`run ${project().id}`);
      await asked(isStart);
      await bot.kill();
      await fleet.add();
      await cardShows("Not known");
      expect(starts()).toHaveLength(1);
    },
  );

  scenario(
    "after the run id, before the card: the card is posted by the next process",
    async ({ fleet, bot, slack, project, asked, runs, cardShows, expectOneCard }) => {
      slack.faults.add({ method: "chat.postMessage", kind: { type: "hang" }, times: 1 });
      const { id } = project();
      await slack.command(`run ${id}`);
      await asked(({ endpoint, path }) => (endpoint === "listRuns" || endpoint === "getRun") && path.includes(id));
      await bot.kill();
      await fleet.add();
      await cardShows("Completed");
      expect(runs()).toHaveLength(1);
      expectOneCard("Completed");
    },
  );

  scenario(
    "while Hex checks a form that was closed: the next process brings it back",
    async ({ fleet, bot, hex, slack, project, starts, runs, direct }) => {
      const { id } = project();
      const ada = new PersonInSlack(slack, slack.people.ada);
      const form = await ada.openForm(() => ada.command("run"));
      hex.faults.add({ endpoint: "runProject", kind: NEVER });
      const isChecked = () => form.text.includes("Checking with Hex…");
      // At this speed a busy machine's store may be too slow for the first ones, which the form then says.
      for (let tries = 0; tries < 20 && !isChecked(); tries++) {
        await form.submit({ "… or type a title, id or link": id, Inputs: "days = 7" });
      }
      expect(isChecked()).toBe(true);
      await form.close();
      await bot.kill();
      // Until then, another process could still be checking it.
      await fleet.skip(CHECK_MS);
      await fleet.add();
      const toAda = () => direct(slack.people.ada);
      await until(
        () => toAda().length > 0,
        () => "nobody brings the form back",
      );
      expect(toAda().map((one) => visibleText(one).includes("Open again"))).toEqual([true]);
      // The bot asked Hex whether it would start the run, and never to start it.
      expect(starts()).toEqual([]);
      expect(runs()).toEqual([]);
    },
  );

  scenario(
    "while it waits for a kernel",
    async ({ fleet, bot, hex, slack, project, runs, cardShows, expectOneCard }) => {
      hex.workspace.kernelsBusy = 25;
      await slack.command(`run ${project().id}`);
      await cardShows("Waiting to start");
      await bot.kill();
      hex.workspace.kernelsBusy = 0;
      await fleet.add();
      await cardShows("Completed");
      expect(runs()).toHaveLength(1);
      expectOneCard("Completed");
    },
  );
});

describe.concurrent.each(STORES)("on %s, once there is a card", (kind) => {
  const scenario = scenariosOn(kind);

  scenario("between two edits", async ({ fleet, bot, slack, project, runs, complete, cardShows, expectOneCard }) => {
    await slack.command(`run ${project({ neverEnds: true }).id}`);
    await cardShows("Running");
    await bot.kill();
    await fleet.add();
    complete();
    await cardShows("Completed");
    expect(runs()).toHaveLength(1);
    expectOneCard("Completed");
  });

  scenario(
    "in the middle of an edit",
    async ({ fleet, bot, hex, slack, project, runs, complete, cardShows, expectOneCard }) => {
      await slack.command(`run ${project({ pendingMs: 600_000 }).id}`);
      await cardShows("Waiting for a kernel");
      slack.faults.add({ method: "chat.update", kind: { type: "hang" }, times: 1 });
      const from = slack.calls.length;
      for (const { id } of runs()) hex.workspace.setStatus(id, "RUNNING");
      await until(
        () => slack.calls.slice(from).some((call) => call.method === "chat.update"),
        () => "no edit",
      );
      await bot.kill();
      await fleet.add();
      complete();
      await cardShows("Completed");
      expect(runs()).toHaveLength(1);
      expectOneCard("Completed");
    },
  );

  scenario(
    "while cancelling, before Hex got the request: Hex is asked again",
    async ({ fleet, bot, hex, slack, project, asked, cardShows, expectOneCard }) => {
      await slack.command(`run ${project({ neverEnds: true }).id}`);
      const card = await cardShows("Running");
      hex.faults.add({ endpoint: "cancelRun", kind: NEVER });
      await slack.click(card, "cancel_run");
      await asked((request) => request.endpoint === "cancelRun");
      await bot.kill();
      await fleet.add();
      await cardShows("Cancelled");
      expectOneCard("Cancelled");
      expect(visibleText(card)).toContain(`By <@${slack.people.ada.id}>`);
    },
  );

  scenario(
    "while telling somebody who pressed Tell me: the next process tells them",
    async ({ fleet, bot, slack, project, direct, complete, cardShows, expectOneCard }) => {
      await slack.command(`run ${project({ neverEnds: true }).id}`);
      const card = await cardShows("Running");
      const { grace } = slack.people;
      await slack.click(card, "tell_me", { user: grace });
      await cardShows("1 person will be told");
      const told = () => direct(grace).filter(({ via }) => via === "postMessage");
      const posts = () => slack.calls.filter(({ method }) => method === "chat.postMessage").length;
      const before = posts();
      slack.faults.add({ method: "chat.postMessage", kind: { type: "hang" }, times: 1 });
      complete();
      await until(
        () => posts() > before,
        () => "nobody is told",
      );
      await bot.kill();
      await fleet.add();
      await until(
        () => told().length > 0,
        () => "nobody is told after the start",
      );
      await cardShows("Completed");
      expect(told().map((one) => visibleText(one).includes("Completed"))).toEqual([true]);
      expectOneCard("Completed");
    },
  );

  scenario("while Slack takes how it ended: it is told again, and marked as a repeat", async (stage) => {
    const { fleet, bot, hex, slack, project, runs, direct, cardShows, expectOneCard } = stage;
    const { replies, happens } = seenIn(stage);
    const { grace } = slack.people;
    await slack.command(`run ${project({ neverEnds: true }).id}`);
    await slack.click(await cardShows("Running"), "tell_me", { user: grace });
    await cardShows("1 person will be told");
    const told = () => direct(grace).filter(({ via }) => via === "postMessage");
    for (const fault of [{ ...UNANSWERED, inThread: true }, UNANSWERED]) slack.faults.add(fault);
    for (const { id } of runs()) hex.workspace.finishRun(id, "ERRORED");
    await happens(() => replies().length === 1 && told().length === 1);
    await bot.kill();
    await fleet.add();
    await happens(() => replies().length === 2 && told().length === 2);
    for (const said of [replies(), told()]) expect(said.map(isRepeat)).toEqual([false, true]);
    expectOneCard("Errored");
  });

  scenario(
    "SIGTERM: exit code 0, and the next process continues",
    async ({ fleet, bot, slack, project, complete, cardShows, expectOneCard }) => {
      await slack.command(`run ${project({ neverEnds: true }).id}`);
      await cardShows("Running");
      bot.child.kill("SIGTERM");
      expect(await bot.exit).toBe(0);
      await fleet.add();
      complete();
      await cardShows("Completed");
      expectOneCard("Completed");
    },
  );
});

test.concurrent("a second process on the same file says so and exits", async ({ onTestFinished }) => {
  const fleet = await Fleet.start(null, SPEED);
  onTestFinished(() => fleet.stop());
  await fleet.add();
  const second = await fleet.add();
  expect(await second.exit).not.toBe(0);
  expect(second.log).toContain("StoreError");
});
