// Runs that wait for somebody's approval, while the bot is killed, and with two replicas at once: each is started once or not at all, its
// card is true, everybody who asked is answered, and who did what is recorded once.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../src/audit/audit-entry.js";
import { isStart, type Project, type RecordedRequest } from "../sandbox/hex/server.js";
import { type SlackMessage, visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { killedOnce, sharedFleet } from "./one-kill.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { STORES } from "./scenarios.js";
import { inThreads, isRepeat, shows } from "./telling.js";

const SPEED = 8;
const MINUTE = 60_000;
const NEVER = { type: "hang" } as const;
const GRACE = "U0GRACEHOPP";
const RULES = `rules:
  - { allow: run, people: everyone, needs: approval by ${GRACE} }
  - { allow: [see, cancel], people: everyone }
`;

const dir = mkdtempSync(join(tmpdir(), "hex-bot-"));
const policy = join(dir, "policy.yml");
writeFileSync(policy, RULES);
afterAll(() => rmSync(dir, { recursive: true }));

const postgres = postgresForTests();
const newFleet = async (kind: (typeof STORES)[number], database: string) =>
  Fleet.start(kind === "sqlite" ? null : await postgres.database(database), SPEED, { HEX_BOT_POLICY: policy });

const ASKED = "ada run needs_approval";
const APPROVED = ["grace approve allowed", "grace approve: approved"];
const DECLINED = ["grace decline allowed", "grace decline: declined", "ada run: declined"];
const RAN = ["ada run: started", "ada run: completed"];

/** A project that Ada wants to run, and Grace decides. Nothing else has its title. */
function wanted(fleet: Fleet, title: string) {
  const { hex, slack } = fleet;
  const { ada, grace } = slack.people;
  const project = hex.workspace.addProject({ title, run: { pendingMs: 2_000, runningMs: 2_000 } });
  const nameOf = (id: string | null) => Object.entries(slack.people).find(([, person]) => person.id === id)?.[0];
  const said = ({ who, deed, decision, result }: AuditEntry) =>
    `${nameOf(who)} ${deed}${decision === null ? "" : ` ${decision}`}${result === null ? "" : `: ${result}`}`;
  const cards = () => fleet.cards.filter(shows(title));
  const replies = (words: string | RegExp) =>
    inThreads(slack.messages)
      .filter(({ via, threadTs }) => via === "postMessage" && cards().some(({ ts }) => ts === threadTs))
      .filter(shows(words));
  const replied = (words: string | RegExp) =>
    until(
      () => replies(words).length > 0,
      () => slack.messages.map(visibleText).join("\n---\n"),
    );
  const startsIt = (request: RecordedRequest) => isStart(request) && request.path.includes(project.id);
  const ask = () => slack.command(`run ${project.id}`, { user: ada });
  /** The card, once the run waits and Grace has been asked. */
  const waits = async () => {
    const card = await fleet.cardShows("Waiting for approval", cards);
    await replied(`<@${GRACE}>`);
    return card;
  };
  return {
    ask,
    waits,
    asked: () => ask().then(waits),
    startsIt,
    starts: () => hex.requests.filter(startsIt),
    runs: () => hex.workspace.runs.filter(({ projectId }) => projectId === project.id),
    cardShows: (text: string) => fleet.cardShows(text, cards),
    press: (card: SlackMessage, button: "approve_run" | "decline_run", blocks = card.blocks) =>
      slack.click(card, button, { user: grace, stale: { blocks } }),
    /** What Grace was answered. */
    answer: (id: string) => slack.waitForMessage((message) => message.responseUrlOf === id),
    replies,
    replied,
    /** Exactly one card is there, and it is true. */
    expectOneCard(text: string) {
      expect(slack.refused).toEqual([]);
      expect(cards().map(visibleText)).toEqual([expect.stringContaining(text)]);
    },
    /** Everything that is recorded about the project is this, each once. */
    async recorded(...entries: string[]) {
      const end = Date.now() + 20_000;
      let found: string[] = [];
      while (found.length < entries.length && Date.now() < end) {
        found = (await fleet.audit(project.id)).map(said);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(found.sort()).toEqual(entries.sort());
    },
  };
}

describe.concurrent.each(STORES)("on %s, the bot is killed", (kind) => {
  const theFleet = sharedFleet(() => newFleet(kind, "killed"));
  const situation = killedOnce(theFleet);

  situation("while it waits: the card still asks, and nobody is asked again", async (fleet) => {
    const { slack } = fleet;
    const revenue = wanted(fleet, "Revenue");
    const card = await revenue.asked();
    // The card is drawn again once it is stored that they were asked.
    await slack.click(card, "tell_me", { user: slack.people.grace });
    await revenue.cardShows("1 person will be told");
    return {
      async after() {
        expect(revenue.starts()).toEqual([]);
        await revenue.press(card, "approve_run");
        await revenue.cardShows("Completed");
        await revenue.replied("completed");
        expect(revenue.runs()).toHaveLength(1);
        expect(revenue.replies("It needs the approval")).toHaveLength(1);
        revenue.expectOneCard("Completed");
        await revenue.recorded(ASKED, ...APPROVED, ...RAN);
      },
    };
  });

  situation("between the request to Hex and its answer, and the run exists: it is found", async (fleet) => {
    const { hex } = fleet;
    const refunds = wanted(fleet, "Refunds");
    const card = await refunds.asked();
    return {
      async before() {
        hex.faults.add({ endpoint: "runProject", kind: NEVER, afterEffect: true });
        await refunds.press(card, "approve_run");
        await hex.waitFor(refunds.startsIt);
      },
      async after() {
        await refunds.cardShows("Completed");
        await refunds.replied("completed");
        expect([refunds.starts().length, refunds.runs().length]).toEqual([1, 1]);
        refunds.expectOneCard("Completed");
        await refunds.recorded(ASKED, ...APPROVED, ...RAN);
      },
    };
  });

  situation(
    "between the request to Hex and its answer, and there is no run: it is not started again",
    async (fleet) => {
      const { hex } = fleet;
      const signups = wanted(fleet, "Signups");
      const card = await signups.asked();
      return {
        async before() {
          hex.faults.add({ endpoint: "runProject", kind: NEVER });
          await signups.press(card, "approve_run");
          await hex.waitFor(signups.startsIt);
        },
        async after() {
          await signups.cardShows("Not known");
          await signups.replied("not known");
          expect(signups.starts()).toHaveLength(1);
          signups.expectOneCard("Not known");
          await signups.recorded(ASKED, ...APPROVED, "ada run: lost");
        },
      };
    },
  );

  situation("between a decline and the card that shows it: the next process shows and tells it", async (fleet) => {
    const { slack } = fleet;
    const churn = wanted(fleet, "Churn");
    const card = await churn.asked();
    return {
      async before() {
        const edits = () =>
          slack.calls.filter(({ method, args }) => method === "chat.update" && args.ts === card.ts).length;
        const earlier = edits();
        slack.faults.add({ method: "chat.update", kind: NEVER, times: 1 });
        await churn.press(card, "decline_run");
        await until(
          () => edits() > earlier,
          () => visibleText(card),
        );
      },
      async after() {
        await churn.cardShows("Declined");
        await churn.replied("declined by");
        expect(churn.replies("declined by")).toHaveLength(1);
        expect(churn.starts()).toEqual([]);
        churn.expectOneCard("Declined");
        await churn.recorded(ASKED, ...DECLINED);
      },
    };
  });

  situation("after the request, before the card: the next process posts the card and asks", async (fleet) => {
    const { slack } = fleet;
    const margins = wanted(fleet, "Margins");
    return {
      async before() {
        const posted = () => slack.calls.filter(({ method }) => method === "chat.postMessage").length;
        const earlier = posted();
        slack.faults.add({ method: "chat.postMessage", kind: NEVER, times: 1 });
        await margins.ask();
        await until(
          () => posted() > earlier,
          () => "no card",
        );
      },
      async after() {
        const card = await margins.waits();
        expect(margins.starts()).toEqual([]);
        await margins.press(card, "approve_run");
        await margins.cardShows("Completed");
        await margins.replied("completed");
        expect(margins.runs()).toHaveLength(1);
        expect(margins.replies("It needs the approval").filter((one) => !isRepeat(one))).toHaveLength(1);
        margins.expectOneCard("Completed");
        await margins.recorded(ASKED, ...APPROVED, ...RAN);
      },
    };
  });

  situation("between the approval and the request to Hex: the next process starts it", async (fleet) => {
    const { hex, slack } = fleet;
    const invoices = wanted(fleet, "Invoices");
    const other = hex.workspace.addProject({ title: "Payroll" });
    const card = await invoices.asked();
    return {
      async before() {
        // The process before may have been killed while it was drawing the card. This one draws it now.
        await slack.click(card, "tell_me", { user: slack.people.grace });
        await invoices.cardShows("1 person will be told");
        // The last one: it is killed in the two seconds in which it waits for its turn.
        hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 2 } });
        await slack.command(`run ${other.id} --dry-run`);
        const log = () => fleet.replicas.map((replica) => replica.log).join("\n");
        await until(() => log().includes('"msg":"Hex: rate_limited"'), log);
        await invoices.press(card, "approve_run");
        await invoices.cardShows("Approved, starting");
        expect(invoices.starts()).toEqual([]);
      },
      async after() {
        await invoices.cardShows("Completed");
        await invoices.replied("completed");
        expect(invoices.runs()).toHaveLength(1);
        invoices.expectOneCard("Completed");
        await invoices.recorded(ASKED, ...APPROVED, ...RAN);
      },
    };
  });

  test.sequential("while it waits, and the hour passes: the next process says once that it is too late", async () => {
    const fleet = theFleet();
    const bonuses = wanted(fleet, "Bonuses");
    const card = await bonuses.asked();
    const { blocks } = card;
    for (const replica of fleet.replicas) await replica.kill();
    await fleet.skip(61 * MINUTE);
    await fleet.add();
    await bonuses.cardShows("Not approved in time");
    await bonuses.replied("not approved in time");
    const { id } = await bonuses.press(card, "approve_run", blocks);
    expect(visibleText(await bonuses.answer(id))).toContain("Too late");
    expect(bonuses.replies("not approved in time")).toHaveLength(1);
    expect(bonuses.starts()).toEqual([]);
    bonuses.expectOneCard("Not approved in time");
    await bonuses.recorded(ASKED, "ada run: expired");
  });
});

