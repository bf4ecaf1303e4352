// Who can approve a run: where nobody can, whoever asks reads it at once; and what the rules say counts when somebody decides, not when
// the run was asked for.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Project } from "../sandbox/hex/server.js";
import type { Person } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, shown } from "./harness.js";

const MINUTE = 60_000;
/** What Slack says of people and groups is asked for again after five minutes. */
const STALE_MS = 6 * MINUTE;
const SEE = "{ allow: [see, cancel], people: everyone }";
const TYPED = "… or type a title, id or link";
const TEAM = "S0DATATEAM1";

let bench: Harness;
let report: Project;
beforeEach(async () => {
  bench = await Harness.start("http");
  // Slack's answers about people and groups come in time on a busy machine, too.
  bench.slowTurns = 1_000;
  report = bench.hex.workspace.addProject({ title: "Weekly revenue", ownerEmail: "grace@acme.test" });
  await bench.ask("projects");
});
afterEach(() => bench.stop());

const ada = () => bench.person("ada");
const grace = () => bench.person("grace");
const needs = (by: string, ...others: string[]) =>
  bench.rules(...others, `{ allow: run, people: everyone, needs: "approval by ${by}", name: Four eyes }`, SEE);
const waits = async () => {
  await ada().command(`run ${report.id}`);
  const card = await bench.cardShows("Waiting for approval");
  await bench.until(() => bench.replies.length > 0);
  return card;
};
const reads = (name: "ada" | "grace", words: string | RegExp) =>
  bench.until(() => {
    const { sees, id } = bench.person(name);
    const answer = sees.findLast(({ ephemeral, user }) => ephemeral && user === id);
    return answer !== undefined && new RegExp(words).test(shown(answer));
  }, 0);

/** Ordinary members. */
const crowd = (count: number): Person[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `U0CROWD${at}`,
    teamId: bench.slack.teamId,
    name: `crowd${at}`,
    realName: `Crowd ${at}`,
  }));

describe("nobody can approve it: whoever asks reads so at once, and nothing waits", () => {
  const deactivate = () => bench.slack.deactivate(grace().person);
  /** Ada is the only admin: the owner of the workspace has left. */
  const adaAdministers = () => [
    bench.slack.roles.set(ada().id, "admin"),
    bench.slack.deactivate(bench.slack.primaryOwner),
  ];

  test.each<[string, () => void]>([
    ["the group is empty", () => [bench.slack.groups.set(TEAM, new Set()), needs(TEAM)]],
    ["the group is switched off", () => [bench.slack.groupsOff.add(TEAM), needs(TEAM)]],
    ["only whoever asks is in the group", () => needs(TEAM)],
    ["there is no such group", () => needs("S0NOSUCHGRP")],
    ["the approver has left", () => [deactivate(), needs(grace().id)]],
    [
      "the rest of the group has left",
      () => [bench.slack.groups.set(TEAM, new Set([ada().id, grace().id])), deactivate(), needs(TEAM)],
    ],
    ["Slack does not know the approver", () => needs("U0NOSUCHMAN")],
    ["the approver is of another workspace, in a shared channel", () => needs(bench.slack.people.stranger.id)],
    ["the approver may not see the project", () => needs(grace().id, `{ deny: see, people: ${grace().id} }`)],
    ["whoever asks is the only one who is named", () => needs(ada().id)],
    [
      "whoever asks owns the project",
      () => {
        report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "ada@acme.test" });
        needs("owner");
      },
    ],
    ["the project's owner has left", () => [deactivate(), needs("owner")]],
    ["the project's owner may not see it", () => needs("owner", `{ deny: see, people: ${grace().id} }`)],
    [
      "Slack knows nobody with the address of the project's owner",
      () => {
        report = bench.hex.workspace.addProject({ title: "Churn", ownerEmail: "gone@acme.test" });
        needs("owner");
      },
    ],
    ["whoever asks is the last admin", () => [adaAdministers(), needs("admins")]],
    [
      "whoever asks is the last admin, and the other people who are named have left",
      () => [adaAdministers(), deactivate(), needs(`admins, owner, ${grace().id}`)],
    ],
    ["all admins have left", () => [bench.slack.deactivate(bench.slack.primaryOwner), needs("admins")]],
    ["there are no guests", () => needs("guests")],
    ["whoever asks is the last member", () => [adaAdministers(), deactivate(), needs("members")]],
    ["whoever asks is the last person in the workspace", () => [adaAdministers(), deactivate(), needs("everyone")]],
    [
      "whoever asks is the only admin of hundreds of people",
      () => [adaAdministers(), bench.slack.others.push(...crowd(450)), needs("admins")],
    ],
  ])("%s", async (_, arrange) => {
    arrange();
    const answer = await bench.ask(`run ${report.id}`);
    expect(answer).toMatch(/You may not\* run.*needs somebody's approval, and nobody can give it now.*Four eyes/);
    expect(answer).toMatch(/The rule names .*Ask whoever looks after the bot to name somebody else/is);
    expect(answer).toContain("each of them has left, belongs to another workspace, may not see the project, or is you");
    const isAboutGroup = answer.includes("<!subteam^");
    expect(answer.includes("user group is empty or switched off")).toBe(isAboutGroup);
    await bench.pass(MINUTE);
    expect(bench.cards).toEqual([]);
    expect(bench.starts).toEqual([]);
    const refused = bench.log.filter((line) => line.includes('"decision":"refused"'));
    expect(refused).toEqual([expect.stringContaining('"result":"nobody_can_approve"')]);
  });

  test("in a form, what was typed stays", async () => {
    needs(TEAM);
    const form = await ada().openForm(() => ada().command("run"));
    await form.submit({ [TYPED]: report.id });
    expect(ada().form?.text).toContain("nobody can give it now");
    await ada().form?.close();
    expect(form.isOpen).toBe(true);
    expect(form.value(TYPED)).toEqual([report.id]);
    expect(bench.cards).toEqual([]);
  });
});

