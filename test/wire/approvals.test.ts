// Runs that somebody has to approve first: who is asked and how, who may decide, and that what was approved starts once.

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { AuditEntry } from "../../src/audit/audit-entry.js";
import { isEnded, runSchema } from "../../src/runs/run.js";
import { judged, type Verdict } from "../../src/runs/transitions.js";
import type { Project } from "../sandbox/hex/server.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { buttonsOf, Harness, MODES, shown } from "./harness.js";

const MINUTE = 60_000;
const HALF_MINUTE = MINUTE / 2;
const SEE_AND_RUN = "{ allow: [see, run, cancel], people: everyone }";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let report: Project;
  beforeEach(async () => {
    bench = await Harness.start(mode);
    report = bench.hex.workspace.addProject({ title: "Weekly revenue", ownerEmail: "grace@acme.test" });
    await bench.ask("projects");
    graceApproves();
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const grace = () => bench.person("grace");
  const needs = (who: string, verb = "publish") =>
    bench.rules(`{ allow: ${verb}, people: everyone, needs: "approval by ${who}", name: "Four eyes" }`, SEE_AND_RUN);
  const graceApproves = () => needs(grace().id);
  const publish = () => bench.slack.command(`run ${report.id} --publish`);
  const awaiting = async () => {
    await publish();
    return bench.cardShows("Waiting for approval");
  };
  const answers = (name: "ada" | "grace") =>
    bench
      .person(name)
      .sees.filter(({ ephemeral }) => ephemeral)
      .map(shown);
  /** Waits until somebody reads this as their latest answer. */
  const reads = (name: "ada" | "grace", words: string) =>
    bench.until(() => answers(name).at(-1)?.includes(words) ?? false, 0);
  /** What the log says of the audit log. */
  const audited = () =>
    bench.log.filter((line) => line.includes('"msg":"audit"')).map((line): AuditEntry => JSON.parse(line).audit);
  const pinged = (message: SlackMessage) => shown(message).includes(`<@${grace().id}>`);

  test("a run that needs an approval waits for it as a card that says who can give it, and goes on by itself", async () => {
    const card = await awaiting();
    await bench.until(() => bench.replies.length === 1);
    expect(shown(card)).toMatch(/Waiting for approval.*Weekly revenue/);
    expect(shown(card)).toContain("updates the published results");
    expect(shown(card)).toContain(`<@${grace().id}> can approve it until`);
    expect(shown(card)).toContain("Four eyes");
    expect(buttonsOf(card)).toEqual(["approve_run", "decline_run", "cancel_run", "tell_me"]);
    expect(bench.replies.filter(pinged)).toHaveLength(1);
    // Everybody may read the channel, so nobody needs a direct message.
    expect(bench.cards).toHaveLength(1);
    await bench.pass(10 * MINUTE, HALF_MINUTE);
    expect(bench.starts).toEqual([]);
    await grace().press(bench.card(), "Approve");
    const done = await bench.cardShows("Completed");
    expect(shown(done)).toContain(`Approved by <@${grace().id}>`);
    expect(bench.starts).toHaveLength(1);
    expect(bench.starts[0]?.body).toMatchObject({ updatePublishedResults: true });
    expect(buttonsOf(done)).not.toContain("approve_run");
    // Nobody watches a card that waits for somebody.
    await bench.until(() => bench.replies.length === 2);
    expect(shown(bench.replies[1] ?? card)).toMatch(
      new RegExp(`<@${ada().id}>.*approved by <@${grace().id}>, completed`),
    );
    expect(answers("grace")).toEqual([]);
  });

  test("its failure is told like that of any other run: to whoever asked for it, and with its owner where it is watched", async () => {
    const { id } = bench.hex.workspace.addProject({
      title: "Churn",
      ownerEmail: "grace@acme.test",
      run: { outcome: "ERRORED" },
    });
    const { general } = bench.slack.channels;
    bench.rules(
      `{ allow: publish, people: everyone, needs: "approval by ${grace().id}" }`,
      "{ allow: [see, run, watch], people: everyone }",
    );
    await bench.ask(`watch ${id}`, { channel: general });
    await bench.slack.command(`run ${id} --publish`);
    await grace().press(await bench.cardShows("Waiting for approval"), "Approve");
    await bench.cardShows("Errored");
    const told = () => bench.replies.map(shown).find((reply) => reply.includes("errored"));
    await bench.until(() => told() !== undefined);
    expect(told()).toMatch(new RegExp(`^<@${ada().id}> .*Churn\\*, approved by <@${grace().id}>, errored`));
    const failed = () => bench.cards.filter(({ channel }) => channel === general.id).map(shown)[0];
    await bench.until(() => failed() !== undefined);
    expect(failed()).toContain(`owner <@${grace().id}>`);
  });

  test("without --publish the same run needs nobody, and nobody hears of it", async () => {
    await bench.slack.command(`run ${report.id}`);
    expect(shown(await bench.cardShows("Completed"))).not.toContain("pprove");
    expect(bench.replies).toEqual([]);
  });

  test("declined: the run is not started, and whoever asked for it hears who declined it", async () => {
    const asked = { blocks: (await awaiting()).blocks };
    await grace().press(bench.card(), "Decline");
    const card = await bench.cardShows("Declined");
    expect(shown(card)).toContain(`Declined by <@${grace().id}>`);
    expect(buttonsOf(card)).toEqual(["run_again", "run_with_changes"]);
    await bench.until(() => bench.replies.length === 2);
    expect(shown(bench.replies[1] ?? card)).toMatch(new RegExp(`<@${ada().id}>.*declined by <@${grace().id}>`));
    expect(bench.starts).toEqual([]);
    await grace().press(bench.card(), "approve_run", { stale: asked });
    await reads("grace", "Declined* by");
    expect(bench.starts).toEqual([]);
  });

  test("whoever asked for it cannot approve it, even if the rule names them, but may withdraw it", async () => {
    needs(`${ada().id}, ${grace().id}`);
    const card = await awaiting();
    const asked = { blocks: card.blocks };
    await ada().press(card, "Approve");
    await reads("ada", "somebody else has to approve it");
    await ada().press(card, "Decline");
    await reads("ada", "press *Cancel*");
    expect(shown(bench.card())).toContain("Waiting for approval");
    await ada().press(bench.card(), "cancel_run");
    await bench.cardShows("Not started");
    await grace().press(bench.card(), "approve_run", { stale: asked });
    await reads("grace", `Cancelled* by <@${ada().id}>`);
    expect(bench.starts).toEqual([]);
  });

  test("nobody but an approver decides", async () => {
    needs("S0DATATEAM1");
    await grace().command(`run ${report.id} --publish`);
    await bench.cardShows("Waiting for approval");
    bench.rules("{ allow: publish, people: everyone, needs: approval by admins }", SEE_AND_RUN);
    for (const button of ["Approve", "Decline"]) {
      await ada().press(bench.card(), button);
      await reads("ada", "an admin of the workspace can");
    }
    bench.slack.roles.set(ada().id, "admin");
    await bench.pass(6 * MINUTE, HALF_MINUTE);
    await ada().press(bench.card(), "Approve");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("after an hour it is too late, and whoever asked for it hears so", async () => {
    const card = await awaiting();
    const asked = { blocks: card.blocks };
    await bench.pass(59 * MINUTE, HALF_MINUTE);
    expect(shown(bench.card())).toContain("Waiting for approval");
    const late = await bench.cardShows("Not approved in time");
    expect(shown(late)).toContain("It was not started");
    await bench.until(() => bench.replies.length === 2);
    expect(shown(bench.replies[1] ?? card)).toMatch(new RegExp(`<@${ada().id}>.*not approved in time`));
    await grace().press(bench.card(), "approve_run", { stale: asked });
    await reads("grace", "Too late");
    expect(bench.starts).toEqual([]);
  });

  test("of an approval and a decline at once one counts, and the other is told whose it was", async () => {
    needs(`${grace().id}, S0DATATEAM1`);
    bench.slack.groups.set("S0DATATEAM1", new Set([grace().id]));
    const card = await awaiting();
    await bench.meanwhile(
      Promise.all([grace().press(card, "Approve"), grace().press(card, "Decline"), grace().press(card, "Approve")]),
    );
    await bench.cardShows(/Completed|Declined/);
    const isApproved = shown(bench.card()).includes("Completed");
    expect(bench.starts).toHaveLength(isApproved ? 1 : 0);
    await bench.until(() => answers("grace").length === 2, 0);
    for (const answer of answers("grace")) expect(answer).toContain(isApproved ? "Approved* by" : "Declined* by");
  });

  test("in `/hex runs` an approver decides too, and reads there that it is done", async () => {
    await awaiting();
    expect(await bench.ask("runs")).not.toContain("Approve");
    const list = await bench.ask("runs", { user: bench.slack.people.grace });
    expect(list).toMatch(/Waiting for approval[\s\S]*Approve[\s\S]*Decline/);
    const message = grace().sees.findLast((one) => shown(one) === list);
    if (message === undefined) throw new Error("there is no list");
    await grace().press(message, "Approve");
    await reads("grace", "Approved* by");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("an approver reads all inputs, on the card, in the direct message and in `/hex runs`", async () => {
    needs(grace().id, "run");
    report.inputs = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`in${at}`, { dataType: "STRING" }]));
    const long = "x".repeat(200);
    const typed = Object.keys(report.inputs).map((name) => `${name}="${long} of ${name}"`);
    await ada().command(`run ${report.id} ${typed.join(" ")}`, { channel: bench.slack.channels.team });
    const card = await bench.cardShows("Waiting for approval");
    await bench.until(() => grace().sees.some((one) => buttonsOf(one).includes("approve_run")));
    const question = grace().sees.findLast((one) => buttonsOf(one).includes("approve_run"));
    const list = await bench.ask("runs", { user: grace().person });
    for (const text of [shown(card), question === undefined ? "" : shown(question), list])
      expect(typed.filter((input) => !text.includes(input.replaceAll('"', "")))).toEqual([]);
    expect(list).toContain("Approve");
  });

  test("an approver reads long inputs to their end, and sees their line breaks", async () => {
    needs(grace().id, "run");
    report.inputs = { filter: { dataType: "STRING" }, note: { dataType: "STRING" } };
    const filter = `region = 'EU'${" and true".repeat(150)} or 1 = 1`;
    await ada().command(`run ${report.id} filter="${filter}" note="-- all is well\n or 2 = 2"`);
    const card = await bench.cardShows("Waiting for approval");
    await bench.until(() => grace().sees.some((one) => buttonsOf(one).includes("approve_run")));
    const question = grace().sees.findLast((one) => buttonsOf(one).includes("approve_run"));
    const list = await bench.ask("runs", { user: grace().person });
    for (const text of [shown(card), question === undefined ? "" : shown(question), list]) {
      expect(text.replaceAll(/…` `…|`… …`/g, "")).toContain(`filter=${filter}`);
      expect(text).toContain('note="-- all is well\\n or 2 = 2"');
      expect(text).not.toContain("no room");
    }
  });

  test("an approver is told if there is no room for all inputs", async () => {
    needs(grace().id, "run");
    report.inputs = { filter: { dataType: "STRING" }, region: { dataType: "STRING" } };
    await ada().command(`run ${report.id} filter="${"x".repeat(7_000)}" region=EU`);
    const card = await bench.cardShows("Waiting for approval");
    expect(shown(card)).toContain("Ask whoever wants the run for the rest");
    expect(shown(card)).toContain("region=EU");
  });

  test("while Hex has no room, what was approved waits for its turn like any start", async () => {
    const card = await awaiting();
    await bench.pass(40 * MINUTE, HALF_MINUTE);
    bench.hex.faults.add({
      endpoint: "runProject",
      kind: { type: "status", status: 503, body: { reason: "no kernel" } },
    });
    await grace().press(card, "Approve");
    const done = await bench.cardShows("Completed");
    expect(done.history.map((one) => JSON.stringify(one)).join()).toContain("Waiting to start");
    expect(bench.starts).toHaveLength(2);
  });

  test("a restart loses nothing: the card still asks, and is approved once", async () => {
    const card = await awaiting();
    await bench.until(() => bench.replies.length === 1);
    await bench.stopBot();
    await bench.startBot();
    await bench.pass(MINUTE, HALF_MINUTE / 6);
    expect(bench.replies).toHaveLength(1);
    await grace().press(card, "Approve");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  describe("a process that dies right after a verdict", () => {
    /** Leaves the store as that process does. */
    const dieAfter = async (kind: Verdict["kind"]) => {
      await awaiting();
      await bench.until(() => bench.replies.length === 1);
      const at = bench.clock.now();
      await bench.stopBot();
      const file = new Database(join(bench.dataDir, "hex-bot.db"));
      const row = file.prepare("select key, doc from runs where state = 'awaiting'").get();
      const { key, doc } = z.object({ key: z.string(), doc: z.string() }).parse(row);
      const run = runSchema.parse(JSON.parse(doc));
      if (run.state !== "awaiting") throw new Error(run.state);
      const decided = judged(run, { kind, by: grace().id }, at);
      const endedAt = isEnded(decided) ? decided.endedAt : null;
      file
        .prepare(
          "update runs set state = ?, in_flight = ?, finished_at = ?, version = version + 1, doc = ? where key = ?",
        )
        .run(decided.state, endedAt === null ? 1 : 0, endedAt, JSON.stringify(decided), key);
      file.close();
    };

    test("leaves an approved run to the next one, which starts it once", async () => {
      await dieAfter("approve");
      await bench.startBot();
      expect(shown(await bench.cardShows("Completed"))).toContain(`Approved by <@${grace().id}>`);
      await bench.pass(5 * MINUTE, HALF_MINUTE / 3);
      expect(bench.starts).toHaveLength(1);
    });

    test("and the next one comes much later: nobody waits for an approved run any more, and the card says so", async () => {
      await dieAfter("approve");
      bench.clock.advance(11 * MINUTE);
      await bench.startBot();
      const card = await bench.cardShows("could not start it within ten minutes");
      expect(shown(card)).toContain("Not started");
      expect(bench.starts).toEqual([]);
      expect(buttonsOf(card)).toContain("run_again");
    });

    test.each(["approve", "decline"] as const)("leaves it to the next one to record who did it: %s", async (kind) => {
      await dieAfter(kind);
      await bench.startBot();
      await bench.cardShows(kind === "approve" ? "Completed" : "Declined");
      const by = () => audited().filter(({ deed, who }) => deed === kind && who === grace().id);
      await bench.until(() => by().length > 0);
      expect(by()).toMatchObject([{ decision: null, result: kind === "approve" ? "approved" : "declined" }]);
    });
  });

  test("a decline and what comes too late are in the audit log", async () => {
    const card = await awaiting();
    const { blocks } = card;
    await bench.meanwhile(Promise.all([grace().press(card, "Decline"), grace().press(card, "Decline")]));
    await bench.cardShows("Declined");
    await grace().press(bench.card(), "approve_run", { stale: { blocks } });
    await reads("grace", "Declined* by");
    const entries = audited().map(({ deed, decision, result }) => [deed, decision, result]);
    const declined = [
      ["decline", "allowed", null],
      ["decline", null, "declined"],
    ];
    const late = [
      ["decline", "allowed", null],
      ["decline", null, "too_late"],
    ];
    const sorted = (list: unknown[]) => list.map((one) => JSON.stringify(one)).sort();
    const decided = entries.filter(([deed]) => deed === "decline");
    expect([sorted([...declined, ...late]), sorted(declined)]).toContainEqual(sorted(decided));
    expect(entries.filter(([deed]) => deed === "approve")).toEqual([]);
    expect(entries.filter(([deed]) => deed === "publish")).toEqual([
      ["publish", "needs_approval", null],
      ["publish", null, "declined"],
    ]);
  });

  test("what was asked for, refused and decided is in the audit log", async () => {
    const card = await awaiting();
    await ada().press(card, "Approve");
    await reads("ada", "somebody else");
    await grace().press(bench.card(), "Approve");
    await bench.cardShows("Completed");
    const rule = { number: 1, name: "Four eyes" };
    expect(audited()).toMatchObject([
      { deed: "publish", who: ada().id, decision: "needs_approval", rule },
      { deed: "approve", who: ada().id, decision: "refused", result: "requester", rule },
      { deed: "approve", who: grace().id, decision: "allowed", result: null, rule, detail: `asked for by ${ada().id}` },
      { deed: "approve", who: grace().id, decision: null, result: "approved", detail: `asked for by ${ada().id}` },
      { deed: "publish", who: ada().id, result: "started" },
      { deed: "publish", who: ada().id, result: "completed" },
    ]);
  });

  describe("the rules change in the meantime", () => {
    test("those whom they name now decide, and no longer those who were asked", async () => {
      needs("S0DATATEAM1");
      await grace().command(`run ${report.id} --publish`);
      const card = await bench.cardShows("Waiting for approval");
      needs(grace().id);
      await ada().press(card, "Approve");
      await reads("ada", `<@${grace().id}> can`);
      expect(bench.starts).toEqual([]);
    });

    test("a run that needs no approval any more may still be approved by those who were asked", async () => {
      const card = await awaiting();
      bench.rules("{ allow: [see, run, publish], people: everyone }");
      await grace().press(card, "Approve");
      await bench.cardShows("Completed");
      expect(bench.starts).toHaveLength(1);
    });

    test("a run that is no longer allowed is not started, whoever approves it", async () => {
      const card = await awaiting();
      bench.rules(`{ deny: publish, people: ${ada().id} }`, "{ allow: [see, run, publish], people: everyone }");
      await grace().press(card, "Approve");
      expect(shown(await bench.cardShows("Declined"))).toContain("The rules no longer allow it");
      await reads("grace", `no longer allow <@${ada().id}>`);
      expect(bench.starts).toEqual([]);
    });

    test("for an approver who may not see the project any more, it does not exist", async () => {
      const card = await awaiting();
      bench.rules(`{ deny: see, people: ${grace().id} }`, "{ allow: [see, run, publish], people: everyone }");
      await grace().press(card, "Approve");
      await reads("grace", "a run that the bot no longer remembers");
      expect(bench.starts).toEqual([]);
    });

    test("nor does a run that cannot be read", async () => {
      const card = await awaiting();
      const asked = { blocks: card.blocks };
      const file = new Database(join(bench.dataDir, "hex-bot.db"), { timeout: 5_000 });
      file.exec("update runs set doc = '{}'");
      file.close();
      bench.rules(`{ deny: see, people: ${grace().id} }`, "{ allow: [see, run, publish], people: everyone }");
      await grace().press(card, "approve_run", { stale: asked });
      await reads("grace", "a run that the bot no longer remembers");
    });
  });

  describe("where the bot cannot know who reads along", () => {
    const direct = () => bench.cards.filter(({ channel }) => channel === bench.slack.dm(bench.slack.people.grace).id);

    beforeEach(() => {
      report = bench.hex.workspace.addProject({
        title: "Daily revenue",
        inputs: { region: { dataType: "STRING" }, api_token: { dataType: "STRING" } },
      });
      needs(grace().id, "run");
    });

    test("those who are named are asked in direct messages, with what would be run, which say in the end what became of it", async () => {
      await ada().dm(`run ${report.id} region="North America" api_token=hunter2`);
      await bench.until(() => bench.replies.length === 1);
      const [question, ...others] = direct();
      if (question === undefined) throw new Error("nobody was asked");
      expect(others).toEqual([]);
      expect(shown(question)).toContain(`<@${ada().id}> wants to run`);
      expect(shown(question)).toContain("Daily revenue");
      expect(shown(question)).toContain("region=North America");
      expect(shown(question)).not.toContain("hunter2");
      expect(buttonsOf(question)).toEqual(["approve_run", "decline_run"]);
      await grace().press(question, "Approve");
      await bench.until(() => buttonsOf(direct()[0] ?? question).length === 0);
      expect(shown(direct()[0] ?? question)).toContain(`Approved* by <@${grace().id}>`);
      await bench.until(() => bench.starts.length === 1);
      expect(bench.starts[0]?.body).toMatchObject({ inputParams: { region: "North America", api_token: "hunter2" } });
      await bench.pass(MINUTE, HALF_MINUTE / 6);
      expect(bench.starts).toHaveLength(1);
      expect(answers("grace")).toEqual([]);
    });

    test("members of a group are asked, but not whoever asked for the run", async () => {
      bench.slack.groups.set("S0DATATEAM1", new Set([ada().id, grace().id]));
      needs("S0DATATEAM1", "run");
      await inDirect();
      expect(direct()).toHaveLength(1);
      const own = bench.cards.filter(({ channel }) => channel === bench.slack.dm(bench.slack.people.ada).id);
      expect(own.filter((message) => shown(message).includes("wants to run"))).toEqual([]);
    });

    const inDirect = async () => {
      await ada().dm(`run ${report.id}`);
      await bench.until(() => bench.replies.length === 1);
    };

    test("nobody of another workspace is told of it, even if the rule names them", async () => {
      const { stranger } = bench.slack.people;
      needs(`${stranger.id}, ${grace().id}`, "run");
      await ada().dm(`run ${report.id}`);
      await bench.until(() => bench.replies.length === 1);
      expect(direct()).toHaveLength(1);
      expect(bench.slack.messages.map(({ channel }) => channel)).not.toContain(bench.slack.dm(stranger).id);
    });

    test("nobody is asked who may not see the project", async () => {
      bench.rules(
        `{ deny: see, people: ${grace().id} }`,
        `{ allow: run, people: everyone, needs: "approval by ${grace().id}, admins" }`,
        SEE_AND_RUN,
      );
      await inDirect();
      expect(direct()).toEqual([]);
    });
  });
});
