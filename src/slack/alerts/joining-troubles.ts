// Which message a new trouble joins in each conversation that has to be told of it.

import type { Catalog } from "../../catalog/catalog.js";
import type { MemberStore } from "../../follow/member-store.js";
import { tellsOf } from "../../follow/telling-watches.js";
import type { Trouble } from "../../follow/trouble.js";
import { type Member, messageOf, newMembers } from "../../follow/trouble-groups.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import { isSamePlace, type Watch, type WatchPlace } from "../../follow/watch.js";
import { knownOf } from "../../follow/watched-projects.js";
import type { CardStore } from "../cards/store.js";
import { byPlace } from "./places.js";
import { readAlert } from "./read-alert.js";
import type { AlertStore } from "./store.js";
import type { Seen } from "./told-groups.js";

export interface JoiningSources {
  troubles: Pick<TroubleStore, "followedOf">;
  members: Pick<MemberStore, "add">;
  alerts: Pick<AlertStore, "get">;
  catalog: Pick<Catalog, "known">;
  cards: Pick<CardStore, "placesOfHexRuns">;
}

/** Lets the troubles that a conversation has to be told of join its messages. @returns the new members */
export async function addMembers(
  sources: JoiningSources,
  { open, watches, isShown, members }: Seen & { open: readonly Trouble[]; members: readonly Member[] },
  now: number,
): Promise<Member[]> {
  const openIds = new Set(open.map(({ id }) => id));
  const followed = await sources.troubles.followedOf([...new Set(open.map(({ projectId }) => projectId))]);
  const tells = (watch: Watch, trouble: Trouble) =>
    tellsOf(watch, trouble, knownOf(trouble.projectId, sources.catalog, followed));
  const untold = byPlace(watches).map(({ place, watches: here }) => {
    const own = members.filter((member) => isSamePlace(member, place));
    const told = new Set(own.map(({ troubleId }) => troubleId));
    const isWanted = (trouble: Trouble) =>
      !told.has(trouble.id) && isShown(place.channel, trouble.projectId) && here.some((watch) => tells(watch, trouble));
    // A card has no *I'm on it*, with which somebody can prevent the page.
    const pages = (trouble: Trouble) => here.some((watch) => watch.page && tells(watch, trouble));
    return { place, own, pages, troubles: open.filter(isWanted) };
  });
  const shownByCards = await cardsOf(sources, [...new Set(untold.flatMap(({ troubles }) => troubles))]);
  const added: Member[] = [];
  for (const { place, own, pages, troubles } of untold) {
    const fresh = troubles.filter((trouble) => pages(trouble) || !isSamePlace(shownByCards.get(trouble.id), place));
    if (fresh.length === 0) continue;
    const isOpen = ({ troubleId }: Member) => openIds.has(troubleId);
    const alerts = [...own.map(({ alert }) => alert), ...fresh.map(({ id }) => messageOf(place, id))];
    const settled = await settledAmong(sources, alerts);
    added.push(...newMembers(place, fresh, { members: own, isOpen, isSettled: (alert) => settled.has(alert) }, now));
  }
  await sources.members.add(added);
  return added;
}

/** The messages among these that are no longer kept up to date. */
async function settledAmong({ alerts }: JoiningSources, ids: readonly string[]): Promise<Set<string>> {
  const settled = new Set<string>();
  for (const id of new Set(ids)) {
    const alert = await readAlert(alerts, id);
    if (alert !== null && alert !== "unreadable" && alert.settled) settled.add(id);
  }
  return settled;
}

/** Where the bot's own cards tell of a trouble already, by the trouble's id: they stand for all of its runs. */
async function cardsOf({ cards }: JoiningSources, troubles: readonly Trouble[]): Promise<Map<string, WatchPlace>> {
  const runIds = ({ ailments }: Trouble) => ailments.map((one) => ("runId" in one ? one.runId : null));
  const places = await cards.placesOfHexRuns(troubles.flatMap(runIds).filter((id) => id !== null));
  const found = new Map<string, WatchPlace>();
  for (const trouble of troubles) {
    const [first, ...others] = runIds(trouble).map((id) => (id === null ? undefined : places.get(id)));
    if (first !== undefined && others.every((place) => isSamePlace(place, first))) found.set(trouble.id, first);
  }
  return found;
}
