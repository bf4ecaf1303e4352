// People of whom Slack says who they are only while they already use the bot: guests, and everybody after a restart.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Channel } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

// Most of an hour of simulated time, on a machine that may be busy.

const MINUTE = 60_000;

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  beforeEach(async () => {
    bench = await Harness.start(mode, { idle: true });
    bench.hex.workspace.addProject({ title: "Weekly revenue", inputs: { region: { dataType: "STRING" } } });
    await bench.startBot();
  });
  afterEach(() => bench.stop());

  const grace = () => bench.person("grace");
  const becomeGuest = () => bench.slack.roles.set(bench.slack.people.grace.id, "guest");
  const shownAtHome = () => JSON.stringify(grace().home?.view ?? {});
  /** Opens the Home tab and returns what its search field offers. */
  const openSearch = async () => {
    await grace().openHome();
    const home = await grace().homeShows(({ view }) => JSON.stringify(view).includes("home_search"));
    const blockId = /"block_id":"(search \d+)"/.exec(JSON.stringify(home.view))?.[1] ?? "";
    return async () =>
      JSON.stringify(await bench.meanwhile(bench.slack.search(home, { blockId, actionId: "home_search" }, "rev")));
  };

  test("somebody of whom Slack never says anything reads who can help, since waiting does not", async () => {
    bench.slack.unseen.add(bench.slack.people.ada.id);
    bench.rules("{ allow: see, people: everyone }", "{ allow: run, people: members }");
    expect(await bench.ask("run weekly revenue")).toMatch(
      /You may not\* run .*Slack or Hex has not said enough.*\nIf that does not help, ask whoever looks after the bot/,
    );
  });

  test("a guest is offered no values from cards in public channels, which guests cannot read", async () => {
    bench.rules("{ allow: [see, run], people: everyone }");
    await bench.slack.command("run weekly revenue region=EMEA");
    await bench.cardShows("Completed");
    const offered = async () => {
      const form = await grace().openForm(() => grace().command("run"));
      await form.pick("Project", "revenue");
      await form.shows("region");
      const values = form.value("region");
      await form.close();
      return values;
    };
    expect(await offered()).toEqual(["EMEA"]);
    becomeGuest();
    await bench.pass(6 * 60_000);
    expect(await offered()).toEqual([]);
  });

  test("without rules, a guest finds no search field on the Home tab", async () => {
    becomeGuest();
    await bench.ask("projects");
    await grace().openHome();
    await bench.until(() => shownAtHome() !== "{}");
    expect(shownAtHome()).toContain("Guests of this workspace cannot use the bot");
    expect(shownAtHome()).not.toContain("home_search");
  });

  test("without rules, somebody who has become a guest hears no more of what they watched as a member", async () => {
    const watched = bench.hex.workspace.addProject({ title: "Churn", schedules: [] });
    const slow = bench.hex.workspace.addProject({ title: "Slow", run: { runningMs: 20 * MINUTE } });
    const toldIn = ({ id }: Channel) =>
      bench.slack.messages.filter(({ channel, via }) => channel === id && via === "postMessage").map(shown);
    const { channels, people } = bench.slack;
    const own = bench.slack.dm(people.grace);
    const fail = () => bench.hex.workspace.startRun(watched.id, { durationMs: 1_000, outcome: "ERRORED" });
    await bench.ask("projects");
    await bench.ask(`watch ${watched.id}`);
    const ask = (text: string) => bench.ask(text, { channel: own, user: people.grace });
    expect(await ask(`watch ${watched.id} all`)).toContain("Churn");
    expect(await ask(`digest 09:20 UTC ${watched.id}`)).toContain("gets a digest");
    await bench.slack.command(`run ${slow.id}`);
    await grace().press(await bench.cardShows("Running"), "Tell me");
    becomeGuest();
    await bench.pass(6 * MINUTE);
    const before = toldIn(own);
    fail();
    await bench.until(() => toldIn(channels.data).some((text) => text.includes("in trouble")));
    bench.hex.workspace.startRun(watched.id, { durationMs: 1_000 });
    await bench.pass(30 * MINUTE, 5_000);
    expect(toldIn(channels.data).join()).toContain("Completed");
    expect(toldIn(own)).toEqual(before);
    bench.slack.roles.delete(people.grace.id);
    await bench.pass(6 * MINUTE, 5_000);
    fail();
    await bench.until(() => toldIn(own).length > before.length);
  });

  test("without rules, a guest hears of no other trouble while one goes on that they were told of as a member", async () => {
    const [first, second] = ["Churn", "Costs"].map((title) => bench.hex.workspace.addProject({ title, schedules: [] }));
    if (first === undefined || second === undefined) throw new Error("there are no projects");
    const { channels, people } = bench.slack;
    const own = bench.slack.dm(people.grace);
    const fail = ({ id }: { id: string }) =>
      bench.hex.workspace.startRun(id, { durationMs: 1_000, outcome: "ERRORED" });
    const toldIn = ({ id }: Channel) =>
      bench.slack.messages
        .filter(({ channel, via }) => channel === id && via === "postMessage")
        .map(shown)
        .join();
    await bench.ask("projects");
    for (const { id } of [first, second]) {
      await bench.ask(`watch ${id}`);
      await bench.ask(`watch ${id}`, { channel: own, user: people.grace });
    }
    fail(first);
    await bench.until(() => toldIn(own).includes("is in trouble"));
    becomeGuest();
    await bench.pass(6 * MINUTE);
    fail(second);
    await bench.until(() => toldIn(channels.data).includes("Costs"));
    await bench.pass(5 * MINUTE, 5_000);
    expect(toldIn(own)).toContain("No longer shown here: 1 project");
    expect(toldIn(own)).not.toMatch(/Churn|Costs/);
  });

  /** Grace opens her Home tab as a member, with a run in flight on it, and becomes a guest. */
  async function becomeGuestWithHome(): Promise<void> {
    const slow = bench.hex.workspace.addProject({ title: "Slow", run: { runningMs: 20 * MINUTE } });
    await bench.ask("projects");
    await grace().command(`run ${slow.id}`);
    await grace().openHome();
    await bench.until(() => shownAtHome().includes("Slow"));
    becomeGuest();
    await bench.pass(6 * MINUTE);
  }

  test("without rules, the Home tab that somebody opened as a member shows a guest nothing new", async () => {
    await becomeGuestWithHome();
    bench.slack.faults.add({ method: "views.publish", times: 1, kind: { type: "ratelimited", retryAfter: 30 } });
    await bench.cardShows("Completed");
    await bench.pass(2 * MINUTE);
    expect(shownAtHome()).toContain("Guests of this workspace cannot use the bot");
    await bench.pass(10 * MINUTE, 5_000);
    expect(shownAtHome()).not.toContain("Slow");
  });

  test("without rules, Slack's refusal to take a guest's Home tab away is not asked for again each minute", async () => {
    await becomeGuestWithHome();
    const published = () => bench.slack.calls.filter(({ method }) => method === "views.publish").length;
    const before = published();
    bench.slack.faults.add({ method: "views.publish", kind: { type: "error", error: "not_enabled" } });
    await bench.cardShows("Completed");
    await bench.pass(10 * MINUTE, 5_000);
    expect(published() - before).toBe(1);
  });

  test("the search field of somebody who has become a guest offers nothing once what Slack said is five minutes old", async () => {
    await bench.ask("projects");
    const search = await openSearch();
    expect(await search()).toContain("Weekly revenue");
    becomeGuest();
    await bench.pass(6 * 60_000);
    expect(await search()).not.toContain("Weekly revenue");
  });

  test("the search field from before a restart offers nothing to somebody who has become a guest in the meantime", async () => {
    await bench.ask("projects");
    const search = await openSearch();
    await bench.stopBot();
    becomeGuest();
    await bench.startBot();
    expect(await search()).not.toContain("Weekly revenue");
  });

  test("the picker of a form from before a restart works, although Slack has said nothing yet about who it is", async () => {
    bench.rules("{ allow: [see, run], people: members }");
    await bench.ask("projects");
    const form = await grace().openForm(() => grace().shortcut("run_project"));
    expect(await form.search("Project", "rev")).toEqual(["Weekly revenue"]);
    await bench.stopBot();
    await bench.startBot();
    expect(await form.search("Project", "rev")).toEqual(["Weekly revenue"]);
  });
});
