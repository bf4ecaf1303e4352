// Where people meet the bot in Slack, and what they do there for each verb: for the table of who may do what where.

import type { Verb } from "../../src/access/policy.js";
import type { PersonInSlack, SlackMessage } from "../sandbox/slack/server.js";
import { type About, DEEDS, type Deed } from "./access-deeds.js";
import { type Harness, shown } from "./harness.js";

export const SURFACES = [
  ...(["command", "mention", "direct message", "link", "list", "card", "trouble", "outage"] as const),
  ...(["form", "picker", "Home", "shortcut", "digest", "watch message"] as const),
] as const;
export type Surface = (typeof SURFACES)[number];

/** Where the rules say that somebody acts who uses it. `direct`: in their direct messages with the bot. */
export const PLACES: Readonly<Record<Surface, "channel" | "direct" | "nowhere">> = {
  command: "channel",
  mention: "channel",
  "direct message": "direct",
  link: "channel",
  list: "channel",
  card: "channel",
  trouble: "channel",
  outage: "channel",
  form: "channel",
  picker: "channel",
  Home: "nowhere",
  shortcut: "nowhere",
  digest: "direct",
  "watch message": "direct",
};

export interface Way extends Pick<Deed, "prepare" | "project"> {
  /** What they read who may: what the answer says, or else what happened. */
  done: RegExp | Deed["isDone"];
  /** What they read who may not; `null` when they are told nothing at all. */
  denied: RegExp | null;
  /** What they read when the project is hidden from them. Default: as when they may not. */
  hidden?: RegExp | null;
  /** It is about no project. */
  isApart?: true;
}

const DENIED = /You may not/;
const NOT_THERE = /There is no such project/;
const STEP_MS = 5_000;
const MINUTE = 60_000;

type Typing = (bench: Harness, who: PersonInSlack, text: string) => Promise<unknown>;

const hasStarted: Deed["isDone"] = (bench, { id }) =>
  bench.requests("runProject").some(({ path }) => path.includes(id));
const isCancelled: Deed["isDone"] = (bench, { id }) =>
  bench.requests("cancelRun").some(({ path }) => path.includes(id));

/** What is typed for each verb. */
function typed(type: Typing): Partial<Record<Verb, Way>> {
  const way = (text: (about: About) => string, rest: Omit<Way, "prepare">): Way => ({
    ...rest,
    prepare:
      async (bench, about, who = bench.person("ada")) =>
      () =>
        type(bench, who, text(about)),
  });
  return {
    see: way(({ title }) => `projects ${title}`, { done: /\*1 project\*/, denied: /No project fits/ }),
    run: way(({ id }) => `run ${id}`, { done: hasStarted, denied: DENIED, hidden: NOT_THERE }),
    publish: way(({ id }) => `run ${id} --publish`, { done: hasStarted, denied: DENIED, hidden: NOT_THERE }),
    watch: way(({ id }) => `watch ${id}`, {
      done: /From now on, this conversation is told/,
      denied: DENIED,
      hidden: NOT_THERE,
    }),
    cancel: {
      project: { run: { neverEnds: true } },
      done: isCancelled,
      denied: DENIED,
      hidden: NOT_THERE,
      prepare: async (bench, { id }, who = bench.person("ada")) => {
        const run = bench.hex.workspace.startRun(id, { startedAt: bench.clock.now() });
        return () => type(bench, who, `cancel ${run.id} ${id}`);
      },
    },
    administer: way(() => "audit 1", { done: /npm run audit|Nothing/, denied: DENIED, isApart: true }),
  };
}

const byCommand: Typing = (_, who, text) => who.command(text);

/** The project by its address in Hex, which the bot reads in any text. */
function linked(verb: string, flags = ""): Way["prepare"] {
  return async (bench, { id, title }, who = bench.person("ada")) => {
    const link = `${bench.hex.origin}/acme/app/${title.replaceAll(" ", "-")}-${id}/latest`;
    return () => who.command(`${verb} ${link} ${flags}`);
  };
}

function deed(name: string, hidden?: RegExp): Way {
  const found = DEEDS[name];
  if (found === undefined) throw new Error(`There is no deed "${name}"`);
  const { takes } = found;
  return {
    ...found,
    done: found.isDone,
    denied: takes.length === 0 ? found.hidden : DENIED,
    hidden: hidden ?? found.hidden,
  };
}

/** An alert that tells that a run of the project failed. */
const onTrouble: Way = {
  denied: DENIED,
  hidden: NOT_THERE,
  done: /You are on it/,
  prepare: async (bench, { id, title }, who = bench.person("ada")) => {
    await bench.person("ada").command(`watch ${id}`);
    await bench.pass(STEP_MS);
    bench.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000, outcome: "ERRORED" });
    const alert = await awaited(bench, () => messageWith(bench, [title, "I'm on it"]));
    return () => who.press(alert, "on_it");
  },
};

