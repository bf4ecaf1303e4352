// What each conversation that watches projects is to show now of their troubles. Reads only what is not over or not fully told yet.

import { attentionTo } from "../../attention/attention.js";
import type { AttentionStore } from "../../attention/attention-store.js";
import type { Catalog } from "../../catalog/catalog.js";
import type { ConnectionStore } from "../../follow/connection-store.js";
import type { MemberStore } from "../../follow/member-store.js";
import { type KnownConnections, sharedConnections } from "../../follow/shared-connections.js";
import { newsSince, type Trouble } from "../../follow/trouble.js";
import { joinedTogether, type Member, messageOf, newMembers, waitFor } from "../../follow/trouble-groups.js";
import type { TroubleStore } from "../../follow/trouble-store.js";
import { isSamePlace, tells, type Watch, type WatchPlace } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import { isMeant, type ProjectKnown } from "../../follow/watched-projects.js";
import type { HexPlace } from "../../hex/links.js";
import { DAY } from "../../lib/time.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { ShownTo } from "../access/audience.js";
import type { CardStore } from "../cards/store.js";
import type { PeopleByEmail } from "../connection/people-by-email.js";
import {
  type AroundTroubles,
  isHiddenForNow,
  isQuiet,
  type NoLongerTold,
  type Owners,
  ownerToMention,
  suspectsOf,
  type ToldMember,
  type ToldTrouble,
  toldOf,
} from "../messages/told-trouble.js";
import { troubleMessage } from "../messages/trouble.js";
import { troubleReplies } from "../messages/trouble-replies.js";
import { byPlace } from "./places.js";
import { type ShownNow, shownNow, type ToldPlace } from "./shown-now.js";
import type { AlertStore } from "./store.js";
import { silencesEnd, type WantedAlert, type WantedAlerts } from "./wanted-alerts.js";

export interface TroubleSources {
  watches: Pick<WatchStore, "all">;
  troubles: Pick<TroubleStore, "open" | "of" | "followed" | "followedOf">;
  members: Pick<MemberStore, "unsettled" | "of">;
  attention: Pick<AttentionStore, "all">;
  catalog: Pick<Catalog, "known" | "ready">;
  cards: Pick<CardStore, "placesOfHexRuns">;
  place: () => HexPlace;
  shownTo: ShownTo;
}

/** What only the leader needs, which decides which message tells of what. */
export interface TroubleAlertSources extends TroubleSources {
  members: Pick<MemberStore, "unsettled" | "of" | "add" | "settle">;
  alerts: Pick<AlertStore, "get">;
  people: Pick<PeopleByEmail, "idOf">;
  connections: Pick<ConnectionStore, "known">;
  /** Called with the projects of each message that may be in trouble because of a data connection. */
  wishConnections: (together: string[][]) => void;
}

/** For how long (ms) it is tried to show the end of something. */
const LATE_MS = DAY;
/** For how long (ms) it is tried to show that something is no longer watched. */
const GONE_MS = 31 * DAY;

/** The troubles that one message tells of. */
export interface ToldGroup {
  /** The id of the alert. */
  id: string;
  place: WatchPlace;
  /** In the order in which they joined. */
  members: { member: Member; told: ToldMember }[];
}

/** `now`: epoch ms. */
export async function wantedTroubles(sources: TroubleAlertSources, now: number): Promise<WantedAlerts> {
  const [open, before] = await Promise.all([sources.troubles.open(), sources.members.unsettled()]);
  if (open.length === 0 && before.length === 0) {
    sources.wishConnections([]);
    return { alerts: [], nextAt: null };
  }
  await sources.catalog.ready();
  const watches = await sources.watches.all();
  const isShown = await shownNow(sources.shownTo, [...watches, ...before.map(formerPlace)]);
  const members = [...before, ...(await addMembers(sources, { open, watches, isShown, members: before }, now))];
  const groups = await groupsOf(sources, members, { watches, isShown });
  const connections = await connectionsOf(sources, groups);
  const wanted: WantedAlert[] = [];
  for (const group of groups) {
    if (await isSettled(sources, group, now)) {
      await sources.members.settle(
        group.id,
        group.members.flatMap(({ member, told }) => (told.trouble === null ? member : [])),
      );
    } else {
      const owners = await ownersOf(sources, group, now);
      const shared = connections === null ? [] : sharedConnections(suspectsIn(group), connections);
      wanted.push(wantedOf(sources, group, { now, owners, shared }));
    }
  }
  const attentions = groups
    .flatMap(({ members: its }) => toldOf(its.map(({ told }) => told)))
    .map((one) => one.attention);
  const nextAts = [silencesEnd(attentions, now), nextReply(groups, now)].filter((at) => at !== null);
  return { alerts: wanted, nextAt: nextAts.length === 0 ? null : Math.min(...nextAts) };
}

