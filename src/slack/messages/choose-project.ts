// Asks which project a name means: one to confirm, several to choose from, or why there are none to offer.

import type { Button, ContextBlock, SectionBlock } from "@slack/types";
import type { z } from "zod";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { ownerOrCreator } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { ACTIONS, type ActionId } from "./action-ids.js";
import { actions, answer, button, context, lengthOf, type Message, message, section } from "./blocks.js";
import { type Choice, type chosenSchema, fitsButton, inValue, KEPT, type othersSchema } from "./choice.js";
import { LIMITS } from "./limits.js";
import { andMore, bold, code, count, date, dotted, inline, link, spoken } from "./mrkdwn.js";
import { optionsLine, titleOf } from "./run-words.js";
import { spokenNames } from "./spoken-names.js";
import { tellingTitles } from "./telling-titles.js";

/** The most projects in one message. */
export const OFFERED = 5;
/** Once this many projects were not the right one, other words help more than other projects. */
const MOST_PASSED = 15;
/** The longest title in a list and the longest name anywhere, in characters. */
const TITLE = 100;
const NAME = 120;

/**
 * How the projects fit the name. `one`: no other fits as well. `several`: they all fit equally well. `others`: somebody asked for
 * more after the first ones were not the right ones. `nearest`: none fits, and these have a similar spelling.
 */
export type Fit = "one" | "several" | "others" | "nearest";

export interface ProjectChoice {
  choice: Choice;
  fit: Fit;
  /** Best first. Those that do not fit into this message are left for the next one. */
  projects: readonly Project[];
  /** How many projects fit equally well, including these. */
  total: number;
  /** Whether the person may do to none of them what they choose one for. */
  isDenied: boolean;
  /** How many others fit equally well, but may not be chosen by this person. */
  denied: number;
  /** Whether there are more to ask for. */
  hasOthers: boolean;
  /** Ids of the projects that were shown before. */
  passed: readonly string[];
  /** Projects that would fit if they could be run. */
  unpublished: readonly Project[];
  /** How many projects are known while the bot is still reading the others; `null` when it knows them all. */
  known: number | null;
  /** Makes each button of this rendering work only once. */
  nonce: string;
  place: HexPlace;
}

export function chooseProjectMessage(view: ProjectChoice): Message {
  const [first] = view.projects;
  if (first === undefined) return noProjectMessage(view);
  return view.fit === "one" ? confirmMessage(view, first) : listMessage(view, view.projects);
}

function confirmMessage(view: ProjectChoice, project: Project): Message {
  const { choice, place, known, isDenied } = view;
  const { ask } = WORDS[wayOf(choice)];
  const title = titleOf(project);
  const owner = ownerOrCreator(project);
  const by = owner === null ? "" : ` (${inline(owner, 80)})`;
  const name = `*${link(projectUrl(place, project), title, 150)}*`;
  const others = othersButton(view, [project], "Not this one");
  if (isDenied) {
    const text = `You may not ${mayOf(choice)} ${inline(title, 150)} here.`;
    return message(text, [section(`${name}${by}\n${deniedLine(choice, "it")}`), actions(others), knownContext(known)]);
  }
  return message(`${ask} ${inline(title, 150)}?`, [
    section(`${ask} ${name}?${by} · ${whenPublished(project)}`),
    carriedContext(choice),
    actions(takeButton(view, project), changeButton(view, project), others),
    deniedContext(view),
    knownContext(known),
  ]);
}

function listMessage(view: ProjectChoice, projects: readonly Project[]): Message {
  const { fit, choice, total, known, unpublished, place, isDenied } = view;
  const heads = isDenied ? DENIED_HEADS : HEADS;
  const head = heads[fit](choice.text, total);
  const more = fit === "several" && total > projects.length ? total - projects.length : 0;
  const lines = projectBlocks(view, projects);
  const blocks = [
    section(isDenied ? `${head}\n${deniedLine(choice, projects.length === 1 ? "it" : "them")}` : head),
    isDenied ? null : carriedContext(choice),
    ...lines,
    unpublishedBlock(unpublished, place),
    actions(othersButton(view, projects, "None of these")),
    more > 0
      ? context(
          `${count(more, "other")} ${more === 1 ? "fits" : "fit"} too. Add another word of the title to narrow it down.`,
        )
      : null,
    deniedContext(view),
    knownContext(known),
  ];
  if (projects.length > 1 && lengthOf(blocks) > LIMITS.messageBlocksText) {
    return listMessage({ ...view, hasOthers: true }, projects.slice(0, -1));
  }
  return message(spoken(head), blocks);
}

