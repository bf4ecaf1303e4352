// What the channel for alerts should show now of outages and of a token that will expire, derived from what the watchdog knows.

import { type Attentions, attentionTo } from "../../attention/attention.js";
import type { AttentionStore } from "../../attention/attention-store.js";
import type { StatusPage } from "../../hex/status-page.js";
import { DAY } from "../../lib/time.js";
import type { Notice } from "../../outages/expiry.js";
import type { Incident } from "../../outages/incident.js";
import type { HealthStore } from "../../outages/store.js";
import { NOT_BEGUN } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import type { ShownTo } from "../access/audience.js";
import { expiryMessage } from "../messages/expiry.js";
import {
  type AroundIncident,
  incidentAlert,
  incidentMessage,
  incidentReplies,
  isQuietIncident,
} from "../messages/incident.js";
import { silencesEnd, type WantedAlert, type WantedAlerts } from "./wanted-alert.js";

/** How long (ms) the bot tries to show the end of something. */
const LATE_MS = DAY;

export interface OutageSources {
  /** The id of the channel for alerts. */
  channel: string;
  health: HealthStore;
  attention: Pick<AttentionStore, "all">;
  runs: Pick<RunStore, "inFlight" | "countInFlight">;
  statusPage: StatusPage;
  shownTo: ShownTo;
}

/** `now`: epoch ms. */
export async function wantedOutages(sources: OutageSources, now: number): Promise<WantedAlerts> {
  const { channel, health, attention, statusPage } = sources;
  const [incidents, { notices }, inFlight, attentions] = await Promise.all([
    health.incidentsSince(now - LATE_MS),
    health.state(),
    inFlightFor(sources),
    attention.all(),
  ]);
  // An expired token is an outage and is reported as one.
  const recent = notices.filter(({ expiresAt, renewedAt }) =>
    renewedAt === null ? expiresAt > now : renewedAt >= now - LATE_MS,
  );
  const around = { inFlight, report: statusPage.known, now, attentions };
  const place = { channel, threadTs: null };
  const alerts = [
    ...incidents.map((incident) => ({ place, ...ofIncident(incident, around) })),
    ...recent.map((notice) => ({ place, ...ofNotice(notice) })),
  ];
  return { alerts, nextAt: silencesEnd([...attentions.values()], now) };
}

/** How many runs are in flight in Hex of the projects that may be shown in the channel. */
async function inFlightFor({ channel, runs, shownTo }: OutageSources): Promise<number> {
  const count = await runs.countInFlight();
  if (count === 0) return 0;
  const [all, { projects }] = await Promise.all([runs.inFlight(), shownTo({ channel, person: null })]);
  return count - all.filter(({ state, project }) => NOT_BEGUN.has(state) || !projects.has(project.id)).length;
}

type AroundAll = Omit<AroundIncident, "isDoubled" | "attention"> & { attentions: Attentions };

function ofIncident(incident: Incident, { attentions, ...around }: AroundAll): Omit<WantedAlert, "place"> {
  const attention = attentionTo(attentions, { kind: "incident", id: incident.id });
  const isSilent = isQuietIncident(incident, attention, around.now);
  return {
    id: incidentAlert(incident),
    isNews: incident.state !== "over",
    isFinal: incident.state === "over",
    isSilent,
    message: (isDoubled) => incidentMessage(incident, { ...around, attention, isDoubled }),
    replies: incidentReplies(incident, isSilent),
  };
}

/** Each warning is a message of its own. The last one becomes the news that the token was renewed. */
function ofNotice(notice: Notice): Omit<WantedAlert, "place"> {
  return {
    id: `expiry ${notice.expiresAt} ${notice.days} ${notice.at}`,
    isNews: notice.renewedAt === null,
    isFinal: notice.renewedAt !== null,
    isSilent: false,
    message: (isDoubled) => expiryMessage(notice, isDoubled),
    replies: [],
  };
}
