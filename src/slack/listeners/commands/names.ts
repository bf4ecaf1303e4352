// The sub-commands, in the order in which help lists them.

export const COMMAND_NAMES = ["status", "projects", "run", "runs", "cancel", "help"] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

export function isCommandName(word: string): word is CommandName {
  return COMMAND_NAMES.some((name) => name === word);
}
