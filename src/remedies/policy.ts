// What is wrong with the policy file, and what to do or to write instead.

import type { PolicyTrouble } from "../access/load-policy.js";
import type { Fault, Listed, PolicyMistake } from "../access/policy-mistake.js";
import type { FileProblem } from "../access/read-policy-file.js";
import type { ShadowedRule } from "../access/shadowed-rules.js";
import type { NameKind, UncheckedNames, UnmatchedName } from "../access/unmatched-name.js";

/** Every line that there is to say about a file that cannot be used. `file` is its path. */
export function policyTroubleLines(file: string, trouble: PolicyTrouble): string[] {
  if (trouble.kind === "file") return [`${file}: ${fileProblemWords(trouble.problem)}`];
  return trouble.mistakes.map((mistake) => policyMistakeLine(file, mistake));
}

/** One sentence that says nothing of what the file holds, for a place where people read it who may not know. */
export function policyTroubleSentence(trouble: PolicyTrouble): string {
  if (trouble.kind === "file") return fileProblemWords(trouble.problem);
  const [first] = trouble.mistakes;
  const count = trouble.mistakes.length === 1 ? "1 mistake" : `${trouble.mistakes.length} mistakes`;
  return `It has ${count}${first === undefined ? "" : `, the first in line ${first.line}`}.`;
}

/** For a start with a file that cannot be used: every mistake in a line of its own. `file` is its path. */
export function unusablePolicyLines(file: string, trouble: PolicyTrouble): string {
  const lines = policyTroubleLines(file, trouble);
  const more = lines.length - MOST_LINES;
  const shown = [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`and ${more} more`] : [])];
  return [
    "The policy file cannot be used, so the bot does not start:",
    ...shown.map((line) => `  ${line}`),
    "Correct it and start again. npm run policy -- check names every mistake, and docs/access.md explains the rules.",
  ].join("\n");
}

const MOST_LINES = 100;

/** For a start without rules after one with rules. `since`: when the bot first started with rules, epoch ms. */
export function missingPolicySentence(since: number): string {
  const day = new Date(since).toISOString().slice(0, 10);
  return `Rules about who may do what have been in force since ${day}, and now there is no policy file: set HEX_BOT_POLICY to its path, or to none if everybody may do everything again; then start again`;
}

/** For a look at a file that the bot does not use, because HEX_BOT_POLICY is none. */
export function noRulesUsedSentence(file: string): string {
  return `HEX_BOT_POLICY is none, so the bot uses no rules. This is about ${file}.`;
}

function fileProblemWords(problem: FileProblem): string {
  switch (problem.kind) {
    case "missing":
      return "There is no such file. Check the path.";
    case "no_file":
      return "This is not a file. Give the path of the file itself.";
    case "unreadable":
      return `The file cannot be read (${problem.code}). Check who may read it.`;
    case "too_large":
      return `The file has more than ${problem.most} bytes. Check the path.`;
    case "no_utf8":
      return "The file is not UTF-8 text. Save it as UTF-8.";
    case "changing":
      return "The file was changing while it was read. Try again when it is complete.";
  }
}

/** One line for a terminal or a log: `policy.yml:3:12: …`. `file` is the file's name. */
export function policyMistakeLine(file: string, { line, column, fault }: PolicyMistake): string {
  return `${file}:${line}:${column}: ${wordsOf(fault)}`;
}

/** The same for a name that matches nobody and nothing: `policy.yml:3:12: …`. */
export function unmatchedNameLine(file: string, unmatched: UnmatchedName): string {
  const { line, column } = unmatched.name;
  return `${file}:${line}:${column}: ${unmatchedWords(unmatched)}`;
}