describe("two replicas on one Postgres", () => {
  const theFleet = sharedFleet(async () => {
    const fleet = await newFleet("postgres", "replicas");
    await Promise.all([fleet.add(), fleet.add()]);
    return fleet;
  });

  /** What Ada and Grace do, and what each of them is answered. */
  function stage() {
    const fleet = theFleet();
    const { hex, slack } = fleet;
    const { ada, grace } = slack.people;
    const story = () =>
      [...slack.messages.map(visibleText), ...fleet.replicas.map(({ log }) => log.slice(-3_000))].join("\n---\n");
    return {
      fleet,
      ada,
      grace,
      happens: (what: () => boolean) => until(what, story),
      starts: (project: Project) =>
        hex.requests.filter((request) => isStart(request) && request.path.includes(project.id)).length,
      answerTo: ({ id }: { id: string }) => slack.messages.filter((one) => one.responseUrlOf === id).map(visibleText),
      /** The card of a new run, once it waits. */
      async waits(title: string) {
        const project = hex.workspace.addProject({ title, run: { pendingMs: 1_000, runningMs: 2_000 } });
        await slack.command(`run ${project.id}`, { user: ada });
        const mine = () => fleet.cards.filter((card) => visibleText(card).includes(title));
        const shows = (words: RegExp) => until(() => mine().some((card) => words.test(visibleText(card))), story);
        await shows(/Waiting for approval/);
        const [card, ...others] = mine();
        if (card === undefined || others.length > 0) throw new Error(story());
        return { project, card, shows };
      },
    };
  }

  test("the first of two verdicts counts, and the other one hears whose it was", async () => {
    const { fleet, grace, ada, happens, starts, answerTo, waits } = stage();
    const { slack } = fleet;
    // Slack takes turns, so that the two arrive at different replicas.
    const both = [
      ["approve_run", "approve_run"],
      ["approve_run", "decline_run"],
      ["decline_run", "approve_run"],
    ] as const;
    for (const [round, buttons] of both.entries()) {
      const { project, card, shows } = await waits(`Revenue ${round}`);
      const clicks = await Promise.all(buttons.map((button) => slack.click(card, button, { user: grace })));
      await shows(/Completed|Declined/);
      const verdict = visibleText(card).includes("Completed") ? "Approved" : "Declined";
      const answers = () => clicks.flatMap(answerTo);
      await happens(() => answers().length > 0);
      expect(answers()).toEqual([expect.stringContaining(`*${verdict}* by <@${grace.id}>`)]);
      expect(starts(project)).toBe(verdict === "Approved" ? 1 : 0);
    }
    for (const { log } of fleet.replicas) expect(log).toMatch(/button (approve|decline)_run/);

    // Whoever asked for it no longer wants it, at the same moment.
    const { project, card, shows } = await waits("Margins");
    const [cancel, approve] = await Promise.all([
      slack.click(card, "cancel_run", { user: ada }),
      slack.click(card, "approve_run", { user: grace }),
    ]);
    await shows(/Not started|Completed|Cancelled/);
    if (visibleText(card).includes("Not started")) {
      expect(starts(project)).toBe(0);
      expect(visibleText(card)).toContain(`Cancelled by <@${ada.id}>`);
      // Unless her approval came first, and its start did not.
      if (!visibleText(card).includes("Approved by"))
        await happens(() => answerTo(approve).join().includes("Cancelled"));
    } else {
      expect(starts(project)).toBe(1);
      // She came too late, or Hex accepted her cancellation and the run was over before it took effect.
      const isAccepted = () => fleet.replicas.some(({ log }) => log.includes('"msg":"run cancelled"'));
      if (visibleText(card).includes("Completed")) await happens(() => answerTo(cancel).length === 1 || isAccepted());
    }
    expect(slack.refused).toEqual([]);
  });

  test("the replica that took the approval dies at once: the run is started once", async () => {
    const { fleet, grace, happens, starts, waits } = stage();
    const { slack } = fleet;
    const presses = (log: string) => log.split("button approve_run").length;
    for (const title of ["Signups", "Churn"]) {
      const { project, card, shows } = await waits(title);
      const before = fleet.replicas.map(({ log }) => presses(log));
      await slack.click(card, "approve_run", { user: grace });
      const taker = () => fleet.replicas.find(({ log }, index) => presses(log) > (before[index] ?? 0));
      await happens(() => taker() !== undefined);
      await taker()?.kill();
      await fleet.add();
      // If it died before the verdict was stored, the card still asks.
      const [{ result: verdict } = { result: null }] = (await fleet.audit(project.id)).filter(
        ({ deed, decision }) => deed === "approve" && decision === null,
      );
      if (verdict === null && visibleText(card).includes("Waiting for approval"))
        await slack.click(card, "approve_run", { user: grace });
      await shows(/Completed/);
      expect(starts(project)).toBe(1);
      expect(visibleText(card)).toContain(`Approved by <@${grace.id}>`);
    }
  });
});
