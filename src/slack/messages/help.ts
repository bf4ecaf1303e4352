// What the bot can do, and what each sub-command is for.

import type { CommandName } from "../listeners/commands/names.js";
import { context, type Message, message, section } from "./blocks.js";
import { bold, code } from "./mrkdwn.js";

/** `usage` and `example` are what follows `/hex`. */
const COMMAND_WORDS: Record<CommandName, { usage: string; summary: string; example: string }> = {
  status: {
    usage: "status",
    summary: "Is the connection to Hex alive, whose token is it, and what may it do?",
    example: "status",
  },
  projects: {
    usage: "projects [words]",
    summary: "The projects, the latest published first, with a Run button. Words narrow it down.",
    example: "projects revenue",
  },
  run: {
    usage: "run <id or link> [name=value …] [--fresh] [--publish] [--view <id>] [--dry-run]",
    summary:
      "Runs the published version and shows it in this channel. `--fresh` without cached SQL, `--publish` updates the published results, `--dry-run` only asks whether it could start.",
    example: 'run 5d2f8a4e-… region="North America" days=30 --fresh',
  },
  runs: {
    usage: "runs [id or link]",
    summary: "The runs that the bot watches, or the recent runs of a project, with Cancel.",
    example: "runs 5d2f8a4e-…",
  },
  cancel: {
    usage: "cancel <run id or run link> [project id]",
    summary: "Cancels a run. The project's id is needed for runs that were not started here.",
    example: "cancel 0c7b1d92-…",
  },
  help: { usage: "help", summary: "This list.", example: "help" },
};

export function helpMessage(names: readonly CommandName[]): Message {
  return message("What /hex can do", [section("*What `/hex` can do*"), ...helpBlocks(names)]);
}

/** For a word that is no sub-command. `suggestion`: the closest one. */
export function unknownCommandMessage(
  word: string,
  suggestion: CommandName | null,
  names: readonly CommandName[],
): Message {
  const meant = suggestion === null ? "" : ` Did you mean ${code(`/hex ${suggestion}`)}?`;
  return message("Unknown command", [
    section(`${bold(word, 80)} is not something that \`/hex\` can do.${meant}`),
    ...helpBlocks(names),
  ]);
}

function helpBlocks(names: readonly CommandName[]) {
  return [
    ...names.map((name) => {
      const { usage, summary, example } = COMMAND_WORDS[name];
      const like = example === usage ? "" : `\nFor example ${code(`/hex ${example}`)}`;
      return section(`${code(`/hex ${usage}`)}\n${summary}${like}`);
    }),
    context("An id is what stands in the address of a project in Hex; the whole link works too."),
  ];
}

/** The hint that Slack shows beside the command, as the manifest has it. */
export function usageHint(names: readonly CommandName[]): string {
  return `[${names.join(" | ")}]`;
}