const HEADS: Record<Fit, (text: string, total: number) => string> = {
  one: (text) => `*One project fits* ${code(text, NAME)}:`,
  several: (text, total) => `*${count(total, "project")} fit* ${code(text, NAME)}. Which one?`,
  others: (text) => `*Other projects that you may have meant by* ${code(text, NAME)}. Which one?`,
  nearest: (text) => `*No project fits* ${code(text, NAME)}. Did you mean one of these?`,
};

/** For projects that there is nothing to choose from. */
const DENIED_HEADS: typeof HEADS = {
  one: (text) => `*One project fits* ${code(text, NAME)}.`,
  several: (text, total) => `*${count(total, "project")} fit* ${code(text, NAME)}.`,
  others: (text) => `*Other projects that you may have meant by* ${code(text, NAME)}.`,
  nearest: (text) => `*No project fits* ${code(text, NAME)}. The nearest by spelling:`,
};

/** `which`: it or them. */
function deniedLine(choice: Choice, which: string): string {
  return `:lock: You may not ${mayOf(choice)} ${which} here. If you need to, ask whoever looks after the bot.`;
}

function deniedContext({ choice, denied }: ProjectChoice): ContextBlock | null {
  if (denied === 0) return null;
  return context(
    `:lock: ${count(denied, "other")} also ${denied === 1 ? "fits" : "fit"}, but you may not ${mayOf(choice)} ${denied === 1 ? "it" : "them"} here.`,
  );
}

/** What somebody chooses a project for. */
function mayOf(choice: Choice): string {
  return choice.purpose === "run" && choice.carried.publish ? "run and publish" : WORDS[wayOf(choice)].may;
}

/** Says that there is nothing to offer. */
function noProjectMessage({ choice, fit, unpublished, known, place }: ProjectChoice): Message {
  const none = unpublished.length > 0 ? "No published project fits" : "No project fits";
  const what = fit === "others" ? "No other project fits" : none;
  const head = `*${what}* ${code(choice.text, NAME)}.`;
  const blocks =
    unpublished.length > 0
      ? [section(head), unpublishedBlock(unpublished, place), section(`If you meant another one, try ${OTHER_WAYS}`)]
      : [section(`${head}\nTry ${OTHER_WAYS}`)];
  return message(spoken(head), [...blocks, knownContext(known)]);
}

const OTHER_WAYS =
  "other words of its title, use its id or its link from the address bar in Hex, or look through `/hex projects`.";

/** The answer to an id or a link together with other words: the bot would have to guess which of them counts. */
export function wordsBesideIdMessage(id: string, words: string): Message {
  return answer(
    `${code(id, NAME)} is an id or a link. What is ${code(words, NAME)} for?\nWrite either the project's name, or its id or link. A value with spaces needs quotes: \`name="two words"\`. _Nothing was done._`,
  );
}

/** Replaces the choice once it was made. `title` is the project's. */
export function chosenMessage(title: string, isAwaiting: boolean): Message {
  if (isAwaiting) {
    return answer(
      `Somebody has to approve ${bold(title, NAME)} first. Its card and \`/hex runs\` show how it is going.`,
    );
  }
  return answer(`Asking Hex to run ${bold(title, NAME)}. Its card and \`/hex runs\` show how it is going.`);
}

/** The answer to a button whose stored choice is no longer kept. */
export function choiceGoneMessage(): Message {
  return answer(
    "What you typed was too long for a button, so the bot kept it for a day, and that day is over. _Nothing was started._\nType the command again.",
  );
}

function projectBlocks(view: ProjectChoice, projects: readonly Project[]): SectionBlock[] {
  const titles = tellingTitles(projects.map(titleOf), TITLE);
  const names = spokenNames(projects);
  const lines = projects.map((project, at) => ({ title: titles[at] ?? "", details: detailsOf(project) }));
  return projects.map((project, at) => {
    const { title, details } = lines[at] ?? { title: "", details: "" };
    const isTwin = lines.some((other, index) => index !== at && other.title === title && other.details === details);
    const id = isTwin ? ` · ${code(project.id, 60)}` : "";
    const name = `*${link(projectUrl(view.place, project), title, TITLE)}*`;
    return section(`${name}\n${details}${id}`, view.isDenied ? undefined : takeButton(view, project, names[at]));
  });
}

