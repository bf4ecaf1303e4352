// What is wrong with what stands in the form, in plain sentences: Slack shows no marks at a field.

import type { HexErrorFacts } from "../../hex/errors.js";
import { remedyFor } from "../../remedies/hex.js";
import type { InputProblem } from "../parse/form-inputs.js";
import { shorten } from "./mrkdwn.js";
import type { Notice } from "./run-form.js";
import type { Complaint, Place, RunForm } from "./run-form-state.js";

/** Longest complaint: an alert has room for 200 characters. */
const MAX = 200;
/** Of a name in one. */
const NAME = 60;

/** `at`: the input that it is about, when its field does not say so. */
export function inputProblemWords(problem: InputProblem, at: string | null): string {
  const value = at === null ? "This" : `The value of ${named(at)}`;
  switch (problem.kind) {
    case "bad_json":
      return `${value} begins like a list or an object and is not valid JSON. Correct it, or put it in quotes to send it as text.`;
    case "nested_too_deep":
      return `${value} has more than ${problem.most} lists and objects inside each other. Make it flatter, or put it in quotes to send it as text.`;
    case "unbalanced_quote":
      return `${value} begins with a quote that is not closed. Put one at its end.`;
    case "no_equals":
      return `${named(problem.line)} is not an input. Write name = value, one per line.`;
    case "bad_input_name":
      if (problem.name === "") return "A line begins with the name of the input: name = value.";
      return `${named(problem.name)} cannot be the name of an input: letters, digits and _ only, as the input's variable is called in Hex.`;
    case "input_given_twice":
      return `${named(problem.name)} is there twice. Remove one.`;
  }
}

export type Contradiction = "twice" | "view_is_link" | "view_with_inputs" | "publish_with_inputs" | "too_many";

/** `about`: an input's name, or how many there may be. */
export function contradictionWords(kind: Contradiction, about = ""): string {
  switch (kind) {
    case "twice":
      return `${named(about)} has a field above. Fill in that one, or remove the line.`;
    case "view_is_link":
      return "This takes the id of a saved view, 36 characters. Hex's links do not hold it.";
    case "view_with_inputs":
      return "A saved view brings its own inputs. Empty this field, or all inputs.";
    case "publish_with_inputs":
      return "Hex publishes results only without inputs. Untick Publish, or empty all inputs.";
    case "too_many":
      return `These are more than ${about} inputs. Leave out those that may keep their default.`;
  }
}

/** What Hex has refused, each at its field; what is about no input stands at the project. */
export function refusalComplaints(facts: HexErrorFacts, form: RunForm): [Complaint, ...Complaint[]] {
  const { unknown = [], wrongType = [], others = [] } = facts.inputs ?? {};
  const placed = (name: string, words: string): Complaint => ({ at: placeOf(name, form), text: shorten(words, MAX) });
  const [first, ...more] = [
    ...unknown.map((name) =>
      placed(name, `The published app has no input ${named(name)}: remove it, or correct its name.`),
    ),
    ...wrongType.map(({ name, expected, given }) =>
      placed(
        name,
        `${named(name)} must be ${shorten(expected, NAME)}${given === "" ? "" : `, not ${shorten(given, NAME)}`}.`,
      ),
    ),
    ...others.map(({ name, reason }) => placed(name, `${named(name)}: ${reason}`)),
  ];
  if (first !== undefined) return [first, ...more];
  const { what, todo } = remedyFor(facts);
  const isAboutView = form.view !== "" && /\bview/i.test(facts.detail ?? "");
  const said = facts.detail !== undefined && facts.status !== undefined ? `Hex: ${facts.detail}` : null;
  const words = [what, said ?? todo[0] ?? ""].join(" ").replaceAll("`", "");
  return [{ at: { kind: isAboutView ? "view" : "project" }, text: shorten(words, MAX) }];
}

function placeOf(name: string, { fields }: RunForm): Place {
  return fields.some((field) => field.name === name) ? { kind: "field", name } : { kind: "more" };
}

/** As complaints at fields are sent: those of one field together. */
export function joined(complaints: readonly Complaint[]): string {
  return shorten(complaints.map(({ text }) => text).join(" "), 2 * MAX);
}

export function noProjectWords(): string {
  return "Choose a project here, or type its title, id or link below.";
}

export function notPublishedWords(title: string): string {
  return shorten(
    `${named(title)} is not published, so there is nothing to run. Open it in Hex, press Publish, and run it then.`,
    MAX,
  );
}

/** Why what was typed names no project. `titles`: those that it may mean. */
export function unclearProjectWords(typed: string, titles: readonly string[], isCertain: boolean): string {
  if (titles.length === 0)
    return shorten(`No project fits ${named(typed)}. Write other words of its title, or its id or link.`, MAX);
  const list = titles
    .slice(0, 3)
    .map((title) => named(title))
    .join(", ");
  const head = isCertain ? `Several projects fit ${named(typed)}` : `No project is called ${named(typed)}`;
  return shorten(`${head}: ${list}. Pick one above, or type its whole title.`, MAX);
}

export function otherHexWords(own: string): string {
  return shorten(
    `That link leads elsewhere, and this bot works with ${own}. Use the link or id of a project there.`,
    MAX,
  );
}

export function storeSlowWords(): string {
  return "The bot's store does not answer, so nothing was started. What you typed is still here: press Run again in a minute.";
}

/** What is said at the top of a form that comes back. `title`: of the project. */
export function noticeOf(
  kind: "other_project" | "known_alone" | "would_start" | "already" | "failed",
  title = "",
): Notice {
  switch (kind) {
    case "known_alone":
      return {
        level: "warning",
        text: `The bot is still reading the projects from Hex, and others may be called ${named(title)} too. Check that this is the right one, then press Run.`,
      };
    case "other_project":
      return { level: "info", text: `These are the inputs of ${named(title)}. Look at them, then press Run.` };
    case "would_start":
      return {
        level: "success",
        text: "Hex would start this run. Nothing was started: untick Dry run and press Run to start it.",
      };
    case "already":
      return {
        level: "warning",
        text: "This form has already started a run, with what stood in it before. Press Run to start another one.",
      };
    case "failed":
      return {
        level: "warning",
        text: "The bot could not check this, and nothing was started. Press Run to try again.",
      };
  }
}

function named(text: string): string {
  return `“${shorten(text.replace(/\s+/g, " ").trim(), NAME)}”`;
}
