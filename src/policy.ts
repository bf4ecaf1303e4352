// `npm run policy`: checks the policy file, says which rule decides, and shows who may do what, from a terminal or a script.
// Exits with 0 when it has an answer, and with 1 when the policy file or the question has a mistake.

import "./node-version.js";
import { loadPolicy } from "./access/load-policy.js";
import type { Policy } from "./access/policy.js";
import { policyJsonSchema } from "./access/policy-file.js";
import { Rights } from "./access/rights.js";
import { shadowedRules } from "./access/shadowed-rules.js";
import { NOTHING_FOUND, together } from "./access/unmatched-name.js";
import { loadEnvFile } from "./config/env-file.js";
import { policyFile } from "./config/values.js";
import { DEFAULTS } from "./config/variables.js";
import { HexError } from "./hex/errors.js";
import { systemClock } from "./lib/clock.js";
import { type PolicyCommand, readArguments, USAGE, USAGE_HINT } from "./policy-command/arguments.js";
import { decide } from "./policy-command/decide.js";
import type { AskedPerson } from "./policy-command/described-person.js";
import { projectsOfRules } from "./policy-command/described-project.js";
import { explanation } from "./policy-command/explanation.js";
import { Lookup, reachOf } from "./policy-command/lookup.js";
import { type MatrixOptions, matrixCsv, matrixTable, peopleOfRules } from "./policy-command/matrix.js";
import { UsageError } from "./policy-command/usage-error.js";
import { remedyFor } from "./remedies/hex.js";
import {
  noRulesUsedSentence,
  policyTroubleLines,
  shadowedRuleLine,
  uncheckedNamesSentence,
  unmatchedNameLine,
} from "./remedies/policy.js";
import { stopPrinting } from "./stop-printing.js";

const USUAL_WIDTH = 100;
/** How long (ms) the whole may take: nothing else keeps the process alive between two attempts. */
const LONGEST_MS = 120_000;

const fileTrouble = loadEnvFile();
if (fileTrouble !== null) process.stderr.write(`${fileTrouble}\n`);
process.stdout.on("error", stopPrinting);
process.exitCode = await run(process.argv.slice(2));

/** @returns the exit code */
async function run(argv: readonly string[]): Promise<0 | 1> {
  const awake = setTimeout(() => undefined, LONGEST_MS);
  try {
    return await answer(readArguments(argv));
  } catch (error) {
    const words = wordsOf(error);
    if (words === null) throw error;
    process.stderr.write(`${words}\n`);
    return 1;
  } finally {
    clearTimeout(awake);
  }
}

async function answer(command: PolicyCommand): Promise<0 | 1> {
  if (command.kind === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (command.kind === "schema") {
    process.stdout.write(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
    return 0;
  }
  const configured = policyFile.parse(process.env.HEX_BOT_POLICY);
  const isOpen = configured.kind === "none";
  const file = command.file ?? (isOpen ? DEFAULTS.policyFile : configured.path);
  if (isOpen && command.file === null) process.stderr.write(`${noRulesUsedSentence(file)}\n`);
  const loaded = await loadPolicy(file);
  if (!loaded.ok) {
    process.stderr.write(`${policyTroubleLines(file, loaded.trouble).join("\n")}\n`);
    return 1;
  }
  const { policy } = loaded;
  if (command.kind === "check") {
    process.stdout.write(
      `${file}: ${policy.rules.length === 1 ? "1 rule" : `${policy.rules.length} rules`}, no mistakes\n`,
    );
    for (const shadowed of shadowedRules(policy)) process.stderr.write(`${shadowedRuleLine(file, shadowed)}\n`);
    await warnOfNames(file, policy);
    return 0;
  }
  const lookup = new Lookup(reachOf(process.env), policy, systemClock);
  try {
    const { missing } = lookup;
    if (missing.length > 0) process.stderr.write(`Without asking ${missing.join(" and ")}: no usable token is set.\n`);
    const sources = { file, policy, lookup };
    process.stdout.write(await (command.kind === "explain" ? explained(command, sources) : shown(command, sources)));
    return 0;
  } finally {
    await lookup.close();
  }
}

/** Says which names in the rules match nothing, where Slack and Hex can be asked. That is no mistake: there may be such a thing later. */
async function warnOfNames(file: string, policy: Policy): Promise<void> {
  const lookup = new Lookup(reachOf(process.env), policy, systemClock);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const { missing } = lookup;
  if (missing.length > 0)
    say(`The names in it were not looked up in ${missing.join(" and ")}: no usable token is set.`);
  try {
    const inSlack = await lookup.namesInSlack();
    if (inSlack.problem !== null) say(`The names in it were not looked up in Slack: ${inSlack.problem}.`);
    const inHex = await lookup.namesInHex().catch((error: unknown) => {
      if (!(error instanceof HexError)) throw error;
      say(`The names in it were not looked up in Hex: ${remedyFor(error.facts).what}`);
      return NOTHING_FOUND;
    });
    const { unmatched, unchecked } = together(inSlack.findings, inHex);
    for (const name of unmatched) say(unmatchedNameLine(file, name));
    for (const names of unchecked) say(uncheckedNamesSentence(names));
  } finally {
    await lookup.close();
  }
}

interface Sources {
  /** The policy file's path. */
  file: string;
  policy: Policy;
  lookup: Lookup;
}

async function explained(command: Extract<PolicyCommand, { kind: "explain" }>, sources: Sources): Promise<string> {
  const { file, policy, lookup } = sources;
  const { verb, place } = command;
  const project = verb === "administer" ? null : await lookup.project(command.project);
  const facts = project?.facts ?? null;
  const { label, as } = await lookup.person(command.person);
  const person = as(facts);
  const decided = decide(new Rights(policy, person, place), verb, facts);
  return explanation(file, { who: label, person, verb, project, place }, decided);
}

async function shown(command: Extract<PolicyCommand, { kind: "matrix" }>, sources: Sources): Promise<string> {
  const { policy, lookup } = sources;
  const { verb, place, format } = command;
  const people: AskedPerson[] = [];
  for (const who of command.people.length > 0 ? command.people : peopleOfRules(policy)) {
    people.push(await lookup.person(who));
  }
  const projects = (await lookup.projects()) ?? projectsOfRules(policy);
  const options: MatrixOptions = { policy, verb, place, people, projects };
  return format === "csv" ? matrixCsv(options) : matrixTable(options, process.stdout.columns ?? USUAL_WIDTH);
}

/** What to say of a failure that people can do something about; `null` for any other. */
function wordsOf(error: unknown): string | null {
  if (error instanceof UsageError) return `${error.message}\n${USAGE_HINT}`;
  if (error instanceof HexError) {
    const { what, todo } = remedyFor(error.facts);
    return [what, ...todo.map((item) => `  - ${item}`)].join("\n");
  }
  const isOfArguments =
    error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  return isOfArguments ? `${error.message}\n${USAGE_HINT}` : null;
}
