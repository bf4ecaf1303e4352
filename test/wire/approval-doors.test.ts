// Every way to start a run, under a rule that wants somebody's approval: the run waits for it, and starts once it is given.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { elementsOf } from "../sandbox/slack/elements.js";
import { recordsAt } from "../sandbox/slack/json.js";
import { type About, DEEDS, type Deed } from "./access-deeds.js";
import { buttonsOf, Harness, shown } from "./harness.js";

const ALL = "{ allow: [see, run, publish], people: everyone }";

let bench: Harness;
beforeAll(async () => {
  bench = await Harness.start("http");
  bench.hex.workspace.rateLimits.enabled = false;
});
afterAll(() => bench.stop());

const ada = () => bench.person("ada");
const grace = () => bench.person("grace");

interface Door {
  takes: Deed["takes"];
  project?: Deed["project"];
  prepare: (about: About) => Promise<() => Promise<unknown>>;
}

/** A form that was opened in some way is submitted. */
async function submits(act: () => Promise<unknown>): Promise<() => Promise<unknown>> {
  const form = await ada().openForm(act);
  return () => form.submit();
}

/** Forms that nobody opens for a certain project. */
const withProject = (open: () => Promise<unknown>) => async (about: About) => {
  const form = await ada().openForm(open);
  await form.pick("Project", about.title);
  await bench.until(() => String(form.view.view.private_metadata).includes(about.id));
  return () => form.submit();
};

const ofDeeds = Object.entries(DEEDS).flatMap(([name, deed]): [string, Door][] => {
  const { takes, project, opens, starts } = deed;
  const prepare = (about: About) => deed.prepare(bench, about);
  const all = { takes, ...(project === undefined ? {} : { project }) };
  if (starts) return [[name, { ...all, prepare }]];
  return opens ? [[`${name}, submitted`, { ...all, prepare: async (about) => submits(await prepare(about)) }]] : [];
});

const DOORS: Readonly<Record<string, Door>> = {
  ...Object.fromEntries(ofDeeds),
  "a mention with --publish": {
    takes: ["run", "publish"],
    prepare:
      async ({ id }) =>
      () =>
        ada().mention(bench.slack.channels.data, `run ${id} --publish`),
  },
  "a direct message with --publish": {
    takes: ["run", "publish"],
    prepare:
      async ({ id }) =>
      () =>
        ada().dm(`run ${id} --publish`),
  },
  "the shortcut's form": { takes: ["run"], prepare: withProject(() => ada().shortcut("run_project")) },
  "the Home tab's empty form": {
    takes: ["run"],
    prepare: withProject(async () => {
      await ada().openHome();
      await ada().homeShows(({ view }) => JSON.stringify(view).includes("open_form"));
      await ada().pressHome("open_form");
    }),
  },
  "Run again on the Home tab": {
    takes: ["run"],
    prepare: async ({ id, title }) => {
      await ada().command(`run ${id}`);
      await bench.until(() => bench.cards.some((card) => /Completed/.test(shown(card)) && shown(card).includes(title)));
      await ada().openHome();
      const isOffered = (view: object) =>
        JSON.stringify(view).includes(title) && /run_again/.test(JSON.stringify(view));
      const home = await ada().homeShows(({ view }) => isOffered(view));
      // The latest run comes first.
      const [again] = [...elementsOf(recordsAt(home.view, "blocks"))].filter(
        ({ element }) => element.action_id === "run_again",
      );
      return () => ada().pressHome("run_again", { value: String(again?.element.value) });
    },
  },
};

let number = 0;

/** A project with a title that no other resembles, and nothing of earlier cases left to wait for. */
async function newCase(project: object): Promise<About> {
  bench.policy = null;
  for (let form = ada().form; form !== undefined; form = ada().form) await form.close({ all: true });
  await bench.pass(60_000, 10_000);
  const title = `Report ${String.fromCharCode(97 + (number % 26)).repeat(4)}${++number}x`;
  const { id } = bench.hex.workspace.addProject({ ...project, title });
  await bench.ask("projects");
  return { id, title };
}

const CASES = Object.entries(DOORS).flatMap(([name, door]) => door.takes.map((verb) => ({ name, verb, door })));

test.each(CASES)("$name, when $verb needs an approval", async ({ verb, door }) => {
  const about = await newCase(door.project ?? {});
  const act = await door.prepare(about);
  const started = () => bench.starts.filter(({ path }) => path.includes(about.id)).length;
  const before = started();
  bench.rules(`{ allow: ${verb}, people: everyone, needs: approval by ${grace().id} }`, ALL);
  await act();
  const asked = () =>
    grace().sees.findLast((one) => buttonsOf(one).includes("approve_run") && shown(one).includes(about.title));
  await bench.until(() => asked() !== undefined);
  await bench.pass(60_000, 10_000);
  expect(started()).toBe(before);
  const question = asked();
  if (question === undefined) throw new Error("nobody is asked any more");
  await grace().press(question, "Approve");
  await bench.until(() => started() === before + 1);
});

describe("the table", () => {
  test("has every deed that asks Hex for a run", () => {
    const others = Object.entries(DEEDS).filter(
      ([, { takes, starts, opens }]) => takes[0] === "run" && !starts && !opens,
    );
    // They start nothing.
    expect(others.map(([name]) => name)).toEqual(["/hex run --dry-run", "a form for a dry run"]);
  });
});
