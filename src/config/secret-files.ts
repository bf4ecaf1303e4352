// Secrets in files, as containers mount them: HEX_API_TOKEN_FILE holds the path of a file with what HEX_API_TOKEN would hold.

import { readFileSync } from "node:fs";
import type { Reading } from "./config.js";
import { clean } from "./schema.js";
import type { Environment, VariableName } from "./variables.js";

/** The variables whose value may be in a file. */
export const IN_FILES = [
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "HEX_API_TOKEN",
  "PAGERDUTY_ROUTING_KEY",
  "DATABASE_URL",
] as const satisfies readonly VariableName[];
export type SecretName = (typeof IN_FILES)[number];

/** In characters. No secret is this long: it is another file. */
const LONGEST = 10_000;

/**
 * Reads a configuration in which these secrets may be in files.
 *
 * @param read reads it from the environment alone
 * @returns what `read` returns; a file that cannot be used is a problem like any other
 */
export function withSecretFiles<T>(
  env: Environment,
  read: (env: Environment) => Reading<T>,
  names: readonly SecretName[] = IN_FILES,
): Reading<T> {
  const { env: whole, problems } = readSecretFiles(env, names);
  const reading = read(whole);
  if (problems.length === 0) return reading;
  const isNamed = (name: string) => problems.some((problem) => problem.startsWith(`${name}_FILE:`));
  const variablesOf = (problem: string) => (problem.split(":")[0] ?? "").split(" or ");
  const others = reading.ok ? [] : reading.problems.filter((problem) => !variablesOf(problem).some(isNamed));
  return { ok: false, problems: [...problems, ...others] };
}

/** The environment with the secrets from their files, and a line for each file that cannot be used. */
function readSecretFiles(env: Environment, names: readonly SecretName[]): { env: Environment; problems: string[] } {
  const problems: string[] = [];
  const found: Record<string, string | undefined> = { ...env };
  for (const name of names) {
    const file = clean(env[`${name}_FILE`]);
    if (file === undefined) continue;
    if (clean(env[name]) !== undefined) {
      problems.push(`${name}_FILE: ${name} is set, too; keep one of them`);
      continue;
    }
    const reading = readSecret(file);
    if (reading.ok) found[name] = reading.secret;
    else problems.push(`${name}_FILE: ${reading.problem}`);
  }
  return { env: found, problems };
}

export type SecretReading = { ok: true; secret: string } | { ok: false; problem: string };

export function readSecret(file: string): SecretReading {
  const text = readText(file);
  if (text instanceof Error) {
    const code = "code" in text ? String(text.code) : text.name;
    return { ok: false, problem: `its file cannot be read (${code}); check the path, and who may read the file` };
  }
  if (text.length > LONGEST) return { ok: false, problem: "its file is too long for a secret; check the path" };
  // In UTF-16, as older PowerShells write with `>`, every other byte of a secret is 0.
  if (text.includes("\0")) return { ok: false, problem: "its file is not in UTF-8; save it as plain text in UTF-8" };
  // Editors and `echo` end a file with a new line.
  const secret = clean(text);
  return secret === undefined
    ? { ok: false, problem: "its file is empty; write the secret into it" }
    : { ok: true, secret };
}

function readText(file: string): string | Error {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
