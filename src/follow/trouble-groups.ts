// Which troubles share one message. Pure.

import { MINUTE } from "../lib/time.js";
import { isFailed, type Trouble } from "./trouble.js";
import { placeKey, type WatchPlace } from "./watch.js";

/** How long (ms) after its first trouble others join a message. */
const JOIN_MS = 10 * MINUTE;
/** How long (ms) after one reply the next one of its kind comes at the earliest, so that those that join together are named together. */
const REPLY_MS = MINUTE;

/** A trouble that a message tells of, from when it is first told until the message has shown its end, whatever happens to it. */
export interface Member extends WatchPlace, MemberTimes {
  /** The id of the message. */
  alert: string;
  troubleId: string;
  projectId: string;
  /** Its place among the members of the message, from 0. */
  position: number;
}

/** Times in epoch ms. */
export interface MemberTimes {
  /** Since when the message tells of it. */
  joinedAt: number;
  /** Since when the message tells that it has failed; `null` if it never did. */
  failedAt: number | null;
}

/** The messages of one conversation. */
export interface MessagesThere {
  /** Their members, in the order in which they joined. */
  members: readonly Member[];
  /** Whether a member is not over. */
  isOpen: (member: Member) => boolean;
  /** Whether a message, by its id, is no longer kept up to date. */
  isSettled: (alert: string) => boolean;
}

/**
 * The members that troubles become in one conversation. The first one gets a message immediately, and those that are told within ten
 * minutes join it, unless everything in that message is over already or the message is no longer kept up to date.
 * @param troubles those that the conversation has not been told of, oldest first
 * @param now epoch ms
 */
export function newMembers(
  place: WatchPlace,
  troubles: readonly Trouble[],
  { members, isOpen, isSettled }: MessagesThere,
  now: number,
): Member[] {
  const { channel, threadTs } = place;
  const joining: Member[] = [];
  const membersOf = (alert: string) => [...members, ...joining].filter((member) => member.alert === alert);
  for (const trouble of troubles) {
    const { id: troubleId, projectId } = trouble;
    const last = [...members, ...joining].findLast(({ position }) => position === 0);
    const isRecent = last !== undefined && now - last.joinedAt < JOIN_MS;
    const joins = isRecent && membersOf(last.alert).some(isOpen) && !isSettled(last.alert);
    const own = messageOf(place, troubleId);
    // It was told before, then no longer watched, and is now watched again.
    const alert = joins ? last.alert : isSettled(own) ? `${own} ${now}` : own;
    const times = { joinedAt: now, failedAt: isFailed(trouble) ? now : null };
    joining.push({ channel, threadTs, alert, troubleId, projectId, position: membersOf(alert).length, ...times });
  }
  return joining;
}

/** The id of the message that a trouble gets when it is the first one there. */
export function messageOf(place: WatchPlace, troubleId: string): string {
  return `trouble ${placeKey(place)} ${troubleId}`;
}

/** Members that one reply names: they joined the message, or they have failed since it told of them. */
export interface NamedTogether<M> {
  kind: "joined" | "failed";
  members: M[];
  /** When the reply is due, epoch ms. */
  at: number;
}

/**
 * The replies that name those that joined a message after it was begun, and those that failed after it had told of something else. The
 * first is named at once, and those of the next minute together at its end.
 * @param members those of one message, in the order in which they joined
 * @returns in the order in which they are due
 */
export function namedTogether<M extends MemberTimes>(members: readonly M[]): NamedTogether<M>[] {
  const joined = members
    .filter(({ joinedAt }) => joinedAt !== members[0]?.joinedAt)
    .map((member) => ({ member, at: member.joinedAt }));
  const failed = members.flatMap((member) => {
    const { joinedAt, failedAt } = member;
    return failedAt === null || failedAt === joinedAt ? [] : { member, at: failedAt };
  });
  const named = together("joined", joined);
  failed.sort((a, b) => a.at - b.at);
  for (const one of together("failed", failed)) {
    // Those that joined keep their order, whatever the clock says.
    named.splice(named.findLastIndex(({ at }) => at <= one.at) + 1, 0, one);
  }
  return named;
}

function together<M>(kind: "joined" | "failed", events: readonly { member: M; at: number }[]): NamedTogether<M>[] {
  const found: (NamedTogether<M> & { from: number })[] = [];
  for (const { member, at } of events) {
    const last = found.at(-1);
    if (last !== undefined && last.from <= at && at <= last.at) last.members.push(member);
    else found.push({ kind, members: [member], from: at, at: replyAfter(last?.at ?? null, at) });
  }
  return found.map(({ members, at }) => ({ kind, members, at }));
}

/** A last reply in the future is from before the clock was set back, and does not count. */
function replyAfter(lastAt: number | null, at: number): number {
  return lastAt === null || lastAt > at ? at : Math.max(at, lastAt + REPLY_MS);
}

/** How long (ms) a reply still has to wait. A time that lies further ahead is from before the clock was set back. */
export function waitFor({ at }: Pick<NamedTogether<unknown>, "at">, now: number): number {
  return at - now > REPLY_MS ? 0 : Math.max(0, at - now);
}