/** When the first reply comes that names those who joined since the last one, epoch ms; null when none waits. */
function nextReply(groups: readonly ToldGroup[], now: number): number | null {
  const waits = groups
    .flatMap(({ members }) => joinedTogether(members.map(({ member }) => member)))
    .map((together) => waitFor(together, now))
    .filter((ms) => ms > 0);
  return waits.length === 0 ? null : now + Math.min(...waits);
}

/** What the message of an alert tells of; `null` if no message of this id is known. */
export async function toldGroup(sources: TroubleSources, alert: string): Promise<ToldGroup | null> {
  await sources.catalog.ready();
  const [members, watches] = await Promise.all([sources.members.of(alert), sources.watches.all()]);
  const its = watches.filter((watch) => members.some((member) => isSamePlace(watch, member)));
  const isShown = await shownNow(sources.shownTo, [...its, ...members.map(formerPlace)]);
  const [group = null] = await groupsOf(sources, members, { watches, isShown });
  return group;
}

/** A conversation that was told of something, and that may not watch anything any more. */
function formerPlace({ channel }: Member): ToldPlace {
  return { channel, setBy: null };
}

/** Asks Slack who the owners are that the message is to mention. */
async function ownersOf({ people }: TroubleAlertSources, { members }: ToldGroup, now: number): Promise<Owners> {
  const emails = toldOf(members.map(({ told }) => told)).flatMap((one) => ownerToMention(one, now) ?? []);
  const owners = new Map<string, string>();
  for (const email of new Set(emails)) {
    const id = await people.idOf(email);
    if (id !== null) owners.set(email, id);
  }
  return owners;
}

/** What is known of their data connections, if any of them stand together in a message; asks for what is not known yet. */
async function connectionsOf(
  { connections, wishConnections }: TroubleAlertSources,
  groups: readonly ToldGroup[],
): Promise<KnownConnections | null> {
  const together = groups.map(suspectsIn).filter(({ length }) => length > 1);
  wishConnections(together);
  return together.length === 0 ? null : connections.known();
}

function suspectsIn({ members }: ToldGroup): string[] {
  return suspectsOf(toldOf(members.map(({ told }) => told)));
}

function wantedOf(
  sources: TroubleSources,
  { id, place, members }: ToldGroup,
  { now, owners, shared }: Pick<AroundTroubles, "now" | "owners" | "shared">,
): WantedAlert {
  const joined = members.map(({ member, told: its }) => ({ told: its, joinedAt: member.joinedAt }));
  const all = joined.map((one) => one.told);
  const told = toldOf(all);
  const open = told.filter(({ trouble }) => trouble.overAt === null);
  const mayReturn = all.some(isHiddenForNow);
  const to = Math.max(...members.map(({ member }) => member.joinedAt));
  return {
    id,
    place,
    isNews: open.length > 0,
    isFinal: open.length === 0 && !mayReturn,
    isSilent: (open.length > 0 ? open : told).every((one) => isQuiet(one, now)),
    message: (isDoubled: boolean) =>
      troubleMessage(all, { alert: id, to, place: sources.place(), owners, shared, now, isDoubled }),
    replies: troubleReplies(joined, { now, owners }),
  };
}

/** What the conversations watch, and what may be shown in them. */
interface Seen {
  watches: readonly Watch[];
  isShown: ShownNow;
}

