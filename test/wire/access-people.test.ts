// Every kind of person, on every kind of surface, with every verb, under rules that name one kind of people and under none: a sample
// that has each pair of these. All of them together are judged in test/access/rights-table.test.ts.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VERBS, type Verb } from "../../src/access/policy.js";
import { allPairs, pairsOf } from "../all-pairs.js";
import { PersonInSlack, type SlackMessage } from "../sandbox/slack/server.js";
import { type About, DEEDS, type Deed } from "./access-deeds.js";
import { Harness, shown } from "./harness.js";

const GROUP = "S0DATATEAM1";
const TERMS = ["everyone", "members", "guests", "admins", "owner", GROUP] as const;
type Term = (typeof TERMS)[number];

type Surface = "command" | "mention" | "direct message" | "list" | "card" | "alert" | "form" | "Home";

interface Kind {
  /** Those of the people in rules that mean them. */
  is: readonly Term[];
  role?: "guest" | "admin";
  isOfGroup?: true;
  isOwner?: true;
  /** Who it is in the local Slack. Default: Ada. */
  who?: "stranger" | "bot";
  /** All that Slack lets them use. Default: everything. */
  uses?: readonly Surface[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  member: { is: ["everyone", "members"] },
  guest: { is: ["everyone", "guests"], role: "guest" },
  administrator: { is: ["everyone", "members", "admins"], role: "admin" },
  "one of a group": { is: ["everyone", "members", GROUP], isOfGroup: true },
  owner: { is: ["everyone", "members", "owner"], isOwner: true },
  "somebody of another workspace": { is: [], who: "stranger", uses: ["mention", "card", "alert"] },
  "another app's bot": { is: [], who: "bot", uses: ["mention"] },
};

interface Way extends Pick<Deed, "prepare" | "project"> {
  surface: Surface;
  verb: Verb;
  /** What they read who may: what the answer says, or else what happened. */
  done: RegExp | Deed["isDone"];
  /** What they read who may not. */
  denied: RegExp;
}

const DENIED = /You may not/;

/** What is typed for each verb. */
const TYPED: Readonly<
  Partial<Record<Verb, Omit<Way, "surface" | "verb" | "prepare"> & { text: (about: About) => string }>>
> = {
  see: { text: ({ title }) => `projects ${title}`, done: /\*1 project\*/, denied: /No project fits/ },
  run: { text: ({ id }) => `run ${id}`, done: hasStarted, denied: DENIED },
  publish: { text: ({ id }) => `run ${id} --publish`, done: hasStarted, denied: DENIED },
  watch: { text: ({ id }) => `watch ${id}`, done: /from now on/, denied: DENIED },
  administer: { text: () => "audit 1", done: /npm run audit|Nothing/, denied: DENIED },
};

function hasStarted(bench: Harness, { id }: About): boolean {
  return bench.requests("runProject").some(({ path }) => path.includes(id));
}

const typedWays = Object.entries(TYPED).flatMap(([verb, { text, ...rest }]): Way[] => {
  const way = (surface: Surface, act: (bench: Harness, who: PersonInSlack, text: string) => Promise<unknown>): Way => ({
    ...rest,
    surface,
    verb: VERBS.find((one) => one === verb) ?? "see",
    prepare:
      async (bench, about, who = bench.person("ada")) =>
      () =>
        act(bench, who, text(about)),
  });
  return [
    way("command", (_, who, words) => who.command(words)),
    way("mention", (bench, who, words) => who.mention(bench.slack.channels.data, words)),
    way("direct message", (_, who, words) => who.dm(words)),
  ];
});

function deedWay(name: string, surface: Surface, verb: Verb): Way {
  const deed = DEEDS[name];
  if (deed === undefined) throw new Error(`There is no deed "${name}"`);
  return { ...deed, surface, verb, done: deed.isDone, denied: verb === "see" ? deed.hidden : DENIED };
}

const onAlert: Way = {
  surface: "alert",
  verb: "silence",
  denied: DENIED,
  done: /You are on it/,
  prepare: async (bench, { id, title }, who = bench.person("ada")) => {
    await bench.person("ada").command(`watch ${id}`);
    await bench.pass(5_000);
    bench.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    await bench.until(() => alertAbout(bench, title) !== undefined, 5_000);
    const alert = alertAbout(bench, title);
    if (alert === undefined) throw new Error("there is no alert");
    return () => who.press(alert, "on_it");
  },
};

function alertAbout(bench: Harness, title: string): SlackMessage | undefined {
  return bench.cards.findLast((message) => shown(message).includes(title) && shown(message).includes("I'm on it"));
}

const WAYS: readonly Way[] = [
  ...typedWays,
  deedWay("/hex cancel of a run that was started elsewhere", "command", "cancel"),
  deedWay("Run in a list", "list", "run"),
  deedWay("Cancel in a list", "list", "cancel"),
  deedWay("Run again", "card", "run"),
  deedWay("Run again of a run that published", "card", "publish"),
  deedWay("Cancel on a card", "card", "cancel"),
  deedWay("Tell me", "card", "see"),
  deedWay("a form that is submitted", "form", "run"),
  deedWay("a form that publishes", "form", "publish"),
  deedWay("a project that is found on the Home tab", "Home", "run"),
  onAlert,
];

interface Case {
  kind: string;
  way: Way;
  /** Whom the rule names that gives the right; `null` for no policy. */
  named: Term | null;
}

const dimensionsOf = ({ kind, way, named }: Case) => [kind, way.surface, way.verb, named ?? "no policy"];

const ALL_CASES = Object.entries(KINDS).flatMap(([kind, { uses }]) =>
  WAYS.filter(({ surface }) => uses === undefined || uses.includes(surface)).flatMap((way) =>
    [...TERMS, null]
      .filter((named) => way.verb !== "administer" || named !== "owner")
      .map((named): Case => ({ kind, way, named })),
  ),
);
const SAMPLE = allPairs(ALL_CASES, dimensionsOf);

type Outcome = "done" | "denied" | "guest" | "stranger" | "silence";

const WORDS: Readonly<Record<"guest" | "stranger", RegExp>> = {
  guest: /Guests of this workspace cannot use the bot/,
  stranger: /another workspace/,
};

function outcomeOf({ kind, named }: Case): Outcome {
  const { is = [], who, role } = KINDS[kind] ?? {};
  if (who !== undefined) return who === "bot" ? "silence" : "stranger";
  if (named === null) return role === "guest" ? "guest" : "done";
  return is.includes(named) ? "done" : "denied";
}

function rulesFor({ way: { verb }, named }: Case): string[] {
  const verbs = verb === "publish" ? "[run, publish]" : verb;
  const gives = `{ allow: ${verbs}, people: ${named} }`;
  return verb === "see" ? [gives] : [gives, "{ allow: see, people: everyone }"];
}

let bench: Harness;
let number = 0;

beforeAll(async () => {
  bench = await Harness.start("http");
  bench.hex.workspace.rateLimits.enabled = false;
  bench.slack.invite(bench.slack.channels.data, bench.slack.otherBot);
});
afterAll(() => bench.stop());

async function newProject({ isOwner }: Kind, project: object): Promise<About> {
  for (let form = ada().form; form !== undefined; form = ada().form) await form.close({ all: true });
  for (const { id, finished } of bench.hex.workspace.runs) if (!finished) bench.hex.workspace.cancelInHex(id);
  await bench.pass(60_000, 10_000);
  const title = `Report ${String.fromCharCode(97 + (number % 26)).repeat(4)}${++number}x`;
  const ownerEmail = isOwner ? "ada@acme.test" : "grace@acme.test";
  const { id } = bench.hex.workspace.addProject({ ...project, title, ownerEmail });
  await bench.ask("projects");
  return { id, title };
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
  const errors = typeof done === "object" && done !== null && "errors" in done ? JSON.stringify(done.errors) : "";
  return [...news.map(shown), actor.form?.text ?? "", errors].join("\n---\n");
}

describe.each(Object.entries(KINDS))("%s", (kind, facts) => {
  beforeAll(async () => {
    const { roles, groups, people } = bench.slack;
    roles.clear();
    if (facts.role !== undefined) roles.set(people.ada.id, facts.role);
    groups.set(GROUP, new Set(facts.isOfGroup ? [people.ada.id] : []));
    // What Slack said of the kind before is asked again after five minutes.
    await bench.pass(6 * 60_000, 30_000);
  });

  const cases = SAMPLE.filter((one) => one.kind === kind).map((one): [string, string, string, Case] => [
    one.way.verb,
    one.way.surface,
    one.named ?? "no rules",
    one,
  ]);

  test.each(cases)("%s by %s (%s)", async (_verb, _surface, _named, one) => {
    const { prepare, project, done, denied } = one.way;
    const actor = actorOf(facts);
    bench.rules("{ allow: [see, run, publish, cancel, watch, silence, administer], people: everyone }");
    const about = await newProject(facts, project ?? {});
    const act = await prepare(bench, about, actor);
    const before = new Map(actor.sees.map((message) => [message, shown(message)]));
    const asked = bench.asked.length;
    if (one.named === null) bench.policy = null;
    else bench.rules(...rulesFor(one));
    const acted = await act();
    const read = () => readBy(actor, before, acted);
    const reads = (words: RegExp) =>
      bench.until(() => words.test(read()), 0).catch(() => expect(read()).toMatch(words));
    const outcome = outcomeOf(one);
    if (outcome === "done" && !(done instanceof RegExp)) return bench.until(() => done(bench, about), 0);
    if (outcome === "done" && done instanceof RegExp) return reads(done);
    if (outcome === "silence") {
      await bench.pass(3_000);
      expect(read()).not.toMatch(/\w/);
    } else if (outcome !== "done") await reads(outcome === "denied" ? denied : WORDS[outcome]);
    expect(bench.asked.slice(asked).filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

test("the sample has every pair, every verb and every surface", () => {
  const pairs = (cases: readonly Case[]) => new Set(cases.flatMap((one) => pairsOf(dimensionsOf(one))));
  expect(pairs(SAMPLE)).toEqual(pairs(ALL_CASES));
  expect(new Set(WAYS.map(({ verb }) => verb))).toEqual(new Set(VERBS));
  for (const verb of VERBS) {
    const kinds = SAMPLE.filter(({ way }) => way.verb === verb).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["member", "guest", "administrator", "one of a group", "owner"]));
  }
});
