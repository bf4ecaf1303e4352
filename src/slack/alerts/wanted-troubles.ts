// What each conversation that watches projects is to show now of their troubles.

import type { Catalog } from "../../catalog/catalog.js";
import type { Trouble } from "../../follow/trouble.js";
import { grouped } from "../../follow/trouble-groups.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import { covers, tells, type Watch, type WatchPlace } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import type { HexPlace } from "../../hex/links.js";
import { DAY } from "../../lib/time.js";
import type { RunStore } from "../../runs/store.js";
import type { CardStore } from "../cards/store.js";
import { type ToldTrouble, troubleMessage, troubleReplies } from "../messages/trouble.js";
import type { WantedAlert } from "./wanted-alerts.js";

export interface TroubleSources {
  watches: WatchStore;
  troubles: TroubleStore;
  catalog: Pick<Catalog, "known">;
  runs: Pick<RunStore, "byHexRuns">;
  cards: Pick<CardStore, "get">;
  place: () => HexPlace;
}

/** For how long (ms) it is tried to show the end of something. */
const LATE_MS = DAY;

/** `now`: epoch ms. */
export async function wantedTroubles(sources: TroubleSources, now: number): Promise<WantedAlert[]> {
  const [watches, troubles, followed] = await Promise.all([
    sources.watches.all(),
    sources.troubles.troubles(now - LATE_MS),
    sources.troubles.followed(),
  ]);
  if (watches.length === 0 || troubles.length === 0) return [];
  const shownByCards = await cardsOf(sources, troubles);
  const told = new Map<string, ToldTrouble>(
    troubles.map((trouble) => {
      const { projectId } = trouble;
      const project = sources.catalog.known(projectId);
      return [trouble.id, { trouble, project, followed: followed.get(projectId) ?? null }];
    }),
  );
  return byPlace(watches).flatMap(({ place, its }) =>
    grouped(
      troubles.filter((trouble) => {
        const project = told.get(trouble.id)?.project ?? null;
        if (shownByCards.get(trouble.id)?.has(place.channel)) return false;
        return its.some((watch) => isFor(watch, trouble, () => project !== null && covers(watch.rule, project)));
      }),
    ).map((group) => {
      const all = group.flatMap(({ id }) => told.get(id) ?? []);
      const isOver = group.every(({ overAt }) => overAt !== null);
      return {
        id: `trouble ${place.channel} ${place.threadTs ?? ""} ${group[0].id}`,
        place,
        isNews: !isOver,
        isFinal: isOver,
        message: (isDoubled: boolean) => troubleMessage(all, { place: sources.place(), isDoubled }),
        replies: troubleReplies(all),
      };
    }),
  );
}

function isFor({ rule, level, setAt }: Watch, trouble: Trouble, isCovered: () => boolean): boolean {
  const { projectId, ailments, since, seenAt } = trouble;
  if (Math.max(since, seenAt) < setAt) return false;
  const kinds = ailments.map(({ kind }) => kind);
  return tells(level, kinds) && (rule.kind === "project" ? rule.id === projectId : isCovered());
}

function byPlace(watches: readonly Watch[]): { place: WatchPlace; its: Watch[] }[] {
  const places = new Map<string, { place: WatchPlace; its: Watch[] }>();
  for (const watch of watches) {
    const { channel, threadTs } = watch;
    const key = `${channel} ${threadTs ?? ""}`;
    const known = places.get(key) ?? { place: { channel, threadTs }, its: [] };
    known.its.push(watch);
    places.set(key, known);
  }
  return [...places.values()];
}

/** Where the bot's own cards tell of a trouble already, by the trouble's id: they stand for all of its runs. */
async function cardsOf(
  { runs, cards }: TroubleSources,
  troubles: readonly Trouble[],
): Promise<Map<string, Set<string>>> {
  const runIds = troubles.flatMap(({ ailments }) => ailments.flatMap((one) => ("runId" in one ? one.runId : [])));
  const own = await runs.byHexRuns([...new Set(runIds)]);
  const found = new Map<string, Set<string>>();
  for (const { id, ailments } of troubles) {
    const channels = await Promise.all(
      ailments.map(async (one) => {
        const run = "runId" in one ? own.get(one.runId) : undefined;
        const card = run === undefined ? null : await cards.get(run.key);
        return card?.ts == null ? null : card.channel;
      }),
    );
    const [first, ...others] = channels;
    if (first != null && others.every((channel) => channel === first)) found.set(id, new Set([first]));
  }
  return found;
}
