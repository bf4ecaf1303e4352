// Finds the project for what a person typed. An id, a link or an unmistakable name is accepted; for any other name the bot asks.

import type { Deed } from "../../audit/audit-entry.js";
import { type Among, type Match, projectMeant } from "../../catalog/match.js";
import type { VisibleProjects } from "../../catalog/visible-projects.js";
import { asHexError } from "../../hex/errors.js";
import type { Project } from "../../hex/schema.js";
import { noteAttempt } from "../access/attempts.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { unusableLinkMessage } from "../messages/answers.js";
import type { Message } from "../messages/blocks.js";
import type { Choice, Purpose } from "../messages/choice.js";
import { chooseProjectMessage, type Fit, OFFERED, wordsBesideIdMessage } from "../messages/choose-project.js";
import { withTyped } from "../messages/typed.js";
import { withoutEmojiCodes } from "../parse/emoji-codes.js";
import { isUnusable, parseProjectRef, projectIdIn, titleIn } from "../parse/project-ref.js";
import { deedOfStart } from "./demand-start.js";
import { keepChoice } from "./kept-choice.js";
import { lookForNew } from "./list-projects.js";
import { type ProjectSeen, readProject } from "./read-project.js";

/**
 * The intended project, or `null` after asking the person or telling them why there is none. `choice.text` is what they typed.
 * @throws HexError, StoreFailure
 */
export async function findProject(bot: Bot, interaction: Interaction, choice: Choice): Promise<ProjectSeen | null> {
  const { origin, host } = bot.hex;
  const words = choice.text.split(/\s+/).filter((word) => word !== "");
  const references = words.map((word) => parseProjectRef(word, origin));
  const at = references.findIndex((found) => found !== null);
  const reference = references[at] ?? null;
  if (isUnusable(reference)) {
    await interaction.respond(withTyped(unusableLinkMessage(reference, host), interaction.typed));
    return null;
  }
  if (reference !== null && words.length > 1) {
    const refusal = wordsBesideIdMessage(words[at] ?? "", words.toSpliced(at, 1).join(" "));
    await interaction.respond(withTyped(refusal, interaction.typed));
    return null;
  }
  // The id in a link decides, never its title, which may be out of date.
  const projectId = projectIdIn(reference);
  if (projectId !== null) return readProject(interaction, projectId, deedOf(choice));
  return findByName(bot, interaction, { ...choice, text: titleIn(reference) ?? words.join(" ") }, reference === null);
}

/** `isTyped` is true when the name was typed, rather than read from a link that may be old. */
async function findByName(
  bot: Bot,
  interaction: Interaction,
  typed: Choice,
  isTyped: boolean,
): Promise<ProjectSeen | null> {
  await interaction.permissions.projects.ready();
  const { choice, match } = await matchName(interaction, typed);
  const isCertain = match.kind === "exact" && isTyped && interaction.permissions.projects.isWhole;
  const meant = projectMeant(match);
  if (meant !== null && (isCertain || choice.purpose !== "run")) return meant;
  noteAttempt(interaction, deedOf(choice), { kind: "words", text: choice.text, mayBePart: choice.purpose !== "run" });
  await interaction.respond(await offer(bot, interaction, choice, match));
  return null;
}

/** What somebody wants to do to the project that they choose; `null` for reading. */
export function deedOf(choice: Choice): Deed | null {
  switch (choice.purpose) {
    case "run":
      return deedOfStart(choice.carried);
    case "runs":
      return null;
    case "cancel":
    case "watch":
      return choice.purpose;
  }
}

/** In ms. Typing nonsense again and again costs at most one request in this time. */
const LOOK_MS = 10_000;

/** Returns the choice with the part of the name that was looked up. Asks Hex where that may help: the project may be new or newly published. */
async function matchName(interaction: Interaction, typed: Choice): Promise<{ choice: Choice; match: Match }> {
  const known = matchKnown(interaction, typed);
  if (known.match.kind !== "none") return known;
  const [unpublished] = known.match.unpublished;
  await Promise.all([
    lookForNew(interaction, LOOK_MS),
    unpublished === undefined ? null : readProject(interaction, unpublished.id, null).catch(asHexError),
  ]);
  return matchKnown(interaction, typed);
}