describe("somebody may approve it, as far as anybody knows", () => {
  test.each<[string, () => void]>([
    [
      "Slack does not say who is in the group",
      () => [
        bench.slack.faults.add({ method: "usergroups.users.list", kind: { type: "error", error: "internal_error" } }),
        needs(TEAM),
      ],
    ],
    [
      "Slack does not say who the approver is",
      () => [
        bench.slack.faults.add({ method: "users.info", kind: { type: "error", error: "internal_error" } }),
        needs(grace().id),
      ],
    ],
    [
      "Slack does not say whether the approver may see the project",
      () => {
        bench.slack.faults.add({ method: "users.info", kind: { type: "error", error: "internal_error" } });
        const see = `{ allow: see, people: [${ada().id}, members] }`;
        bench.rules(`{ allow: run, people: everyone, needs: approval by ${grace().id} }`, see);
      },
    ],
    ["somebody else is an admin", () => needs("admins")],
    [
      "the other admin is on the last page of a long list",
      () => {
        const people = crowd(450);
        bench.slack.others.push(...people);
        bench.slack.roles.set(people.at(-1)?.id ?? "", "admin");
        bench.slack.deactivate(bench.slack.primaryOwner);
        needs("admins");
      },
    ],
    [
      "there are too many people to look for admins among them",
      () => [
        bench.slack.deactivate(bench.slack.primaryOwner),
        bench.slack.others.push(...crowd(2_000)),
        needs("admins"),
      ],
    ],
    [
      "Slack does not say who the admins are",
      () => [
        bench.slack.deactivate(bench.slack.primaryOwner),
        bench.slack.faults.add({ method: "users.list", kind: { type: "error", error: "internal_error" } }),
        needs("admins"),
      ],
    ],
    [
      "Slack does not tell the bot who the admins are",
      () => [
        bench.slack.deactivate(bench.slack.primaryOwner),
        bench.slack.scopes.delete("users:read"),
        needs("admins"),
      ],
    ],
    [
      "Slack does not say who the owner is",
      () => [
        bench.slack.deactivate(grace().person),
        bench.slack.faults.add({ method: "users.lookupByEmail", kind: { type: "error", error: "internal_error" } }),
        needs("owner"),
      ],
    ],
    [
      "Slack does not tell the bot whose an address is",
      () => [bench.slack.deactivate(grace().person), bench.slack.scopes.delete("users:read.email"), needs("owner")],
    ],
    ["somebody else owns the project", () => needs("owner")],
    ["another term names somebody", () => needs(`${TEAM}, ${grace().id}`)],
  ])("%s: it waits", async (_, arrange) => {
    arrange();
    await ada().command(`run ${report.id}`);
    const card = await bench.cardShows("Waiting for approval");
    expect(buttonsOf(card)).toContain("approve_run");
    bench.slack.faults.clear();
  });
});

