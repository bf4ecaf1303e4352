// Every way to do something about a run, for the table of who may.

import type { ActionId } from "../../src/slack/messages/action-ids.js";
import type { ProjectOptions } from "../sandbox/hex/server.js";
import type { OpenForm } from "../sandbox/slack/open-form.js";
import type { PersonInSlack, SlackMessage } from "../sandbox/slack/server.js";
import { type Harness, shown } from "./harness.js";

/** Something that people use in Slack: a command, a button, a form, an event, a shortcut or a picker, by its name or id. */
export type Surface =
  | `/hex ${string}`
  | `button ${ActionId}`
  | `form ${string}`
  | `event ${string}`
  | `shortcut ${string}`
  | `picker ${string}`;

/** A project of its own for each case. */
export interface About {
  id: string;
  title: string;
}

export interface Deed {
  /** What it uses. */
  of: readonly Surface[];
  /** The rights that it takes beside that to see the project. */
  takes: readonly ("run" | "publish" | "cancel")[];
  project?: ProjectOptions;
  /** Prepares, while everybody may do everything, what somebody presses or fills in. Returns the deed itself. Default: Ada. */
  prepare: (bench: Harness, about: About, who?: PersonInSlack) => Promise<() => Promise<unknown>>;
  /** Whether it has been done. */
  isDone: (bench: Harness, about: About) => boolean;
  /** What somebody reads who may not see the project. */
  hidden: RegExp;
  /** It starts a run, for which the rules may want somebody's approval. */
  starts?: true;
  /** It opens the form, with the project in it. */
  opens?: true;
  /** They know the title anyway, because they typed it or see it in the form. */
  showsTitle?: true;
}

const NO_SUCH_PROJECT = /There is no such project/;
const STALE = /This button belongs to another version/;
const NEVER_ENDS = { run: { neverEnds: true } };

/** The message that answers a command of Ada's. */
async function answerTo(bench: Harness, text: string): Promise<SlackMessage> {
  const { id } = await bench.person("ada").command(text);
  return bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
}

/** The card of a run that Grace has asked for. */
async function graceCard(bench: Harness, { id, title }: About, words: RegExp, flags = ""): Promise<SlackMessage> {
  await bench.person("grace").command(`run ${id} ${flags}`);
  const find = () => bench.cards.findLast((card) => shown(card).includes(title) && words.test(shown(card)));
  await bench.until(() => find() !== undefined);
  const card = find();
  if (card === undefined) throw new Error("there is no card");
  return card;
}

async function filledForm(bench: Harness, { id, title }: About): Promise<OpenForm> {
  const ada = bench.person("ada");
  const form = await ada.openForm(() => ada.command("run"));
  await form.pick("Project", title);
  await bench.until(() => String(form.view.view.private_metadata).includes(id));
  return form;
}

const typed = (text: (about: About) => string): Deed["prepare"] => {
  return async (bench, about, who = bench.person("ada")) =>
    () =>
      who.command(text(about));
};

/** Presses a button of the answer to a command. `button`: its text or action_id. */
const pressedIn = (text: (about: About) => string, button: string): Deed["prepare"] => {
  return async (bench, about) => {
    const answer = await answerTo(bench, text(about));
    return () => bench.person("ada").press(answer, button);
  };
};

/** Presses a button on the card of Grace's run, once the card says so. */
const pressedOnCard = (words: RegExp, button: string, flags = ""): Deed["prepare"] => {
  return async (bench, about, who = bench.person("ada")) => {
    const card = await graceCard(bench, about, words, flags);
    return () => who.press(card, button);
  };
};

const submitted = (fillings: Parameters<OpenForm["submit"]>[0] = {}): Deed["prepare"] => {
  return async (bench, about) => {
    const form = await filledForm(bench, about);
    return () => form.submit(fillings);
  };
};

/** One letter is missing, so the bot asks whether that is meant. */
const almost = ({ title }: About) => title.slice(0, -1);

const requested = (bench: Harness, { id }: About) =>
  bench.requests("runProject").filter(({ path }) => path.includes(id));
const isStarted: Deed["isDone"] = (bench, about) => requested(bench, about).length > 0;
const isStartedAgain: Deed["isDone"] = (bench, about) => requested(bench, about).length > 1;
const isCancelled: Deed["isDone"] = (bench, { id }) =>
  bench.requests("cancelRun").some(({ path }) => path.includes(id));
const hasForm: Deed["isDone"] = (bench, { id }) => bench.person("ada").form?.value("Project")[0] === id;

