// The ends of runs that conversations are told of, because they watch a project with `all`. Each is one message, which is posted once.

import type { RunEnd } from "../../follow/run-end.js";
import { tellsOfEnd } from "../../follow/telling-watches.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import { endsSince, isSamePlace, placeKey, type WatchPlace } from "../../follow/watch.js";
import { knownOf } from "../../follow/watched-projects.js";
import { DAY, HOUR } from "../../lib/time.js";
import { runEndMessage } from "../messages/run-end.js";
import { byPlace } from "./places.js";
import { shownNow } from "./shown-now.js";
import type { AlertStore } from "./store.js";
import type { TroubleSources } from "./told-groups.js";
import type { WantedAlerts } from "./wanted-alert.js";

export interface EndSources extends Pick<TroubleSources, "watches" | "catalog" | "cards" | "hexPlace" | "shownTo"> {
  troubles: Pick<TroubleStore, "ends" | "followed">;
  alerts: Pick<AlertStore, "settledSince">;
}

/** An end that is older than this (ms) is no longer news. */
const NEWS_MS = 2 * HOUR;
/** How far back (ms) the ends are read, to settle those that could not be posted while they were news. */
const READ_MS = DAY;
/** How many are posted in a conversation in one round, the oldest first: Slack accepts about one message a second there. */
const AT_ONCE = 20;
const PREFIX = "end ";

/** `now`: epoch ms. */
export async function wantedEnds(sources: EndSources, now: number): Promise<WantedAlerts> {
  const watches = (await sources.watches.all()).filter((watch) => endsSince(watch) !== null);
  if (watches.length === 0) return { alerts: [], nextAt: null };
  const [ends, settled, followed] = await Promise.all([
    sources.troubles.ends(now - READ_MS),
    // An alert is noted after the end that it is about, unless Hex's clock is ahead.
    sources.alerts.settledSince(PREFIX, now - READ_MS - HOUR),
    sources.troubles.followed(),
  ]);
  if (ends.length === 0) return { alerts: [], nextAt: null };
  const isShown = await shownNow(sources.shownTo, watches);
  const isNews = ({ endedAt }: RunEnd) => now - endedAt < NEWS_MS;
  const idOf = (place: WatchPlace, { runId }: RunEnd) => `${PREFIX}${placeKey(place)} ${runId}`;
  const dueByPlace = byPlace(watches).map(({ place, watches: here }) => {
    const isDue = (end: RunEnd) => {
      const isSettled = settled.get(idOf(place, end));
      if (isSettled === true || (isSettled === undefined && !isNews(end))) return false;
      if (!isShown(place.channel, end.projectId)) return false;
      const known = knownOf(end.projectId, sources.catalog, followed);
      return here.some((watch) => tellsOfEnd(watch, end, known));
    };
    return { place, due: ends.filter(isDue) };
  });
  const runIds = new Set(dueByPlace.flatMap(({ due }) => due.map(({ runId }) => runId)));
  const shownByCards = await sources.cards.placesOfHexRuns([...runIds]);
  const alerts = dueByPlace.flatMap(({ place, due }) => {
    // Before they are counted: what a card shows is never posted here, and must not hold up the others.
    const without = due.filter(({ runId }) => !isSamePlace(shownByCards.get(runId), place));
    return without.slice(0, AT_ONCE).map((end) => ({
      id: idOf(place, end),
      place,
      isNews: isNews(end),
      isFinal: true,
      // Too late to be posted, but kept as it is where it was posted.
      isSilent: !isNews(end),
      message: (isDoubled: boolean) =>
        runEndMessage(end, {
          project: sources.catalog.known(end.projectId),
          title: followed.get(end.projectId)?.title ?? end.projectId,
          place: sources.hexPlace(),
          isDoubled,
        }),
      replies: [],
    }));
  });
  return { alerts, nextAt: null };
}
