// The digests that are due, and what people are told when Slack does not accept one any more.

import type { Digest } from "../../follow/digest.js";
import type { DigestCalendar } from "../../follow/digest-calendar.js";
import { type DigestSources, digestContents } from "../../follow/digest-contents.js";
import type { DigestEntry } from "../../follow/digest-entries.js";
import type { DigestStore } from "../../follow/digest-store.js";
import { placeKey } from "../../follow/watch.js";
import type { HexPlace } from "../../hex/links.js";
import { DAY, HOUR, MINUTE } from "../../lib/time.js";
import type { ShownTo } from "../access/audience.js";
import type { DataTables } from "../connection/data-tables.js";
import { isLostForGood } from "../connection/failures.js";
import { digestMessage, LATE_MS, lateNote, type WhyLate } from "../messages/digest.js";
import { digestEndedMessage, digestNote } from "../messages/digest-answers.js";
import { DOUBLED_DIGEST } from "../messages/repeat.js";
import { readAlert } from "./read-alert.js";
import type { Alert, AlertStore } from "./store.js";
import type { WantedAlert, WantedAlerts } from "./wanted-alert.js";
import { earliest } from "./wanted-alert.js";

export interface DigestAlertSources extends DigestSources {
  digests: Pick<DigestStore, "all" | "refused" | "accepted">;
  calendar: DigestCalendar;
  alerts: Pick<AlertStore, "get" | "settledSince">;
  dataTables: DataTables;
  hexPlace: () => HexPlace;
  shownTo: ShownTo;
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
/** How long (ms) the bot tries to bring one to its end that was posted in time. */
const ENDING_MS = DAY;
/** How long (ms) a digest waits for Slack to say whether all of its projects may be shown. With none to show, it waits on. */
const UNSURE_MS = 10 * MINUTE;
const PREFIX = "digest ";
/** How long (ms) the bot tries to tell somebody that their digest has ended. */
const TELLING_MS = DAY;

export async function wantedDigests(sources: DigestAlertSources, moment: DigestMoment): Promise<WantedAlerts> {
  const { now, leadingMs } = moment;
  const alerts: WantedAlert[] = [];
  const nextAt: (number | null)[] = leadingMs < FIRST_READING_MS ? [now + FIRST_READING_MS - leadingMs] : [];
  const digests = await sources.digests.all();
  if (digests.length === 0) return { alerts: [], nextAt: null };
  const settled = await sources.alerts.settledSince(PREFIX, now - ENDING_MS - DAY);
  for (const digest of digests) {
    if (digest.ended !== null) {
      alerts.push(...endedDigest(digest, settled, now));
      continue;
    }
    const { last, next } = sources.calendar.around(digest, now);
    nextAt.push(next);
    if (last === null || last <= digest.setAt || now - last >= ENDING_MS) continue;
    if (settled.get(idOf(digest, last)) === true) continue;
    const alert = await dueDigest(sources, digest, last, moment);
    if (alert !== null) alerts.push(alert);
  }
  return { alerts, nextAt: earliest(nextAt) };
}

/** `due`: epoch ms. */
function idOf(digest: Digest, due: number): string {
  return `${PREFIX}${placeKey(digest)} ${due}`;
}

async function dueDigest(
  sources: DigestAlertSources,
  digest: Digest,
  due: number,
  { now, leadingMs }: DigestMoment,
): Promise<WantedAlert | null> {
  const { channel, threadTs, zone } = digest;
  const id = idOf(digest, due);
  const isNews = now - due < MISSED_MS;
  const alert = await readAlert(sources.alerts, id);
  if (alert === "unreadable" || alert?.settled === true || (alert === null && !isNews)) return null;
  const { projects, unsure, isGuestWithoutRules } = await sources.shownTo({ channel, person: digest.setBy });
  // They could not even end it.
  if (isGuestWithoutRules) return null;
  const { entries, gone } = await digestContents({ ...sources, projects }, digest, now);
  const waitsForUnsure = entries.length === 0 || now - due < UNSURE_MS;
  if (waitsForUnsure) {
    const hidden = await digestContents({ ...sources, projects: unsure }, digest, now);
    if (hidden.entries.length > 0) return null;
  }
  if (alert === null && leadingMs < FIRST_READING_MS && entries.some((one) => isUnread(one, now - leadingMs)))
    return null;
  const late = lateNote(now - due, whyLate(alert, due, now - leadingMs));
  const isAboutWatched = digest.rule === null;
  const view = {
    entries,
    gone,
    isAboutWatched,
    zone,
    place: sources.hexPlace(),
    now,
    hasTables: sources.dataTables.areTaken,
  };
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
      const isOver = await sources.digests.refused(digest, { word, at: now, isForGood: isLostForGood(word) });
      if (isOver) sources.onEnded(digest, word);
      return isOver;
    },
    onPosted: () => sources.digests.accepted(digest),
  };
}

/** Why a digest is late, if it is. `alert`: `null` until it is about to be posted. `due`, `leadingSince`: epoch ms. */
function whyLate(alert: Alert | null, due: number, leadingSince: number): WhyLate {
  if (alert !== null && alert.at < due + LATE_MS) return "refused";
  return leadingSince <= due ? "unsure" : "down";
}

/** The person who set it is told once, in a direct message. `settled`: see `settledSince`. */
function endedDigest(digest: Digest, settled: ReadonlyMap<string, boolean>, now: number): WantedAlert[] {
  const { setBy, setAt, ended } = digest;
  const id = `${PREFIX}ended ${placeKey(digest)} ${setAt}`;
  if (ended === null || settled.get(id) === true) return [];
  const alert: WantedAlert = {
    id,
    place: { channel: setBy, threadTs: null },
    isNews: now - ended.at < TELLING_MS,
    isFinal: true,
    isSilent: false,
    message: (isDoubled) => digestEndedMessage(digest, ended.word, isDoubled),
    replies: [],
  };
  return [alert];
}

/** Whether its runs have not been read since `since` (epoch ms), although Hex runs it. */
function isUnread({ freshness, followed }: DigestEntry, since: number): boolean {
  const isRun = freshness.kind !== "unknown" || freshness.why !== "not_run";
  return isRun && (followed?.readAt ?? 0) < since;
}
