// What the bot can do, and what each subcommand is for.

import type { OptionalScope } from "../connection/scopes.js";
import { answer, context, type Message, message, section } from "./blocks.js";
import { bold, code } from "./mrkdwn.js";
import { declinedScopesLine } from "./slack-remedies.js";

/** `usage` and `example` are what follows `/hex`; the example is `null` when the usage already is one. `summary` is mrkdwn. */
export interface CommandHelp {
  name: string;
  usage: string;
  summary: string;
  example: string | null;
}

/** `declined` are the optional scopes that the bot does without. */
export function helpMessage(commands: readonly CommandHelp[], declined: readonly OptionalScope[]): Message {
  return message("What /hex can do", [
    section("*What `/hex` can do*"),
    ...commands.map(({ usage, summary, example }) => {
      const like = example === null ? "" : `\nFor example ${code(`/hex ${example}`)}`;
      return section(`${code(`/hex ${usage}`)}\n${summary}${like}`);
    }),
    context(
      "Name a project by its title or a few words of it. Its link from the address bar in Hex works too, and so does the id in that link.",
    ),
    context(declinedScopesLine(declined)),
  ]);
}

/** The answer to a word that is not one of the subcommands, which are `names`. `suggestion` is the closest of them. */
export function unknownCommandMessage(word: string, suggestion: string | null, names: readonly string[]): Message {
  const meant = suggestion === null ? "" : ` Did you mean ${code(`/hex ${suggestion}`)}?`;
  return answer(
    `${bold(word, 80)} is not something that \`/hex\` can do.${meant}`,
    context(`It can ${names.map((name) => code(name)).join(", ")}. ${code("/hex help")} explains each.`),
  );
}

/** The hint that Slack shows next to the command, exactly as in the manifest. */
export function usageHint(commands: readonly Pick<CommandHelp, "name">[]): string {
  return `[${commands.map(({ name }) => name).join(" | ")}]`;
}
