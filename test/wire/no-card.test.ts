// Whatever Slack says to a run's card, the requester hears how the run is going, how to cancel it, and how it ends.

import { afterEach, describe, expect, test } from "vitest";
import type { FaultKind, SlackMessage } from "../sandbox/slack/types.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const refusal = (error: string): FaultKind => ({ type: "error", error });
/** A refusal of each kind, and one that no version of the bot knows. */
const WORDS = [
  "missing_scope",
  "ekm_access_denied",
  "access_denied",
  "team_not_found",
  "token_revoked",
  "restricted_action",
  "invalid_blocks",
  "a_word_of_tomorrow",
];

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  type ProjectOptions = Parameters<Harness["hex"]["workspace"]["addProject"]>[0];
  async function start(
    run: NonNullable<ProjectOptions>["run"] = { runningMs: 20_000 },
    options: Parameters<typeof Harness.start>[1] = {},
  ) {
    harness = await Harness.start(mode, options);
    return harness.hex.workspace.addProject({ title: "Revenue", run });
  }
  /** What only Ada reads, through the command's or the click's response_url. */
  const answers = () => harness.slack.messages.filter((message) => message.ephemeral);
  const answered = async (text: string | RegExp): Promise<SlackMessage> => {
    const fits = (one: string) => (typeof text === "string" ? one.includes(text) : text.test(one));
    const found = () => answers().find((one) => fits(shown(one)));
    await harness.until(() => found() !== undefined);
    const message = found();
    if (message === undefined) throw new Error("it is gone");
    return message;
  };

  test.each(WORDS)(
    "if Slack says %s to every post, people immediately get a link and Cancel, and later the end",
    async (error) => {
      const project = await start({ runningMs: 20_000, outcome: "ERRORED" });
      harness.slack.faults.add({ method: "chat.postMessage", kind: refusal(error) });
      const said = await harness.ask(`run ${project.id}`);
      const runId = harness.hex.workspace.runs[0]?.id ?? "";
      expect(said).toContain(`\`${error}\``);
      expect(said).toContain("*Revenue* is running anyway");
      expect(said).toContain("To do: ");
      expect(said).toContain("|Open the run in Hex>");
      expect(said).toContain(`/hex cancel ${runId}`);
      expect(buttonsOf(answers()[0] ?? harness.card())).toEqual(["cancel_run", "tell_me"]);
      expect(await harness.ask("runs")).toContain("Revenue");
      const end = await answered("Errored");
      expect(shown(end)).toContain("A cell failed");
      await harness.pass(120_000, 5_000);
      expect(answers().filter((one) => shown(one).includes("Errored*  "))).toHaveLength(1);
    },
  );

  test("Cancel on the message that replaces the card says what came of it", async () => {
    const project = await start({ neverEnds: true });
    harness.slack.faults.add({ method: "chat.postMessage", kind: refusal("ekm_access_denied") });
    await harness.ask(`run ${project.id}`);
    await harness.slack.click(answers()[0] ?? harness.card(), "cancel_run");
    await answered("Hex is stopping *Revenue*");
    await answered(/Cancelled\*/);
  });

  test("when a scope is granted later, the card comes with the end, and nobody reads it twice", async () => {
    const project = await start({ runningMs: 20_000, outcome: "ERRORED" });
    harness.slack.scopes.delete("chat:write");
    expect(await harness.ask(`run ${project.id}`)).toContain("missing_scope");
    await answered("A cell failed");
    await harness.pass(60 * 60_000, 60_000);
    expect(harness.cards).toEqual([]);
    harness.slack.scopes.add("chat:write");
    await harness.cardShows("Errored");
    await harness.pass(60_000, 5_000);
    expect(harness.replies).toEqual([]);
  });

  test.each(["missing_scope", "ekm_access_denied", "team_not_found", "a_word_of_tomorrow"])(
    "if Slack says %s only in the channel, the card is a direct message, and the answer says why and what to do",
    async (error) => {
      const project = await start();
      // Posts with blocks, and without them if the error is not known to be about the place.
      const times = ["team_not_found", "a_word_of_tomorrow"].includes(error) ? 2 : 1;
      harness.slack.faults.add({ method: "chat.postMessage", times, kind: refusal(error) });
      const said = await harness.ask(`run ${project.id}`);
      expect(said).toContain("is in your direct messages");
      expect(said).toContain(`\`${error}\``);
      expect(said).toContain("To do: ");
      const card = await harness.cardShows("Completed");
      expect(card.channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
    },
  );

  test("with the manifest of 0.1.0, whose direct messages are off, people read both refusals, each with its remedy", async () => {
    const project = await start();
    harness.slack.messagesTab = false;
    const said = await harness.ask(`run ${project.id}`, { channel: harness.slack.channels.secret });
    expect(said).toContain("`channel_not_found`: The bot cannot see the channel");
    expect(said).toContain("`messages_tab_disabled`: The bot may not send direct messages");
    expect(said).toContain("/invite @");
    expect(said).toContain("allow the Messages tab");
    await answered(/Completed\*/);
    harness.slack.messagesTab = true;
    expect((await harness.cardShows("Completed")).channel).toBe(harness.slack.dm(harness.slack.people.ada).id);
  });

  test("if Slack is slow, people read within seconds that the run was requested, and the card comes later", async () => {
    const project = await start({ runningMs: 20_000 }, { cardTimeoutMs: 4_000 });
    harness.slack.faults.add({ method: "chat.postMessage", times: 1, kind: { type: "hang" } });
    await harness.slack.command(`run ${project.id}`);
    const message = await answered("Slack is slow to post this run's card");
    expect(shown(message)).toContain("Revenue");
    expect(harness.cards).toEqual([]);
    harness.slack.cutHanging();
    await harness.until(() => harness.cards.length === 1, 0);
  });

  test.each<[string, FaultKind]>([
    ["a limit", { type: "ratelimited", retryAfter: 30 }],
    ["an outage", { type: "status", status: 503 }],
    ["a network that cuts", { type: "reset" }],
  ])("with %s on Slack's side, people are told immediately, and the card comes when it is over", async (_, kind) => {
    const project = await start({ runningMs: 300_000 });
    harness.slack.faults.add({ method: "chat.postMessage", kind });
    const said = await harness.ask(`run ${project.id}`);
    expect(said).toContain("It appears as soon as Slack accepts it");
    expect(said).toContain("|Open the run in Hex>");
    harness.slack.faults.clear();
    await harness.cardShows("Completed");
    expect(answers()).toHaveLength(1);
    // The card says how it ended.
    expect(said).toContain("If it ends within half an hour and still has no card, you will be told here how");
  });

  test("if Hex is slow to answer the start, people read that it was requested, and then its link and how to cancel it", async () => {
    const project = await start({ neverEnds: true }, { cardTimeoutMs: 2_000, hexTimeoutMs: 30_000 });
    harness.slack.faults.add({ method: "chat.postMessage", kind: refusal("missing_scope") });
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until } });
    await harness.slack.command(`run ${project.id}`);
    const isRefused = () => harness.slack.calls.filter(({ method }) => method === "chat.postMessage").length === 2;
    await harness.until(() => isRefused() && harness.starts.length === 1, 0);
    await harness.pass(3_000);
    await harness.until(() => answers().length === 1, 0);
    expect(shown(answers()[0] ?? harness.card())).toMatch(/missing_scope[\s\S]*Starting/);
    expect(shown(answers()[0] ?? harness.card())).toContain("*Revenue* will be started anyway");
    expect(shown(answers()[0] ?? harness.card())).not.toContain("/hex cancel ");
    release();
    await harness.until(() => answers().length === 2, 0);
    expect(shown(answers()[1] ?? harness.card())).toMatch(/missing_scope[\s\S]*\/hex cancel /);
  });

  test("Run in a list, Run again and the cancellation of somebody else's run are also answered", async () => {
    const project = await start();
    await harness.ask("projects");
    const [list] = answers();
    if (list === undefined) throw new Error("no list");
    harness.slack.faults.add({ method: "chat.postMessage", kind: refusal("access_denied") });
    await harness.slack.click(list, "run_project");
    const first = await answered("*Revenue* is running anyway");
    const end = await answered(/Completed\*/);
    expect(first).not.toBe(end);
    await harness.slack.click(end, "run_again");
    await harness.until(() => answers().filter((one) => shown(one).includes("is running anyway")).length === 2);
    const foreign = harness.hex.workspace.startRun(project.id, { trigger: "SCHEDULED" });
    await harness.slack.command(`cancel ${foreign.id} ${project.id}`);
    await answered("Hex is stopping *Revenue*");
    await harness.until(() => answers().filter((one) => shown(one).includes("`access_denied`")).length >= 3);
  });

  test("if a scope is taken away during a run and given back after its end, the same card shows the end", async () => {
    const project = await start({ runningMs: 30_000 });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    harness.slack.scopes.delete("chat:write");
    const told = await answered(/Completed\*/);
    expect(shown(told)).toContain("`missing_scope`: The app lacks a scope");
    harness.slack.scopes.add("chat:write");
    await harness.cardShows("Completed");
    await harness.pass(60_000, 5_000);
    expect(harness.cards).toHaveLength(1);
  });

  test("if Slack wants nothing more for a while when the run ends, nobody reads that it has no card", async () => {
    const project = await start({ runningMs: 20_000, outcome: "ERRORED" });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    harness.slack.faults.add({
      method: "chat.postMessage",
      inThread: true,
      kind: { type: "ratelimited", retryAfter: 1 },
    });
    const told = await answered(/Errored\*/);
    expect(shown(told)).toContain(
      "This run's card may not yet show how the run ended, because Slack does not accept the change at the moment (`ratelimited`: Slack asks the bot to wait).",
    );
    expect(told.text).toMatch(/^Errored: Revenue, after 20 s/);
    expect(told.text + shown(told)).not.toMatch(/accept (its|this run's) card|It appears/);
    expect(shown(harness.card())).toContain("Errored");
    harness.slack.faults.clear();
    await harness.pass(5 * 60_000, 5_000);
    expect(harness.replies).toEqual([]);
    expect(answers().filter((one) => shown(one).includes("Errored*  "))).toHaveLength(1);
  });

  describe("a card that Slack no longer lets the bot edit", () => {
    test.each(["invalid_blocks", "msg_too_long", "a_word_of_tomorrow"])(
      "if Slack says %s to every edit, one plain message in the thread tells the end",
      async (error) => {
        const project = await start({ runningMs: 20_000, outcome: "ERRORED" });
        harness.slack.faults.add({ method: "chat.update", kind: refusal(error) });
        await harness.slack.command(`run ${project.id}`);
        await harness.until(() => harness.replies.length === 1);
        const [reply] = harness.replies;
        expect(reply).toMatchObject({ threadTs: harness.card().ts, blocks: [] });
        expect(reply?.text).toMatch(/<@U0ADALOVELA> :x: \*Revenue\* errored after 20 s .*\|Open the run in Hex>/);
        await harness.pass(20 * 60_000, 10_000);
        expect(harness.replies).toHaveLength(1);
        const edits = harness.slack.calls.filter(({ method }) => method === "chat.update").length;
        expect(edits).toBeLessThan(20);
      },
    );

    test("if that refusal passes, the card shows the end after all, and nobody is told again", async () => {
      const project = await start();
      await harness.slack.command(`run ${project.id}`);
      await harness.cardShows("Running");
      harness.slack.faults.add({ method: "chat.update", kind: refusal("a_word_of_tomorrow") });
      await harness.until(() => harness.replies.length === 1);
      expect(shown(harness.card())).toContain("Running");
      await harness.pass(10 * 60_000, 10_000);
      harness.slack.faults.clear();
      const card = await harness.cardShows("Completed");
      expect(buttonsOf(card)).not.toContain("cancel_run");
      await harness.pass(20 * 60_000, 10_000);
      expect(harness.replies).toHaveLength(1);
    });

    test("people are also told that a run completed, because its card shows something else", async () => {
      const project = await start();
      harness.slack.faults.add({ method: "chat.update", kind: refusal("invalid_blocks") });
      await harness.slack.command(`run ${project.id}`);
      await harness.until(() => harness.replies.length === 1);
      expect(harness.replies[0]?.text).toContain("completed");
    });

    test("if Slack also refuses the thread, people are told in the channel, or otherwise in a direct message", async () => {
      const project = await start({ runningMs: 20_000, outcome: "ERRORED" });
      await harness.slack.command(`run ${project.id}`);
      await harness.until(() => harness.cards.length === 1);
      harness.slack.faults.add({ method: "chat.update", kind: refusal("a_word_of_tomorrow") });
      harness.slack.faults.add({ method: "chat.postMessage", times: 2, kind: refusal("a_word_of_tomorrow") });
      await harness.until(() => harness.cards.length === 2);
      const dm = harness.slack.dm(harness.slack.people.ada).id;
      expect(harness.card(1)).toMatchObject({ channel: dm, blocks: [] });
      expect(harness.card(1).text).toContain("errored");
    });

    test("if Slack refuses blocks but accepts text, the card continues as text and shows the end", async () => {
      const project = await start();
      for (const method of ["chat.postMessage", "chat.update"]) {
        harness.slack.faults.add({ method, withBlocks: true, kind: refusal("invalid_blocks") });
      }
      await harness.slack.command(`run ${project.id}`);
      const card = await harness.cardShows("Completed");
      expect(card.blocks).toEqual([]);
      expect(card.text).toContain("|Open the run in Hex>");
      expect(harness.cards).toHaveLength(1);
    });
  });
});
