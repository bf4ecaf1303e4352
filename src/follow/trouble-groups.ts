// Which troubles share one message. Pure.

import { MINUTE } from "../lib/time.js";
import type { Trouble } from "./trouble.js";
import { placeKey, type WatchPlace } from "./watch.js";

const JOIN_MS = 10 * MINUTE;

/** A trouble that a message tells of, from when it is first told until the message has shown its end, whatever happens to it. */
export interface Member extends WatchPlace {
  /** The id of the message. */
  alert: string;
  troubleId: string;
  projectId: string;
  /** Its place among the members of the message, from 0. */
  position: number;
  /** Since when the message tells of it, epoch ms. */
  joinedAt: number;
}

/**
 * The members that troubles become in one conversation. The first one gets a message immediately, and those that are told within ten
 * minutes join it, unless everything in that message is over already or the message is no longer kept up to date.
 * @param troubles those that the conversation has not been told of, oldest first
 * @param members the members of its messages, in the order in which they joined
 * @param isOpen whether a member is not over
 * @param isSettled whether a message, by its id, is no longer kept up to date
 * @param now epoch ms
 */
export function newMembers(
  place: WatchPlace,
  troubles: readonly Trouble[],
  members: readonly Member[],
  isOpen: (member: Member) => boolean,
  isSettled: (alert: string) => boolean,
  now: number,
): Member[] {
  const { channel, threadTs } = place;
  const joining: Member[] = [];
  const its = (alert: string) => [...members, ...joining].filter((member) => member.alert === alert);
  for (const { id: troubleId, projectId } of troubles) {
    const last = [...members, ...joining].findLast(({ position }) => position === 0);
    const isRecent = last !== undefined && now - last.joinedAt < JOIN_MS;
    const joins = isRecent && its(last.alert).some(isOpen) && !isSettled(last.alert);
    const own = messageOf(place, troubleId);
    // It was told before, then no longer watched, and is now watched again.
    const alert = joins ? last.alert : isSettled(own) ? `${own} ${now}` : own;
    joining.push({ channel, threadTs, alert, troubleId, projectId, position: its(alert).length, joinedAt: now });
  }
  return joining;
}

/** The id of the message that a trouble gets when it is the first one there. */
export function messageOf(place: WatchPlace, troubleId: string): string {
  return `trouble ${placeKey(place)} ${troubleId}`;
}
