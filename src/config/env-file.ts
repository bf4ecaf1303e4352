// The file named .env, which may hold settings that the environment does not.

import { config as loadEnv } from "dotenv";

/** Node reads it when it starts, and not again. */
const CERTIFICATES = "NODE_EXTRA_CA_CERTS";

/**
 * Adds the settings in .env to the environment.
 * @returns a sentence that says what is wrong with the file, and what to do; `null` when all is well or there is no such file
 */
export function loadEnvFile(): string | null {
  const before = process.env[CERTIFICATES];
  const { error, parsed = {} } = loadEnv({ quiet: true });
  if (error !== undefined && error.code !== "ENOENT")
    return `There is a .env here, but it cannot be read (${error.code}), so its settings are missing: it must be a file that the bot's user may read`;
  if (Object.keys(parsed).length === 0 && isInUtf16())
    return "There is a .env here, but it is not in UTF-8, so its settings are missing: save it as plain text in UTF-8";
  return process.env[CERTIFICATES] === before
    ? null
    : `${CERTIFICATES} has no effect in .env, because Node reads it before that file: set it in the environment in which the program is started`;
}

/** Whether there are settings in it when it is read as UTF-16, which is what `>` writes in older PowerShells. Sets none of them. */
function isInUtf16(): boolean {
  const { parsed = {} } = loadEnv({ quiet: true, encoding: "utf16le", processEnv: {} });
  return Object.keys(parsed).length > 0;
}
