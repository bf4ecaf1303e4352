// The file named .env, which may hold settings that the environment does not.

import { config as loadEnv } from "dotenv";

/**
 * Adds the settings in .env to the environment.
 * @returns a sentence that says why it cannot be read, and what to do; `null` when all is well or there is no such file
 */
export function loadEnvFile(): string | null {
  const { error } = loadEnv({ quiet: true });
  if (error === undefined || error.code === "ENOENT") return null;
  return `There is a .env here, but it cannot be read (${error.code}), so its settings are missing: it must be a file that the bot's user may read`;
}
