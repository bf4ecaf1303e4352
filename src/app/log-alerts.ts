// What the log says about watched projects, and about the alerts, pages and digests that tell people of them.

import type { WhyAbsent } from "../follow/absence.js";
import type { Digest } from "../follow/digest.js";
import type { Trouble } from "../follow/trouble.js";
import type { WatchPlace } from "../follow/watch.js";
import type { Logger } from "../log/logger.js";
import type { PageSent } from "../paging/pager.js";
import { pagingRemedy } from "../remedies/paging.js";
import type { SlackFailure } from "../slack/connection/failures.js";
import { alertRemedy, slackRemedy } from "../slack/messages/slack-remedies.js";

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
