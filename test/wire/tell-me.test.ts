// *Tell me*: people who press it on the card of a run in flight get one direct message when it ends.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Person, SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  let ada: Person;
  let grace: Person;
  beforeEach(async () => {
    harness = await Harness.start(mode);
    ada = harness.slack.people.ada;
    grace = harness.slack.people.grace;
  });
  afterEach(() => harness.stop());

  /** Ada starts a run. Resolves when its card shows that it is running. */
  async function running(run: NonNullable<Parameters<Harness["hex"]["workspace"]["addProject"]>[0]>["run"] = {}) {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000, ...run } });
    await harness.slack.command(`run ${project.id}`);
    return harness.cardShows("Running");
  }

  /** Presses *Tell me*, by default as Grace, and resolves with what the bot answers only to that person. */
  async function tellMe(card: SlackMessage, user = grace, stale?: Pick<SlackMessage, "blocks">): Promise<string> {
    const { id } = await harness.slack.click(card, "tell_me", { user, ...(stale === undefined ? {} : { stale }) });
    const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
    expect(answer.user).toBe(user.id);
    return shown(answer);
  }

  /** What somebody read in direct messages. */
  function told(user: Person): string[] {
    const { id } = harness.slack.dm(user);
    return harness.slack.messages.filter(({ channel, via }) => channel === id && via === "postMessage").map(shown);
  }

  test("if two people press it, the card says how many are waiting, and each gets one direct message at the end", async () => {
    const card = await running();
    expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    expect(await tellMe(card)).toContain("You will get a direct message when *Revenue* ends");
    await harness.cardShows("1 person will be told at the end");
    await tellMe(card, ada);
    await harness.cardShows("2 people will be told at the end");
    await harness.cardShows("Completed");
    await harness.until(() => told(ada).length > 0 && told(grace).length > 0);
    await harness.pass(60_000, 5_000);
    expect(shown(card)).not.toContain("at the end");
    expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
    for (const person of [ada, grace]) {
      const [message, ...others] = told(person);
      expect(others).toEqual([]);
      expect(message).toMatch(/Completed\*\s+<http[^|]*\|Revenue>\nAfter 1 min/);
      expect(message).toContain(`/archives/${card.channel}/p${card.ts.replace(".", "")}|Open its card>`);
      expect(message).toContain("|Open the run in Hex>");
    }
  });

  test("somebody who presses it again is no longer told", async () => {
    const card = await running();
    await tellMe(card);
    await harness.cardShows("1 person will be told");
    await harness.pass(5_000);
    expect(await tellMe(card)).toContain("You will no longer get a direct message when *Revenue* ends");
    await harness.cardShows("Completed");
    await harness.pass(60_000, 5_000);
    expect(card.history.at(-2)?.text).toContain("Running");
    expect(JSON.stringify(card.history.at(-2)?.blocks)).not.toContain("at the end");
    expect(told(grace)).toEqual([]);
  });

  test("a double click, and a click that Slack delivers again, count once", async () => {
    const card = await running();
    const click = await harness.slack.click(card, "tell_me", { user: grace });
    await harness.slack.click(card, "tell_me", { user: grace });
    await harness.cardShows("1 person will be told");
    await harness.pass(5_000);
    if (mode === "socket") await harness.slack.redeliver(click);
    await harness.cardShows("Completed");
    await harness.until(() => told(grace).length > 0);
    expect(told(grace)).toHaveLength(1);
  });

  describe("the direct message says how the run ended", () => {
    test("errored, with the reference", async () => {
      await tellMe(await running({ outcome: "ERRORED" }));
      await harness.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toMatch(/Errored\*.*A cell failed.*Reference `/s);
    });

    test("cancelled", async () => {
      const card = await running();
      await tellMe(card);
      await harness.slack.click(card, "cancel_run", { user: ada });
      await harness.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toMatch(new RegExp(`Cancelled\\*.*By <@${ada.id}>`, "s"));
    });

    test("no longer in Hex", async () => {
      await tellMe(await running({ neverEnds: true }));
      harness.hex.workspace.removeProject(harness.hex.workspace.projects[0]?.id ?? "");
      await harness.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toContain("Hex no longer knows this run");
    });

    test("cancelled while it waits to start", async () => {
      harness.hex.workspace.kernelsBusy = 25;
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Waiting to start");
      await tellMe(card);
      await harness.cardShows("1 person will be told");
      await harness.slack.click(card, "cancel_run", { user: ada });
      await harness.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toContain(`Cancelled by <@${ada.id}> before it began`);
    });

    test("refused after waiting to start", async () => {
      harness.hex.workspace.kernelsBusy = 25;
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await harness.slack.command(`run ${project.id}`);
      await tellMe(await harness.cardShows("Waiting to start"));
      await harness.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toMatch(/Not started\*.*Why/s);
    });
  });

  test("for a run that seems lost and is found, it says that it is not known, and later how it ended", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000 } });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
    const listing = { endpoint: "listRuns" as const, kind: { type: "status" as const, status: 503 } };
    harness.hex.faults.add({ ...listing, times: Number.POSITIVE_INFINITY });
    await harness.slack.command(`run ${project.id}`);
    const card = await harness.cardShows("Looking for the run");
    await tellMe(card);
    await harness.cardShows("Not known");
    await harness.until(() => told(grace).length === 1);
    expect(told(grace)[0]).toContain("Not known");
    harness.hex.faults.clear();
    await harness.slack.click(card, "look_again", { user: ada });
    await harness.until(() => told(grace).length === 2);
    expect(told(grace)[1]).toContain("Completed");
    await harness.pass(60_000, 5_000);
    expect(told(grace)).toHaveLength(2);
  });

  test("a press after the end is answered, and sends no direct message", async () => {
    const card = await running({ runningMs: 10_000 });
    const stale = { blocks: [...card.blocks] };
    await harness.cardShows("Completed");
    expect(await tellMe(card, grace, stale)).toMatch(/\*Revenue\* has already ended: .*Completed/);
    await harness.pass(60_000, 5_000);
    expect(told(grace)).toEqual([]);
  });

  test("people from another workspace cannot press it", async () => {
    const card = await running();
    const { stranger } = harness.slack.people;
    expect(await tellMe(card, stranger)).toContain("belongs to another workspace");
    await harness.cardShows("Completed");
    await harness.pass(60_000, 5_000);
    expect(JSON.stringify(card.history)).not.toContain("at the end");
  });

  describe("when Slack does not accept the direct message", () => {
    test("because the Messages tab is off, the card's thread says it, and the log says what to do", async () => {
      harness.slack.messagesTab = false;
      const card = await running();
      await tellMe(card);
      await harness.until(() => harness.replies.length > 0);
      await harness.pass(60_000, 5_000);
      expect(harness.replies).toHaveLength(1);
      expect(harness.replies[0]?.threadTs).toBe(card.ts);
      expect(shown(harness.replies[0] ?? card)).toMatch(new RegExp(`<@${grace.id}> asked to be told:\n.*Completed`));
      const warnings = harness.log.filter((line) => line.includes("follower's message about the end of a run"));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/"todo":"allow the Messages tab/);
      harness.slack.messagesTab = true;
    });

    test("nor the reply in the thread, the bot gives up and logs that once", async () => {
      const card = await running();
      await tellMe(card);
      await harness.cardShows("1 person will be told");
      const kind = { type: "error", error: "restricted_action" } as const;
      harness.slack.faults.add({ method: "chat.postMessage", kind, times: 4 });
      await harness.cardShows("Completed");
      await harness.until(() => harness.log.some((line) => line.includes("given up")));
      const asked = harness.slack.calls.filter(({ method }) => method === "chat.postMessage").length;
      await harness.pass(120_000, 5_000);
      expect(harness.slack.calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(asked);
      expect(told(grace)).toEqual([]);
      harness.slack.faults.clear();
    });

    test("nor anything else for a minute, with a word that the bot does not know: the message comes once after that", async () => {
      await tellMe(await running());
      await harness.cardShows("1 person will be told");
      const kind = { type: "error", error: "a_word_of_tomorrow" } as const;
      harness.slack.faults.add({ method: "chat.postMessage", kind });
      await harness.cardShows("Completed");
      await harness.pass(60_000, 5_000);
      harness.slack.faults.clear();
      await harness.until(() => told(grace).length > 0);
      await harness.pass(60_000, 5_000);
      expect(told(grace)).toHaveLength(1);
    });

    test.each([
      { type: "ratelimited", retryAfter: 30 },
      { type: "status", status: 503 },
      { type: "error", error: "invalid_auth" },
    ] as const)("the message comes once after %o", async (kind) => {
      await tellMe(await running());
      await harness.cardShows("1 person will be told");
      harness.slack.faults.add({ method: "chat.postMessage", kind, times: 3 });
      await harness.until(() => told(grace).length > 0);
      await harness.pass(60_000, 5_000);
      expect(told(grace)).toHaveLength(1);
    });
  });

  test("if Slack gives no link to the card, the message comes without one", async () => {
    harness.slack.faults.add({
      method: "chat.getPermalink",
      kind: { type: "error", error: "channel_not_found" },
      times: 9,
    });
    await tellMe(await running());
    await harness.until(() => told(grace).length > 0);
    expect(told(grace)[0]).not.toContain("Open its card");
    harness.slack.faults.clear();
  });

  test("if the run ends while the bot is stopped, people are told once after the start, even across restarts", async () => {
    await tellMe(await running());
    await harness.cardShows("1 person will be told");
    await harness.stopBot();
    await harness.pass(90_000, 5_000);
    expect(told(grace)).toEqual([]);
    await harness.startBot();
    await harness.until(() => told(grace).length > 0);
    await harness.stopBot();
    await harness.startBot();
    await harness.pass(60_000, 5_000);
    expect(told(grace)).toHaveLength(1);
  });
});
