// Every way to do something about a run, for people who may and people who may not: what they read, and that nothing reaches Hex.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, shown } from "./harness.js";

let bench: Harness;
let number = 0;

/** Everybody may do everything, and so no rule is in the way of what a deed needs. */
const ALL = "{ allow: [see, run, publish, cancel, watch, silence, administer], people: everyone }";
const SEE = "{ allow: see, people: everyone }";

/** A project of its own for each case. */
interface Case {
  id: string;
  title: string;
}

/** Prepares what a person presses or fills in while everybody may do everything, and returns the deed itself. */
type Prepare = (about: Case) => Promise<() => Promise<unknown>>;

interface Deed {
  /** The rights that it takes beside that to see the project. */
  takes: readonly ("run" | "publish" | "cancel")[];
  prepare: Prepare;
  /** Whether it has been done. */
  isDone: (about: Case) => boolean;
  /** What somebody reads who may not see the project. */
  hidden?: RegExp;
  /** They know the title anyway, because they typed it or see it in the form. */
  showsTitle?: true;
}

const NO_SUCH_PROJECT = /There is no such project/;
const STALE = /This button belongs to another version/;

beforeAll(async () => {
  bench = await Harness.start("http");
  bench.hex.workspace.rateLimits.enabled = false;
});
afterAll(() => bench.stop());

const ada = () => bench.person("ada");
const answers = () => ada().sees.map((message) => ({ message, text: shown(message) }));
const started = ({ id }: Case) => bench.starts.some(({ path }) => path.includes(id));
const dryRun = ({ id }: Case) => bench.requests("runProject").some(({ path }) => path.includes(id));
const formFor = ({ id }: Case) => ada().form?.value("Project")[0] === id;

/** The message with this button that somebody sees in answer to a command. */
async function answerTo(text: string): Promise<SlackMessage> {
  const { id } = await ada().command(text);
  return bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
}

async function cardOf(about: Case, words: RegExp): Promise<SlackMessage> {
  const find = () => bench.cards.findLast((card) => shown(card).includes(about.title) && words.test(shown(card)));
  await bench.until(() => find() !== undefined);
  const card = find();
  if (card === undefined) throw new Error("there is no card");
  return card;
}

/** The card of a run that somebody else asked for. */
async function endedRun(about: Case, flags = ""): Promise<SlackMessage> {
  await bench.person("grace").command(`run ${about.id} ${flags}`);
  return cardOf(about, /Completed/);
}

const openForm = () => ada().openForm(() => ada().command("run"));

async function filledForm({ title, id }: Case): Promise<OpenForm> {
  const form = await openForm();
  await form.pick("Project", title);
  await bench.until(() => JSON.stringify(form.view.view.private_metadata).includes(id));
  return form;
}

const typed = (text: (about: Case) => string): Prepare => {
  return async (about) => () => ada().command(text(about));
};

const STARTS: Record<string, Deed> = {
  "/hex run with an id": { takes: ["run"], prepare: typed(({ id }) => `run ${id}`), isDone: started },
  "/hex run with a title": {
    takes: ["run"],
    prepare: typed(({ title }) => `run ${title}`),
    isDone: started,
    hidden: /No project fits/,
    showsTitle: true,
  },
  "/hex run --publish": {
    takes: ["run", "publish"],
    prepare: typed(({ id }) => `run ${id} --publish`),
    isDone: started,
  },
  "/hex run --dry-run": { takes: ["run"], prepare: typed(({ id }) => `run ${id} --dry-run`), isDone: dryRun },
  "a mention": {
    takes: ["run"],
    prepare:
      async ({ id }) =>
      () =>
        ada().mention(bench.slack.channels.data, `run ${id}`),
    isDone: started,
  },
  "Run in a list": {
    takes: ["run"],
    prepare: async ({ title }) => {
      const list = await answerTo(`projects ${title}`);
      return () => ada().press(list, "Run");
    },
    isDone: started,
  },
  "Run… in a list": {
    takes: ["run"],
    prepare: async ({ title }) => {
      const list = await answerTo(`projects ${title}`);
      return () => ada().press(list, "run_project_form");
    },
    isDone: formFor,
  },
  "Run of a project that is offered": {
    takes: ["run"],
    prepare: async ({ title }) => {
      const choice = await answerTo(`run ${title.slice(0, -1)}`);
      return () => ada().press(choice, "run_chosen_project");
    },
    isDone: started,
  },
  "Change inputs of a project that is offered": {
    takes: ["run"],
    prepare: async ({ title }) => {
      const choice = await answerTo(`run ${title.slice(0, -1)}`);
      return () => ada().press(choice, "change_inputs");
    },
    isDone: formFor,
  },
  "Run again": {
    takes: ["run"],
    prepare: async (about) => {
      const card = await endedRun(about);
      again.set(about.id, bench.starts.length);
      return () => ada().press(card, "Run again");
    },
    isDone: ({ id }) => bench.starts.slice(again.get(id)).some(({ path }) => path.includes(id)),
    hidden: STALE,
  },
  "Run again of a run that published": {
    takes: ["run", "publish"],
    prepare: async (about) => {
      const card = await endedRun(about, "--publish");
      again.set(about.id, bench.starts.length);
      return () => ada().press(card, "Run again");
    },
    isDone: ({ id }) => bench.starts.slice(again.get(id)).some(({ path }) => path.includes(id)),
    hidden: STALE,
  },
  "Run with changes": {
    takes: ["run"],
    prepare: async (about) => {
      const card = await endedRun(about);
      return () => ada().press(card, "Run with changes");
    },
    isDone: formFor,
    hidden: STALE,
  },
  "a form that is submitted": {
    takes: ["run"],
    prepare: async (about) => {
      const form = await filledForm(about);
      return () => form.submit();
    },
    isDone: started,
    showsTitle: true,
  },
  "a form that publishes": {
    takes: ["run", "publish"],
    prepare: async (about) => {
      const form = await filledForm(about);
      return () => form.submit({ Options: "Publish the results" });
    },
    isDone: started,
    showsTitle: true,
  },
  "a form for a dry run": {
    takes: ["run"],
    prepare: async (about) => {
      const form = await filledForm(about);
      return () => form.submit({ Options: "Dry run" });
    },
    isDone: dryRun,
    showsTitle: true,
  },
};
/** How many runs had been started before *Run again*, by the project's id. */
const again = new Map<string, number>();