/** The same for a rule that never decides. */
export function shadowedRuleLine(file: string, { rule, by }: ShadowedRule): string {
  const { line, column, number } = rule;
  const named = by.slice(0, MOST_NAMED).map((other) => `rule ${other.number} (line ${other.line})`);
  const more = by.length > named.length ? [`${by.length - named.length} more`] : [];
  const decide = `${[...named, ...more].join(" and ")} ${by.length === 1 ? "decides" : "decide"}`;
  return `${file}:${line}:${column}: Rule ${number} never decides, because ${decide} before it. Move it further up, or remove it.`;
}

/** How many of the rules before it are named. */
const MOST_NAMED = 5;

function unmatchedWords({ name, why, meant }: UnmatchedName): string {
  const { kind, text } = name;
  const did = meant === null ? null : `Did you mean ${meantWords(kind, meant)}?`;
  switch (why) {
    case "left":
      return `${text} is the account of somebody who has left. Remove it, or name somebody else.`;
    case "bot":
      return `${text} is a bot, and bots have no rights. Remove it.`;
    case "stranger":
      return `${text} belongs to another workspace, and people from there have no rights. Remove it.`;
    case "switched_off":
      return `The user group ${text}${meant === null ? "" : ` (${meant.label ?? meant.text})`} is switched off in Slack. Switch it on again, or remove it.`;
    case "archived":
      return `The channel ${text} is archived in Slack. Remove it, or name another one.`;
    case "unknown":
      break;
  }
  switch (kind) {
    case "person":
      return `Nobody in Slack has the id ${text}. Copy it again from the person's profile.`;
    case "group":
      return `No user group in Slack has the id ${text}. ${did ?? "Copy it again from the group's page."}`;
    case "channel":
      return `The bot cannot see the channel ${text} in Slack. If it is gone, remove it. If it is private, invite the bot, or leave it as it is.`;
    case "id":
      return `No unarchived project in Hex has the id ${quoted(text)}. Copy it again from the project's address.`;
    case "owner":
      return `Nobody with the address ${quoted(text)} owns a project in Hex. ${did ?? "Has the address changed?"}`;
    default:
      return `No project in Hex has the ${kind} ${quoted(text)}. ${did ?? "Was it renamed?"}`;
  }
}

function meantWords(
  kind: UnmatchedName["name"]["kind"],
  { text, label }: { text: string; label: string | null },
): string {
  if (kind !== "group") return quoted(text);
  return label === null ? text : `${text} (${quoted(label)})`;
}

/** What was not looked up, in one sentence for a terminal or a log. */
export function uncheckedNamesSentence({ kind, count, why }: UncheckedNames): string {
  const names = `${count} ${count === 1 ? NAMED[kind].one : NAMED[kind].several}`;
  const were = `${names} in the rules ${count === 1 ? "was" : "were"} not looked up`;
  switch (why.kind) {
    case "scope":
      return `${were}: the app lacks the scope ${why.scope} in Slack.`;
    case "failed":
      return `${were}: ${kind === "project" ? "Hex" : "Slack"} has not told the bot enough.`;
    case "later":
      return `${were}: the bot looks up only some of them at a time.`;
    case "workspaces":
      return `${names} in the rules ${count === 1 ? "is" : "are"} not in the first ${why.most} workspaces of the organization. The bot does not look into the others, so name people instead.`;
  }
}

const NAMED: Record<NameKind, { one: string; several: string }> = {
  person: { one: "person", several: "people" },
  group: { one: "user group", several: "user groups" },
  channel: { one: "channel", several: "channels" },
  project: { one: "project reference", several: "project references" },
};

