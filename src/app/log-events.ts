// What the log says about the start, about requests to Hex, and about the health of Hex, Slack and the store.

import type { Policy } from "../access/policy.js";
import type { PolicyNews } from "../access/policy-in-force.js";
import { kindOf, type NameFindings, type NameKind } from "../access/unmatched-name.js";
import type { PassEnded } from "../catalog/reader.js";
import type { Config } from "../config/config.js";
import type { WhyAbsent } from "../follow/absence.js";
import type { Digest } from "../follow/digest.js";
import type { Trouble } from "../follow/trouble.js";
import type { WatchPlace } from "../follow/watch.js";
import type { HeldBack, RequestRecord } from "../hex/client.js";
import { type HexError, withholdsIdentity } from "../hex/errors.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Logger } from "../log/logger.js";
import type { HealthEvent } from "../outages/watchdog.js";
import type { PageSent } from "../paging/pager.js";
import { remedyFor } from "../remedies/hex.js";
import { pagingRemedy } from "../remedies/paging.js";
import { policyTroubleLines, uncheckedNamesSentence, unmatchedNameLine } from "../remedies/policy.js";
import { postgresRemedy } from "../remedies/store.js";
import { scopesForRules } from "../slack/access/rule-scopes.js";
import type { SlackFailure } from "../slack/connection/failures.js";
import type { SlackIdentity } from "../slack/connection/identity.js";
import type { SlackState } from "../slack/connection/refusals.js";
import type { OptionalScope } from "../slack/connection/scopes.js";
import { noRulesSentence, POLICY_VERSIONS, POLICY_VERSIONS_TODO } from "../slack/messages/policy.js";
import {
  alertRemedy,
  declinedScopesSentence,
  missingScopesSentence,
  ruleScopesSentence,
  slackRemedy,
} from "../slack/messages/slack-remedies.js";
import { StoreFailure, type StoreFailureKind } from "../store/failure.js";
import { type PostgresFailure, postgresFailure } from "../store/postgres-failure.js";

/** Logs the scopes that the app was installed without, and what that means for the rules. `policy`: `null` when there are none. */
export function logScopes(log: Logger, { missingScopes, declinedScopes }: SlackState, policy: Policy | null): void {
  const missing = missingScopesSentence(missingScopes);
  if (missing !== null) log.warn("%s", missing);
  const declined = declinedScopesSentence(declinedScopes);
  if (declined !== null) log.info("%s", declined);
  logRules(log, policy, declinedScopes);
}

/** Logs whether there are rules of who may do what, and what keeps them from being of use. */
function logRules(log: Logger, policy: Policy | null, declined: readonly OptionalScope[]): void {
  if (policy === null) log.info("%s", noRulesSentence(!declined.includes("users:read")));
  else log.info({ rules: policy.rules.length }, "The rules of the policy file decide who may do what");
  const useless = ruleScopesSentence(scopesForRules(policy, declined));
  if (useless !== null) log.warn("%s", useless);
}

/** Logs that replicas use different rules, or by the same ones again. `own`: see `policyFingerprint`. */
export function logPolicyVersions(log: Logger, count: number, own: string): void {
  if (count > 1) log.warn({ count, own, todo: POLICY_VERSIONS_TODO }, POLICY_VERSIONS);
  else log.info({ own }, "The replicas use the same rules again");
}

/** Logs what has become of the policy file at `path`. */
export function logPolicyNews(log: Logger, path: string, news: PolicyNews): void {
  if (news.kind === "new")
    log.info({ rules: news.policy.rules.length }, "The policy file has changed, and its rules are in force");
  else if (news.kind === "mended") log.info("The policy file can be used again, and holds the rules that are in force");
  else {
    const mistakes = policyTroubleLines(path, news.trouble);
    log.error(
      { mistakes: mistakes.slice(0, MOST_MISTAKES), count: mistakes.length },
      "The policy file cannot be used, and the rules from before stay in force: correct it, or the bot will not start again",
    );
  }
}