/** An alert that tells that Hex does not answer. */
const onOutage: Way = {
  denied: DENIED,
  done: /You are on it/,
  isApart: true,
  prepare: async (bench, _, who = bench.person("ada")) => {
    const before = bench.cards.length;
    bench.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
    const alert = await awaited(bench, () => messageWith(bench, ["Hex", "I'm on it", "Silence"], before));
    return () => who.press(alert, "on_it");
  },
};

/** What somebody finds when they type the title into a picker. */
const searched = (open: (who: PersonInSlack) => Promise<unknown>): Way["prepare"] => {
  return async (bench, { title }, who = bench.person("ada")) => {
    const form = await who.openForm(() => open(who));
    // The first keystroke lets the bot ask Slack who this is.
    return async () => {
      await form.search("Project", title);
      await bench.pass(1_000);
      const options = await form.search("Project", title);
      return { options: options.filter((option) => option === title) };
    };
  };
};

const FOUND: Pick<Way, "done" | "denied"> = { done: /"options":\["Report/, denied: null };

/** A form of the shortcut's, in which the project is named by its id. */
const byShortcut = (publish: boolean): Way => ({
  ...deed(publish ? "a form that publishes" : "a form that is submitted"),
  hidden: NOT_THERE,
  prepare: async (bench, { id }, who = bench.person("ada")) => {
    const form = await who.openForm(() => who.shortcut("run_project"));
    const options = publish ? { Options: ["Publish the results"] } : {};
    return () => form.submit({ "… or type a title, id or link": id, ...options });
  },
});

/** Their own direct messages with the bot are told of the project at some time. */
const told = (
  ask: (about: About, now: number) => string,
  happens: (bench: Harness, about: About) => Promise<unknown>,
): Way => ({
  done: (bench, { title }) => directlyTold(bench, title),
  denied: null,
  prepare: async (bench, about, who = bench.person("ada")) => {
    const answers = bench.slack.messages.length;
    await who.dm(ask(about, bench.clock.now()));
    await bench.until(() => bench.slack.messages.slice(answers).some(({ via }) => via !== "person"), STEP_MS);
    return () => happens(bench, about);
  },
});

/** Not what is answered to a command, which tells of the watch itself. */
function directlyTold(bench: Harness, title: string): boolean {
  const { id } = bench.slack.dm(bench.slack.people.ada);
  return bench.slack.messages.some(
    (message) =>
      message.channel === id &&
      /Completed|completed|Digest|Fresh|fresh|green/.test(shown(message)) &&
      shown(message).includes(title),
  );
}

/** @param from how many cards there were before it */
function messageWith(bench: Harness, words: readonly string[], from = 0): SlackMessage | undefined {
  return bench.cards.slice(from).findLast((message) => words.every((word) => shown(message).includes(word)));
}

async function awaited<T>(bench: Harness, find: () => T | undefined): Promise<T> {
  await bench.until(() => find() !== undefined, STEP_MS);
  const found = find();
  if (found === undefined) throw new Error("it is gone again");
  return found;
}

/** What each verb is there. A verb that is not here has no way: nobody can do it there. */
export const WAYS: Readonly<Record<Surface, Partial<Record<Verb, Way>>>> = {
  command: typed(byCommand),
  mention: typed((bench, who, text) => who.mention(bench.slack.channels.data, text)),
  "direct message": typed((_, who, text) => who.dm(text)),
  link: {
    see: { prepare: linked("projects"), done: /\*1 project\*/, denied: NOT_THERE },
    run: { prepare: linked("run"), done: hasStarted, denied: DENIED, hidden: NOT_THERE },
    publish: { prepare: linked("run", "--publish"), done: hasStarted, denied: DENIED, hidden: NOT_THERE },
    watch: {
      prepare: linked("watch"),
      done: /From now on, this conversation is told/,
      denied: DENIED,
      hidden: NOT_THERE,
    },
  },
  list: { run: deed("Run in a list"), cancel: deed("Cancel in a list") },
  card: {
    see: deed("Tell me"),
    run: deed("Run again"),
    publish: deed("Run again of a run that published"),
    cancel: deed("Cancel on a card"),
  },
  trouble: { silence: onTrouble },
  outage: { silence: onOutage },
  form: { run: deed("a form that is submitted"), publish: deed("a form that publishes") },
  picker: { run: { ...FOUND, prepare: searched((who) => who.command("run")) } },
  Home: { run: deed("a project that is found on the Home tab") },
  shortcut: { run: byShortcut(false), publish: byShortcut(true) },
  digest: {
    see: told(
      ({ id }, now) => `digest ${new Date(now + 10 * MINUTE).toISOString().slice(11, 16)} UTC ${id}`,
      (bench) => bench.pass(12 * MINUTE, 30_000),
    ),
  },
  "watch message": {
    see: told(
      ({ id }) => `watch ${id} all`,
      async (bench, { id }) => {
        bench.hex.workspace.startRun(id, { trigger: "API", durationMs: 1_000 });
        await bench.pass(10 * MINUTE, 15_000);
      },
    ),
  },
};
