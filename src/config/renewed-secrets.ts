// Secrets in files that somebody renews while the bot runs: what is in the files now.

import type { Clock } from "../lib/clock.js";
import { credential } from "./credentials.js";
import { databaseUrl, withSslMode } from "./database-url.js";
import { clean } from "./schema.js";
import { IN_FILES, readSecret, type SecretName, type SecretReading } from "./secret-files.js";
import { databaseSecrets } from "./secrets.js";
import type { Environment } from "./variables.js";

export interface RenewedSecretsOptions {
  env: Environment;
  /** Called with every value that was read, before anybody uses it: the log must not show it. */
  onRead: (values: readonly string[]) => void;
  /** Called once for each problem. It is a line like those for the start, and contains no value. */
  onUnusable: (problem: string) => void;
}

/** How long (ms) the files must stay the same, and how many times that is waited for. */
const SETTLE_MS = 250;
const SETTLES = 12;

export class RenewedSecrets {
  /** What was wrong with each file when it was last read. */
  readonly #problems = new Map<SecretName, string>();

  constructor(private readonly options: RenewedSecretsOptions) {}

  /**
   * The secret as it is in its file now; `null` when it is not in a file, or when the file holds none at the moment: it may be missing,
   * empty, or cut off.
   */
  inFile(name: SecretName): string | null {
    const { env, onRead, onUnusable } = this.options;
    const reading = readFrom(env, name);
    if (reading === null) return null;
    if (reading.ok) {
      onRead(name === "DATABASE_URL" ? databaseSecrets(reading.secret) : [reading.secret]);
      this.#problems.delete(name);
      return reading.secret;
    }
    if (this.#problems.get(name) !== reading.problem) onUnusable(`${name}_FILE: ${reading.problem}`);
    this.#problems.set(name, reading.problem);
    return null;
  }

  /** Resolves when nobody seems to be writing to the files any longer: half a secret may look like a whole one. */
  async settled(clock: Clock): Promise<void> {
    const { env } = this.options;
    const all = () => JSON.stringify(IN_FILES.map((name) => readFrom(env, name)));
    let before = all();
    for (let tried = 0; tried < SETTLES; tried++) {
      await clock.sleep(SETTLE_MS);
      const now = all();
      if (now === before) return;
      before = now;
    }
  }
}

/** What each must look like, as at the start. */
const FORMS = {
  SLACK_BOT_TOKEN: credential("SLACK_BOT_TOKEN"),
  SLACK_APP_TOKEN: credential("SLACK_APP_TOKEN"),
  SLACK_SIGNING_SECRET: credential("SLACK_SIGNING_SECRET"),
  HEX_API_TOKEN: credential("HEX_API_TOKEN"),
  PAGERDUTY_ROUTING_KEY: credential("PAGERDUTY_ROUTING_KEY"),
  DATABASE_URL: databaseUrl,
} as const satisfies Record<SecretName, unknown>;

/** `null` when it is not in a file. */
function readFrom(env: Environment, name: SecretName): SecretReading | null {
  const file = clean(env[`${name}_FILE`]);
  if (file === undefined) return null;
  const reading = readSecret(file);
  if (!reading.ok) return reading;
  const written = name === "DATABASE_URL" ? withSslMode(reading.secret, clean(env.PGSSLMODE)) : reading.secret;
  const { data, error } = FORMS[name].safeParse(written);
  return data === undefined
    ? { ok: false, problem: error?.issues[0]?.message ?? "is empty" }
    : { ok: true, secret: data };
}
