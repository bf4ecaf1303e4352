// kill -9 at every point in a run's life, on both stores: it is started exactly once, and its card is right at the end.

import { describe, expect, test } from "vitest";
import type { Project, RecordedRequest, RunBehaviour, SimulatedHex } from "../sandbox/hex/server.js";
import { PersonInSlack } from "../sandbox/slack/person.js";
import { type LocalSlack, visibleText } from "../sandbox/slack/server.js";
import { Fleet, type Replica, type StoreKind, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";

const SPEED = 8;
const NEVER = { type: "hang" } as const;

const postgres = postgresForTests();
let databases = 0;

interface Stage {
  fleet: Fleet;
  bot: Replica;
  hex: SimulatedHex;
  slack: LocalSlack;
  project: (run?: Partial<RunBehaviour>) => Project;
  starts: () => RecordedRequest[];
  /** Exactly one card is there, and it is true. */
  expectOneCard: (text: string) => void;
}

async function stage(kind: StoreKind, atEnd: (stop: () => Promise<void>) => void): Promise<Stage> {
  const fleet = await Fleet.start(kind === "sqlite" ? null : await postgres.database(`crash${databases++}`), SPEED);
  atEnd(() => fleet.stop());
  const { hex, slack } = fleet;
  return {
    fleet,
    hex,
    slack,
    bot: await fleet.add(),
    project: (run = {}) =>
      hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 2_000, runningMs: 16_000, ...run } }),
    starts: () => hex.requests.filter((request) => request.endpoint === "runProject"),
    expectOneCard(text) {
      expect(slack.refused).toEqual([]);
      expect(fleet.cards.map((card) => visibleText(card).includes(text))).toEqual([true]);
    },
  };
}