const MOST_MISTAKES = 20;

/**
 * Logs which names in the rules match nobody and nothing, and which were not looked up: once, until the name matches again.
 * @param path of the policy file
 */
export function nameLogger(log: Logger, path: string): (findings: NameFindings) => void {
  /** What was said, by the kind of name. */
  let said: ReadonlyMap<string, NameKind> = new Map();
  return ({ unmatched, unchecked }) => {
    const found = new Map(unmatched.map((one) => [`${one.name.kind} ${one.name.text} ${one.why}`, one]));
    const news = [...found].flatMap(([key, one]) => (said.has(key) ? [] : [unmatchedNameLine(path, one)]));
    for (const line of news.slice(0, MOST_NAMES)) log.warn("%s", line);
    if (news.length > MOST_NAMES)
      log.warn(
        "%d more names in the rules match nothing: npm run policy -- check names them",
        news.length - MOST_NAMES,
      );
    const open = new Map(unchecked.map((one) => [`${one.kind} ${one.why.kind}`, one]));
    for (const [key, one] of open) if (!said.has(key)) log.info("%s", uncheckedNamesSentence(one));
    const isOpen = (kind: NameKind) => unchecked.some((one) => one.kind === kind);
    said = new Map([
      // What was not looked up this time may still match nothing.
      ...[...said].filter(([, kind]) => isOpen(kind)),
      ...[...found].map(([key, { name }]) => [key, kindOf(name)] as const),
      ...[...open].map(([key, { kind }]) => [key, kind] as const),
    ]);
  };
}

const MOST_NAMES = 50;

/** Logs that the bot has started. */
export function logReady(log: Logger, { config, identity, port }: Started): void {
  const { alertChannel: channel, slack, hex } = config;
  if (channel !== null) {
    const words =
      "Alerts go to %s. The first one shows whether that works. If the channel is private, type /invite @%s there";
    log.info({ channel }, words, channel, identity.name);
  }
  log.info({ port, mode: slack.mode.kind, hex: hex.origin, team: identity.teamId }, "ready");
}

interface Started {
  config: Config;
  identity: SlackIdentity;
  port: number;
}

/** How often (ms) the log says that answers to an operation have unreadable entries: the poller asks every few seconds. */
const LEFT_OUT_EVERY_MS = 10 * MINUTE;

/** Logs each request to Hex that has ended, and what was left out of its answer, but never the content. */
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
      log.debug(facts, "Hex is alive, but does not say whose token it is");
    else if (error !== null) {
      const { what, todo } = remedyFor(error.facts);
      log.warn({ ...facts, err: error, todo }, "%s", what);
    } else if (leftOut !== null && isNews(operation)) {
      log.warn({ ...facts, leftOut }, "Hex %s: some entries in the answer cannot be read and are left out", operation);
    } else log.debug(leftOut === null ? facts : { ...facts, leftOut }, "Hex %s", operation);
  };
}

