// What the log says about watched projects, and about the alerts, pages and digests that tell people of them.

import type { WhyAbsent } from "../follow/absence.js";
import type { Digest } from "../follow/digest.js";
import type { Trouble } from "../follow/trouble.js";
import type { WatchPlace } from "../follow/watch.js";
import type { Logger } from "../log/logger.js";
import type { PageSent } from "../paging/pager.js";
import { pagingRemedy } from "../remedies/paging.js";
import type { RefusedAlert } from "../slack/alerts/alerts.js";
import { alertRemedy, type SlackRemedy, slackRemedy } from "../slack/messages/slack-remedies.js";

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

/** Logs that Slack did not accept a message for HEX_ALERT_CHANNEL. */
export function logRefusedInAlertChannel(log: Logger, refused: RefusedAlert): void {
  logRefused(log, refused, "the alert for HEX_ALERT_CHANNEL", alertRemedy(refused.failure.word));
}

/** Logs that Slack did not accept an alert for a conversation that watches projects. */
export function logRefusedWhereWatched(log: Logger, refused: RefusedAlert): void {
  const message = "the alert for a conversation that watches projects";
  logRefused(log, refused, message, slackRemedy(refused.failure.word));
}

/** Logs that Slack did not accept a digest, or the message that one has ended. */
export function logRefusedDigest(log: Logger, refused: RefusedAlert): void {
  logRefused(log, refused, "a digest", slackRemedy(refused.failure.word));
}

function logRefused(
  log: Logger,
  { subject, channel, failure }: RefusedAlert,
  message: string,
  { what, todo }: SlackRemedy,
): void {
  const facts = { subject, channel, failure: failure.facts, todo };
  log.warn(facts, "Slack did not accept %s: %s", message, what);
}

/** Logs that a conversation watches nothing any more, because Slack does not accept messages there. `word`: Slack's error code. */
export function logEndedWatches(log: Logger, { channel, threadTs }: WatchPlace, word: string): void {
  log.warn({ channel, threadTs, word }, "The watches of a conversation have ended, and the bot tells whoever set them");
}

/** Logs that a conversation gets no digest any more. `word`: Slack's error code. */
export function logEndedDigest(log: Logger, { channel, setBy }: Digest, word: string): void {
  log.warn({ channel, setBy, word }, "A digest has ended, and the bot tells whoever set it");
}
