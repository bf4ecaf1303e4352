// The file named .env, which may hold settings that the environment does not.

import { config as loadEnv } from "dotenv";

/**
 * Adds the settings in .env to the environment.
 * @returns the system's code for why it cannot be read, such as EACCES; `null` when all is well or there is no such file
 */
export function loadEnvFile(): string | null {
  const { error } = loadEnv({ quiet: true });
  if (error === undefined) return null;
  const code = String(error.code);
  return code === "ENOENT" ? null : code;
}