/** Logs a request that the budget held back. That is no failure, and the person who waits for the answer is told elsewhere. */
export function logHeldBack(log: Logger, { operation, reference, error }: HeldBack): void {
  const { kind, retryAfterMs } = error.facts;
  log.info({ reference, operation, kind, retryAfterMs }, "Hex %s is held back: %s", operation, kind);
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

/** `ms`: how far the clock jumped forward, compared with the time that passed. Negative if it jumped back. */
export function logClockStep(log: Logger, ms: number): void {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  log.warn(
    { ms },
    "The clock jumped %s by %d s: it was set, or the machine slept",
    ms < 0 ? "back" : "forward",
    seconds,
  );
}

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

/** Logs that a watched project is in trouble, that its trouble has changed, or that all is well again. */
export function logTrouble(log: Logger, { id, projectId, ailments, since, overAt, withdrawn }: Trouble): void {
  const kinds = ailments.filter((one) => one.overAt === null).map(({ kind }) => kind);
  const facts = { reference: id, projectId, since: new Date(since).toISOString() };
  if (overAt === null) log.warn({ ...facts, kinds }, "A watched project is in trouble");
  else if (withdrawn) log.info({ ...facts, lastedMs: overAt - since }, "A trouble is no longer checked");
  else log.info({ ...facts, lastedMs: overAt - since }, "A watched project is well again");
}

/** Logs that a watched project is not judged any more. */
export function logAbsence(log: Logger, projectId: string, why: WhyAbsent): void {
  log.warn({ projectId, why }, "A watched project is no longer checked");
}

/** Logs that Hex lists a project's runs again. */
export function logBack(log: Logger, projectId: string): void {
  log.info({ projectId }, "A watched project is checked again");
}

/** Logs an event for the paging service, and whether the service accepted it. */
export function logPage(log: Logger, { subject, dedupKey, action, error }: PageSent): void {
  const facts = { ...subject, dedupKey, action };
  if (error === null) {
    log.info(facts, "page: %s", action);
    return;
  }
  const { kind, status } = error;
  const { what, todo } = pagingRemedy(kind);
  log.error(
    { ...facts, failure: kind, status, why: error.message, todo },
    "page: %s was not accepted: %s",
    action,
    what,
  );
}

/** Logs that Slack did not accept a message about an outage or a trouble. `isConfigured`: the message is for HEX_ALERT_CHANNEL. */
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
      "Slack did not accept the alert for a conversation that watches projects: %s",
      what,
    );
  }
}

/** Logs that a conversation watches nothing any more, because Slack does not accept messages there. */
export function logEndedWatches(log: Logger): (place: WatchPlace, word: string) => void {
  return ({ channel, threadTs }, word) =>
    log.warn(
      { channel, threadTs, word },
      "The watches of a conversation have ended, and the bot tells whoever set them",
    );
}

/** Logs that Slack did not accept a digest, or the message that one has ended. */
export function logRefusedDigest(
  log: Logger,
): (refused: { subject: string; channel: string; failure: SlackFailure }) => void {
  return ({ subject, channel, failure }) => {
    const { what, todo } = slackRemedy(failure.word);
    log.warn({ subject, channel, failure: failure.facts, todo }, "Slack did not accept a digest: %s", what);
  };
}

/** Logs that a conversation gets no digest any more. */
export function logEndedDigest(log: Logger): (digest: Digest, word: string) => void {
  return ({ channel, setBy }, word) =>
    log.warn({ channel, setBy, word }, "A digest has ended, and the bot tells whoever set it");
}

/** A failure that lasts is logged this often, in ms: several parts meet it every second. */
const SAID_AGAIN_MS = MINUTE;

/** Whether a failure of some kind has to be logged, which then counts as done. */
function dueAgain<Kind>(clock: Clock): (kind: Kind) => boolean {
  const saidAt = new Map<Kind, number>();
  return (kind) => {
    const now = clock.monotonic();
    if (now - (saidAt.get(kind) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_MS) return false;
    saidAt.set(kind, now);
    return true;
  };
}

/** For a part that tries again every few seconds: `say` logs its failures, but each kind of store failure only once a minute. */
export function seldom(clock: Clock, say: (error: unknown) => void): (error: unknown) => void {
  const isDue = dueAgain<StoreFailureKind>(clock);
  return (error) => {
    if (!(error instanceof StoreFailure) || isDue(error.kind)) say(error);
  };
}

/** Logs failures of Postgres, and says for each kind what to do. */
export function postgresLogger(log: Logger, clock: Clock): (error: unknown) => void {
  const isDue = dueAgain<PostgresFailure | null>(clock);
  return (error) => {
    const kind = postgresFailure(error);
    if (!isDue(kind)) return;
    if (kind === null) log.warn({ err: error }, "Postgres");
    else log.warn({ err: error, kind }, "The Postgres of DATABASE_URL %s", postgresRemedy(kind));
  };
}
