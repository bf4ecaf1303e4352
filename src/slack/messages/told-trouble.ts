// The troubles that a message tells of, and what is known about them.

import { type Attention, isSilenced } from "../../attention/attention.js";
import type { Followed } from "../../follow/followed-project.js";
import { mayComeFromConnection, type SharedConnection } from "../../follow/shared-connections.js";
import type { Trouble } from "../../follow/trouble.js";
import type { HexPlace } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";

/** A trouble, and what is known of its project. */
export interface ToldTrouble {
  trouble: Trouble;
  /** null: the catalog does not know it any more. */
  project: Project | null;
  followed: Followed | null;
  attention: Attention;
}

/** A trouble whose conversation is no longer told of it. */
export type NoLongerTold =
  /** The project is not watched there any more. */
  | { trouble: null; why: "unwatched"; projectId: string; project: Project | null }
  /** The project may not be shown there. `mayReturn`: the trouble is not over, or only now is it not known whether it may: it is shown again once it may be. */
  | { trouble: null; why: "hidden"; mayReturn: boolean };

/** One of those that share a message. */
export type ToldMember = ToldTrouble | NoLongerTold;

/** The Slack ids of those owners whom Slack knows, by their e-mail addresses as Hex writes them. */
export type Owners = ReadonlyMap<string, string>;

export interface AroundTroubles {
  /** The alert's id, for its buttons. */
  alert: string;
  /** When the last of them joined the message, epoch ms: the buttons are for these. */
  to: number;
  place: HexPlace;
  owners: Owners;
  /** The data connections that they share, see `sharedConnections`. */
  shared: readonly SharedConnection[];
  /** Epoch ms. */
  now: number;
  /** Whether another message about the same may have been posted before. */
  isDoubled: boolean;
}

/** Those that the conversation is still told of. */
export function toldOf(members: readonly ToldMember[]): ToldTrouble[] {
  return members.filter((one) => one.trouble !== null);
}

/** Whether the message has to show it once it may. */
export function isHiddenForNow(member: ToldMember): boolean {
  return member.trouble === null && member.why === "hidden" && member.mayReturn;
}

/** Whether nothing is posted about a trouble: it is silenced, or was when it was over. `now`: epoch ms. */
export function isQuiet({ trouble, attention }: ToldTrouble, now: number): boolean {
  return isSilenced(attention, trouble.overAt ?? now);
}

/** The e-mail address of the owner who is to be mentioned: that of a project that failed, unless nothing is posted about it. */
export function ownerToMention(told: ToldTrouble, now: number): string | null {
  const { trouble, project } = told;
  const hasFailed = trouble.ailments.some(({ kind }) => kind === "failed");
  return hasFailed && !isQuiet(told, now) ? (project?.owner?.email ?? null) : null;
}

/** The ids of the projects that may be in trouble because of a data connection. */
export function suspectsOf(told: readonly ToldTrouble[]): string[] {
  const suspects = told.filter(({ trouble }) => mayComeFromConnection(trouble));
  return suspects.map(({ trouble }) => trouble.projectId);
}

/** Not escaped yet. */
export function lastTitle({ project, followed, trouble }: Omit<ToldTrouble, "attention">): string {
  return project?.title ?? followed?.title ?? trouble.projectId;
}

/** When the last of them was over, epoch ms; null while one is not, and if there is none. */
export function lastOverAt(told: readonly ToldTrouble[]): number | null {
  const ends = told.map(({ trouble }) => trouble.overAt);
  return ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0));
}
