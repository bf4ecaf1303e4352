// What the log says of the start, of requests to Hex and of its health.

import type { PassEnded } from "../catalog/reader.js";
import type { Config } from "../config/config.js";
import type { Trouble } from "../follow/trouble.js";
import type { HeldBack, RequestRecord } from "../hex/client.js";
import { withholdsIdentity } from "../hex/errors.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Logger } from "../log/logger.js";
import type { HealthEvent } from "../outages/watchdog.js";
import { remedyFor } from "../remedies/hex.js";
import { postgresRemedy } from "../remedies/store.js";
import type { SlackFailure } from "../slack/connection/failures.js";
import type { SlackIdentity } from "../slack/connection/identity.js";
import type { SlackState } from "../slack/connection/refusals.js";
import {
  alertRemedy,
  declinedScopesSentence,
  missingScopesSentence,
  slackRemedy,
} from "../slack/messages/slack-remedies.js";
import { type PostgresFailure, postgresFailure } from "../store/postgres-failure.js";

/** Scopes that the app was installed without. */
export function logScopes(log: Logger, { missingScopes, declinedScopes }: SlackState): void {
  const missing = missingScopesSentence(missingScopes);
  if (missing !== null) log.warn("%s", missing);
  const declined = declinedScopesSentence(declinedScopes);
  if (declined !== null) log.info("%s", declined);
}

/** The start is over. */
export function logReady(log: Logger, { config, identity, port }: Started): void {
  const { alertChannel: channel, slack, hex } = config;
  if (channel !== null) {
    const words = "Alerts go to %s, which the first one proves: write /invite @%s there if it is private";
    log.info({ channel }, words, channel, identity.name);
  }
  log.info({ port, mode: slack.mode.kind, hex: hex.origin, team: identity.teamId }, "ready");
}

interface Started {
  config: Config;
  identity: SlackIdentity;
  port: number;
}

/** How often (ms) it is said of an operation that entries of its answers cannot be read: the poller asks every few seconds. */
const LEFT_OUT_EVERY_MS = 10 * MINUTE;

/** Logs each request to Hex that ended, and what was left out of its answer: never the content. */
export function requestLogger(log: Logger, clock: Clock): (record: RequestRecord) => void {
  const saidAt = new Map<RequestRecord["operation"], number>();
  const isNews = (operation: RequestRecord["operation"]) => {
    const now = clock.monotonic();
    if (now - (saidAt.get(operation) ?? Number.NEGATIVE_INFINITY) < LEFT_OUT_EVERY_MS) return false;
    saidAt.set(operation, now);
    return true;
  };
  return ({ operation, reference, method, status, durationMs, error, leftOut }) => {
    const facts = { reference, operation, method, status, durationMs };
    if (error !== null && withholdsIdentity(error))
      log.debug(facts, "Hex does not tell who the token is, and is alive");
    else if (error !== null) {
      const { what, todo } = remedyFor(error.facts);
      log.warn({ ...facts, err: error, todo }, "%s", what);
    } else if (leftOut !== null && isNews(operation)) {
      log.warn({ ...facts, leftOut }, "Hex %s: some entries of the answer cannot be read and are left out", operation);
    } else log.debug(leftOut === null ? facts : { ...facts, leftOut }, "Hex %s", operation);
  };
}

/** What was not sent is nobody's fault, and is told where somebody waits for it. */
export function logHeldBack(log: Logger, { operation, reference, error }: HeldBack): void {
  const { kind, retryAfterMs } = error.facts;
  log.info({ reference, operation, kind, retryAfterMs }, "Hex %s is not asked yet: %s", operation, kind);
}

/** A pass over all projects. */
export function logPass(log: Logger, { isWhole, ...facts }: PassEnded): void {
  if (isWhole) log.debug(facts, "All projects are read");
  else log.warn(facts, "Hex's list of projects broke off before its end: it is read again in ten minutes");
}

/** `ms`: how far the clock went forward (back: negative) beside the time that passed. */
export function logClockStep(log: Logger, ms: number): void {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  log.warn({ ms }, "The clock went %s by %d s: it was set, or the machine slept", ms < 0 ? "back" : "forward", seconds);
}

export function logHealth(log: Logger, event: HealthEvent): void {
  if (event.kind === "expiring") {
    const { expiresAt, days } = event.notice;
    const facts = { expires: new Date(expiresAt).toISOString(), days };
    log.warn(facts, "The Hex token expires soon: make a new one, set HEX_API_TOKEN and restart");
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
      log.warn({ ...said, todo }, "Hex has gone again: %s", what);
      break;
    case "answers":
      log.info(said, "Hex answers again, and is being watched");
      break;
    case "ended":
      log.info({ ...said, lastedMs: event.incident.backAt - since }, "Hex is connected again");
  }
}

/** A watched project that came into trouble, is in another one, or is well again. */
export function logTrouble(log: Logger, { id, projectId, ailments, since, overAt }: Trouble): void {
  const kinds = ailments.filter((one) => one.overAt === null).map(({ kind }) => kind);
  const facts = { reference: id, projectId, since: new Date(since).toISOString() };
  if (overAt === null) log.warn({ ...facts, kinds }, "A watched project is in trouble");
  else log.info({ ...facts, lastedMs: overAt - since }, "A watched project is well again");
}

/** Slack did not accept a message about an outage or a trouble. `isConfigured`: it is for HEX_ALERT_CHANNEL. */
export function logRefusedAlert(
  log: Logger,
  { subject, channel, failure }: { subject: string; channel: string; failure: SlackFailure },
  isConfigured: boolean,
): void {
  if (isConfigured) {
    const { what, todo } = alertRemedy(failure.word);
    log.warn(
      { subject, channel, failure: failure.facts, todo },
      "Slack did not accept the alert for HEX_ALERT_CHANNEL: %s",
      what,
    );
  } else {
    const { what, todo } = slackRemedy(failure.word);
    log.warn(
      { subject, channel, failure: failure.facts, todo },
      "Slack did not accept what a conversation watches: %s",
      what,
    );
  }
}

/** A failure that goes on is said once in this time, in ms: several parts meet it every second. */
const SAID_AGAIN_MS = MINUTE;

/** Logs failures of Postgres, each kind with what to do. */
export function postgresLogger(log: Logger, clock: Clock): (error: unknown) => void {
  const saidAt = new Map<PostgresFailure | null, number>();
  return (error) => {
    const kind = postgresFailure(error);
    const now = clock.monotonic();
    if (now - (saidAt.get(kind) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_MS) return;
    saidAt.set(kind, now);
    if (kind === null) log.warn({ err: error }, "Postgres");
    else log.warn({ err: error, kind }, "The Postgres of DATABASE_URL %s", postgresRemedy(kind));
  };
}
