// All that the watchdog knows, and what a probe adds to it. Pure.

import { z } from "zod";
import { HEX_ERROR_KINDS, type HexError, sightOf } from "../hex/errors.js";
import type { Expiry } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import { parseJson } from "../lib/json.js";
import { noticed, noticeSchema } from "./expiry.js";
import type { Span } from "./history.js";
import { type Health, healthSchema, type IncidentIn, pauseMs, stepped, unwatched } from "./incident.js";

const probeSchema = z.object({
  /** Epoch ms. */
  at: epochMs,
  ok: z.boolean(),
  kind: z.enum(HEX_ERROR_KINDS).nullable(),
  /** Until when it speaks for how Hex is, unless another one comes before, epoch ms. */
  until: epochMs,
});
/** The last probe that said anything about Hex. */
export type Probe = z.output<typeof probeSchema>;

export const watchdogStateSchema = z.object({
  health: healthSchema,
  probe: probeSchema.nullable(),
  /** As the last probe saw it, null: it was not told when it expires; `expiresAt` in epoch ms, null: never. */
  token: z.object({ expiresAt: epochMs.nullable() }).nullable(),
  /** Oldest first. */
  notices: z.array(noticeSchema),
  /** The id of the workspace that the token belongs to, and the Hex that said so; null before, as in what version 0.1 stored. */
  workspace: z.object({ id: z.string(), origin: z.string() }).nullable().default(null),
});
export type WatchdogState = z.output<typeof watchdogStateSchema>;

/**
 * What can still be read of a damaged memory, part by part.
 * @param text as it is stored; null: nothing
 * @param health for when that part cannot be read
 */
export function salvaged(text: string | null, health: Health): WatchdogState {
  const { health: whole, probe, token, notices, workspace } = watchdogStateSchema.shape;
  const parts = z.object({
    health: whole.catch(health),
    probe: probe.catch(null),
    token: token.catch(null),
    notices: notices.catch([]),
    workspace: workspace.catch(null),
  });
  return parts.catch({ health, probe: null, token: null, notices: [], workspace: null }).parse(parseJson(text ?? ""));
}

/** What a probe brought: who the token is, or why that is not known. */
export type Answer = { me: { expiresAt: Expiry; orgId: string | null }; error: null } | { me: null; error: HexError };

export interface Remembered {
  memory: WatchdogState;
  ended: IncidentIn<"over"> | null;
  /** The time that the probe before has spoken for. */
  span: Span | null;
  /** How long to wait before the next probe, in ms. */
  pauseMs: number;
}

/** A probe speaks for two pauses and this time: the next one may be slow, or wait for its turn. In ms. */
const LENIENCE_MS = 2 * 60_000;
/** No probe speaks for longer, whatever is stored: a span is cut into hours, and each of them is written. In ms. */
const LONGEST_SPAN_MS = 24 * 60 * 60_000;

/** `now`: epoch ms; `probeMs`: the usual pause between two probes; `origin`: the Hex that was asked. */
export function remembered(
  memory: WatchdogState,
  { me, error }: Answer,
  { now, reference, probeMs, origin }: { now: number; reference: string; probeMs: number; origin: string },
): Remembered {
  const sight = sightOf(error);
  const { probe } = memory;
  // A limit is waited for. What fails may name any time too, and must not put off the alarm or its end.
  const retryAfterMs = sight === "failure" ? 0 : (error?.facts.retryAfterMs ?? 0);
  if (sight === "nothing") {
    const pause = Math.max(pauseMs(memory.health, now, probeMs), retryAfterMs);
    return { memory, ended: null, span: null, pauseMs: pause };
  }
  const gapMs = probe === null ? 0 : now - probe.until;
  const before = gapMs > 0 ? unwatched(memory.health, gapMs) : memory.health;
  const failure = sight === "failure" && error !== null ? { facts: error.facts, at: now, reference } : null;
  const { health, ended } = stepped(before, failure, now);
  const pause = Math.max(pauseMs(health, now, probeMs), retryAfterMs);
  const token = me === null || me.expiresAt === "unknown" ? null : { expiresAt: me.expiresAt };
  return {
    memory: {
      health,
      probe: { at: now, ok: failure === null, kind: failure?.facts.kind ?? null, until: now + 2 * pause + LENIENCE_MS },
      token: me === null ? memory.token : token,
      workspace: me === null || me.orgId === null ? memory.workspace : { id: me.orgId, origin },
      // Without a word about it no token was renewed.
      notices: token === null ? memory.notices : noticed(memory.notices, token.expiresAt, now),
    },
    ended,
    span: spanOf(probe, now),
    pauseMs: pause,
  };
}

/** Whether nobody probes any more. A clock that is behind the probe's date by more than replicas differ has been set back since. */
export function isOverdue({ at, until }: Probe, now: number): boolean {
  return now > until || at - now > LENIENCE_MS;
}

/** The time that a probe speaks for until `now`; null when there is none. */
export function spanOf(probe: Probe | null, now: number): Span | null {
  if (probe === null || now <= probe.at) return null;
  const to = Math.min(now, probe.until);
  return { from: Math.max(probe.at, to - LONGEST_SPAN_MS), to, ok: probe.ok };
}
