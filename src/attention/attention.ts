// Who is on an outage or a trouble, and who has silenced it. Pure: a press and what is stored go in, what is stored next comes out.

import { z } from "zod";
import { hasCome } from "../lib/due.js";
import { epochMs } from "../lib/epoch.js";
import { HOUR } from "../lib/time.js";

/** What somebody can be on: an outage of Hex, or a trouble of a watched project. */
export interface Subject {
  kind: "incident" | "trouble";
  id: string;
}

/** People by their Slack ids, times in epoch ms. */
export const attentionSchema = z.object({
  /** Who has it, and since when; null: nobody. */
  taken: z.object({ by: z.string(), at: epochMs }).nullable(),
  /** Who has silenced it, when, and until when (null: until it is over); null: nobody has. It may have run out. */
  silence: z.object({ by: z.string(), at: epochMs, until: epochMs.nullable() }).nullable(),
});
export type Attention = z.output<typeof attentionSchema> & {
  /** Grows by one with each change. */
  version: number;
};

/** Nobody has pressed anything. */
export const NO_ATTENTION: Attention = { version: 0, taken: null, silence: null };

export function subjectKey({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}

/** By the keys of the subjects. */
export type Attentions = ReadonlyMap<string, Attention>;

export function attentionTo(attentions: Attentions, subject: Subject): Attention {
  return attentions.get(subjectKey(subject)) ?? NO_ATTENTION;
}

/** How long (ms) before somebody silences something it may have been over, without the bot knowing. */
const UNKNOWN_MS = HOUR;

/** Whether nothing may be posted about it at a time (epoch ms). A silence for some hours is over if the clock has been set back since. */
export function isSilenced({ silence }: Attention, at: number): boolean {
  if (silence === null || silence.until === null) return silence !== null;
  return !hasCome(silence.until, at, silence.until - silence.at + UNKNOWN_MS);
}

/** A number that differs whenever any of them has changed. */
export function versionOf(attentions: readonly Attention[]): number {
  return attentions.reduce((sum, { version }) => sum + version, 0);
}

/** Who has all of them; null: nobody, or not one person. */
export function holderOf(attentions: readonly Attention[]): string | null {
  const [first = null, ...others] = attentions.map(({ taken }) => taken?.by ?? null);
  return others.every((by) => by === first) ? first : null;
}

/** A press of *I'm on it*, and what the message showed to the person. */
export interface Press {
  /** Who pressed. */
  by: string;
  /** Epoch ms. */
  at: number;
  /** Who had all of it: see `holderOf`. */
  holder: string | null;
  /** See `versionOf`. */
  version: number;
}

export type Taking =
  /** `from`: the others who had it, or a part of it. */
  | { kind: "taken"; from: string[] }
  /** They have it already, after another press of theirs. */
  | { kind: "has_it" }
  | { kind: "released" }
  /** They do not have it any more, after another press of theirs or somebody else's. */
  | { kind: "not_on_it" }
  /** Somebody else was faster, so nothing has changed. */
  | { kind: "held"; by: string };

/** The outcome of a press or a choice, and what is stored then about each thing that it was for, in the same order. */
export interface Change<T> {
  outcome: T;
  next: Attention[];
}

/**
 * Somebody who saw that they have it is no longer on it. Anybody else takes it, also from somebody else, unless that person took it only
 * after the message was shown. So a double click is one press, and the second of two people does not take it without a word.
 * @param now of each thing that the press is for, at least one
 * @param version see `versionOf`, of all that the message showed
 */
export function pressed(now: readonly Attention[], version: number, press: Press): Change<Taking> {
  const { by, at } = press;
  const isTheirs = ({ taken }: Attention) => taken?.by === by;
  if (press.holder === by) {
    const next = now.map((one) => (isTheirs(one) ? changed(one, { taken: null }) : one));
    return { outcome: { kind: now.some(isTheirs) ? "released" : "not_on_it" }, next };
  }
  if (now.every(isTheirs)) return { outcome: { kind: "has_it" }, next: [...now] };
  const from = [...new Set(now.flatMap(({ taken }) => (taken === null || taken.by === by ? [] : taken.by)))];
  const [other] = from;
  if (other !== undefined && version !== press.version) return { outcome: { kind: "held", by: other }, next: [...now] };
  const next = now.map((one) => (isTheirs(one) ? one : changed(one, { taken: { by, at } })));
  return { outcome: { kind: "taken", from }, next };
}

export type Silencing = { kind: "silenced" } | { kind: "silenced_already"; by: string };

/** Silences those that are not. `silence.until`: epoch ms, null until it is over. */
export function silenced(
  now: readonly Attention[],
  silence: { by: string; at: number; until: number | null },
): Change<Silencing> {
  const next = now.map((one) => (isSilenced(one, silence.at) ? one : changed(one, { silence })));
  const [before] = now;
  if (next.some((one, index) => one !== now[index])) return { outcome: { kind: "silenced" }, next };
  return { outcome: { kind: "silenced_already", by: before?.silence?.by ?? silence.by }, next };
}

export type Unsilencing = { kind: "ended" } | { kind: "not_silenced" };

/** Ends the silence of those that are silenced at a time (epoch ms). */
export function unsilenced(now: readonly Attention[], at: number): Change<Unsilencing> {
  const wasSilenced = now.some((one) => isSilenced(one, at));
  const next = now.map((one) => (isSilenced(one, at) ? changed(one, { silence: null }) : one));
  return { outcome: { kind: wasSilenced ? "ended" : "not_silenced" }, next };
}

function changed(attention: Attention, change: Partial<Omit<Attention, "version">>): Attention {
  return { ...attention, ...change, version: attention.version + 1 };
}
