// Every kind of person, everywhere in Slack, with every verb, under rules and under none: a sample that has each pair of these, over HTTP
// and in Socket Mode. All of them together are judged in test/slack/access/people-table.test.ts. What should come of each is told by
// what docs/access.md says.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VERBS, type Verb } from "../../src/access/policy.js";
import { textOf, verdictOf } from "../access/by-the-words.js";
import { allPairs, pairsOf } from "../all-pairs.js";
import { PersonInSlack, type SlackMessage } from "../sandbox/slack/server.js";
import type { About } from "./access-deeds.js";
import { EVERYTHING, GROUP, KINDS, type Kind, POLICIES, type PolicyName, personOf, rulesOf } from "./access-kinds.js";
import { PLACES, SURFACES, type Surface, WAYS, type Way } from "./access-surfaces.js";
import { Harness, MODES, type Mode, shown } from "./harness.js";

interface Case {
  mode: Mode;
  kind: string;
  surface: Surface;
  verb: Verb;
  way: Way;
  policy: PolicyName;
}

const dimensionsOf = ({ mode, kind, surface, verb, policy }: Case) => [mode, kind, surface, verb, policy];

const ALL_CASES = MODES.flatMap((mode) =>
  Object.entries(KINDS).flatMap(([kind, { uses = SURFACES }]) =>
    uses.flatMap((surface) =>
      VERBS.flatMap((verb) => {
        const way = WAYS[surface][verb];
        return way === undefined ? [] : POLICIES.map((policy): Case => ({ mode, kind, surface, verb, way, policy }));
      }),
    ),
  ),
).filter(({ way, policy }) => way.isApart !== true || policy !== "hides the project");
const SAMPLE = allPairs(ALL_CASES, dimensionsOf);

let bench: Harness;
let number = 0;
/** The case before. */
let last: { about: About; surface: Surface; verb: Verb } | null = null;

describe.each(MODES)("over %s", (mode) => {
  beforeAll(async () => {
    bench = await Harness.start(mode, {
      slackPingMs: 20_000,
      env: { HEX_ALERT_CHANNEL: "C0DATATEAM1", HEX_PROBE_SECONDS: "60" },
    });
    bench.hex.workspace.rateLimits.enabled = false;
    bench.slack.invite(bench.slack.channels.data, bench.slack.otherBot);
  });
  afterAll(() => bench.stop());

  describe.each(Object.entries(KINDS))("%s", (kind, facts) => {
    beforeAll(async () => {
      const { roles, groups, people } = bench.slack;
      roles.clear();
      if (facts.role !== undefined) roles.set(people.ada.id, facts.role);
      groups.set(GROUP, new Set(facts.isOfGroup ? [people.ada.id] : []));
      // What Slack said of the kind before is asked again after five minutes.
      await bench.pass(6 * 60_000, 30_000);
    });

    const cases = SAMPLE.filter((one) => one.mode === mode && one.kind === kind).map(
      (one): [string, string, string, Case] => [one.verb, one.surface, one.policy, one],
    );

    test.each(cases)("%s by %s (%s)", async (_verb, _surface, _policy, one) => {
      const { prepare, project = {}, done } = one.way;
      const actor = actorOf(facts);
      const about = await newCase(facts, project);
      last = { ...one, about };
      const act = await prepare(bench, about, actor);
      const before = new Map(actor.sees.map((message) => [message, shown(message)]));
      const asked = bench.asked.length;
      const outcome = outcomeOf(one, facts, about);
      const acted = await act();
      const read = () => readBy(actor, before, acted);
      const reads = (words: RegExp) =>
        bench.until(() => words.test(read()), 0).catch(() => expect(read()).toMatch(words));
      if (outcome === "done") return done instanceof RegExp ? reads(done) : bench.until(() => done(bench, about), 0);
      const words = wordsOf(outcome, one.way);
      if (words !== null) await reads(words);
      else {
        await bench.pass(3_000);
        expect(outcome === "nobody" ? read() : "").not.toMatch(/\w/);
        if (done instanceof RegExp) expect(read()).not.toMatch(done);
        else expect(done(bench, about)).toBe(false);
      }
      expect(bench.asked.slice(asked).filter(({ method }) => method !== "GET")).toEqual([]);
    });
  });
});

type Outcome = "done" | "denied" | "hidden" | "guest" | "stranger" | "nobody";

