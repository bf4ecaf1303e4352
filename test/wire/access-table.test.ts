// Every way to do something about a run, for people who may and people who may not: what they read, and that nothing reaches Hex.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/slack/listeners/commands/index.js";
import { HEARD_EVENTS } from "../../src/slack/listeners/events/index.js";
import { PICKERS } from "../../src/slack/listeners/options/index.js";
import { ACTIONS } from "../../src/slack/messages/action-ids.js";
import { SHORTCUTS, VIEWS } from "../../src/slack/messages/view-ids.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { type About, DEEDS, type Deed, ELSEWHERE } from "./access-deeds.js";
import { auditedIn } from "./audited.js";
import { Harness, shown } from "./harness.js";

const ALL = "{ allow: [see, run, publish, cancel, watch, silence, administer], people: everyone }";
const SEE = "{ allow: see, people: everyone }";

interface WhoMay {
  /** `takes` are the rights that the deed takes beside that to see the project. */
  rules: (takes: readonly string[], about: About) => string[];
  outcome: "done" | "denied" | "hidden";
  /** For deeds that take at least as many rights. */
  ofAtLeast: number;
}

let bench: Harness;

const WHO_MAY: Readonly<Record<string, WhoMay>> = {
  "everybody may": { rules: () => [ALL], outcome: "done", ofAtLeast: 0 },
  "nobody may": { rules: () => [SEE], outcome: "denied", ofAtLeast: 1 },
  "everybody may elsewhere": {
    rules: (takes) => [SEE, `{ allow: [${takes}], people: everyone, channels: ${bench.slack.channels.team.id} }`],
    outcome: "denied",
    ofAtLeast: 1,
  },
  "somebody else may": {
    rules: (takes) => [SEE, `{ allow: [${takes}], people: ${bench.slack.people.grace.id} }`],
    outcome: "denied",
    ofAtLeast: 1,
  },
  "the last right is missing": {
    rules: (takes) => [`{ deny: ${takes.at(-1)}, people: everyone }`, ALL],
    outcome: "denied",
    ofAtLeast: 2,
  },
  "the project is hidden": {
    rules: (_, { id }) => [`{ deny: see, people: everyone, projects: { id: "${id}" } }`, ALL],
    outcome: "hidden",
    ofAtLeast: 0,
  },
};

beforeAll(async () => {
  bench = await Harness.start("http");
  bench.hex.workspace.rateLimits.enabled = false;
});
afterAll(() => bench.stop());

let number = 0;

/** A project with a title that no other resembles, and nothing of earlier cases left to wait for. */
async function newCase(project: object): Promise<About> {
  bench.policy = null;
  for (let form = ada().form; form !== undefined; form = ada().form) await form.close({ all: true });
  for (const { id, finished } of bench.hex.workspace.runs) if (!finished) bench.hex.workspace.cancelInHex(id);
  await bench.pass(60_000, 10_000);
  const title = `Report ${String.fromCharCode(97 + (number % 26)).repeat(4)}${++number}x`;
  const { id } = bench.hex.workspace.addProject({ ...project, title });
  await bench.ask("projects");
  return { id, title };
}

const ada = () => bench.person("ada");

/** Ways to lack a right: each deed is tried under one of them. All are judged in test/slack/access/people-table.test.ts. */
const LACKING = ["nobody may", "everybody may elsewhere", "somebody else may"];

describe.each(Object.entries(DEEDS).map(([name, deed], at): [string, Deed, number] => [name, deed, at]))(
  "%s",
  (_, deed, at) => {
    const skipped = LACKING.filter((_name, turn) => turn !== at % LACKING.length);
    const cases = Object.entries(WHO_MAY).filter(
      ([name, { ofAtLeast }]) => deed.takes.length >= ofAtLeast && !skipped.includes(name),
    );

    test.each(cases)("%s", async (_, { rules, outcome }) => {
      const about = await newCase(deed.project ?? {});
      const act = await deed.prepare(bench, about);
      const before = new Map(ada().sees.map((message) => [message, shown(message)]));
      const asked = bench.asked.length;
      const logged = bench.log.length;
      bench.rules(...rules(deed.takes, about));
      const done = await act();
      if (outcome === "done") return bench.until(() => deed.isDone(bench, about), 0);
      const errors = typeof done === "object" && done !== null && "errors" in done ? JSON.stringify(done.errors) : "";
      // Cards go on being edited, whatever the rules say.
      const isHers = ({ channel, user }: SlackMessage) =>
        user === ada().id || channel === bench.slack.dm(ada().person).id;
      const read = () => {
        const messages = ada().sees.filter((message) => isHers(message) && before.get(message) !== shown(message));
        return [...messages.map(shown), ada().form?.text ?? "", errors].join("\n---\n");
      };
      const words = outcome === "denied" ? /You may not/ : deed.hidden;
      await bench.until(() => words.test(read()), 0).catch(() => expect(read()).toMatch(words));
      if (outcome === "hidden" && deed.showsTitle === undefined) expect(read()).not.toContain(about.title);
      expect(bench.asked.slice(asked).filter(({ method }) => method !== "GET")).toEqual([]);
      const refusals = () => auditedIn(bench.log.slice(logged)).filter(({ decision }) => decision === "refused");
      await bench.until(() => refusals().length > 0, 0);
      expect(refusals()).toMatchObject([
        { who: ada().id, project: about, result: outcome === "hidden" ? "hidden" : null },
      ]);
    });
  },
);

test("whatever people can use has an entry", () => {
  const all = [
    ...COMMANDS.map(({ name }) => `/hex ${name}`),
    ...Object.values(ACTIONS).map((id) => `button ${id}`),
    ...Object.values(VIEWS).map((id) => `form ${id}`),
    ...HEARD_EVENTS.map(({ type }) => `event ${type}`),
    ...Object.values(SHORTCUTS).map((id) => `shortcut ${id}`),
    ...PICKERS.map(({ id }) => `picker ${id}`),
  ];
  const entered = new Set<string>([
    ...Object.values(DEEDS).flatMap(({ of }) => of),
    ...Object.values(ELSEWHERE).flat(),
  ]);
  expect(all.filter((name) => !entered.has(name))).toEqual([]);
  expect([...entered].filter((name) => !all.includes(name))).toEqual([]);
});
