// What was typed after `npm run policy --` -> what to do. Pure.

import { parseArgs } from "node:util";
import { type Place, type ProjectVerb, VERBS, type Verb } from "../access/policy.js";
import { closest } from "../lib/closest.js";
import { type DescribedPerson, readPerson } from "./described-person.js";
import { UsageError } from "./usage-error.js";

export type Format = "table" | "csv";

/** `file` is `null` when none was named. */
export type PolicyCommand =
  | { kind: "help" }
  /** The JSON Schema of the file. */
  | { kind: "schema" }
  | { kind: "check"; file: string | null }
  | {
      kind: "explain";
      file: string | null;
      person: DescribedPerson;
      verb: Verb;
      /** What was typed to name a project; empty for `administer`. */
      project: string;
      place: Place;
    }
  /** `people` is empty for those whom the rules name. */
  | {
      kind: "matrix";
      file: string | null;
      verb: ProjectVerb;
      people: DescribedPerson[];
      place: Place;
      format: Format;
    };

export const USAGE = `npm run policy -- check [file]
  Reports every mistake in the policy file, with its line and column, and rules that never decide. Exits with 1 if there
  is a mistake.

npm run policy -- explain <person> <verb> <project> [in <channel>]
  Says whether somebody may do it, and which rule decides.

npm run policy -- matrix [<verb>] [in <channel>] [--person <person>]… [--format csv]
  Shows for each project who may do it. The verb is run unless you name one.

npm run policy -- schema
  Prints the JSON Schema with which editors check the file, as in policy.schema.json.

<person>   The id of a person in Slack (U…), or a description: member, guest or admin, with the user groups that they
           are in and their e-mail address, such as member,S0123456789,ada@acme.com. owner is whoever owns the project.
<verb>     ${VERBS.join(", ")}. Leave out the project for administer.
<project>  The id of a project, its link or title, or a description, such as category:Finance,status:Approved.
<channel>  The id of a conversation (C…). Without it, the Home tab.
--file     The policy file. Otherwise HEX_BOT_POLICY, or policy.yml.

If the tokens are in the environment or in .env, people are looked up in Slack, and projects in Hex.
`;

/** For a question with a mistake: the whole usage would push what is wrong, and the projects that may be meant, out of sight. */
export const USAGE_HINT = "npm run policy -- help says what you can ask.";

/** @throws UsageError, or a TypeError of `parseArgs`, whose messages say what is wrong */
export function readArguments(argv: readonly string[]): PolicyCommand {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      file: { type: "string" },
      format: { type: "string" },
      person: { type: "string", multiple: true },
      help: { type: "boolean", short: "h" },
    },
  });
  const [name = "help", ...words] = positionals;
  const file = values.file ?? null;
  if (values.help || name === "help") return { kind: "help" };
  switch (name) {
    case "check":
      if (words.length > (file === null ? 1 : 0)) throw new UsageError("Name one file at a time.");
      return { kind: "check", file: file ?? words[0] ?? null };
    case "schema":
      if (words.length > 0) throw new UsageError("schema takes no other words: there is one schema for every file.");
      return { kind: "schema" };
    case "explain":
      return { kind: "explain", file, ...readQuestion(words) };
    case "matrix": {
      const { place, rest } = readPlace(words);
      const [word = "run", ...others] = rest;
      if (rest.includes("in")) throw new UsageError(noConversation(rest.at(-1) ?? ""));
      if (others.length > 0) throw new UsageError("Name one verb.");
      const verb = readVerb(word);
      if (verb === "administer") throw new UsageError("administer is not about projects. Use explain.");
      const people = (values.person ?? []).map(readPerson);
      return { kind: "matrix", file, verb, people, place, format: readFormat(values.format) };
    }
    default:
      throw new UsageError(unknownWord(name, "a command", ["check", "explain", "matrix", "schema", "help"]));
  }
}

function readQuestion(words: readonly string[]) {
  const { place, rest } = readPlace(words);
  const [person, verbWord, ...project] = rest;
  if (person === undefined || verbWord === undefined) throw new UsageError("Name a person, a verb and a project.");
  const verb = readVerb(verbWord);
  const isAbout = project.length > 0;
  if (verb === "administer" && isAbout) throw new UsageError("administer is about the bot. Leave out the project.");
  if (verb !== "administer" && !isAbout) throw new UsageError(`Name the project that they want to ${verb}.`);
  return { person: readPerson(person), verb, project: project.join(" "), place };
}

/** `in` and the id of a conversation at the end. A title may have the word in it, too, but hardly a channel's name behind it. */
function readPlace(words: readonly string[]): { place: Place; rest: readonly string[] } {
  const [word, channel = ""] = words.slice(-2);
  if (word === "in" && channel.startsWith("#")) throw new UsageError(noConversation(channel));
  if (word !== "in" || !/^[CGD][A-Z0-9]{4,30}$/.test(channel)) return { place: null, rest: words };
  return { place: channel, rest: words.slice(0, -2) };
}

function noConversation(word: string): string {
  return `${quoted(word)} is not the id of a conversation. Copy it from the end of the channel's details in Slack: it looks like C0123456789.`;
}

function readVerb(word: string): Verb {
  const verb = VERBS.find((known) => known === word);
  if (verb === undefined) throw new UsageError(unknownWord(word, "a verb", VERBS));
  return verb;
}

function readFormat(word = "table"): Format {
  if (word === "table" || word === "csv") return word;
  throw new UsageError(unknownWord(word, "a format", ["table", "csv"]));
}

function unknownWord(word: string, what: string, known: readonly string[]): string {
  const meant = closest(word, known);
  const hint = meant === null ? `Use one of ${known.join(", ")}.` : `Did you mean ${meant}?`;
  return `${quoted(word)} is not ${what}. ${hint}`;
}

function quoted(word: string): string {
  return JSON.stringify(word.slice(0, 60));
}
