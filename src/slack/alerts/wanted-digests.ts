// The digests that are due, and what people are told when Slack does not accept one any more.

import type { Digest } from "../../follow/digest.js";
import { type DigestSources, digestContents } from "../../follow/digest-contents.js";
import type { DigestEntry } from "../../follow/digest-entries.js";
import type { DigestStore } from "../../follow/digest-store.js";
import { lastDigest, nextDigest } from "../../follow/digest-times.js";
import type { HexPlace } from "../../hex/links.js";
import { DAY, HOUR, MINUTE } from "../../lib/time.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { DataTables } from "../connection/data-tables.js";
import { DOUBLED_DIGEST, digestMessage, LATE_MS, lateNote } from "../messages/digest.js";
import { digestEndedMessage, digestNote } from "../messages/digest-answers.js";
import type { Alert, AlertStore } from "./store.js";
import type { WantedAlert, WantedAlerts } from "./wanted-alerts.js";

export interface DigestAlertSources extends DigestSources {
  digests: Pick<DigestStore, "all" | "end">;
  alerts: Pick<AlertStore, "get">;
  dataTables: DataTables;
  place: () => HexPlace;
  /** Called when Slack does not accept a digest in its conversation any more. `word`: Slack's error code. */
  onEnded: (digest: Digest, word: string) => void;
}

export interface DigestMoment {
  /** Epoch ms. */
  now: number;
  /** How long this process has led, in ms. */
  leadingMs: number;
}

/** A digest that is later than this (ms) is not sent. */
const MISSED_MS = 2 * HOUR;
/** How long (ms) a new leader waits for the first reading of each project: what it remembers may be from before a standstill. */
const FIRST_READING_MS = 4 * MINUTE;
/** How long (ms) the bot tries to tell somebody that their digest has ended. */
const TELLING_MS = DAY;

export async function wantedDigests(sources: DigestAlertSources, moment: DigestMoment): Promise<WantedAlerts> {
  const { now, leadingMs } = moment;
  const alerts: WantedAlert[] = [];
  const nextAt: number[] = leadingMs < FIRST_READING_MS ? [now + FIRST_READING_MS - leadingMs] : [];
  for (const digest of await sources.digests.all()) {
    const alert = digest.ended === null ? await dueDigest(sources, digest, moment) : endedDigest(digest, now);
    if (alert !== null) alerts.push(alert);
    const next = digest.ended === null ? nextDigest(digest, now) : null;
    if (next !== null) nextAt.push(next);
  }
  return { alerts, nextAt: nextAt.length === 0 ? null : Math.min(...nextAt) };
}

async function dueDigest(
  sources: DigestAlertSources,
  digest: Digest,
  { now, leadingMs }: DigestMoment,
): Promise<WantedAlert | null> {
  const { channel, threadTs, zone } = digest;
  const due = lastDigest(digest, now);
  if (due === null || due <= digest.setAt) return null;
  const id = `digest ${channel} ${threadTs ?? ""} ${due}`;
  const isNews = now - due < MISSED_MS;
  const alert = await alertOf(sources.alerts, id);
  if (alert === "unreadable" || alert?.settled === true || (alert === null && !isNews)) return null;
  const entries = await digestContents(sources, digest, now);
  if (alert === null && leadingMs < FIRST_READING_MS && entries.some((one) => isUnread(one, now - leadingMs)))
    return null;
  const late = lateNote(now - due, alert === null || alert.at >= due + LATE_MS);
  const view = { entries, zone, place: sources.place(), now, hasTables: sources.dataTables.areTaken };
  return {
    id,
    place: { channel, threadTs },
    isNews,
    isFinal: true,
    // Too late to be posted, but kept as it is where it was posted.
    isSilent: !isNews,
    message: (isDoubled) =>
      digestMessage({
        ...view,
        notes: [late, isDoubled ? DOUBLED_DIGEST : null, digestNote(digest)],
        onTableRefused: () => sources.dataTables.refused(),
      }),
    replies: [],
    onLost: async (word) => {
      await sources.digests.end(digest, word, now);
      sources.onEnded(digest, word);
      return true;
    },
  };
}

/** Whoever set it is told once, in a direct message. */
function endedDigest(digest: Digest, now: number): WantedAlert | null {
  const { channel, threadTs, setBy, setAt, ended } = digest;
  if (ended === null) return null;
  return {
    id: `digest ended ${channel} ${threadTs ?? ""} ${setAt}`,
    place: { channel: setBy, threadTs: null },
    isNews: now - ended.at < TELLING_MS,
    isFinal: true,
    isSilent: false,
    message: () => digestEndedMessage(digest, ended.word),
    replies: [],
  };
}

async function alertOf(alerts: Pick<AlertStore, "get">, id: string): Promise<Alert | null | "unreadable"> {
  try {
    return await alerts.get(id);
  } catch (error) {
    if (error instanceof UnreadableRow) return "unreadable";
    throw error;
  }
}

/** Whether its runs have not been read since `since` (epoch ms), although Hex runs it. */
function isUnread({ freshness, followed }: DigestEntry, since: number): boolean {
  const isRun = freshness.kind !== "unknown" || freshness.why !== "not_run";
  return isRun && (followed?.readAt ?? 0) < since;
}