/** What distinguishes projects with similar titles. */
function detailsOf(project: Project): string {
  const { categories, status } = project;
  const names = categories.slice(0, 2).map(({ name }) => inline(name, 30));
  return dotted(
    inline(ownerOrCreator(project) ?? "no owner", 60),
    names.length === 0 ? null : names.join(", "),
    status === null ? null : code(status.name, 30),
    whenPublished(project),
  );
}

function whenPublished({ lastPublishedAt }: Project): string {
  return lastPublishedAt === null ? "not published" : `published ${date(lastPublishedAt, "{date_short_pretty}")}`;
}

const UNPUBLISHED_SHOWN = 3;

/** Projects that somebody may have meant, and why they cannot be run. */
function unpublishedBlock(projects: readonly Project[], place: HexPlace): SectionBlock | null {
  if (projects.length === 0) return null;
  const titles = projects.map((project) => `*${link(projectUrl(place, project), titleOf(project), TITLE)}*`);
  return section(
    `${andMore(titles, UNPUBLISHED_SHOWN).join(", ")}: *not published*, so there is nothing to run. Open it in Hex, press Publish, and try again.`,
  );
}

/** What was typed after the name. */
function carriedContext(choice: Choice): ContextBlock | null {
  if (choice.purpose !== "run") return null;
  const { dryRun, ...options } = choice.carried;
  const line = optionsLine(options);
  const isDry = dryRun ? "*Dry run* asks Hex whether the run would start, without starting it." : null;
  return context(isDry, line === null ? null : `With what you typed: ${line}`);
}

function knownContext(known: number | null): ContextBlock | null {
  return known === null
    ? null
    : context(`${count(known, "project")} known so far: the bot is still reading the others from Hex.`);
}

type Way = Choice["purpose"] | "dry_run";

function wayOf(choice: Choice): Way {
  return choice.purpose === "run" && choice.carried.dryRun ? "dry_run" : choice.purpose;
}

/** `ask` goes before the title and a question mark, and `may` after "You may not". */
const WORDS: Record<Way, { ask: string; label: string; may: string; action: ActionId }> = {
  run: { ask: "Run", label: "Run", may: "run", action: ACTIONS.runChosen },
  dry_run: { ask: "Dry run of", label: "Dry run", may: "run", action: ACTIONS.runChosen },
  runs: { ask: "Show the runs of", label: "Show runs", may: "see the runs of", action: ACTIONS.showChosen },
  cancel: { ask: "Cancel a run of", label: "Runs in flight", may: "cancel runs of", action: ACTIONS.showChosen },
  watch: { ask: "Watch", label: "Watch", may: "watch", action: ACTIONS.watchChosen },
};

/** `name`: what a screen reader calls the project. */
function takeButton({ nonce, choice }: ProjectChoice, project: Project, name = titleOf(project)): Button {
  const { label, action } = WORDS[wayOf(choice)];
  const value: z.input<typeof chosenSchema> = { nonce, project: project.id, choice: inButton(choice) };
  return button({
    actionId: action,
    label,
    value: JSON.stringify(value),
    describe: `${label}: ${name}`,
  });
}

/** `null` when there are no inputs to change. */
function changeButton({ nonce, choice }: ProjectChoice, project: Project): Button | null {
  if (choice.purpose !== "run") return null;
  const value: z.input<typeof chosenSchema> = { nonce, project: project.id, choice: inButton(choice) };
  return button({
    actionId: ACTIONS.changeInputs,
    label: "Change inputs…",
    value: JSON.stringify(value),
    describe: `Change the inputs of ${titleOf(project)}`,
  });
}

/** `shown` are the projects in this message, none of them the right one. `null` when there are no others. */
function othersButton(
  { nonce, choice, passed, hasOthers }: ProjectChoice,
  shown: readonly Project[],
  label: string,
): Button | null {
  const ids = [...passed, ...shown.map(({ id }) => id)];
  if (!hasOthers || ids.length > MOST_PASSED) return null;
  const value: z.input<typeof othersSchema> = { nonce, passed: ids, choice: inButton(choice) };
  return button({ actionId: ACTIONS.otherProjects, label, value: JSON.stringify(value) });
}

function inButton(choice: Choice) {
  return fitsButton(choice) ? inValue(choice) : KEPT;
}
