// Which rule decides a question, in words for a terminal.

import type { PeopleTerm, Person, Place, ProjectFacts, Rule, Verb } from "../access/policy.js";
import { type Decided, unknownsOf } from "./decide.js";
import { plain } from "./table.js";

export interface Question {
  /** What people are called in the answer. */
  who: string;
  person: Person;
  verb: Verb;
  /** `null` for `administer`. */
  project: { label: string; facts: ProjectFacts } | null;
  place: Place;
}

/** `file`: the policy file's path. Ends with a new line. */
export function explanation(file: string, question: Question, decided: Decided): string {
  return `${linesOf(file, question, decided).join("\n")}\n`;
}

function linesOf(file: string, question: Question, { verb, decision }: Decided): string[] {
  const deed = deedOf(question);
  if (!question.person.isOfWorkspace) return [`No: ${deed}`, OUTSIDERS];
  const at = (rule: Rule) =>
    `${file}:${rule.line}: rule ${rule.number}${rule.name === null ? "" : ` (${plain(rule.name)})`}`;
  const why = [
    ...(verb === question.verb ? [] : [WHY_ANOTHER[verb === "see" ? "see" : "run"]]),
    ...(question.verb === "cancel" ? [OWN_RUNS] : []),
  ];
  switch (decision.kind) {
    case "allowed":
      return [`Yes: ${deed}`, ...(decision.rule === null ? [] : [`${at(decision.rule)} allows ${verb}.`])];
    case "needs_approval":
      return [
        `After approval: ${deed}`,
        `${at(decision.rule)} needs the approval of ${peopleWords(decision.by)}.`,
        ...why,
      ];
    case "denied": {
      const { rule, isUnsure } = decision;
      if (rule === null) return [`No: ${deed}`, `No rule allows ${verb} there.`, ...why];
      if (!isUnsure) return [`No: ${deed}`, `${at(rule)} denies ${verb}.`, ...why];
      const missing = unknownsOf(rule, question.person, question.project?.facts ?? null);
      return [
        `No: ${deed}`,
        `${at(rule)} decides about ${verb}, but whether it applies is not known.`,
        ...missing.map((what) => `  Not known: ${what}`),
        "Describe them more closely, or set the tokens of Slack and Hex so that this can be looked up.",
        ...why,
      ];
    }
  }
}

/** Why it is not the verb of the question that decides. */
const WHY_ANOTHER = {
  see: "A project does not exist for people who may not see it.",
  run: "Publishing takes the right to run, too.",
} as const;

const OWN_RUNS = "People may always cancel the runs that they asked for.";
const OUTSIDERS =
  "People who have left, bots and people from other organizations may do nothing, whatever the rules say.";

function deedOf({ who, verb, project, place }: Question): string {
  const about = project === null ? "the bot" : plain(project.label);
  return `${plain(who)}, ${verb} ${about}, ${place === null ? "on the Home tab" : `in ${place}`}`;
}

function peopleWords(terms: readonly PeopleTerm[]): string {
  return terms.map((term) => (term.kind === "person" || term.kind === "group" ? term.id : term.kind)).join(" or ");
}
