// What the log says about requests to Hex, and about the health of Hex.

import type { PassEnded } from "../catalog/reader.js";
import type { HeldBack, RequestRecord } from "../hex/client.js";
import { concernsEverything, type HexError, meansDisconnected, meansLater, withholdsIdentity } from "../hex/errors.js";
import { isForSomebody } from "../hex/priority.js";
import { atMostEvery } from "../lib/at-most-every.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Logger } from "../log/logger.js";
import type { HealthEvent } from "../outages/watchdog.js";
import { remedyFor } from "../remedies/hex.js";

/**
 * How often (ms) the log says that answers to an operation have unreadable entries, or that requests fail for one reason: the poller asks
 * every few seconds, and what somebody waits for is tried again.
 */
const SAID_AGAIN_MS = 10 * MINUTE;

/**
 * Logs each request to Hex that has ended, and what was left out of its answer, but never the content. What is repeated too often for
 * people has the level "debug".
 */
export function requestLogger(log: Logger, clock: Clock): (record: RequestRecord) => void {
  const isNews = atMostEvery<RequestRecord["operation"]>(clock, SAID_AGAIN_MS);
  const isNewFailure = atMostEvery<string>(clock, SAID_AGAIN_MS);
  return ({ operation, reference, priority, method, path, status, durationMs, error, leftOut }) => {
    const facts = { reference, operation, method, path, status, durationMs };
    if (error !== null && withholdsIdentity(error))
      log.debug(facts, "Hex is alive, but does not say whose token it is");
    else if (error !== null) {
      const { what, todo } = remedyFor(error.facts);
      const level = isNewFailure(sameFailure(error, path, isForSomebody(priority) ? reference : null))
        ? "warn"
        : "debug";
      log[level]({ ...facts, kind: error.kind, err: error, todo }, "%s", what);
    } else if (leftOut !== null && isNews(operation)) {
      log.warn({ ...facts, leftOut }, "Hex %s: some entries in the answer cannot be read and are left out", operation);
    } else log.debug(leftOut === null ? facts : { ...facts, leftOut }, "Hex %s", operation);
  };
}

/**
 * The same text for failures that are logged only once. `asked`: the reference that the person who waits for the answer sees; `null`
 * when nobody waits.
 */
function sameFailure({ kind, facts: { operation } }: HexError, path: string, asked: string | null): string {
  if (concernsEverything(kind)) return `${kind} ${asked}`;
  if (!meansDisconnected(kind) && !meansLater(kind)) return `${kind} ${asked} ${path}`;
  return `${kind} ${asked ?? operation}`;
}

/** Logs requests that the budget held back. That is no failure, and the person who waits for the answer is told elsewhere. */
export function heldBackLogger(log: Logger, clock: Clock): (held: HeldBack) => void {
  const isNews = atMostEvery<string>(clock, SAID_AGAIN_MS);
  return ({ operation, reference, priority, error }) => {
    const { kind, retryAfterMs } = error.facts;
    const level = isForSomebody(priority) || isNews(`${kind} ${operation}`) ? "info" : "debug";
    log[level]({ reference, operation, kind, retryAfterMs }, "Hex %s is held back: %s", operation, kind);
  };
}

/** Logs that Hex lists projects, but not with the collections that the rules name. */
export function logNoCollections(log: Logger, err: HexError): void {
  log.warn(
    { err },
    "Hex does not tell the bot which collections projects are in, so rules about collections give nobody a right: give the Hex token the scope for that, or write rules about categories instead",
  );
}

/** Logs the end of a pass over all projects. */
export function logPass(log: Logger, { isWhole, ...facts }: PassEnded): void {
  if (isWhole) log.debug(facts, "All projects have been read");
  else log.warn(facts, "Hex's list of projects broke off before its end. The bot reads it again in ten minutes");
}

/** Logs that an outage has begun, changed or ended, or that the Hex token expires soon. */
export function logHealth(log: Logger, event: HealthEvent): void {
  if (event.kind === "expiring") {
    const { expiresAt, days } = event.notice;
    const facts = { expires: new Date(expiresAt).toISOString(), days };
    log.warn(
      facts,
      "The Hex token expires soon: create a new one, then set HEX_API_TOKEN and restart, or write it into the file that HEX_API_TOKEN_FILE names and send SIGHUP",
    );
    return;
  }
  const { facts } = event.incident.cause;
  const { what, todo } = remedyFor(facts);
  const { id, since } = event.incident;
  const said = { reference: id, kind: facts.kind, since: new Date(since).toISOString() };
  switch (event.kind) {
    case "began":
      log.warn({ ...said, todo }, "Hex is not connected: %s", what);
      break;
    case "changed_cause":
      log.warn({ ...said, todo }, "Hex is not connected for another reason: %s", what);
      break;
    case "relapsed":
      log.warn({ ...said, todo }, "Hex is down again: %s", what);
      break;
    case "answers":
      log.info(said, "Hex answers again, and the outage ends if it stays up");
      break;
    case "ended":
      log.info({ ...said, lastedMs: event.incident.backAt - since }, "Hex is connected again");
  }
}
