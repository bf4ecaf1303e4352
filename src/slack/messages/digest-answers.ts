// The answers to `/hex digest`: what is set, and what is missing.

import type { DigestChoice } from "../../follow/digest.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import type { TypedDigest } from "../parse/digest-arguments.js";
import { answer, context, type Message } from "./blocks.js";
import { andMore, code, date, inChannel, inline, inSentence, link, mention } from "./mrkdwn.js";
import { DOUBLED_ONCE } from "./repeat.js";
import { slackRemedy } from "./slack-remedies.js";
import { hiddenNote, namedNow, type Obstacle, obstacleNote, ruleWords } from "./watch-words.js";

const TITLE = 120;

/** "daily at 08:00 (Europe/Berlin)" */
function whenWords({ hour, minute, zone, weekdaysOnly }: Omit<DigestChoice, "channel" | "threadTs" | "rule">): string {
  return `${weekdaysOnly ? "Monday to Friday" : "daily"} at ${clockWords({ hour, minute })} (${inline(zone, 60)})`;
}

function clockWords({ hour, minute }: { hour: number; minute: number }): string {
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

export interface DigestSet {
  digest: DigestChoice;
  set: "new" | "changed" | "same";
  /** How many projects it shows now. */
  named: number;
  /** How many of them may not be shown in the conversation. */
  hidden: number;
  obstacle: Obstacle | null;
  /** The project of a rule that names one. */
  project: Project | null;
  /** When the next digest comes, epoch ms. */
  next: number | null;
  place: HexPlace;
}

export function digestSetMessage(settings: DigestSet): Message {
  const { digest, set, named, hidden, obstacle, project, next, place } = settings;
  const gets =
    set === "same" ? "already gets this digest" : set === "changed" ? "now gets its digest" : "gets a digest";
  const lines = [
    `:sunrise: This conversation ${gets} ${whenWords(digest)}, about ${aboutWords(digest, project, place)}.`,
    digest.rule?.kind === "project" ? null : namedWords(named),
    hiddenNote(hidden, named),
    obstacleNote(obstacle),
    next === null ? null : `The next one comes ${date(next)}.`,
    "`/hex digest` shows it now, and `/hex digest off` ends it.",
  ];
  return answer(lines.filter((line) => line !== null).join("\n"));
}

function namedWords(named: number): string {
  return named === 0 ? "No project fits that yet." : namedNow(named);
}

function aboutWords({ rule }: Pick<DigestChoice, "rule">, project: Project | null, place: HexPlace): string {
  return rule === null ? "what is watched here" : ruleWords(rule, project, place);
}

/** What is below a digest that is shown on demand. `digest`: null if none is set. */
export function digestNote(digest: (DigestChoice & { setBy: string }) | null): string {
  if (digest === null) {
    return "No digest is set here. `/hex digest 08:00` sends this every morning, `/hex digest 08:00 weekdays` from Monday to Friday.";
  }
  return `Sent ${whenWords(digest)}, set by ${mention(digest.setBy)}. \`/hex digest off\` ends it.`;
}

export function digestOffMessage(was: boolean): Message {
  const text = was ? "This conversation no longer gets a digest." : "No digest is set in this conversation.";
  return answer(was ? text : `${text} \`/hex digest 08:00\` sets one.`);
}

/** What it takes to write the command. */
type DigestWords = Omit<TypedDigest, "kind" | "rule">;

function commandOf({ hour, minute, weekdaysOnly, zone, text }: DigestWords): string {
  const words = [clockWords({ hour, minute }), weekdaysOnly ? "weekdays" : "", zone ?? "", text];
  return `/hex digest ${words.filter((word) => word !== "").join(" ")}`;
}

/** As people type it; empty for what is watched in the conversation. */
function typedRule({ rule }: Pick<DigestChoice, "rule">): string {
  switch (rule?.kind) {
    case "project":
      return rule.id;
    case "category":
      return `category:${rule.name}`;
    case "owner":
      return `owner:${rule.email}`;
    case "scheduled":
      return "scheduled";
    case undefined:
      return "";
  }
}

/** In characters. A rule takes up to 320. */
const COMMAND = 400;

export function whichZoneMessage(typed: DigestWords): Message {
  const example = code(commandOf({ ...typed, zone: "Europe/Berlin" }), COMMAND);
  return answer(
    `:earth_africa: In which time zone? Slack does not tell the bot yours. Write it after the time: ${example}`,
  );
}

/** `zone`: what was typed for it. `nearest`: the zone that may be meant. */
export function unknownZoneMessage(zone: string, nearest: string | null, typed: DigestWords): Message {
  const isOffset = /^(utc|gmt)?[+-]/i.test(zone);
  const why = isOffset
    ? `${code(zone, 60)} does not say when summer time begins. Name the zone by its region and city`
    : `The bot does not know the time zone ${code(zone, 60)}. Name it by its region and city`;
  const example = code(commandOf({ ...typed, zone: nearest ?? "Europe/Berlin" }), COMMAND);
  return answer(`:earth_africa: ${why}: ${example}`);
}

/** `typed`: all that was typed after `/hex digest`. */
export function whatTimeMessage(typed: string): Message {
  return answer(
    `At what time? Put the time first: ${code(`/hex digest 08:00 ${typed}`, COMMAND)}. \`/hex digest\` alone shows the digest now.`,
  );
}

export function noSuchTimeMessage(typed: string): Message {
  return answer(`${code(typed, 40)} is not a time of day. Write it like \`08:00\`, \`8am\` or \`17:30\`.`);
}

/** To a person who sets a digest where nothing is watched. */
export function nothingToShowMessage(typed: DigestWords): Message {
  return whatToShow("so the digest would be empty", typed);
}

/** The same, to a person who wants to see the digest now. */
export function nothingToShowNowMessage(): Message {
  return whatToShow("and no digest is set here", { hour: 8, minute: 0, weekdaysOnly: false, zone: null, text: "" });
}

function whatToShow(so: string, typed: DigestWords): Message {
  return answer(
    `Nothing is watched in this conversation, ${so}. Say which projects it should show: ${code(commandOf({ ...typed, text: "scheduled" }), COMMAND)} for all with a schedule, \`category:…\`, \`owner:…\`, or a project's name. Or begin with \`/hex watch\`.`,
  );
}

const PROJECTS_SHOWN = 5;

/** `projects`: those that may be meant, best first. */
export function whichDigestProjectMessage(typed: DigestWords, projects: readonly Project[], place: HexPlace): Message {
  const lines = projects.map(
    (project) =>
      `• *${link(projectUrl(place, project), project.title, TITLE)}*: ${code(commandOf({ ...typed, text: project.id }), COMMAND)}`,
  );
  const asked =
    lines.length === 0
      ? `No project is called ${code(typed.text, 80)}. Write its title, its id or its link.`
      : `Which project do you mean by ${code(typed.text, 80)}?\n${andMore(lines, PROJECTS_SHOWN).join("\n")}`;
  return answer(asked);
}

/** To the person who set a digest that Slack does not accept any more. `word`: Slack's error code. `isDoubled`: whether this may have been posted before. */
export function digestEndedMessage(digest: DigestChoice, word: string, isDoubled: boolean): Message {
  const { what } = slackRemedy(word);
  return answer(
    `:no_bell: The digest that you set${inChannel(digest.channel)}, ${whenWords(digest)}, has ended: ${inline(inSentence(what), 200)} (${code(word, 60)}).\nTo get it again, type ${code(commandOf({ ...digest, text: typedRule(digest) }), COMMAND)} in a conversation that the bot can write to.`,
    isDoubled ? context(DOUBLED_ONCE) : null,
  );
}
