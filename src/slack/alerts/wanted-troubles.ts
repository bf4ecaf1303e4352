// What each conversation that watches projects is to show now of their troubles.

import { attentionTo } from "../../attention/attention.js";
import type { AttentionStore } from "../../attention/attention-store.js";
import type { Catalog } from "../../catalog/catalog.js";
import type { Trouble } from "../../follow/trouble.js";
import { grouped } from "../../follow/trouble-groups.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import { covers, tells, type Watch, type WatchPlace } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import type { HexPlace } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { DAY } from "../../lib/time.js";
import { isQuiet, type ToldTrouble, troubleMessage, troubleReplies } from "../messages/trouble.js";
import { channelsOfCards, type OwnCards } from "./own-cards.js";
import { byPlace } from "./places.js";
import type { WantedAlert } from "./wanted-alerts.js";

export interface TroubleSources extends OwnCards {
  watches: WatchStore;
  troubles: TroubleStore;
  attention: Pick<AttentionStore, "all">;
  catalog: Pick<Catalog, "known">;
  place: () => HexPlace;
}

/** For how long (ms) it is tried to show the end of something. */
const LATE_MS = DAY;
/** How far back (ms) the troubles are read: those that share a message with one that is not over have to be known. */
const READ_MS = 31 * DAY;

/** The troubles that one message tells. */
export interface ToldGroup {
  /** The id of the alert. */
  id: string;
  place: WatchPlace;
  /** The first is the one that was seen first. */
  told: ToldTrouble[];
}

/** `now`: epoch ms. */
export async function wantedTroubles(sources: TroubleSources, now: number): Promise<WantedAlert[]> {
  const groups = await toldGroups(sources, now);
  return groups.map(({ id, place, told }) => {
    const open = told.filter(({ trouble }) => trouble.overAt === null);
    return {
      id,
      place,
      isNews: open.length > 0,
      isFinal: open.length === 0,
      isSilent: (open.length > 0 ? open : told).every((one) => isQuiet(one, now)),
      message: (isDoubled: boolean) => troubleMessage(told, { alert: id, place: sources.place(), now, isDoubled }),
      replies: troubleReplies(told, now),
    };
  });
}

/** What each conversation is told of, and has been told of lately. `now`: epoch ms. */
export async function toldGroups(sources: TroubleSources, now: number): Promise<ToldGroup[]> {
  const [watches, troubles, followed, attentions] = await Promise.all([
    sources.watches.all(),
    sources.troubles.troubles(now - READ_MS),
    sources.troubles.followed(),
    sources.attention.all(),
  ]);
  const isRecent = ({ overAt }: Trouble) => overAt === null || overAt >= now - LATE_MS;
  if (watches.length === 0 || !troubles.some(isRecent)) return [];
  const shownByCards = await cardsOf(sources, troubles);
  const told = new Map<string, ToldTrouble>(
    troubles.map((trouble) => {
      const { id, projectId } = trouble;
      const project = sources.catalog.known(projectId);
      const attention = attentionTo(attentions, { kind: "trouble", id });
      return [id, { trouble, project, followed: followed.get(projectId) ?? null, attention }];
    }),
  );
  return byPlace(watches).flatMap(({ place, its }) =>
    grouped(
      troubles.filter((trouble) => {
        const project = told.get(trouble.id)?.project ?? null;
        if (shownByCards.get(trouble.id)?.has(place.channel)) return false;
        return its.some((watch) => isFor(watch, trouble, project));
      }),
    )
      .filter((group) => group.some(isRecent))
      .map((group) => ({
        id: `trouble ${place.channel} ${place.threadTs ?? ""} ${group[0].id}`,
        place,
        told: group.flatMap(({ id }) => told.get(id) ?? []),
      })),
  );
}

/** Whether a watch tells of a trouble. `project`: the trouble's; null: the catalog does not know it any more. */
export function isFor({ rule, level, setAt }: Watch, trouble: Trouble, project: Project | null): boolean {
  const { projectId, ailments, since, seenAt } = trouble;
  if (Math.max(since, seenAt) < setAt) return false;
  const kinds = ailments.map(({ kind }) => kind);
  return (
    tells(level, kinds) && (rule.kind === "project" ? rule.id === projectId : project !== null && covers(rule, project))
  );
}

/** Where the bot's own cards tell of a trouble already, by the trouble's id: they stand for all of its runs. */
async function cardsOf(sources: TroubleSources, troubles: readonly Trouble[]): Promise<Map<string, Set<string>>> {
  const channels = await channelsOfCards(
    sources,
    troubles.flatMap(({ ailments }) => ailments.flatMap((one) => ("runId" in one ? one.runId : []))),
  );
  const found = new Map<string, Set<string>>();
  for (const { id, ailments } of troubles) {
    const [first, ...others] = ailments.map((one) => ("runId" in one ? channels.get(one.runId) : undefined));
    if (first !== undefined && others.every((channel) => channel === first)) found.set(id, new Set([first]));
  }
  return found;
}
