// Runs that wait for somebody's approval, while the bot is killed, and with two replicas at once: each is started once or not at all, its
// card is true, everybody who asked is answered, and who did what is recorded once.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { AuditEntry } from "../../src/audit/audit-entry.js";
import type { Project } from "../sandbox/hex/server.js";
import { type SlackMessage, visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";
import { STORES, type Stage, scenarioGroups } from "./scenarios.js";
import { isRepeat, seenIn, shows } from "./telling.js";

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
const scenariosOn = scenarioGroups(postgres, { speed: SPEED, env: { HEX_BOT_POLICY: policy } });

const ASKED = "ada run needs_approval";
const APPROVED = ["grace approve allowed", "grace approve: approved"];
const DECLINED = ["grace decline allowed", "grace decline: declined", "ada run: declined"];
const RAN = ["ada run: started", "ada run: completed"];

/** One of these scenarios: Ada wants to run a project, and Grace decides. */
async function asked(stage: Stage, project: Project = stage.project({ runningMs: 2_000 })) {
  const { slack, fleet, posts, cardShows } = stage;
  const { ada, grace } = slack.people;
  const nameOf = (id: string | null) => Object.entries(slack.people).find(([, person]) => person.id === id)?.[0];
  const said = ({ who, deed, decision, result }: AuditEntry) =>
    `${nameOf(who)} ${deed}${decision === null ? "" : ` ${decision}`}${result === null ? "" : `: ${result}`}`;
  await slack.command(`run ${project.id}`, { user: ada });
  return {
    project,
    waits: () => cardShows("Waiting for approval"),
    press: (card: SlackMessage, button: "approve_run" | "decline_run", blocks = card.blocks) =>
      slack.click(card, button, { user: grace, stale: { blocks } }),
    /** What Grace was answered. */
    answer: (id: string) => slack.waitForMessage((message) => message.responseUrlOf === id),
    replies: (words: string | RegExp) => seenIn(stage).replies().filter(shows(words)),
    replied: (words: string | RegExp) =>
      until(
        () => seenIn(stage).replies().some(shows(words)),
        () => posts().map(visibleText).join("\n---\n"),
      ),
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
  const scenario = scenariosOn(kind);

  scenario("after the request, before the card: the next process posts the card and asks", async (stage) => {
    const { fleet, bot, slack, runs, starts, cardShows, expectOneCard } = stage;
    const posted = () => slack.calls.filter(({ method }) => method === "chat.postMessage").length;
    const before = posted();
    slack.faults.add({ method: "chat.postMessage", kind: NEVER, times: 1 });
    const { waits, press, replied, replies, recorded } = await asked(stage);
    await until(
      () => posted() > before,
      () => bot.log,
    );
    await bot.kill();
    await fleet.add();
    const card = await waits();
    await replied(`<@${GRACE}>`);
    expect(starts()).toEqual([]);
    await press(card, "approve_run");
    await cardShows("Completed");
    await replied("completed");
    expect(runs()).toHaveLength(1);
    expect(replies("It takes the approval").filter((one) => !isRepeat(one))).toHaveLength(1);
    expectOneCard("Completed");
    await recorded(ASKED, ...APPROVED, ...RAN);
  });

  scenario("while it waits: the card still asks, and nobody is asked again", async (stage) => {
    const { fleet, bot, slack, runs, starts, cardShows, expectOneCard } = stage;
    const { waits, press, replied, replies, recorded } = await asked(stage);
    const card = await waits();
    await replied(`<@${GRACE}>`);
    // The card is drawn again once it is stored that they were asked.
    await slack.click(card, "tell_me", { user: slack.people.grace });
    await cardShows("1 person will be told");
    await bot.kill();
    await fleet.add();
    expect(starts()).toEqual([]);
    await press(card, "approve_run");
    await cardShows("Completed");
    await replied("completed");
    expect(runs()).toHaveLength(1);
    expect(replies("It takes the approval")).toHaveLength(1);
    expectOneCard("Completed");
    await recorded(ASKED, ...APPROVED, ...RAN);
  });

  scenario("between the approval and the request to Hex: the next process starts it", async (stage) => {
    const { fleet, bot, hex, slack, project, starts, runs, cardShows, expectOneCard } = stage;
    await bot.kill();
    // It is killed in the two seconds in which it waits for its turn.
    const slow = await fleet.add({ unhurried: true });
    const { waits, press, replied, recorded } = await asked(stage);
    const card = await waits();
    hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 2 } });
    await slack.command(`run ${project().id} --dry-run`);
    await until(
      () => slow.log.includes('"msg":"Hex: rate_limited"'),
      () => slow.log,
    );
    const before = starts().length;
    await press(card, "approve_run");
    await cardShows("Approved, starting");
    expect(starts()).toHaveLength(before);
    await slow.kill();
    await fleet.add();
    await cardShows("Completed");
    await replied("completed");
    expect(runs()).toHaveLength(1);
    expectOneCard("Completed");
    await recorded(ASKED, ...APPROVED, ...RAN);
  });

  scenario("between the request to Hex and its answer, and the run exists: it is found", async (stage) => {
    const { fleet, bot, hex, asked: isAsked, starts, runs, cardShows, expectOneCard } = stage;
    const { waits, press, replied, recorded } = await asked(stage);
    hex.faults.add({ endpoint: "runProject", kind: NEVER, afterEffect: true });
    await press(await waits(), "approve_run");
    await isAsked(({ endpoint }) => endpoint === "runProject");
    await bot.kill();
    await fleet.add();
    await cardShows("Completed");
    await replied("completed");
    expect([starts().length, runs().length]).toEqual([1, 1]);
    expectOneCard("Completed");
    await recorded(ASKED, ...APPROVED, ...RAN);
  });

  scenario("between the request to Hex and its answer, and there is no run: it is not started again", async (stage) => {
    const { fleet, bot, hex, asked: isAsked, starts, cardShows, expectOneCard } = stage;
    const { waits, press, replied, recorded } = await asked(stage);
    hex.faults.add({ endpoint: "runProject", kind: NEVER });
    await press(await waits(), "approve_run");
    await isAsked(({ endpoint }) => endpoint === "runProject");
    await bot.kill();
    await fleet.add();
    await cardShows("Not known");
    await replied("not known");
    expect(starts()).toHaveLength(1);
    expectOneCard("Not known");
    await recorded(ASKED, ...APPROVED, "ada run: lost");
  });

  scenario("between a decline and the card that shows it: the next process shows and tells it", async (stage) => {
    const { fleet, bot, slack, starts, cardShows, expectOneCard } = stage;
    const { waits, press, replied, replies, recorded } = await asked(stage);
    const card = await waits();
    await replied(`<@${GRACE}>`);
    const edits = () => slack.calls.filter(({ method }) => method === "chat.update").length;
    const before = edits();
    slack.faults.add({ method: "chat.update", kind: NEVER, times: 1 });
    await press(card, "decline_run");
    await until(
      () => edits() > before,
      () => bot.log,
    );
    await bot.kill();
    await fleet.add();
    await cardShows("Declined");
    await replied("declined by");
    expect(replies("declined by")).toHaveLength(1);
    expect(starts()).toEqual([]);
    expectOneCard("Declined");
    await recorded(ASKED, ...DECLINED);
  });

  scenario("while it waits, and the hour passes: the next process says once that it is too late", async (stage) => {
    const { fleet, bot, starts, cardShows, expectOneCard } = stage;
    const { waits, press, answer, replied, replies, recorded } = await asked(stage);
    const card = await waits();
    const { blocks } = card;
    await replied(`<@${GRACE}>`);
    await bot.kill();
    await fleet.skip(61 * MINUTE);
    await fleet.add();
    await cardShows("Not approved in time");
    await replied("not approved in time");
    const { id } = await press(card, "approve_run", blocks);
    expect(visibleText(await answer(id))).toContain("Too late");
    expect(replies("not approved in time")).toHaveLength(1);
    expect(starts()).toEqual([]);
    expectOneCard("Not approved in time");
    await recorded(ASKED, "ada run: expired");
  });
});

describe("two replicas on one Postgres", () => {
  /** Both replicas, Ada's run that waits for Grace, and what each of them is answered. */
  async function stage(name: string, onTestFinished: (stop: () => Promise<void>) => void) {
    const fleet = await Fleet.start(await postgres.database(name), SPEED, { HEX_BOT_POLICY: policy });
    onTestFinished(() => fleet.stop());
    await Promise.all([fleet.add(), fleet.add()]);
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
        hex.requests.filter(({ endpoint, path }) => endpoint === "runProject" && path.includes(project.id)).length,
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

  test("the first of two verdicts counts, and the other one hears whose it was", async ({ onTestFinished }) => {
    const { fleet, grace, ada, happens, starts, answerTo, waits } = await stage("verdicts", onTestFinished);
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
  }, 90_000);

  test("the replica that took the approval dies at once: the run is started once", async ({ onTestFinished }) => {
    const { fleet, grace, happens, starts, waits } = await stage("dies", onTestFinished);
    const { slack } = fleet;
    const presses = (log: string) => log.split("button approve_run").length;
    for (const title of ["Revenue", "Margins"]) {
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
  }, 90_000);
});
