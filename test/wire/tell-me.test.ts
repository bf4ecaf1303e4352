// Tell me: whoever presses it on the card of a run in flight gets a direct message at its end, once.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Person, SlackMessage } from "../sandbox/slack/server.js";
import { Bench, buttonsOf, MODES, shown } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let bench: Bench;
  let ada: Person;
  let grace: Person;
  beforeEach(async () => {
    bench = await Bench.start(mode);
    ada = bench.slack.people.ada;
    grace = bench.slack.people.grace;
  });
  afterEach(() => bench.stop());

  /** Ada starts a run; resolves when its card shows that it runs. */
  async function running(run: NonNullable<Parameters<Bench["hex"]["workspace"]["addProject"]>[0]>["run"] = {}) {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000, ...run } });
    await bench.slack.command(`run ${project.id}`);
    return bench.cardShows("Running");
  }

  /** Presses Tell me, as Grace unless told, and resolves with what the bot answers to that person alone. */
  async function tellMe(card: SlackMessage, user = grace, stale?: Pick<SlackMessage, "blocks">): Promise<string> {
    const { id } = await bench.slack.click(card, "tell_me", { user, ...(stale === undefined ? {} : { stale }) });
    const answer = await bench.slack.waitForMessage((message) => message.responseUrlOf === id);
    expect(answer.user).toBe(user.id);
    return shown(answer);
  }

  /** What somebody was told in direct messages. */
  function told(user: Person): string[] {
    const { id } = bench.slack.dm(user);
    return bench.slack.messages.filter(({ channel, via }) => channel === id && via === "postMessage").map(shown);
  }

  test("two people: the card says how many wait, and each gets one direct message at the end", async () => {
    const card = await running();
    expect(buttonsOf(card)).toEqual(["cancel_run", "tell_me"]);
    expect(await tellMe(card)).toContain("You will get a direct message when *Revenue* ends");
    await bench.cardShows("1 person will be told at the end");
    await tellMe(card, ada);
    await bench.cardShows("2 people will be told at the end");
    await bench.cardShows("Completed");
    await bench.until(() => told(ada).length > 0 && told(grace).length > 0);
    await bench.pass(60_000);
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

  test("pressed again: no longer", async () => {
    const card = await running();
    await tellMe(card);
    await bench.cardShows("1 person will be told");
    await bench.pass(5_000);
    expect(await tellMe(card)).toContain("You will no longer get a direct message when *Revenue* ends");
    await bench.cardShows("Completed");
    await bench.pass(60_000);
    expect(card.history.at(-2)?.text).toContain("Running");
    expect(JSON.stringify(card.history.at(-2)?.blocks)).not.toContain("at the end");
    expect(told(grace)).toEqual([]);
  });

  test("a double click, and a click that Slack delivers again, mean one", async () => {
    const card = await running();
    const click = await bench.slack.click(card, "tell_me", { user: grace });
    await bench.slack.click(card, "tell_me", { user: grace });
    await bench.cardShows("1 person will be told");
    await bench.pass(5_000);
    if (mode === "socket") await bench.slack.redeliver(click);
    await bench.cardShows("Completed");
    await bench.until(() => told(grace).length > 0);
    expect(told(grace)).toHaveLength(1);
  });

  describe("whatever the end", () => {
    test("errored, with the reference", async () => {
      await tellMe(await running({ outcome: "ERRORED" }));
      await bench.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toMatch(/Errored\*.*A cell failed.*Reference `/s);
    });

    test("cancelled", async () => {
      const card = await running();
      await tellMe(card);
      await bench.slack.click(card, "cancel_run", { user: ada });
      await bench.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toMatch(new RegExp(`Cancelled\\*.*By <@${ada.id}>`, "s"));
    });

    test("no longer in Hex", async () => {
      await tellMe(await running({ neverEnds: true }));
      bench.hex.workspace.removeProject(bench.hex.workspace.projects[0]?.id ?? "");
      await bench.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toContain("Hex no longer knows this run");
    });

    test("cancelled while it waits to start", async () => {
      bench.hex.workspace.kernelsBusy = 25;
      const project = bench.hex.workspace.addProject({ title: "Revenue" });
      await bench.slack.command(`run ${project.id}`);
      const card = await bench.cardShows("Waiting to start");
      await tellMe(card);
      await bench.cardShows("1 person will be told");
      await bench.slack.click(card, "cancel_run", { user: ada });
      await bench.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toContain(`Cancelled by <@${ada.id}> before it began`);
    });

    test("refused after it has waited to start", async () => {
      bench.hex.workspace.kernelsBusy = 25;
      const project = bench.hex.workspace.addProject({ title: "Revenue" });
      await bench.slack.command(`run ${project.id}`);
      await tellMe(await bench.cardShows("Waiting to start"));
      await bench.until(() => told(grace).length > 0);
      expect(told(grace)[0]).toMatch(/Not started\*.*Why/s);
    });
  });

  test("a run that seems lost and is found: told that it is not known, and then how it ended", async () => {
    const project = bench.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000 } });
    bench.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true });
    const listing = { endpoint: "listRuns" as const, kind: { type: "status" as const, status: 503 } };
    bench.hex.faults.add({ ...listing, times: Number.POSITIVE_INFINITY });
    await bench.slack.command(`run ${project.id}`);
    const card = await bench.cardShows("Looking for the run");
    await tellMe(card);
    await bench.cardShows("Not known");
    await bench.until(() => told(grace).length === 1);
    expect(told(grace)[0]).toContain("Not known");
    bench.hex.faults.clear();
    await bench.slack.click(card, "look_again", { user: ada });
    await bench.until(() => told(grace).length === 2);
    expect(told(grace)[1]).toContain("Completed");
    await bench.pass(60_000);
    expect(told(grace)).toHaveLength(2);
  });

  test("a press after the end is answered, and nobody is told", async () => {
    const card = await running({ runningMs: 10_000 });
    const stale = { blocks: [...card.blocks] };
    await bench.cardShows("Completed");
    expect(await tellMe(card, grace, stale)).toMatch(/\*Revenue\* has ended already: .*Completed/);
    await bench.pass(60_000);
    expect(told(grace)).toEqual([]);
  });

  test("people of another workspace cannot press it", async () => {
    const card = await running();
    const { stranger } = bench.slack.people;
    expect(await tellMe(card, stranger)).toContain("belongs to another workspace");
    await bench.cardShows("Completed");
    await bench.pass(60_000);
    expect(JSON.stringify(card.history)).not.toContain("at the end");
  });

  describe("Slack does not take the direct message", () => {
    test("the Messages tab is off: told in the card's thread, and the log says what to do", async () => {
      bench.slack.messagesTab = false;
      const card = await running();
      await tellMe(card);
      await bench.until(() => bench.replies.length > 0);
      await bench.pass(60_000);
      expect(bench.replies).toHaveLength(1);
      expect(bench.replies[0]?.threadTs).toBe(card.ts);
      expect(shown(bench.replies[0] ?? card)).toMatch(new RegExp(`<@${grace.id}> wanted to be told:\n.*Completed`));
      const warnings = bench.log.filter((line) => line.includes("the end of a run for a follower"));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/"todo":"allow the Messages tab/);
      bench.slack.messagesTab = true;
    });

    test("nor the reply in the thread: given up, and said once", async () => {
      const card = await running();
      await tellMe(card);
      await bench.cardShows("1 person will be told");
      const kind = { type: "error", error: "restricted_action" } as const;
      bench.slack.faults.add({ method: "chat.postMessage", kind, times: 4 });
      await bench.cardShows("Completed");
      await bench.until(() => bench.log.some((line) => line.includes("given up")));
      const asked = bench.slack.calls.filter(({ method }) => method === "chat.postMessage").length;
      await bench.pass(120_000);
      expect(bench.slack.calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(asked);
      expect(told(grace)).toEqual([]);
      bench.slack.faults.clear();
    });

    test.each([
      { type: "ratelimited", retryAfter: 30 },
      { type: "status", status: 503 },
      { type: "error", error: "invalid_auth" },
    ] as const)("%o passes, and the message comes, once", async (kind) => {
      await tellMe(await running());
      await bench.cardShows("1 person will be told");
      bench.slack.faults.add({ method: "chat.postMessage", kind, times: 3 });
      await bench.until(() => told(grace).length > 0);
      await bench.pass(60_000);
      expect(told(grace)).toHaveLength(1);
    });
  });

  test("Slack gives no link to the card: the message comes without", async () => {
    bench.slack.faults.add({
      method: "chat.getPermalink",
      kind: { type: "error", error: "channel_not_found" },
      times: 9,
    });
    await tellMe(await running());
    await bench.until(() => told(grace).length > 0);
    expect(told(grace)[0]).not.toContain("Open its card");
    bench.slack.faults.clear();
  });

  test("the run ends while the bot is stopped: told after the start, once over restarts", async () => {
    await tellMe(await running());
    await bench.cardShows("1 person will be told");
    await bench.stopBot();
    await bench.pass(90_000);
    expect(told(grace)).toEqual([]);
    await bench.startBot();
    await bench.until(() => told(grace).length > 0);
    await bench.stopBot();
    await bench.startBot();
    await bench.pass(60_000);
    expect(told(grace)).toHaveLength(1);
  });
});
