// What each conversation that watches projects is to show now of their troubles. Reads only what is not over or not fully told yet.

import type { ConnectionStore } from "../../follow/connection-store.js";
import type { MemberStore } from "../../follow/member-store.js";
import { type KnownConnections, sharedConnections } from "../../follow/shared-connections.js";
import { isFailed } from "../../follow/trouble.js";
import { namedTogether, waitFor } from "../../follow/trouble-groups.js";
import { DAY } from "../../lib/time.js";
import type { PeopleByEmail } from "../connection/people-by-email.js";
import {
  type AroundTroubles,
  isHiddenForNow,
  isQuiet,
  type Owners,
  ownerToMention,
  suspectsOf,
  toldOf,
} from "../messages/told-trouble.js";
import { troubleMessage } from "../messages/trouble.js";
import { type TimedMember, troubleReplies } from "../messages/trouble-replies.js";
import { addMembers } from "./joining-troubles.js";
import { readAlert } from "./read-alert.js";
import { shownNow } from "./shown-now.js";
import type { AlertStore } from "./store.js";
import { formerPlace, groupsOf, type ToldGroup, type TroubleSources } from "./told-groups.js";
import { earliest, silencesEnd, type WantedAlert, type WantedAlerts } from "./wanted-alert.js";

/** What only the leader needs, which decides which message tells of what. */
export interface TroubleAlertSources extends TroubleSources {
  members: Pick<MemberStore, "unsettled" | "of" | "add" | "fail" | "settle">;
  alerts: Pick<AlertStore, "get">;
  people: Pick<PeopleByEmail, "idOf">;
  connections: Pick<ConnectionStore, "known">;
  /** Called with the projects of each message that may be in trouble because of a data connection. */
  wishConnections: (together: string[][]) => void;
}

/** How long (ms) the bot tries to show the end of something. */
const LATE_MS = DAY;
/** How long (ms) the bot tries to show that something is no longer watched. */
const GONE_MS = 31 * DAY;

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
  const groups = await noteFailed(sources, await groupsOf(sources, members, { watches, isShown }), now);
  const connections = await connectionsOf(sources, groups);
  const unsettled: ToldGroup[] = [];
  for (const group of groups) {
    if (await isSettled(sources, group, now)) {
      await sources.members.settle(
        group.id,
        group.members.flatMap(({ member, told }) => (told.trouble === null ? member : [])),
      );
    } else unsettled.push(group);
  }
  const owners = await ownersOf(sources, unsettled, now);
  const wanted = unsettled.map((group) => {
    const shared = connections === null ? [] : sharedConnections(suspectsIn(group), connections);
    return wantedOf(sources, group, { now, owners, shared });
  });
  const attentions = groups
    .flatMap(({ members: all }) => toldOf(all.map(({ told }) => told)))
    .map((one) => one.attention);
  return { alerts: wanted, nextAt: earliest([silencesEnd(attentions, now), nextReply(groups, now)]) };
}

/**
 * Remembers which have failed since their messages told of something else. Their troubles may be forgotten before the messages are settled.
 * @returns the same groups with that
 */
async function noteFailed({ members }: TroubleAlertSources, groups: ToldGroup[], now: number): Promise<ToldGroup[]> {
  const isNew = ({ member, told }: ToldGroup["members"][number]) =>
    member.failedAt === null && told.trouble !== null && isFailed(told.trouble);
  const failed = groups.flatMap((group) => group.members.filter(isNew));
  if (failed.length === 0) return groups;
  await members.fail(
    failed.map(({ member }) => member),
    now,
  );
  return groups.map((group) => ({
    ...group,
    members: group.members.map((one) => (isNew(one) ? { ...one, member: { ...one.member, failedAt: now } } : one)),
  }));
}

/** When the next reply comes that names some of them, epoch ms; null when none waits. */
function nextReply(groups: readonly ToldGroup[], now: number): number | null {
  const replies = groups.flatMap(({ members }) => namedTogether(members.map(timed)));
  const waits = replies.map((named) => waitFor(named, now)).filter((ms) => ms > 0);
  return earliest(waits.map((ms) => now + ms));
}

/** Asks Slack who the owners are that the messages are to mention, about all of them at once: Slack may take its time. */
async function ownersOf({ people }: TroubleAlertSources, groups: readonly ToldGroup[], now: number): Promise<Owners> {
  const told = groups.flatMap(({ members }) => toldOf(members.map((one) => one.told)));
  const emails = new Set(told.flatMap((one) => ownerToMention(one, now) ?? []));
  const ids = await Promise.all([...emails].map(async (email) => [email, await people.idOf(email)] as const));
  return new Map(ids.flatMap(([email, id]) => (id === null ? [] : [[email, id]])));
}

/** What is known of their data connections, if several of them share a message; asks for what is not known yet. */
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
  const all = members.map((one) => one.told);
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
      troubleMessage(all, { alert: id, to, place: sources.hexPlace(), owners, shared, now, isDoubled }),
    replies: troubleReplies(members.map(timed), { now, owners }),
  };
}

function timed({ member: { joinedAt, failedAt }, told }: ToldGroup["members"][number]): TimedMember {
  return { told, joinedAt, failedAt };
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
  return alert === null || (alert !== "unreadable" && alert.settled);
}
