// What the log says about failures of the store.

import { atMostEvery } from "../lib/at-most-every.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Logger } from "../log/logger.js";
import { storeSentence } from "../remedies/store.js";
import { type PostgresFailure, postgresFailure } from "../store/postgres-failure.js";

/** A failure that lasts is logged this often, in ms: several parts meet it every second. */
const SAID_AGAIN_MS = 10 * MINUTE;

/** Logs failures of Postgres while the bot runs, and says for each kind what to do. */
export function postgresLogger(log: Logger, clock: Clock): (error: unknown) => void {
  const isDue = atMostEvery<PostgresFailure | null>(clock, SAID_AGAIN_MS);
  return (error) => {
    const kind = postgresFailure(error);
    if (!isDue(kind)) return;
    if (kind === null) log.warn({ err: error }, "Postgres");
    else log.warn({ err: error, kind }, "%s", storeSentence(kind, "shared"));
  };
}