/** Slack writes an emoji as `:rocket:`, which no title in Hex contains. */
function matchKnown({ permissions: { projects } }: Interaction, choice: Choice): { choice: Choice; match: Match } {
  const among = AMONG[choice.purpose];
  const match = projects.match(choice.text, among);
  const text = withoutEmojiCodes(choice.text);
  if (match.kind !== "none" || text === "" || text === choice.text) return { choice, match };
  return { choice: { ...choice, text }, match: projects.match(text, among) };
}

/** Runs of a project that is no longer published can still be viewed and cancelled. */
const AMONG: Record<Purpose, Among> = { run: "runnable", runs: "listed", cancel: "listed", watch: "listed" };

/** The visible projects to which somebody may do what they are choosing a project for. */
function usable({ permissions }: Interaction, choice: Choice): VisibleProjects {
  switch (choice.purpose) {
    case "run":
      return choice.carried.publish ? permissions.projectsTo("run", "publish") : permissions.runnable;
    case "watch":
      return permissions.projectsTo("watch");
    case "runs":
    case "cancel":
      return permissions.projects;
  }
}

function offer(bot: Bot, interaction: Interaction, choice: Choice, match: Match): Promise<Message> {
  switch (match.kind) {
    case "exact":
    case "one":
      return drawn(bot, interaction, { choice, fit: "one", found: [match.project] });
    case "several":
      return drawn(bot, interaction, { choice, fit: "several", found: match.projects });
    case "none":
      return drawn(bot, interaction, {
        choice,
        fit: "nearest",
        found: nearestOf(interaction, choice, match.nearest),
        unpublished: match.unpublished,
      });
  }
}

/** The nearest projects to which they may do it, or whichever are nearest if there are none. */
function nearestOf(interaction: Interaction, choice: Choice, nearest: readonly Project[]): readonly Project[] {
  const projects = usable(interaction, choice);
  if (nearest.every(({ id }) => projects.has(id))) return nearest;
  const match = projects.match(choice.text, AMONG[choice.purpose]);
  return match.kind === "none" && match.nearest.length > 0 ? match.nearest : nearest;
}

/** Other projects that may be meant, besides those already shown: see `othersSchema`. @throws StoreFailure */
export async function otherProjects(
  bot: Bot,
  interaction: Interaction,
  choice: Choice,
  passed: readonly string[],
): Promise<Message> {
  await interaction.permissions.projects.ready();
  // The known projects are worth showing, whatever Hex answers.
  await lookForNew(interaction, LOOK_MS).catch(asHexError);
  const found = suggested(interaction, choice, passed);
  return drawn(bot, interaction, { choice, fit: "others", found, passed });
}

/** One more than a message offers, without those that were passed over. */
function suggested(interaction: Interaction, choice: Choice, passed: readonly string[]): Project[] {
  const most = passed.length + OFFERED + 1;
  const suggestions = usable(interaction, choice).suggest(choice.text, most, AMONG[choice.purpose]);
  return suggestions.filter(({ id }) => !passed.includes(id));
}

interface Found {
  choice: Choice;
  fit: Fit;
  /** All projects that fit, best first. */
  found: readonly Project[];
  unpublished?: readonly Project[];
  passed?: readonly string[];
}

async function drawn(
  bot: Bot,
  interaction: Interaction,
  { choice, fit, found, unpublished = [], passed = [] }: Found,
): Promise<Message> {
  const { projects: known } = interaction.permissions;
  const nonce = bot.newNonce();
  await keepChoice(bot, nonce, choice);
  const projects = usable(interaction, choice);
  const fitting = found.filter(({ id }) => projects.has(id));
  const isDenied = fitting.length === 0 && found.length > 0;
  const offered = isDenied ? found : fitting;
  const shown = offered.slice(0, OFFERED);
  const seen = [...passed, ...shown.map(({ id }) => id)];
  const answer = chooseProjectMessage({
    choice,
    fit: fit === "several" && offered.length === 1 ? "one" : fit,
    projects: shown,
    total: offered.length,
    isDenied,
    denied: found.length - offered.length,
    hasOthers: suggested(interaction, choice, seen).length > 0,
    passed,
    unpublished,
    known: known.isWhole ? null : known.size,
    nonce,
    place: bot.hex.place.now,
  });
  // Otherwise, the buttons keep it.
  return isDenied || shown.length === 0 ? withTyped(answer, interaction.typed) : answer;
}
