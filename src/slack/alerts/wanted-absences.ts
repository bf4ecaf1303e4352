// What each conversation is told of watched projects that are not judged any more: one message for those of the same ten minutes.

import { placeKey } from "../../follow/watch.js";
import { isMeant } from "../../follow/watched-projects.js";
import { DAY, HOUR, MINUTE } from "../../lib/time.js";
import { type AbsentProject, absenceMessage } from "../messages/absence.js";
import { byPlace } from "./places.js";
import { shownNow } from "./shown-now.js";
import type { TroubleSources } from "./told-groups.js";
import type { WantedAlert } from "./wanted-alert.js";

export type AbsenceSources = Pick<TroubleSources, "watches" | "troubles" | "catalog" | "hexPlace" | "shownTo">;

/** Absences in one window of this length (ms) share a message. The ids of stored messages have its number, so it never changes. */
const WINDOW_MS = 10 * MINUTE;
/** How long (ms) the message is kept up to date, and how long it is news. */
const NEWS_MS = DAY;

/** `now`: epoch ms. */
export async function wantedAbsences(sources: AbsenceSources, now: number): Promise<WantedAlert[]> {
  const watches = await sources.watches.all();
  if (watches.length === 0) return [];
  const followed = await sources.troubles.followed();
  const recent = [...followed].flatMap(([id, known]) => {
    const { absence, title } = known;
    if (absence === null || absence.since < now - NEWS_MS - HOUR) return [];
    return [{ id, title: title ?? id, project: sources.catalog.known(id), followed: known, absence }];
  });
  if (recent.length === 0) return [];
  const isShown = await shownNow(sources.shownTo, watches);
  return byPlace(watches).flatMap(({ place, watches: here }) => {
    const groups = new Map<number, AbsentProject[]>();
    for (const one of recent) {
      const isTold = here.some((watch) => watch.setAt < one.absence.since && isMeant(watch.rule, one.id, one));
      if (!isTold) continue;
      const window = Math.floor(one.absence.since / WINDOW_MS);
      groups.set(window, [...(groups.get(window) ?? []), one]);
    }
    return [...groups].map(([window, all]): WantedAlert => {
      const absent = all.filter(({ id }) => isShown(place.channel, id));
      const isOver = now - Math.max(...all.map(({ absence }) => absence.since)) >= NEWS_MS;
      const isNews = !isOver && absent.some(({ absence }) => absence.backAt === null);
      return {
        id: `absent ${placeKey(place)} ${window}`,
        place,
        isNews,
        isFinal: isOver,
        // Edited where it is, and not posted any more.
        isSilent: !isNews,
        message: (isDoubled) => absenceMessage(absent, { place: sources.hexPlace(), isDoubled }),
        replies: [],
      };
    });
  });
}