/** Lets the troubles that a conversation has to be told of join its messages. @returns the new members */
async function addMembers(
  sources: TroubleAlertSources,
  { open, watches, isShown, members }: Seen & { open: readonly Trouble[]; members: readonly Member[] },
  now: number,
): Promise<Member[]> {
  const openIds = new Set(open.map(({ id }) => id));
  const followed = await sources.troubles.followedOf([...new Set(open.map(({ projectId }) => projectId))]);
  const knownOf = ({ projectId }: Trouble): ProjectKnown => ({
    project: sources.catalog.known(projectId),
    followed: followed.get(projectId) ?? null,
  });
  const untold = byPlace(watches).map(({ place, its }) => {
    const own = members.filter((member) => isSamePlace(member, place));
    const told = new Set(own.map(({ troubleId }) => troubleId));
    const isWanted = (trouble: Trouble) =>
      !told.has(trouble.id) &&
      isShown(place.channel, trouble.projectId) &&
      its.some((watch) => isFor(watch, trouble, knownOf(trouble)));
    // A card has no *I'm on it*, which is what keeps the page from ringing.
    const pages = (trouble: Trouble) => its.some((watch) => watch.page && isFor(watch, trouble, knownOf(trouble)));
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
    added.push(...newMembers(place, fresh, own, isOpen, (alert) => settled.has(alert), now));
  }
  await sources.members.add(added);
  return added;
}

/** Those of these messages that are no longer kept up to date. */
async function settledAmong({ alerts }: TroubleAlertSources, ids: readonly string[]): Promise<Set<string>> {
  const settled = new Set<string>();
  for (const id of new Set(ids)) if ((await readAlert(alerts, id))?.settled === true) settled.add(id);
  return settled;
}

async function groupsOf(
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
    const project = sources.catalog.known(projectId);
    const known = { project, followed: followed.get(projectId) ?? null };
    const isUntold = trouble === undefined || (trouble.overAt === null && !isWatched(member, known, watches));
    const mayBeShown = isShown(member.channel, projectId);
    if (!mayBeShown) {
      const mayReturn = !isUntold && (trouble.overAt === null || mayBeShown === null);
      return { trouble: null, why: "hidden", mayReturn };
    }
    if (isUntold) return { trouble: null, why: "unwatched", projectId, project };
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

/** Whether its message shows all that there is to show, or never will. */
async function isSettled({ alerts }: TroubleAlertSources, { id, members }: ToldGroup, now: number): Promise<boolean> {
  const told = toldOf(members.map((one) => one.told));
  if (told.some(({ trouble }) => trouble.overAt === null)) return false;
  if (members.some((one) => isHiddenForNow(one.told))) return false;
  const lastAt = Math.max(
    ...members.map(({ member }) => member.joinedAt),
    ...told.map(({ trouble }) => trouble.overAt ?? 0),
  );
  if (now - lastAt > (told.length > 0 ? LATE_MS : GONE_MS)) return true;
  const alert = await readAlert(alerts, id);
  return alert === null || alert.settled === true;
}

/** `settled` is `null` when it cannot be read. */
async function readAlert(alerts: Pick<AlertStore, "get">, id: string): Promise<{ settled: boolean | null } | null> {
  try {
    return await alerts.get(id);
  } catch (error) {
    if (error instanceof UnreadableRow) return { settled: null };
    throw error;
  }
}

/** Whether a watch tells of a trouble. `known`: what is known of its project. */
export function isFor({ rule, level, setAt }: Watch, trouble: Trouble, known: ProjectKnown): boolean {
  const { projectId, ailments } = trouble;
  if (newsSince(trouble, setAt) === null) return false;
  const kinds = ailments.map(({ kind }) => kind);
  return tells(level, kinds) && isMeant(rule, projectId, known);
}

/** Whether a conversation that was told of a project's trouble still watches the project. One that is not known may fit any rule. */
function isWatched(member: Member, known: ProjectKnown, watches: readonly Watch[]): boolean {
  const its = watches.filter((watch) => isSamePlace(watch, member));
  const isUnknown = known.project === null && known.followed === null;
  return its.some(({ rule }) => (isUnknown && rule.kind !== "project") || isMeant(rule, member.projectId, known));
}

/** Where the bot's own cards tell of a trouble already, by the trouble's id: they stand for all of its runs. */
async function cardsOf({ cards }: TroubleSources, troubles: readonly Trouble[]): Promise<Map<string, WatchPlace>> {
  const runIds = ({ ailments }: Trouble) => ailments.map((one) => ("runId" in one ? one.runId : null));
  const places = await cards.placesOfHexRuns(troubles.flatMap(runIds).filter((id) => id !== null));
  const found = new Map<string, WatchPlace>();
  for (const trouble of troubles) {
    const [first, ...others] = runIds(trouble).map((id) => (id === null ? undefined : places.get(id)));
    if (first !== undefined && others.every((place) => isSamePlace(place, first))) found.set(trouble.id, first);
  }
  return found;
}
