// What is wrong with the contents of the form, in plain sentences, since Slack shows no formatting next to a field.

import type { HexErrorFacts } from "../../hex/errors.js";
import { remedyFor } from "../../remedies/hex.js";
import type { Contradiction } from "../parse/contradictions.js";
import type { InputProblem } from "../parse/form-inputs.js";
import { andMore, shorten } from "./mrkdwn.js";
import type { Complaint, FormPlace, Notice, RunForm } from "./run-form-state.js";

/** The longest complaint: an alert has room for 200 characters. */
const MAX = 200;
/** The longest name in a complaint. */
const NAME = 60;

/** `at` is the input that the problem is about, when its field does not show that. */
export function inputProblemWords(problem: InputProblem, at: string | null): string {
  const value = at === null ? "This" : `The value of ${named(at)}`;
  switch (problem.kind) {
    case "bad_json":
      return `${value} begins like a list or an object and is not valid JSON. Correct it, or put it in quotes to send it as text.`;
    case "nested_too_deep":
      return `${value} has lists and objects nested more than ${problem.most} deep. Make it flatter, or put it in quotes to send it as text.`;
    case "unbalanced_quote":
      return `${value} begins with a quote that is not closed. Put one at its end.`;
    case "no_equals":
      return `${named(problem.line)} is not an input. Write name = value, one per line.`;
    case "bad_input_name":
      if (problem.name === "") return "A line begins with the name of the input: name = value.";
      return `${named(problem.name)} cannot be the name of an input. Use the variable name of the input in Hex, which has only letters, digits and _.`;
    case "input_given_twice":
      return `${named(problem.name)} is there twice. Remove one.`;
  }
}

/** For an input that has both a field and a line. */
export function givenTwiceWords(name: string): string {
  return `${named(name)} has a field above. Fill in that one, or remove the line.`;
}

export function contradictionWords(contradiction: Contradiction): string {
  switch (contradiction.kind) {
    case "view_is_link":
      return "This takes the id of a saved view, which has 36 characters. Hex's links do not contain it.";
    case "view_with_inputs":
      return "A saved view brings its own inputs. Clear this field, or all inputs.";
    case "publish_with_inputs":
      return "Hex publishes results only without inputs. Untick Publish, or clear all inputs.";
    case "too_many_inputs":
      return `There are more than ${contradiction.most} inputs. Leave out those that can keep their default.`;
  }
}

/** What Hex refused, each at its field. Whatever is not about an input is shown at the project. */
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

function placeOf(name: string, { fields }: RunForm): FormPlace {
  return fields.some((field) => field.name === name) ? { kind: "field", name } : { kind: "more" };
}

/** The complaints about one field, joined the way they are sent. */
export function joined(complaints: readonly Complaint[]): string {
  return shorten(complaints.map(({ text }) => text).join(" "), 2 * MAX);
}

export function noProjectWords(): string {
  return "Choose a project here, or type its title, id or link below.";
}

export function notPublishedWords(title: string): string {
  return shorten(
    `${named(title)} is not published, so there is nothing to run. Open it in Hex, press Publish, and try again.`,
    MAX,
  );
}

const TITLES_SHOWN = 3;

/** Why the typed text does not name one project. `titles` are those that it may mean; `doFit`: all of them fit it. */
export function unclearProjectWords(typed: string, titles: readonly string[], doFit: boolean): string {
  if (titles.length === 0)
    return shorten(`No project fits ${named(typed)}. Try other words of its title, or its id or link.`, MAX);
  const list = andMore(titles.map(named), TITLES_SHOWN).join(", ");
  const head = doFit ? `Several projects fit ${named(typed)}:` : `No project is called ${named(typed)}. Similar:`;
  return shorten(`${head} ${list}. Pick one above, or type its whole title.`, MAX);
}

export function otherHexWords(own: string): string {
  return shorten(
    `That link leads elsewhere, but this bot works with ${own}. Use the link or id of a project there.`,
    MAX,
  );
}

export function storeSlowWords(): string {
  return "The bot's store does not answer, so nothing was started. What you typed is still here: press Run again in a minute.";
}

/** The notice at the top of a form that comes back. `title` is the project's. */
export function noticeOf(
  kind: "other_project" | "known_alone" | "would_start" | "already" | "failed" | "denied",
  title = "",
): Notice {
  switch (kind) {
    case "known_alone":
      return {
        level: "warning",
        text: `The bot is still reading the projects from Hex, and there may be others called ${named(title)}. Check that this is the right one, then press Run.`,
      };
    case "other_project":
      return { level: "info", text: `These are the inputs of ${named(title)}. Check them, then press Run.` };
    case "would_start":
      return {
        level: "success",
        text: "Hex would start this run. Nothing was started: untick Dry run and press Run to start it.",
      };
    case "already":
      return {
        level: "warning",
        text: "This form has already started a run, with what it contained before. Press Run to start another one.",
      };
    case "failed":
      return {
        level: "warning",
        text: "The bot could not check this, and nothing was started. Press Run to try again.",
      };
    case "denied":
      return {
        level: "warning",
        text: "You may not start this run, and nothing was started. The bot's message to you says why.",
      };
  }
}

function named(text: string): string {
  return `“${shorten(text.replace(/\s+/g, " ").trim(), NAME)}”`;
}
