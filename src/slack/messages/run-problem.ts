// What is wrong with the words after `/hex run`, and how to write them.

import type { RunProblem } from "../parse/run-arguments.js";
import { answer, type Message } from "./blocks.js";
import { code } from "./mrkdwn.js";

const RUN_USAGE = "For example: `/hex run weekly revenue days=30 --fresh`.";

/** Why the bot did not understand a `/hex run`. Nothing was started. */
export function runProblemMessage(problem: RunProblem): Message {
  return answer(`${problemWords(problem)}\n_Nothing was started._`);
}

function problemWords(problem: RunProblem): string {
  switch (problem.kind) {
    case "unbalanced_quote":
      return 'A quotation mark is never closed. Put one at the end of the value, or write `\\"` for a quote inside it.';
    case "no_target":
      return `Which project? Write its name, its id or its link. ${RUN_USAGE}\n\`/hex projects\` lists them, each with a Run button.`;
    case "stray_words":
      return strayWords(problem);
    case "unknown_flag": {
      const meant = problem.suggestion === null ? "" : ` Did you mean ${code(problem.suggestion)}?`;
      return `There is no flag ${code(problem.flag, 60)}.${meant} The flags are \`--fresh\`, \`--publish\`, \`--view <id>\` and \`--dry-run\`.`;
    }
    case "flag_without_value":
      return `${code(problem.flag, 60)} needs a value, as in \`--view <id of the saved view>\`.`;
    case "flag_with_value":
      return `${code(problem.flag, 60)} takes no value. Write it alone.`;
    case "flag_given_twice":
      return `${code(problem.flag, 60)} is there twice. Remove one.`;
    case "input_given_twice":
      return `The input ${code(problem.name, 80)} is there twice. Remove one.`;
    case "bad_input_name":
      if (problem.name === "") return "Write an input as `name=value`, without spaces around the `=`.";
      return `${code(problem.name, 80)} cannot be the name of an input. Use the variable name of the input in Hex, which has only letters, digits and _.`;
    case "bad_json":
      return `The value of ${code(problem.name, 80)} begins like a list or an object and is not valid JSON. Correct it, or put it in quotes to send it as text.`;
    case "nested_too_deep":
      return `The value of ${code(problem.name, 80)} has lists and objects nested more than ${problem.most} deep. Make it flatter, or put it in quotes to send it as text.`;
    case "too_many_inputs":
      return `There are ${problem.count} inputs, and the bot accepts at most ${problem.most}. Leave out those that can keep their default.`;
    case "too_long":
      return `That is ${problem.length} characters long, and the bot accepts at most ${problem.most}. Shorten the values.`;
    case "view_is_link":
      return "`--view` takes the id of a saved view, a UUID of 36 characters. Hex's links do not contain it, so a link cannot name a view.";
    case "view_with_inputs":
      return "`--view` brings its own inputs, so Hex accepts no others with it. Leave out `--view` or the inputs.";
    case "publish_with_inputs":
      return "`--publish` updates the published results, which Hex does only without inputs. Leave out `--publish` or the inputs.";
  }
}

/** The longest part of an example that repeats what was typed, in characters. */
const EXAMPLE = 80;

function strayWords({ words, target, behind }: Extract<RunProblem, { kind: "stray_words" }>): string {
  const text = words.join(" ");
  const what = `What is ${code(text, EXAMPLE)} for?`;
  if (behind !== null) {
    const { name, value } = behind;
    if (value === "")
      return `${what} Write an input as ${code(`${name}=${text}`, EXAMPLE)}, without spaces around the \`=\`.`;
    const isNested = /^[{[]/.test(value);
    const quoted = isNested
      ? ""
      : ` If it belongs to the value, put quotes around it: ${code(`${name}="${value} ${text}"`, EXAMPLE)}.`;
    return `${what}${quoted} The project's name goes first, before inputs and flags.`;
  }
  const name = `${target} ${text}`.trim();
  return `${what} The project's name goes first, in one piece: ${code(`/hex run ${name} …`, 2 * EXAMPLE)}`;
}
