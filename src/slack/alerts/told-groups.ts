// Which troubles each message tells of, and what may be shown of them now.

import { attentionTo } from "../../attention/attention.js";
import type { AttentionStore } from "../../attention/attention-store.js";
import type { Catalog } from "../../catalog/catalog.js";
import type { MemberStore } from "../../follow/member-store.js";
import type { Member } from "../../follow/trouble-groups.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import { isSamePlace, type Watch, type WatchPlace } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import { isMeant, knownOf, type ProjectKnown } from "../../follow/watched-projects.js";
import type { HexPlace } from "../../hex/links.js";
import type { ShownTo } from "../access/audience.js";
import type { CardStore } from "../cards/store.js";
import type { NoLongerTold, ToldMember, ToldTrouble } from "../messages/told-trouble.js";
import { type ShownNow, shownNow, type ToldPlace } from "./shown-now.js";

/** The sources of what the bot tells the conversations that watch projects. */
export interface TroubleSources {
  watches: Pick<WatchStore, "all">;
  troubles: Pick<TroubleStore, "open" | "of" | "followed" | "followedOf">;
  members: Pick<MemberStore, "unsettled" | "of">;
  attention: Pick<AttentionStore, "all">;
  catalog: Pick<Catalog, "known" | "ready">;
  cards: Pick<CardStore, "placesOfHexRuns">;
  hexPlace: () => HexPlace;
  shownTo: ShownTo;
}

/** The troubles that one message tells of. */
export interface ToldGroup {
  /** The id of the alert. */
  id: string;
  place: WatchPlace;
  /** In the order in which they joined. */
  members: { member: Member; told: ToldMember }[];
}

/** What the message of an alert tells of; `null` if no message of this id is known. */
export async function toldGroup(sources: TroubleSources, alert: string): Promise<ToldGroup | null> {
  await sources.catalog.ready();
  const [members, watches] = await Promise.all([sources.members.of(alert), sources.watches.all()]);
  const here = watches.filter((watch) => members.some((member) => isSamePlace(watch, member)));
  const isShown = await shownNow(sources.shownTo, [...here, ...members.map(formerPlace)]);
  const [group = null] = await groupsOf(sources, members, { watches, isShown });
  return group;
}

/** A conversation that was told of something, and that may not watch anything any more. */
export function formerPlace({ channel }: Member): ToldPlace {
  return { channel, setBy: null };
}

/** What the conversations watch, and what may be shown in them. */
export interface Seen {
  watches: readonly Watch[];
  isShown: ShownNow;
}

/** Members by the message that tells of them, and what it may show of each now. */
export async function groupsOf(
  sources: TroubleSources,
  members: readonly Member[],
  { watches, isShown }: Seen,
): Promise<ToldGroup[]> {
  const [troubles, followed, attentions] = await Promise.all([
    sources.troubles.of([...new Set(members.map(({ troubleId }) => troubleId))]),
    sources.troubles.followedOf([...new Set(members.map(({ projectId }) => projectId))]),
    sources.attention.all(),
  ]);
  const told = (member: Member): ToldTrouble | NoLongerTold => {
    const { troubleId: id, projectId } = member;
    const trouble = troubles.get(id);
    const known = knownOf(projectId, sources.catalog, followed);
    const isUntold = trouble === undefined || (trouble.overAt === null && !isWatched(member, known, watches));
    const mayBeShown = isShown(member.channel, projectId);
    if (!mayBeShown) {
      const mayReturn = !isUntold && (trouble.overAt === null || mayBeShown === null);
      return { trouble: null, why: "hidden", mayReturn };
    }
    if (isUntold) return { trouble: null, why: "unwatched", projectId, project: known.project };
    const attention = attentionTo(attentions, { kind: "trouble", id });
    return { trouble, ...known, attention };
  };
  const groups = new Map<string, ToldGroup>();
  for (const member of members) {
    const { alert: id, channel, threadTs } = member;
    const group = groups.get(id) ?? { id, place: { channel, threadTs }, members: [] };
    group.members.push({ member, told: told(member) });
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** Whether a conversation that was told of a project's trouble still watches the project. One that is not known may fit any rule. */
function isWatched(member: Member, known: ProjectKnown, watches: readonly Watch[]): boolean {
  const here = watches.filter((watch) => isSamePlace(watch, member));
  const isUnknown = known.project === null && known.followed === null;
  return here.some(({ rule }) => (isUnknown && rule.kind !== "project") || isMeant(rule, member.projectId, known));
}