describe.concurrent.each(["sqlite", "postgres"] as StoreKind[])("on %s", (kind) => {
  const scenario = (name: string, play: (stage: Stage) => Promise<void>) =>
    test(name, async ({ onTestFinished }) => play(await stage(kind, onTestFinished)), 90_000);

  scenario(
    "before the request: nothing was started, and nothing says so",
    async ({ fleet, bot, hex, slack, project, starts }) => {
      const { id } = project();
      hex.faults.add({ endpoint: "getProject", kind: NEVER });
      await slack.command(`run ${id}`);
      await hex.waitFor((request) => request.endpoint === "getProject");
      await bot.kill();
      await fleet.add();
      expect(starts()).toEqual([]);
      expect(fleet.cards).toEqual([]);
    },
  );

  scenario(
    "after the request, before its answer, and the run exists: it is found",
    async ({ fleet, bot, hex, slack, project, starts }) => {
      hex.faults.add({ endpoint: "runProject", kind: NEVER, afterEffect: true });
      await slack.command(`run ${project().id}`);
      await hex.waitFor((request) => request.endpoint === "runProject");
      const card = await fleet.cardShows("Starting");
      await until(
        () => card.ts !== "",
        () => "",
      );
      await bot.kill();
      await fleet.add();
      await fleet.cardShows("Completed");
      expect(hex.workspace.runs).toHaveLength(1);
      expect(starts()).toHaveLength(1);
      expect(fleet.cards.filter((one) => visibleText(one).includes("Completed"))).toHaveLength(1);
    },
  );

  scenario(
    "after the request, before its answer, and the run does not exist: not started again by itself",
    async ({ fleet, bot, hex, slack, project, starts }) => {
      hex.faults.add({ endpoint: "runProject", kind: NEVER });
      await slack.command(`run ${project().id}`);
      await hex.waitFor((request) => request.endpoint === "runProject");
      await bot.kill();
      await fleet.add();
      await fleet.cardShows("Not known");
      expect(starts()).toHaveLength(1);
    },
  );

  scenario(
    "after the run id, before the card: the card is posted by the next process",
    async ({ fleet, bot, hex, slack, project, expectOneCard }) => {
      slack.faults.add({ method: "chat.postMessage", kind: { type: "hang" }, times: 1 });
      await slack.command(`run ${project().id}`);
      await hex.waitFor((request) => request.endpoint === "listRuns" || request.endpoint === "getRun");
      await bot.kill();
      await fleet.add();
      await fleet.cardShows("Completed");
      expect(hex.workspace.runs).toHaveLength(1);
      expectOneCard("Completed");
    },
  );

  scenario("between two edits", async ({ fleet, bot, hex, slack, project, expectOneCard }) => {
    await slack.command(`run ${project().id}`);
    await fleet.cardShows("Running");
    await bot.kill();
    await fleet.add();
    await fleet.cardShows("Completed");
    expect(hex.workspace.runs).toHaveLength(1);
    expectOneCard("Completed");
  });

  scenario("in the middle of an edit", async ({ fleet, bot, hex, slack, project, expectOneCard }) => {
    await slack.command(`run ${project().id}`);
    await fleet.cardShows("Waiting for a kernel");
    slack.faults.add({ method: "chat.update", kind: { type: "hang" }, times: 1 });
    const from = slack.calls.length;
    await until(
      () => slack.calls.slice(from).some((call) => call.method === "chat.update"),
      () => "no edit",
    );
    await bot.kill();
    await fleet.add();
    await fleet.cardShows("Completed");
    expect(hex.workspace.runs).toHaveLength(1);
    expectOneCard("Completed");
  });

  scenario(
    "while cancelling, and Hex has not heard of it: it is asked again",
    async ({ fleet, bot, hex, slack, project, expectOneCard }) => {
      await slack.command(`run ${project({ neverEnds: true }).id}`);
      const card = await fleet.cardShows("Running");
      hex.faults.add({ endpoint: "cancelRun", kind: NEVER });
      await slack.click(card, "cancel_run");
      await hex.waitFor((request) => request.endpoint === "cancelRun");
      await bot.kill();
      await fleet.add();
      await fleet.cardShows("Cancelled");
      expectOneCard("Cancelled");
      expect(visibleText(card)).toContain(`By <@${slack.people.ada.id}>`);
    },
  );

  scenario(
    "in the middle of telling somebody who pressed Tell me: the next process tells them",
    async ({ fleet, bot, slack, project, expectOneCard }) => {
      await slack.command(`run ${project().id}`);
      const card = await fleet.cardShows("Running");
      const { grace } = slack.people;
      await slack.click(card, "tell_me", { user: grace });
      await fleet.cardShows("1 person will be told");
      const told = () =>
        slack.messages.filter((one) => one.channel === slack.dm(grace).id && one.via === "postMessage");
      const posts = () => slack.calls.filter(({ method }) => method === "chat.postMessage").length;
      const before = posts();
      slack.faults.add({ method: "chat.postMessage", kind: { type: "hang" }, times: 1 });
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
      await fleet.cardShows("Completed");
      expect(told().map((one) => visibleText(one).includes("Completed"))).toEqual([true]);
      expectOneCard("Completed");
    },
  );

  scenario(
    "while Hex checks a form that was closed: the next process brings it back",
    async ({ fleet, bot, hex, slack, project, starts }) => {
      const { id } = project();
      const ada = new PersonInSlack(slack, slack.people.ada);
      const form = await ada.openForm(() => ada.command("run"));
      hex.faults.add({ endpoint: "runProject", kind: NEVER });
      const isChecked = () => form.text.includes("Checking with Hex…");
      // At this speed a busy machine's store may be too slow for the first, which the form then says.
      for (let tries = 0; tries < 5 && !isChecked(); tries++) {
        await form.submit({ "… or type a title, id or link": id, Inputs: "days = 7" });
      }
      expect(isChecked()).toBe(true);
      await form.close();
      await bot.kill();
      await fleet.add();
      const direct = () => slack.messages.filter(({ channel }) => channel === slack.dm(slack.people.ada).id);
      await until(
        () => direct().length > 0,
        () => "nobody brings the form back",
      );
      expect(direct().map((one) => visibleText(one).includes("Open again"))).toEqual([true]);
      // The bot asked Hex whether it would start the run, and never to start it.
      for (const { body } of starts()) expect(body).toMatchObject({ dryRun: true });
      expect(hex.workspace.runs).toEqual([]);
    },
  );

  scenario("while it waits for a kernel", async ({ fleet, bot, hex, slack, project, expectOneCard }) => {
    hex.workspace.kernelsBusy = 25;
    await slack.command(`run ${project().id}`);
    await fleet.cardShows("Waiting to start");
    await bot.kill();
    hex.workspace.kernelsBusy = 0;
    await fleet.add();
    await fleet.cardShows("Completed");
    expect(hex.workspace.runs).toHaveLength(1);
    expectOneCard("Completed");
  });

  scenario("SIGTERM: exit code 0, and the next one goes on", async ({ fleet, bot, slack, project, expectOneCard }) => {
    await slack.command(`run ${project().id}`);
    await fleet.cardShows("Running");
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
    await fleet.add();
    await fleet.cardShows("Completed");
    expectOneCard("Completed");
  });
});

test("a second process on the same file says so and exits", async ({ onTestFinished }) => {
  const fleet = await Fleet.start(null, SPEED);
  onTestFinished(() => fleet.stop());
  await fleet.add();
  const second = await fleet.add();
  expect(await second.exit).not.toBe(0);
  expect(second.log).toContain("StoreError");
}, 60_000);
