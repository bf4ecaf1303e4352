// What becomes of the watches of a conversation that Slack does not accept messages in any more.

import { type EndedWatch, placeKey, type Watch, type WatchPlace } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import { DAY } from "../../lib/time.js";
import { isAmongShown } from "../access/audience.js";
import { isLostForGood } from "../connection/failures.js";
import { type EndedRule, watchesEndedMessage } from "../messages/watches-ended.js";
import type { TroubleSources } from "./told-groups.js";
import type { WantedAlert } from "./wanted-alert.js";

export interface LostPlaceSources extends Pick<TroubleSources, "hexPlace" | "shownTo"> {
  watches: Pick<WatchStore, "refused" | "accepted" | "ended">;
  /** Called when the watches of a conversation have ended. `word`: Slack's error code. */
  onEnded: (place: WatchPlace, word: string) => void;
}

/** How long (ms) the bot tries to tell somebody that their watches have ended. */
const TELLING_MS = DAY;

/** The same alerts. A conversation that does not accept them loses its watches. `now`: epoch ms. */
export function endingWatches(
  alerts: readonly WantedAlert[],
  { watches, onEnded }: LostPlaceSources,
  now: number,
): WantedAlert[] {
  return alerts.map((alert) => ({
    ...alert,
    onLost: async (word) => {
      const isOver = await watches.refused(alert.place, { word, at: now, isForGood: isLostForGood(word) });
      if (isOver) onEnded(alert.place, word);
      return isOver;
    },
    onPosted: () => watches.accepted(alert.place),
  }));
}

/** Tells each person once, in a direct message, of all the watches that they set in a conversation and that have ended. `now`: epoch ms. */
export async function wantedFarewells(sources: LostPlaceSources, now: number): Promise<WantedAlert[]> {
  const byPerson = new Map<string, EndedWatch[]>();
  for (const watch of await sources.watches.ended()) {
    const key = `${placeKey(watch)} ${watch.setBy} ${watch.ended.at}`;
    byPerson.set(key, [...(byPerson.get(key) ?? []), watch]);
  }
  const farewells = [...byPerson].map(async ([key, theirs]): Promise<WantedAlert[]> => {
    const [first] = theirs;
    if (first === undefined) return [];
    const isNews = now - first.ended.at < TELLING_MS;
    const shown = await sources.shownTo({ channel: first.setBy, person: first.setBy });
    const named = ({ rule }: Watch): EndedRule => {
      if (rule.kind !== "project") return { rule, project: null };
      const mayBeShown = isAmongShown(shown, rule.id);
      if (mayBeShown === null) return "unsure";
      return mayBeShown ? { rule, project: shown.projects.known(rule.id) } : "hidden";
    };
    return [
      {
        id: `watches ended ${key}`,
        place: { channel: first.setBy, threadTs: null },
        isNews,
        isFinal: true,
        isSilent: !isNews,
        message: (isDoubled) => watchesEndedMessage(first, theirs.map(named), { place: sources.hexPlace(), isDoubled }),
        replies: [],
      },
    ];
  });
  return (await Promise.all(farewells)).flat();
}