/** Puts the case's rules in force. @returns what they make of the deed, by the words of the documentation */
function outcomeOf({ surface, verb, way, policy }: Case, kind: Kind, { id, title }: About): Outcome {
  const { people, dm, channels } = bench.slack;
  const person = personOf(kind, kind.who === "stranger" ? people.stranger : people.ada);
  const rules = rulesOf(policy, kind, { verb, isApart: way.isApart === true, projectId: id, person: person.id });
  if (rules === null) bench.policy = null;
  else bench.rules(...rules.map(textOf));
  if (kind.who !== undefined) return kind.who === "bot" ? "nobody" : "stranger";
  const place = { channel: channels.data.id, direct: dm(people.ada).id, nowhere: null }[PLACES[surface]];
  const project = way.isApart ? null : { id, title, owner: ownerFor(kind), categories: [] };
  const may = (asked: Verb) => verdictOf({ rules, person, verb: asked, project, place }).kind === "yes";
  if (may(verb)) return "done";
  if (rules === null) return "guest";
  return project === null || may("see") ? "denied" : "hidden";
}

function wordsOf(outcome: Exclude<Outcome, "done">, { denied, hidden = denied }: Way): RegExp | null {
  switch (outcome) {
    case "denied":
      return denied;
    case "hidden":
      return hidden;
    case "guest":
      return denied === null ? null : /Guests of this workspace cannot use the bot/;
    case "stranger":
      return /another workspace/;
    case "nobody":
      return null;
  }
}

const ownerFor = ({ isOwner }: Kind) => (isOwner ? "ada@acme.test" : "grace@acme.test");

/** A project with a title that no other resembles, and nothing of earlier cases left to wait for. */
async function newCase(kind: Kind, project: object): Promise<About> {
  bench.rules(...EVERYTHING.map(textOf));
  for (let form = ada().form; form !== undefined; form = ada().form) await form.close({ all: true });
  for (const { id, finished } of bench.hex.workspace.runs) if (!finished) bench.hex.workspace.cancelInHex(id);
  if (last !== null) await forget(last);
  const title = `Report ${String.fromCharCode(97 + (number % 26)).repeat(4)}${++number}x`;
  const { id } = bench.hex.workspace.addProject({ ...project, title, ownerEmail: ownerFor(kind) });
  await bench.ask("projects");
  return { id, title };
}

/** Leaves nothing of a case that would take time in the others. */
async function forget({ about: { id }, surface, verb }: NonNullable<typeof last>): Promise<void> {
  bench.hex.faults.clear();
  await bench.pass(surface === "outage" ? 180_000 : 60_000, 10_000);
  if (surface === "digest") await ada().dm("digest off");
  else if (surface === "watch message") await ada().dm(`unwatch ${id}`);
  else if (surface === "trouble" || verb === "watch") {
    await ada().command(`unwatch ${id}`);
    await ada().dm(`unwatch ${id}`);
  }
}

const ada = () => bench.person("ada");

function actorOf({ who }: Kind): PersonInSlack {
  if (who === "stranger") return bench.person("stranger");
  return who === "bot" ? new PersonInSlack(bench.slack, bench.slack.otherBot, (work) => bench.meanwhile(work)) : ada();
}

/** What is new for somebody since `before`. */
function readBy(actor: PersonInSlack, before: ReadonlyMap<SlackMessage, string>, done: unknown): string {
  const isTheirs = ({ channel, user }: SlackMessage) =>
    user === actor.id || channel === bench.slack.dm(actor.person).id;
  const news = actor.sees.filter((message) => isTheirs(message) && before.get(message) !== shown(message));
  const answered = typeof done === "object" && done !== null && ("errors" in done || "options" in done);
  return [...news.map(shown), actor.form?.text ?? "", answered ? JSON.stringify(done) : ""].join("\n---\n");
}

test("the sample has every pair, every verb, and everything that people can use", () => {
  const pairs = (cases: readonly Case[]) => new Set(cases.flatMap((one) => pairsOf(dimensionsOf(one))));
  expect(pairs(SAMPLE)).toEqual(pairs(ALL_CASES));
  expect(new Set(SAMPLE.map(({ verb }) => verb))).toEqual(new Set(VERBS));
  expect(new Set(SAMPLE.map(({ surface }) => surface))).toEqual(new Set(SURFACES));
  expect(new Set(SAMPLE.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KINDS)));
});