function wordsOf(fault: Fault): string {
  switch (fault.kind) {
    case "no_yaml":
      return yamlWords(fault.code, fault.reason);
    case "unquoted_mark":
      return `In YAML, a text that begins with ${fault.mark} means something else. Put it in quotes, like '${fault.mark}report'.`;
    case "no_key":
      return "There must be a word before the colon, such as rules:.";
    case "too_long":
      return `The file has ${fault.characters} characters, and at most ${fault.most} are read. Use patterns and names for people.`;
    case "too_many":
      return `There are ${fault.found} ${fault.what} here, and at most ${fault.most} are read. ${FEWER[fault.what]}`;
    case "no_rules":
      return "There are no rules. Write at least one under rules:, such as - { allow: see, people: everyone }.";
    case "unknown_key":
      return `${quoted(fault.key)} means nothing here. ${meantOr(fault.meant, fault.known)}`;
    case "unknown_verb":
      return `${quoted(fault.text)} is not a verb. ${meantOr(fault.meant, fault.known)}`;
    case "unknown_people":
      return `${quoted(fault.text)} names nobody. ${fault.meant === null ? WHO : `Did you mean ${fault.meant}?`}`;
    case "bad_name":
      return `${quoted(fault.text)} cannot be a name for people. Use a word of your own in lower-case letters, digits, - and _.`;
    case "name_in_name":
      return `${quoted(fault.text)} is a name from people:, too, and a name cannot stand for another one. Write its people and user groups here.`;
    case "nobody":
      return "It does not say whom this is about. Add people:, such as people: everyone.";
    case "bad_channel":
      return `${quoted(fault.text)} is not the id of a conversation. Copy it from the end of the channel's details in Slack: it looks like C0123456789.`;
    case "bad_id":
      return `${quoted(fault.text)} is not the id of a project. Copy it from the project's address in Hex.`;
    case "bad_pattern":
      return `${quoted(fault.text)} is not a pattern. Write the text, with * for any text, in at most 500 characters.`;
    case "empty_filter":
      return "It does not say which projects. Leave projects: out for all of them, or add a field such as category:.";
    case "no_effect":
      return "The rule neither allows nor denies anything. Add allow: or deny: with a verb, such as allow: run.";
    case "two_effects":
      return "A rule either allows or denies. Write two rules.";
    case "bad_approval":
      return `${quoted(fault.text)} is not an approval. Write needs: approval by, and then people, such as approval by S0123456789.`;
    case "approval_of_denial":
      return "What is denied cannot be approved. Write allow: in place of deny:, or leave needs: out.";
    case "not_approvable":
      return `${fault.verb} cannot wait for an approval. Write a rule of its own for ${fault.approvable.join(" and ")}.`;
    case "administer_projects":
      return "administer is about the bot, not about projects. Write a rule of its own for it, without projects:.";
    case "administer_owner":
      return "administer is about the bot, and the bot has no owner. Name people or a group.";
    case "unquoted":
      return `YAML reads this as ${fault.is === "number" ? "a number" : "true or false"}. Put it in quotes.`;
    case "wrong_type":
      return `This must be ${fault.expected}.`;
  }
}

function yamlWords(code: string, reason: string): string {
  // The parser names a function here.
  const what = code === "MULTIPLE_DOCS" ? "The file has several parts" : reason;
  return `This is not valid YAML: ${what}. ${YAML_REMEDIES[code] ?? "Look at the indentation, the quotes and the brackets here and above."}`;
}

/** By the code of the YAML parser. */
const YAML_REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BLOCK_AS_IMPLICIT_KEY: "Put a text with a colon in it in quotes.",
  BAD_SCALAR_START: "Put the text in quotes.",
  DUPLICATE_KEY: "Keep one of them, or write another rule.",
  MULTIPLE_DOCS: "Remove the line with ---.",
};

const FEWER: Record<Listed, string> = {
  rules: "Use patterns and names for people.",
  verbs: "Name each verb once.",
  people: "Name a user group (S…) instead, or write several rules.",
  channels: "Write several rules.",
  projects: "Use patterns, or write several rules.",
  texts: "Use patterns, in which * stands for any text, or write several rules.",
};

const WHO =
  "Write everyone, members, guests, admins or owner, the id of a person (U…) or a user group (S…), or a name from people:.";
const MOST_QUOTED = 60;

function meantOr(meant: string | null, known: readonly string[]): string {
  return meant === null ? `Use one of ${known.join(", ")}.` : `Did you mean ${meant}?`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text);
}