test("where both running and publishing need an approval, one by somebody who may approve publishing is enough", async () => {
  const { id } = bench.slack.primaryOwner;
  bench.rules(
    `{ allow: run, people: everyone, needs: approval by ${id} }`,
    `{ allow: publish, people: everyone, needs: approval by ${grace().id} }`,
    SEE,
  );
  await ada().command(`run ${report.id} --publish`);
  const card = await bench.cardShows("Waiting for approval");
  expect(shown(card)).toContain(`<@${grace().id}> can approve it`);
  await grace().press(card, "Approve");
  await bench.cardShows("Completed");
  expect(bench.starts).toMatchObject([{ body: { updatePublishedResults: true } }]);
});

describe("while it waits", () => {
  test("the last other admin leaves: whoever asked hears that nobody can approve it any more", async () => {
    needs("admins");
    await waits();
    bench.slack.deactivate(bench.slack.primaryOwner);
    await bench.cardShows("Nobody can approve it any more");
    await bench.until(() => bench.replies.some((reply) => /<@U0ADALOVELA> .*Nobody can approve/.test(shown(reply))));
    bench.slack.roles.set(grace().id, "admin");
    await bench.cardShows("can approve it until");
  });

  test("the project's owner leaves: whoever asked hears that nobody can approve it any more", async () => {
    needs("owner");
    await waits();
    bench.slack.deactivate(grace().person);
    await bench.cardShows("Nobody can approve it any more");
    await bench.until(() => bench.replies.some((reply) => /<@U0ADALOVELA> .*Nobody can approve/.test(shown(reply))));
  });

  test("an approver who sees the project only where the card is can still approve it", async () => {
    const { data } = bench.slack.channels;
    bench.rules(
      `{ allow: run, people: everyone, needs: "approval by ${grace().id}" }`,
      `{ allow: see, people: everyone, channels: ${data.id} }`,
      `{ allow: see, people: ${ada().id} }`,
    );
    const form = await ada().openForm(() => ada().shortcut("run_project"));
    await form.submit({ [TYPED]: report.id, "Where the card goes": data });
    const card = await bench.cardShows("Waiting for approval");
    await bench.pass(5 * MINUTE);
    expect(shown(bench.card())).toContain("can approve it until");
    expect(bench.replies.map(shown).join()).not.toContain("Nobody can approve");
    await grace().press(card, "Approve");
    await bench.cardShows("Completed");
  });

  test("the rules count where it was asked for, even if its card is elsewhere", async () => {
    const { data, general } = bench.slack.channels;
    const approvedBy = (people: string) =>
      bench.rules(
        `{ allow: run, people: everyone, channels: ${data.id}, needs: "approval by ${people}" }`,
        `{ allow: see, people: everyone, channels: ${data.id} }`,
        `{ allow: see, people: ${ada().id} }`,
      );
    approvedBy("admins");
    const form = await ada().openForm(() => ada().command("run"));
    await form.submit({ [TYPED]: report.id, "Where the card goes": general });
    const card = await bench.cardShows("Waiting for approval");
    expect(card.channel).toBe(bench.slack.dm(ada().person).id);
    approvedBy(grace().id);
    await bench.cardShows(`<@${grace().id}> can approve it until`);
    await bench.pass(MINUTE);
    expect(shown(bench.card())).toContain("can approve it until");
    const list = await bench.ask("runs", { user: grace().person });
    const message = grace().sees.findLast((one) => shown(one) === list);
    if (message === undefined) throw new Error("there is no list");
    await grace().press(message, "Approve");
    await bench.cardShows("Completed");
  });

  test("an approver who sees the project only outside the conversation can approve it from the list", async () => {
    const { data } = bench.slack.channels;
    needs(grace().id, `{ deny: see, people: ${grace().id}, channels: ${data.id} }`);
    await waits();
    await bench.pass(5 * MINUTE);
    expect(shown(bench.card())).toContain("can approve it until");
    await grace().dm("runs");
    const lists = () => grace().sees.filter((one) => shown(one).includes("1 run in flight"));
    await bench.until(() => lists().length === 1);
    const [list] = lists();
    if (list === undefined) throw new Error("there is no list");
    await grace().press(list, "Approve");
    await bench.cardShows("Completed");
  });

  test("an approver who is no longer in the group cannot approve it", async () => {
    bench.slack.groups.set(TEAM, new Set([grace().id]));
    needs(TEAM);
    const card = await waits();
    bench.slack.groups.set(TEAM, new Set());
    await bench.pass(STALE_MS);
    await grace().press(card, "Approve");
    await reads("grace", `You cannot approve.*<!subteam\\^${TEAM}> can`);
    expect(bench.starts).toEqual([]);
  });

  test.each<[string, () => void]>([
    ["whoever presses a button", () => needs(TEAM)],
    [
      "whoever asked for it",
      () => bench.rules(`{ allow: run, people: ${TEAM}, needs: approval by ${grace().id} }`, SEE),
    ],
  ])("Slack does not say whether %s is in a group: nothing is decided until it does", async (_, arrange) => {
    needs(grace().id);
    const card = await waits();
    bench.slack.groups.set(TEAM, new Set([ada().id, grace().id]));
    bench.slack.faults.add({ method: "usergroups.users.list", kind: { type: "error", error: "internal_error" } });
    arrange();
    for (const button of ["Approve", "Decline"]) {
      await grace().press(card, button);
      await reads("grace", "Nothing has been decided");
    }
    expect(shown(bench.card())).toContain("Waiting for approval");
    bench.slack.faults.clear();
    await bench.pass(MINUTE);
    await grace().press(bench.card(), "Approve");
    await bench.cardShows("Completed");
  });

  test("a policy that breaks changes nothing: the rules from before decide", async () => {
    needs(grace().id);
    const card = await waits();
    bench.policyTrouble = { kind: "mistakes", mistakes: [] };
    await ada().press(card, "Approve");
    await reads("ada", "You asked for");
    await grace().press(card, "Approve");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("rules that are switched off leave it to those who were asked", async () => {
    needs(grace().id);
    const card = await waits();
    bench.policy = null;
    await ada().press(card, "Approve");
    await reads("ada", "You asked for");
    await grace().press(card, "Approve");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("rules that nobody could satisfy are switched off: those who were asked can approve it again", async () => {
    needs(grace().id);
    await waits();
    needs(grace().id, `{ deny: see, people: ${grace().id} }`);
    await bench.cardShows("Nobody can approve it any more");
    bench.policy = null;
    const card = await bench.cardShows("can approve it until");
    await grace().press(card, "Approve");
    await bench.cardShows("Completed");
  });

  test("a project that is hidden from everybody is approved by nobody, and whoever asked may still withdraw it", async () => {
    needs(grace().id);
    const card = await waits();
    needs(grace().id, "{ deny: see, people: everyone }");
    for (const button of ["Approve", "Decline"]) {
      await grace().press(card, button);
      await reads("grace", "a run that the bot no longer remembers or may not show you");
    }
    expect(shown(bench.card())).toContain("Waiting for approval");
    await ada().press(bench.card(), "cancel_run");
    await bench.cardShows("Not started");
    expect(bench.starts).toEqual([]);
  });

  test("somebody who may no longer run it is not helped by a decline, either: the card says what the rules say", async () => {
    needs(grace().id);
    const card = await waits();
    bench.rules(`{ deny: run, people: ${ada().id} }`, SEE);
    await grace().press(card, "Decline");
    expect(shown(await bench.cardShows("Declined"))).toContain("The rules no longer allow it");
    expect(bench.starts).toEqual([]);
  });

  test.each<[string, () => void]>([
    ["whoever asked is no longer in the group", () => bench.slack.groups.set(TEAM, new Set())],
    ["whoever asked has left", () => bench.slack.deactivate(ada().person)],
  ])(
    "the rules are the same, and %s: it is not started, and nobody reads that the rules have changed",
    async (_, happens) => {
      bench.slack.groups.set(TEAM, new Set([ada().id]));
      bench.rules(`{ allow: run, people: ${TEAM}, needs: "approval by ${grace().id}" }`, SEE);
      const card = await waits();
      happens();
      await bench.pass(STALE_MS, 5_000);
      await grace().press(card, "Approve");
      await bench.cardShows("The rules no longer allow it");
      await reads("grace", `The rules no longer allow <@${ada().id}> to run`);
      await bench.until(() => bench.replies.some((reply) => shown(reply).includes("the rules no longer allow it")));
      expect(bench.slack.messages.map(shown).join()).not.toContain("have changed");
      expect(bench.starts).toEqual([]);
    },
  );

  test("whoever asked has left, and everybody may ask: it is not started, and the audit log blames no rule", async () => {
    needs(grace().id, `{ allow: administer, people: ${grace().id} }`);
    const card = await waits();
    bench.slack.deactivate(ada().person);
    await bench.pass(STALE_MS, 5_000);
    await grace().press(card, "Approve");
    await bench.cardShows("Declined");
    expect(bench.starts).toEqual([]);
    const audit = await bench.ask("audit", { user: grace().person });
    expect(audit).toMatch(/was refused: approve a run of .*requester left/);
    expect(audit).not.toContain("no rule allows it");
  });

  test("only an approver finds out that the run is no longer allowed: anybody else's click ends nothing", async () => {
    needs("admins");
    await grace().command(`run ${report.id}`);
    const card = await bench.cardShows("Waiting for approval");
    needs("admins", `{ deny: run, people: ${grace().id} }`);
    for (const button of ["Approve", "Decline"]) {
      await ada().press(card, button);
      await reads("ada", "You cannot approve or decline");
    }
    await bench.pass(MINUTE);
    expect(shown(bench.card())).toContain("Waiting for approval");
    bench.slack.roles.set(ada().id, "admin");
    await bench.pass(STALE_MS);
    await ada().press(bench.card(), "Approve");
    await bench.cardShows("The rules no longer allow it");
    expect(bench.starts).toEqual([]);
  });

  test("whoever asked for it cannot approve it as a member of a group, either", async () => {
    bench.slack.groups.set(TEAM, new Set([ada().id, grace().id]));
    needs(TEAM);
    const card = await waits();
    await ada().press(card, "Approve");
    await reads("ada", "You asked for.*somebody else has to approve it");
    await grace().press(card, "Approve");
    await bench.cardShows("Completed");
  });
});

describe("in an organization, where people of other workspaces may approve it and Slack lists only those of this one", () => {
  test.each(["admins", "owner"])("%s: it waits", async (by) => {
    await bench.stop();
    const organization = { id: "E0ACMEORG01", name: "Acme", installed: false, workspaces: ["T0LOCALTEAM"] };
    bench = await Harness.start("http", { slackOptions: { organization } });
    bench.slowTurns = 1_000;
    report = bench.hex.workspace.addProject({ title: "Weekly revenue", ownerEmail: "kim@acme.test" });
    await bench.ask("projects");
    bench.slack.deactivate(bench.slack.primaryOwner);
    needs(by);
    await ada().command(`run ${report.id}`);
    await bench.cardShows("Waiting for approval");
  });
});
