// An outage of Hex: when it begins, what it is, when it is over. Pure: what a probe saw goes in, the next state comes out.

import { z } from "zod";
import { type HexError, type HexErrorKind, meansDisconnected } from "../hex/errors.js";
import { factsSchema } from "../runs/run.js";

const failureSchema = z.object({
  facts: factsSchema,
  /** Epoch ms. */
  at: z.number(),
  /** Of the probe, as in the log. */
  reference: z.string(),
});
export type Failure = z.output<typeof failureSchema>;

const causeSchema = z.object({ facts: factsSchema, at: z.number() });
export type Cause = z.output<typeof causeSchema>;

/** Times in epoch ms. */
const base = {
  /** The reference of the probe that opened it. */
  id: z.string(),
  /** The first failure. */
  since: z.number(),
  /** One after the other, each of another kind than the one before; the last one is what it is now. */
  causes: z.tuple([causeSchema], causeSchema),
  /** How often it was back and went again. */
  relapses: z.number(),
};
const downSchema = z.object({ ...base, state: z.literal("down") });
/** Hex answers again and is being watched: when it goes down again soon, this is the same incident. */
const backSchema = z.object({ ...base, state: z.literal("back"), backAt: z.number() });
/** It ended when Hex came back. */
const overSchema = z.object({ ...base, state: z.literal("over"), backAt: z.number() });

export const incidentSchema = z.discriminatedUnion("state", [downSchema, backSchema, overSchema]);
export type Incident = z.output<typeof incidentSchema>;
export type IncidentIn<S extends Incident["state"]> = Extract<Incident, { state: S }>;

export const healthSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("up") }),
  /** One failure, which may be nothing. */
  z.object({ state: z.literal("doubt"), first: failureSchema }),
  /** `failures`: in a row. `sign`: what was seen once, and counts when it is seen again. */
  z.object({
    state: z.literal("down"),
    incident: downSchema,
    failures: z.number(),
    sign: z
      .discriminatedUnion("of", [
        z.object({ of: z.literal("life"), at: z.number() }),
        z.object({ of: z.literal("another_cause"), failure: failureSchema }),
      ])
      .nullable(),
  }),
  /** `first`: one failure since then, which may be nothing. */
  z.object({ state: z.literal("back"), incident: backSchema, first: failureSchema.nullable() }),
]);
export type Health = z.output<typeof healthSchema>;
export type HealthIn<S extends Health["state"]> = Extract<Health, { state: S }>;

/** What one probe says about Hex: `nothing` when a limit of requests was in its way. */
export type Sight = "alive" | "failure" | "nothing";

export function sightOf(error: HexError | null): Sight {
  if (error === null) return "alive";
  if (error.kind === "rate_limited") return "nothing";
  return meansDead(error.kind) ? "failure" : "alive";
}

function meansDead(kind: HexErrorKind): boolean {
  return meansDisconnected(kind) || kind === "unreadable";
}

/** An incident is over when Hex has been back for so long, in ms. */
export const QUIET_MS = 5 * 60_000;
/** The longest pause between two probes while Hex is down, in ms. */
const LONGEST_PAUSE_MS = 5 * 60_000;

export interface Step {
  health: Health;
  /** The incident that is over with this step. */
  ended: IncidentIn<"over"> | null;
}

/** Two failures in a row begin an outage, two successes end it. `seen`: null is a success. `now`: epoch ms. */
export function stepped(health: Health, seen: Failure | null, now: number): Step {
  if (health.state === "back" && health.first === null && now - health.incident.backAt >= QUIET_MS) {
    return { ...stepped({ state: "up" }, seen, now), ended: over(health.incident) };
  }
  return seen === null ? lived(health, now) : { health: failed(health, seen), ended: null };
}

function lived(health: Health, now: number): Step {
  const stay = (next: Health): Step => ({ health: next, ended: null });
  switch (health.state) {
    case "up":
    case "doubt":
      return stay({ state: "up" });
    case "down":
      if (health.sign?.of !== "life") return stay({ ...health, sign: { of: "life", at: now } });
      return lived(
        { state: "back", incident: { ...health.incident, state: "back", backAt: health.sign.at }, first: null },
        now,
      );
    case "back":
      if (now - health.incident.backAt < QUIET_MS) return stay({ ...health, first: null });
      return { health: { state: "up" }, ended: over(health.incident) };
  }
}

function failed(health: Health, seen: Failure): Health {
  switch (health.state) {
    case "up":
      return { state: "doubt", first: seen };
    case "doubt":
      return { state: "down", incident: opened(health.first, seen), failures: 2, sign: null };
    case "down": {
      const failures = health.failures + 1;
      const kind = seen.facts.kind;
      if (kind === causeOf(health.incident).facts.kind) return { ...health, failures, sign: null };
      const isSeenAgain = health.sign?.of === "another_cause" && health.sign.failure.facts.kind === kind;
      if (!isSeenAgain) return { ...health, failures, sign: { of: "another_cause", failure: seen } };
      return { ...health, failures, sign: null, incident: withCause(health.incident, seen) };
    }
    case "back": {
      if (health.first === null) return { ...health, first: seen };
      const { backAt: _, ...rest } = health.incident;
      const incident = { ...rest, state: "down" as const, relapses: rest.relapses + 1 };
      return { state: "down", incident: withCause(incident, seen), failures: 2, sign: null };
    }
  }
}

function opened(first: Failure, second: Failure): IncidentIn<"down"> {
  const causes: Incident["causes"] = [{ facts: second.facts, at: first.at }];
  return { id: second.reference, since: first.at, causes, relapses: 0, state: "down" };
}

/** A failure of the same kind as before is the same cause, whatever else differs. */
function withCause(incident: IncidentIn<"down">, { facts, at }: Failure): IncidentIn<"down"> {
  if (facts.kind === causeOf(incident).facts.kind) return incident;
  return { ...incident, causes: [...incident.causes, { facts, at }] };
}

function over(incident: IncidentIn<"back">): IncidentIn<"over"> {
  return { ...incident, state: "over" };
}

/** What it is now, or was at last. */
export function causeOf({ causes }: Incident): Cause {
  return causes.at(-1) ?? causes[0];
}

/** How long it lasted, or has lasted until `now` (epoch ms), in ms. */
export function lastedMs(incident: Incident, now: number): number {
  return Math.max(0, (incident.state === "down" ? now : incident.backAt) - incident.since);
}

/** The incident that is not over, if there is one. */
export function incidentOf(health: Health): IncidentIn<"down" | "back"> | null {
  return "incident" in health ? health.incident : null;
}

/**
 * How long to wait before the next probe, in ms: what was seen once is confirmed soon, and what is down is left alone for
 * longer each time.
 * @param probeMs the usual pause
 */
export function pauseMs(health: Health, now: number, probeMs: number): number {
  const soon = probeMs / 4;
  switch (health.state) {
    case "up":
      return probeMs;
    case "doubt":
      return soon;
    case "down":
      return health.sign !== null ? soon : Math.min(LONGEST_PAUSE_MS, probeMs * 2 ** (health.failures - 2));
    case "back":
      if (health.first !== null) return soon;
      return Math.min(probeMs, Math.max(soon, health.incident.backAt + QUIET_MS - now));
  }
}
