// The digests: each conversation that wants one hears once a day how fresh its projects are.

import { DigestCalendar } from "../follow/digest-calendar.js";
import { AlertStore } from "../slack/alerts/store.js";
import { type DigestAlertSources, wantedDigests } from "../slack/alerts/wanted-digests.js";
import { alertsFor, shownToIn } from "./create-alerts.js";
import type { MessagesPart, MessagesPartOptions } from "./create-messages.js";
import { logEndedDigest, logRefusedDigest } from "./log-alerts.js";

export interface DigestsPart {
  /** Runs on the leader until `signal` aborts. */
  keep: (signal: AbortSignal) => Promise<void>;
}

export function createDigests(options: MessagesPartOptions, { dataTables }: MessagesPart): DigestsPart {
  const { settings, store, hex, follow } = options;
  const { log } = settings;
  const { clock } = store;
  const sources: DigestAlertSources = {
    ...follow.digestSources,
    digests: follow.digests,
    calendar: new DigestCalendar(),
    alerts: new AlertStore(store.store.db, store.rows),
    dataTables,
    hexPlace: () => hex.client.place.now,
    shownTo: shownToIn(options),
    onEnded: (digest, word) => logEndedDigest(log, digest, word),
  };
  let leadsSince = clock.monotonic();
  const alerts = alertsFor(
    options,
    () => wantedDigests(sources, { now: clock.now(), leadingMs: clock.monotonic() - leadsSince }),
    (refused) => logRefusedDigest(log, refused),
  );
  return {
    keep: (signal) => {
      leadsSince = clock.monotonic();
      return alerts.keep(signal);
    },
  };
}