const DRY_RUN = { takes: ["run"], isDone: isStarted, hidden: NO_SUCH_PROJECT } as const;
const RUN = { ...DRY_RUN, starts: true } as const;
const AGAIN = { ...RUN, isDone: isStartedAgain, hidden: STALE };
const FORM = { takes: ["run"], isDone: hasForm, hidden: NO_SUCH_PROJECT, opens: true } as const;
const DRY_SUBMIT = { ...DRY_RUN, of: ["form run_form", "button form_project"], showsTitle: true } as const;
const SUBMIT = { ...DRY_SUBMIT, starts: true } as const;
const CANCEL = { takes: ["cancel"], isDone: isCancelled, project: NEVER_ENDS, hidden: STALE } as const;

export const DEEDS: Readonly<Record<string, Deed>> = {
  "/hex run with an id": { ...RUN, of: ["/hex run"], prepare: typed(({ id }) => `run ${id}`) },
  "/hex run with a title": {
    ...RUN,
    of: ["/hex run"],
    prepare: typed(({ title }) => `run ${title}`),
    hidden: /No project fits/,
    showsTitle: true,
  },
  "/hex run --publish": {
    ...RUN,
    of: ["/hex run"],
    takes: ["run", "publish"],
    prepare: typed(({ id }) => `run ${id} --publish`),
  },
  "/hex run --dry-run": { ...DRY_RUN, of: ["/hex run"], prepare: typed(({ id }) => `run ${id} --dry-run`) },
  "a mention": {
    ...RUN,
    of: ["event app_mention"],
    prepare:
      async (bench, { id }) =>
      () =>
        bench.person("ada").mention(bench.slack.channels.data, `run ${id}`),
  },
  "a direct message": {
    ...RUN,
    of: ["event message"],
    prepare:
      async (bench, { id }) =>
      () =>
        bench.person("ada").dm(`run ${id}`),
  },
  "Run in a list": {
    ...RUN,
    of: ["/hex projects", "button run_project"],
    prepare: pressedIn(({ title }) => `projects ${title}`, "Run"),
  },
  "Run… in a list": {
    ...FORM,
    of: ["button run_project_form"],
    prepare: pressedIn(({ title }) => `projects ${title}`, "Run…"),
  },
  "Run beside a project that is offered": {
    ...RUN,
    of: ["button run_chosen_project"],
    prepare: pressedIn((about) => `run ${almost(about)}`, "run_chosen_project"),
  },
  "Change inputs beside a project that is offered": {
    ...FORM,
    of: ["button change_inputs"],
    prepare: pressedIn((about) => `run ${almost(about)}`, "change_inputs"),
  },
  "Run again": { ...AGAIN, of: ["button run_again"], prepare: pressedOnCard(/Completed/, "Run again") },
  "Run again of a run that published": {
    ...AGAIN,
    of: ["button run_again"],
    takes: ["run", "publish"],
    prepare: pressedOnCard(/Completed/, "Run again", "--publish"),
  },
  "Run with changes": {
    ...FORM,
    of: ["button run_with_changes"],
    prepare: pressedOnCard(/Completed/, "Run with changes"),
    hidden: STALE,
  },
  "a project that is found on the Home tab": {
    ...FORM,
    of: ["button home_search", "event app_home_opened"],
    prepare: async (bench, { id, title }) => {
      const ada = bench.person("ada");
      await ada.openHome();
      await bench.pass(1_000);
      const home = await ada.homeShows(({ view }) => JSON.stringify(view).includes("home_search"));
      const blockId = /"block_id":"(search \d+)"/.exec(JSON.stringify(home.view))?.[1] ?? "";
      await bench.meanwhile(bench.slack.search(home, { blockId, actionId: "home_search" }, title));
      return () => ada.pressHome("home_search", { value: id });
    },
  },
  "a form that is opened again": {
    ...FORM,
    of: ["button open_draft"],
    prepare: async (bench, { title }) => {
      const list = await answerTo(bench, `projects ${title}`);
      bench.slack.faults.add({ method: "views.open", times: 1, kind: { type: "error", error: "expired_trigger_id" } });
      const { id } = await bench.person("ada").press(list, "Run…");
      const button = await bench.meanwhile(bench.slack.waitForMessage((message) => message.responseUrlOf === id));
      return () => bench.person("ada").press(button, "Open the form");
    },
  },
  "a form that is submitted": { ...SUBMIT, prepare: submitted() },
  "a form that publishes": {
    ...SUBMIT,
    takes: ["run", "publish"],
    prepare: submitted({ Options: ["Publish the results"] }),
  },
  "a form for a dry run": { ...DRY_SUBMIT, prepare: submitted({ Options: ["Dry run"] }) },
  "a form in which a link is typed": {
    ...SUBMIT,
    prepare: async (bench, { id }) => {
      const ada = bench.person("ada");
      const form = await ada.openForm(() => ada.command("run"));
      return () => form.submit({ "… or type a title, id or link": id });
    },
  },
  "/hex cancel with a run's id": {
    ...CANCEL,
    of: ["/hex cancel"],
    prepare: async (bench, about) => {
      await graceCard(bench, about, /Running/);
      const run = bench.hex.workspace.runs.find(({ projectId }) => projectId === about.id);
      return () => bench.person("ada").command(`cancel ${run?.id}`);
    },
    hidden: /did not start/,
  },
  "/hex cancel of a run that was started elsewhere": {
    ...CANCEL,
    of: ["/hex cancel"],
    prepare: async (bench, { id }) => {
      const run = bench.hex.workspace.startRun(id, { startedAt: bench.clock.now() });
      return () => bench.person("ada").command(`cancel ${run.id} ${id}`);
    },
    hidden: NO_SUCH_PROJECT,
  },
  "Cancel on a card": { ...CANCEL, of: ["button cancel_run"], prepare: pressedOnCard(/Running/, "Cancel") },
  "Cancel in a list": {
    ...CANCEL,
    of: ["/hex runs", "button cancel_hex_run"],
    prepare: async (bench, { id }) => {
      bench.hex.workspace.startRun(id, { startedAt: bench.clock.now() });
      const list = await answerTo(bench, `runs ${id}`);
      return () => bench.person("ada").press(list, "cancel_hex_run");
    },
    hidden: NO_SUCH_PROJECT,
  },
  "Cancel in a list of a run that waits": {
    ...CANCEL,
    of: ["button cancel_listed_run"],
    prepare: async (bench, about) => {
      bench.hex.workspace.kernelsBusy = bench.hex.workspace.kernelLimit;
      await graceCard(bench, about, /Waiting to start/);
      const list = await answerTo(bench, `cancel ${about.id}`);
      bench.hex.workspace.kernelsBusy = 0;
      return () => bench.person("ada").press(list, "cancel_listed_run");
    },
    isDone: (bench, { title }) =>
      bench.cards.some((card) => /will not be started|Not started/.test(shown(card)) && shown(card).includes(title)),
  },
  "Tell me": {
    of: ["button tell_me"],
    takes: [],
    project: NEVER_ENDS,
    prepare: pressedOnCard(/Running/, "Tell me"),
    isDone: (bench, { title }) =>
      bench.person("ada").sees.some((message) => shown(message).includes(`direct message when *${title}* ends`)),
    hidden: STALE,
  },
  "Look again": {
    of: ["button look_again"],
    takes: [],
    prepare: async (bench, about) => {
      bench.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" } });
      const card = await graceCard(bench, about, /Not known/);
      looks.set(about.id, bench.requests("listRuns").length);
      return () => bench.person("ada").press(card, "Look again");
    },
    isDone: (bench, { id }) => bench.requests("listRuns").length > (looks.get(id) ?? Number.POSITIVE_INFINITY),
    hidden: STALE,
  },
};

/** How often the bot had looked for runs before *Look again*, by the project's id. */
const looks = new Map<string, number>();

/** What the table leaves out, by where its tests are. */
export const ELSEWHERE: Readonly<Record<string, readonly Surface[]>> = {
  "access-runs.test.ts": [
    "button show_chosen_project",
    "button form_typed_project",
    "button open_form",
    "shortcut run_project",
    "picker form_project",
    "picker home_search",
  ],
  "access-projects.test.ts": ["button projects_previous", "button projects_next", "button other_projects"],
  "for administrators: audit.test.ts": ["/hex audit"],
  "what a conversation is told of its projects": [
    "/hex watch",
    "/hex unwatch",
    "/hex watching",
    "/hex digest",
    "button watch_chosen_project",
    "button unwatch",
    "button on_it",
    "button silence",
    "button end_silence",
  ],
  "approvals.test.ts": ["button approve_run", "button decline_run"],
  "anybody may": ["/hex status", "/hex about", "/hex help", "event app_uninstalled", "event tokens_revoked"],
};
