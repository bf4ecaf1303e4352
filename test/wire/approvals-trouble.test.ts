// Approvals while something goes wrong in Slack: cards and questions that are deleted or refused, and people who come and go. The run
// is started once or not at all, somebody can decide, and nothing asks any more once it has been decided.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;
/** What Slack says of people and groups is asked for again after five minutes. */
const STALE_MS = 6 * MINUTE;
const SEE = "{ allow: [see, cancel], people: everyone }";
const TEAM = "S0DATATEAM1";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let report: Project;
  beforeEach(async () => {
    bench = await Harness.start(mode);
    // Slack's answers about people and groups come in time on a busy machine, too.
    bench.slowTurns = 1_000;
    report = bench.hex.workspace.addProject({ title: "Weekly revenue" });
    await bench.ask("projects");
    needs(grace().id);
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const grace = () => bench.person("grace");
  const needs = (by: string) =>
    bench.rules(`{ allow: run, people: everyone, needs: "approval by ${by}", name: Four eyes }`, SEE);
  const replies = (words: string | RegExp) => bench.replies.filter((reply) => new RegExp(words).test(shown(reply)));
  /** The direct messages in which somebody is asked, or was. */
  const questions = (name: "ada" | "grace" = "grace") =>
    bench.slack.messages.filter(
      ({ channel, via, threadTs, deleted }) =>
        via === "postMessage" &&
        !deleted &&
        threadTs === undefined &&
        channel === bench.slack.dm(bench.person(name).person).id,
    );
  const asks = (message: SlackMessage) => buttonsOf(message).includes("approve_run");
  /** Ada asks in a conversation that the bot cannot know the readers of. */
  const askedDirectly = async () => {
    await ada().dm(`run ${report.id}`);
    await bench.until(() => replies("It needs the approval").length === 1);
  };
  /** The list in which whoever may approve it finds it. */
  const approveInList = async () => {
    const list = await bench.ask("runs", { user: grace().person });
    const message = grace().sees.findLast((one) => shown(one) === list);
    if (message === undefined) throw new Error("there is no list");
    await grace().press(message, "Approve");
  };

  test("a question that was posted twice asks once, and nothing asks once it has been decided", async () => {
    // Whom to ask is not known yet, so the card is there before the question.
    bench.slack.groups.set(TEAM, new Set([grace().id]));
    needs(TEAM);
    bench.slack.faults.add({ method: "usergroups.users.list", kind: { type: "error", error: "internal_error" } });
    await ada().dm(`run ${report.id}`);
    await bench.until(() => questions("ada").some(asks));
    bench.slack.faults.clear();
    // Slack takes the message, and its answer gets lost.
    bench.slack.faults.add({ method: "chat.postMessage", kind: { type: "reset" }, afterEffect: true, times: 1 });
    await bench.until(() => replies("It needs the approval").length === 1);
    expect(questions()).toHaveLength(2);
    expect(questions().filter(asks)).toHaveLength(1);
    for (const question of questions()) expect(shown(question)).toContain(`<@${ada().id}> wants to run`);
    const [question] = questions().filter(asks);
    if (question === undefined) throw new Error("nobody was asked");
    await grace().press(question, "Approve");
    await bench.until(() => bench.starts.length === 1 && !questions().some(asks));
    expect(shown(question)).toContain(`Approved* by <@${grace().id}>`);
  });

  test("a question that its reader has deleted holds nothing up", async () => {
    await askedDirectly();
    const [question] = questions();
    if (question === undefined) throw new Error("nobody was asked");
    bench.slack.delete(question);
    await approveInList();
    await bench.until(() => replies(`<@${ada().id}>.*completed`).length === 1);
    expect(bench.starts).toHaveLength(1);
  });

  test("if the bot may send no direct messages, whoever asked reads that nobody got one", async () => {
    bench.slack.messagesTab = false;
    await ada().command(`run ${report.id}`, { channel: bench.slack.channels.team });
    await bench.until(() => replies("could not send anybody a direct message").length === 1);
    await approveInList();
    await bench.until(() => bench.starts.length === 1);
  });

  test("if no card can be posted, either, the run still waits, and an approver finds it in the list", async () => {
    bench.slack.messagesTab = false;
    await ada().command(`run ${report.id}`, { channel: bench.slack.channels.secret });
    await bench.until(() => ada().sees.some((one) => /is waiting for approval anyway/.test(shown(one))));
    await bench.pass(MINUTE);
    expect(bench.starts).toEqual([]);
    await approveInList();
    await bench.until(() => bench.starts.length === 1);
  });

  test("if no card can be posted, those who are named are asked all the same", async () => {
    // Ada's direct messages are closed, and the bot is not in the channel.
    const refusal = { type: "error", error: "channel_not_found" } as const;
    bench.slack.faults.add({ method: "chat.postMessage", kind: refusal, times: 2 });
    await ada().command(`run ${report.id}`, { channel: bench.slack.channels.team });
    await bench.until(() => questions().some(asks), 0);
    const [question] = questions();
    if (question === undefined) throw new Error("nobody was asked");
    await grace().press(question, "Approve");
    await bench.until(() => bench.starts.length === 1);
  });

  test.each(["invalid_auth", "missing_scope", "a_word_of_tomorrow"])(
    "Slack refuses the card and everything else with %s for a while: those who may approve it are asked once it no longer does",
    async (error) => {
      bench.slack.faults.add({ method: "chat.postMessage", kind: { type: "error", error } });
      await ada().command(`run ${report.id}`);
      await bench.pass(MINUTE);
      bench.slack.faults.clear();
      await bench.cardShows("Waiting for approval");
      await bench.until(() => replies("It needs the approval").length === 1);
    },
  );

  test.each(["invalid_auth", "missing_scope", "a_word_of_tomorrow"])(
    "Slack refuses every change with %s for a while: those who may approve it are asked once it no longer does",
    async (error) => {
      bench.slack.faults.add({ method: "chat.update", kind: { type: "error", error } });
      await ada().command(`run ${report.id}`, { channel: bench.slack.channels.team });
      await bench.pass(MINUTE);
      bench.slack.faults.clear();
      await bench.until(() => questions().some(asks));
    },
  );

  test("a card that was deleted comes back in direct messages, and those who are named are asked there", async () => {
    await ada().command(`run ${report.id}`);
    const card = await bench.cardShows("Waiting for approval");
    await bench.until(() => replies("It needs the approval").length === 1);
    expect(questions()).toEqual([]);
    const { blocks } = card;
    bench.slack.delete(card);
    // The bot notices it when it next edits the card.
    await grace().press(card, "tell_me", { stale: { blocks } });
    await bench.until(() => questions().some(asks));
    const question = questions().find(asks);
    if (question === undefined) throw new Error("nobody was asked");
    await grace().press(question, "Approve");
    await bench.until(() => questions("ada").some((one) => /Completed/.test(shown(one))));
    expect(bench.starts).toHaveLength(1);
  });

  test("whoever asked hears once that nobody can approve it any more, and the card says so until somebody can", async () => {
    bench.slack.groups.set(TEAM, new Set([grace().id]));
    needs(TEAM);
    await ada().command(`run ${report.id}`);
    await bench.cardShows("Waiting for approval");
    bench.slack.groups.set(TEAM, new Set([ada().id]));
    await bench.cardShows("Nobody can approve it any more");
    await bench.until(() => replies(`<@${ada().id}> .*Nobody can approve`).length === 1);
    expect(replies("the user group is empty or switched off")).toHaveLength(1);
    await bench.pass(STALE_MS, 5_000);
    expect(replies("Nobody can approve")).toHaveLength(1);
    bench.slack.groups.set(TEAM, new Set([grace().id]));
    await bench.cardShows("can approve it until");
    await bench.until(() => replies("It needs the approval").length === 2);
    await grace().press(bench.card(), "Approve");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test.each<[string, string, () => string, () => void]>([
    ["who is in the group", "usergroups.users.list", () => TEAM, () => bench.slack.groups.set(TEAM, new Set())],
    ["who the approver is", "users.info", () => grace().id, () => bench.slack.deactivate(grace().person)],
    ["who the owner is", "users.lookupByEmail", () => "owner", () => bench.slack.deactivate(grace().person)],
  ])(
    "after a restart, Slack does not say %s: nobody reads anew that nobody can approve it",
    async (_, method, by, happens) => {
      report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
      await bench.ask("projects");
      bench.slack.groups.set(TEAM, new Set([grace().id]));
      needs(by());
      await ada().command(`run ${report.id}`);
      await bench.cardShows("Waiting for approval");
      await bench.until(() => replies("It needs the approval").length === 1);
      happens();
      await bench.until(() => replies("Nobody can approve").length === 1);
      await bench.stopBot();
      bench.slack.faults.add({ method, kind: { type: "error", error: "internal_error" } });
      await bench.startBot();
      await bench.pass(MINUTE);
      expect(shown(bench.card())).toContain("Nobody can approve it any more");
      bench.slack.faults.clear();
      await bench.pass(MINUTE);
      expect(replies(/needs the approval|Nobody can approve/)).toHaveLength(2);
      // Of others, it is not known, either.
      bench.slack.faults.add({ method: "users.list", kind: { type: "error", error: "internal_error" } });
      needs("admins");
      await bench.cardShows("An admin of the workspace can approve it");
    },
  );

  test("an approver who leaves while it waits is no approver any more", async () => {
    await ada().command(`run ${report.id}`);
    await bench.cardShows("Waiting for approval");
    bench.slack.deactivate(grace().person);
    await bench.cardShows("Nobody can approve it any more");
    await bench.until(() => replies("Nobody can approve").length === 1);
    await ada().press(bench.card(), "cancel_run");
    await bench.cardShows("Not started");
  });

  test("when the rules want somebody else's approval, the card says whose, and they are asked", async () => {
    needs("admins");
    await ada().command(`run ${report.id}`);
    await bench.cardShows("An admin of the workspace can approve it");
    await bench.until(() => replies("It needs the approval").length === 1);
    needs(grace().id);
    await bench.cardShows(`<@${grace().id}> can approve it`);
    await bench.until(() => replies(`It needs the approval of <@${grace().id}>`).length === 1);
    await bench.pass(STALE_MS, 5_000);
    expect(replies("It needs the approval")).toHaveLength(2);
    await grace().press(bench.card(), "Approve");
    await bench.cardShows("Completed");
  });

  test("when the rules name somebody else because whoever they named may not see it any more, nobody reads that nobody can approve it", async () => {
    needs(grace().id);
    await ada().command(`run ${report.id}`);
    await bench.cardShows(`<@${grace().id}> can approve it`);
    bench.rules(
      `{ deny: see, people: ${grace().id} }`,
      '{ allow: run, people: everyone, needs: "approval by admins", name: Four eyes }',
      "{ allow: [see, cancel], people: everyone }",
    );
    await bench.cardShows("An admin of the workspace can approve it");
    await bench.pass(STALE_MS, 5_000);
    expect(replies("Nobody can approve")).toEqual([]);
  });

  test("when the rules name others, the question to somebody who is not named any more asks nothing", async () => {
    await askedDirectly();
    const [question] = questions();
    if (question === undefined) throw new Error("nobody was asked");
    bench.slack.groups.set(TEAM, new Set([ada().id]));
    needs(`${TEAM}, admins`);
    await bench.until(() => shown(question).includes("Others are asked to approve it now"));
    expect(buttonsOf(question)).toEqual([]);
    needs(grace().id);
    await bench.until(() => questions().filter(asks).length === 1);
    expect(questions()).toHaveLength(2);
  });

  test("when the rules name others, too, whoever is still named is not asked again, and their question stays", async () => {
    await askedDirectly();
    const [question] = questions();
    bench.slack.groups.set(TEAM, new Set([ada().id]));
    needs(`${grace().id}, ${TEAM}`);
    await bench.until(() => replies("It needs the approval").length === 2);
    expect(questions()).toEqual([question]);
    expect(questions().filter(asks)).toHaveLength(1);
  });

  test("an owner of whom Slack did not say at once who they are is asked as soon as it does", async () => {
    report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    needs("owner");
    bench.slack.faults.add({
      method: "users.lookupByEmail",
      kind: { type: "error", error: "internal_error" },
      times: 1,
    });
    await askedDirectly();
    expect(questions().filter(asks)).toHaveLength(1);
  });

  test("an approver of whom it is not known at once whether they may see the project is asked as soon as it is", async () => {
    bench.slack.groups.set(TEAM, new Set([grace().id]));
    bench.rules(
      `{ allow: [see, cancel], people: [${ada().id}, ${TEAM}] }`,
      `{ allow: run, people: ${ada().id}, needs: "approval by ${grace().id}" }`,
    );
    bench.slack.faults.add({ method: "usergroups.users.list", kind: { type: "error", error: "internal_error" } });
    await ada().dm(`run ${report.id}`);
    await bench.cardShows("Waiting for approval");
    await bench.pass(15_000, 5_000);
    expect(questions()).toEqual([]);
    bench.slack.faults.clear();
    await bench.until(() => questions().filter(asks).length === 1);
  });

  test("while Slack does not say who the owner is, the question that they got stays", async () => {
    report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    needs("owner");
    await askedDirectly();
    await bench.stopBot();
    await bench.startBot();
    bench.slack.faults.add({ method: "users.lookupByEmail", kind: { type: "error", error: "internal_error" } });
    bench.slack.groups.set(TEAM, new Set([ada().id]));
    needs(`owner, ${TEAM}`);
    await bench.until(() => replies("It needs the approval").length === 2);
    expect(questions().filter(asks)).toHaveLength(1);
  });

  test("an owner of whom Slack says only minutes later who they are is asked then", async () => {
    report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    needs("owner");
    bench.slack.faults.add({ method: "users.lookupByEmail", kind: { type: "error", error: "internal_error" } });
    await askedDirectly();
    await bench.pass(MINUTE);
    expect(questions()).toEqual([]);
    bench.slack.faults.clear();
    await bench.until(() => questions().some(asks));
    await bench.pass(STALE_MS, 5_000);
    expect(questions()).toHaveLength(1);
    expect(replies("It needs the approval")).toHaveLength(2);
  });

  /** Somebody who comes to the workspace later. */
  const linusArrives = () => {
    const { teamId } = bench.slack;
    const linus = { id: "U0LINUSNEW1", teamId, name: "linus", realName: "Linus", email: "linus@acme.test" };
    bench.slack.others.push(linus);
    return linus;
  };

  test("a project that gets another owner seconds after the first one was asked: the new one is asked, too", async () => {
    const linus = linusArrives();
    report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    needs("owner");
    await bench.pass(11_000);
    await ada().dm(`run ${report.id}`);
    // Time stands still, so that the bot does not look at the run again before it learns of the new owner.
    await bench.until(() => replies("It needs the approval").length === 1, 0);
    expect(questions().filter(asks)).toHaveLength(1);
    report.ownerEmail = linus.email;
    await bench.ask("runs of something else");
    await bench.until(() => bench.slack.messages.some((one) => asks(one) && one.channel === bench.slack.dm(linus).id));
    expect(questions().some(asks)).toBe(false);
  });

  test("a new owner whose address nobody has in Slack is looked for every five minutes, and asked once they are there", async () => {
    report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    needs("owner");
    await askedDirectly();
    report.ownerEmail = "linus@acme.test";
    await bench.until(() => replies("Nobody can approve").length === 1);
    await bench.pass(4 * MINUTE);
    const lookups = bench.slack.calls.filter(({ args }) => args.email === report.ownerEmail);
    expect(lookups).toHaveLength(1);
    const linus = linusArrives();
    await bench.until(() => bench.slack.messages.some((one) => asks(one) && one.channel === bench.slack.dm(linus).id));
    expect(replies(`needs the approval of.*<@${linus.id}>`)).toHaveLength(1);
  });

  test("when the project gets another owner, they are asked, and the question to the one before asks nothing", async () => {
    const linus = linusArrives();
    report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    needs("owner");
    await askedDirectly();
    const [question] = questions();
    report.ownerEmail = linus.email;
    await bench.until(() => replies("It needs the approval").length === 2);
    expect(shown(replies("It needs the approval")[1] ?? bench.card())).toContain(`<@${linus.id}>`);
    expect(question && shown(question)).toContain("Others are asked to approve it now");
    expect(bench.slack.messages.filter(asks).map(({ channel }) => channel)).toEqual([
      bench.slack.dm(ada().person).id,
      bench.slack.dm(linus).id,
    ]);
    await bench.pass(STALE_MS, 5_000);
    expect(replies("It needs the approval")).toHaveLength(2);
  });

  test("three clicks on an old card start one run", async () => {
    await ada().command(`run ${report.id}`);
    const card = await bench.cardShows("Waiting for approval");
    const { blocks } = card;
    const press = () => grace().press(card, "approve_run", { stale: { blocks } });
    await bench.meanwhile(Promise.all([press(), press(), press()]));
    await bench.cardShows("Completed");
    await press();
    await bench.pass(MINUTE);
    expect(bench.starts).toHaveLength(1);
  });
});