interface WhoMay {
  /** `takes` is the list of rights. */
  rules: (takes: string, about: Case) => string[];
  outcome: "done" | "denied" | "hidden";
  /** For deeds that take several rights. */
  isOfSeveral?: true;
}

/** Who may do what: rules for the rights that a deed takes, and what comes of it. */
const RULES: Record<string, WhoMay> = {
  "everybody may": { rules: () => [ALL], outcome: "done" },
  "nobody may": { rules: () => [SEE], outcome: "denied" },
  "one may elsewhere": {
    rules: (takes) => [SEE, `{ allow: ${takes}, people: everyone, channels: ${bench.slack.channels.team.id} }`],
    outcome: "denied",
  },
  "somebody else may": {
    rules: (takes) => [SEE, `{ allow: ${takes}, people: ${bench.slack.people.grace.id} }`],
    outcome: "denied",
  },
  "only the last right is missing": {
    rules: (takes) => {
      const last = takes.split(/\W+/).filter(Boolean).at(-1);
      return [`{ deny: ${last}, people: everyone }`, ALL];
    },
    outcome: "denied",
    isOfSeveral: true,
  },
  "the project is hidden": {
    rules: (_, { id }) => [`{ deny: see, people: everyone, projects: { id: "${id}" } }`, ALL],
    outcome: "hidden",
  },
};

describe.each(Object.entries(STARTS))("%s", (_, deed) => {
  const cases = Object.entries(RULES).filter(([, { isOfSeveral = false }]) => !isOfSeveral || deed.takes.length > 1);
  test.each(cases)("%s", async (_, { rules, outcome }) => {
    bench.policy = null;
    while (ada().form !== undefined) await ada().form?.close({ all: true });
    await bench.pass(60_000);
    const title = `Report ${String.fromCharCode(97 + (number % 26)).repeat(4)}${++number}x`;
    const about = { id: bench.hex.workspace.addProject({ title }).id, title };
    await bench.ask("projects");
    const act = await deed.prepare(about);
    const before = new Map(answers().map(({ message, text }) => [message, text]));
    const asked = bench.asked.length;
    bench.rules(...rules(`[${deed.takes.join(", ")}]`, about));
    const done = await act();
    const errors = typeof done === "object" && done !== null && "errors" in done ? JSON.stringify(done.errors) : "";
    if (outcome === "done") return bench.until(() => deed.isDone(about), 0);
    const words = outcome === "denied" ? /You may not/ : (deed.hidden ?? NO_SUCH_PROJECT);
    const read = () => [
      ...answers().flatMap(({ message, text }) => (before.get(message) === text ? [] : [text])),
      ada().form?.text ?? "",
      errors,
    ];
    await bench.until(() => read().some((text) => words.test(text)), 0).catch(() => expect(read()).toContain(words));
    if (outcome === "hidden" && !deed.showsTitle) expect(read().join("\n")).not.toContain(title);
    expect(bench.asked.slice(asked).filter(({ method }) => method !== "GET")).toEqual([]);
  });
});
