// Everything that the watchdog knows, and what a probe adds to it. Pure.

import { z } from "zod";
import { HEX_ERROR_KINDS, type HexError, lifeSignOf, mayLackIdentity } from "../hex/errors.js";
import type { Expiry } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import { parseJson } from "../lib/json.js";
import { DAY, MINUTE } from "../lib/time.js";
import { noticed, noticeSchema } from "./expiry.js";
import type { Span } from "./history.js";
import { type Health, healthSchema, type IncidentIn, pauseMs, stepped, unwatched } from "./incident.js";

const probeSchema = z.object({
  /** Epoch ms. */
  at: epochMs,
  ok: z.boolean(),
  kind: z.enum(HEX_ERROR_KINDS).nullable(),
  /** Until when this probe shows how Hex is, unless another one comes first, epoch ms. */
  until: epochMs,
});
/** The last probe that said anything about Hex. */
export type Probe = z.output<typeof probeSchema>;

export const watchdogStateSchema = z.object({
  health: healthSchema,
  probe: probeSchema.nullable(),
  /** As the last probe saw it; `null` when Hex did not say when it expires. `expiresAt` is in epoch ms, or `null` for never. */
  token: z.object({ expiresAt: epochMs.nullable() }).nullable(),
  /** Oldest first. */
  notices: z.array(noticeSchema),
  /** The id of the token's workspace, and the Hex that said so; `null` before that, as in documents from version 0.1. */
  workspace: z.object({ id: z.string(), origin: z.string() }).nullable().default(null),
});
export type WatchdogState = z.output<typeof watchdogStateSchema>;

/**
 * What can still be read of a damaged state, part by part.
 * @param text the stored text; `null` when there is none
 * @param health used when that part cannot be read
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

/** What a probe found: whose token it is, or why that is not known. */
export type Answer = { me: { expiresAt: Expiry; orgId: string | null }; error: null } | { me: null; error: HexError };

export interface Remembered {
  memory: WatchdogState;
  ended: IncidentIn<"over"> | null;
  /** The period that the previous probe covers. */
  span: Span | null;
  /** How long to wait before the next probe, in ms. */
  pauseMs: number;
}

/** In ms. A probe covers two pauses plus this time, because the next one may be slow or wait for its turn. */
const LENIENCE_MS = 2 * MINUTE;
/** In ms. No probe covers more than this, whatever is stored, because a span is cut into hours and each one is written. */
const LONGEST_SPAN_MS = DAY;

/** `now`: epoch ms. `probeMs` is the usual pause between two probes; `origin` is the Hex that was asked. */
export function remembered(
  memory: WatchdogState,
  { me, error }: Answer,
  { now, reference, probeMs, origin }: { now: number; reference: string; probeMs: number; origin: string },
): Remembered {
  // A single request would say nothing, but the probe has looked further.
  const sign = error !== null && mayLackIdentity(error) ? "failure" : lifeSignOf(error);
  const { probe } = memory;
  // After a limit, the probe waits as long as asked. A failure may name a time too, but must not delay an alarm or its end.
  const retryAfterMs = sign === "failure" ? 0 : (error?.facts.retryAfterMs ?? 0);
  if (sign === "nothing") {
    const pause = Math.max(pauseMs(memory.health, now, probeMs), retryAfterMs);
    return { memory, ended: null, span: null, pauseMs: pause };
  }
  const gapMs = probe === null ? 0 : now - probe.until;
  const before = gapMs > 0 ? unwatched(memory.health, gapMs) : memory.health;
  const failure = sign === "failure" && error !== null ? { facts: error.facts, at: now, reference } : null;
  const { health, ended } = stepped(before, failure, now);
  const pause = Math.max(pauseMs(health, now, probeMs), retryAfterMs);
  const token = me === null || me.expiresAt === "unknown" ? null : { expiresAt: me.expiresAt };
  return {
    memory: {
      health,
      probe: { at: now, ok: failure === null, kind: failure?.facts.kind ?? null, until: now + 2 * pause + LENIENCE_MS },
      token: me === null ? memory.token : token,
      workspace: me === null || me.orgId === null ? memory.workspace : { id: me.orgId, origin },
      // If Hex does not say when it expires, no token was renewed.
      notices: token === null ? memory.notices : noticed(memory.notices, token.expiresAt, now),
    },
    ended,
    span: spanOf(probe, now),
    pauseMs: pause,
  };
}

/** Whether probing has stopped. A clock that is behind the probe's date by more than replicas may differ has been set back since. */
export function isOverdue({ at, until }: Probe, now: number): boolean {
  return now > until || at - now > LENIENCE_MS;
}

/** The period that a probe covers, up to `now`; `null` when there is none. */
export function spanOf(probe: Probe | null, now: number): Span | null {
  if (probe === null || now <= probe.at) return null;
  const to = Math.min(now, probe.until);
  return { from: Math.max(probe.at, to - LONGEST_SPAN_MS), to, ok: probe.ok };
}
