// An outage of Hex: when it begins, what its cause is, and when it is over. Pure: what a probe saw goes in, the next state comes out.

import { z } from "zod";
import { factsSchema } from "../hex/errors.js";
import { epochMs } from "../lib/epoch.js";
import { MINUTE } from "../lib/time.js";

const failureSchema = z.object({
  facts: factsSchema,
  /** Epoch ms. */
  at: epochMs,
  /** The probe's reference, as in the log. */
  reference: z.string(),
});
export type Failure = z.output<typeof failureSchema>;

const causeSchema = z.object({ facts: factsSchema, at: epochMs });

/** Times in epoch ms. */
const base = {
  /** The reference of the probe that opened it. */
  id: z.string(),
  /** The first failure. */
  since: epochMs,
  /** The current cause, or the last one. */
  cause: causeSchema,
  /** The first cause of each kind, oldest first. */
  causes: z.array(causeSchema),
  /** How many times Hex came back and failed again. */
  relapses: z.number(),
  /** How long nobody was watching during the incident, in ms, because the bot was stopped. */
  unwatchedMs: z.number(),
};
const downSchema = z.object({ ...base, state: z.literal("down") });
/** Hex answers again. If it fails again soon, that is still the same incident. */
const backSchema = z.object({ ...base, state: z.literal("back"), backAt: epochMs });
/** The incident ended when Hex came back. */
const overSchema = z.object({ ...base, state: z.literal("over"), backAt: epochMs });

export const incidentSchema = z.discriminatedUnion("state", [downSchema, backSchema, overSchema]);
export type Incident = z.output<typeof incidentSchema>;
export type IncidentIn<S extends Incident["state"]> = Extract<Incident, { state: S }>;

export const healthSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("up") }),
  /** One failure, which may mean nothing. */
  z.object({ state: z.literal("doubt"), first: failureSchema }),
  /** `failures` counts those in a row. `sign` is what was seen once, and counts if it is seen again. */
  z.object({
    state: z.literal("down"),
    incident: downSchema,
    failures: z.number(),
    sign: z
      .discriminatedUnion("of", [
        z.object({ of: z.literal("life"), at: epochMs }),
        z.object({ of: z.literal("another_cause"), failure: failureSchema }),
      ])
      .nullable(),
  }),
  /** `first` is one failure since then, which may mean nothing. `quietSince` is when Hex last began to answer without failures, epoch ms. */
  z.object({
    state: z.literal("back"),
    incident: backSchema,
    first: failureSchema.nullable(),
    quietSince: epochMs,
  }),
]);
export type Health = z.output<typeof healthSchema>;
export type HealthIn<S extends Health["state"]> = Extract<Health, { state: S }>;

/** An incident is over once Hex has been back for this long, in ms. */
export const QUIET_MS = 5 * MINUTE;
/** The longest pause between two probes while Hex is down, in ms. */
const LONGEST_PAUSE_MS = 5 * MINUTE;

export interface Step {
  health: Health;
  /** The incident that ends with this step. */
  ended: IncidentIn<"over"> | null;
}

/**
 * Two failures in a row begin an incident. Two successes mean that Hex is back, and the incident is over once Hex has been back for
 * `QUIET_MS`. `seen` is `null` for a success. `now`: epoch ms.
 */
export function stepped(health: Health, seen: Failure | null, now: number): Step {
  if (isQuiet(health, now)) return { ...stepped({ state: "up" }, seen, now), ended: over(health.incident) };
  return { health: seen === null ? lived(health, now) : failed(health, seen), ended: null };
}

function isQuiet(health: Health, now: number): health is HealthIn<"back"> {
  return health.state === "back" && health.first === null && now - health.quietSince >= QUIET_MS;
}

function lived(health: Health, now: number): Health {
  switch (health.state) {
    case "up":
    case "doubt":
      return { state: "up" };
    case "down": {
      if (health.sign?.of !== "life") return { ...health, sign: { of: "life", at: now } };
      const backAt = health.sign.at;
      const incident = { ...health.incident, state: "back" as const, backAt };
      return { state: "back", incident, first: null, quietSince: backAt };
    }
    case "back":
      // A clock that was set back must not keep the incident open.
      return { ...health, first: null, quietSince: health.first === null ? Math.min(health.quietSince, now) : now };
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
      if (kind === health.incident.cause.facts.kind) return { ...health, failures, sign: null };
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
  const cause = { facts: second.facts, at: first.at };
  const counts = { relapses: 0, unwatchedMs: 0 };
  return { state: "down", id: second.reference, since: first.at, cause, causes: [cause], ...counts };
}

/** A failure of the same kind as before has the same cause, whatever else differs. */
function withCause(incident: IncidentIn<"down">, { facts, at }: Failure): IncidentIn<"down"> {
  const cause = { facts, at };
  if (facts.kind === incident.cause.facts.kind) return incident;
  const isNew = incident.causes.every((one) => one.facts.kind !== facts.kind);
  return { ...incident, cause, causes: isNew ? [...incident.causes, cause] : incident.causes };
}

function over(incident: IncidentIn<"back">): IncidentIn<"over"> {
  return { ...incident, state: "over" };
}

/** How long it lasted, or has lasted until `now` (epoch ms), in ms. */
export function lastedMs(incident: Incident, now: number): number {
  return Math.max(0, (incident.state === "down" ? now : incident.backAt) - incident.since);
}

/** The incident that is not over; `null` when there is none. */
export function incidentOf(health: Health): IncidentIn<"down" | "back"> | null {
  return "incident" in health ? health.incident : null;
}

/** The health that follows from the latest outage when nothing else is known; `null` means that there is no open outage. */
export function healthFrom(incident: Incident | null): Health {
  switch (incident?.state) {
    case "down":
      return { state: "down", incident, failures: 2, sign: null };
    case "back":
      return { state: "back", incident, first: null, quietSince: incident.backAt };
    default:
      return { state: "up" };
  }
}

/** The shortest pause before a probe that confirms or refutes what was seen, in ms. */
export function soonMs(probeMs: number): number {
  return Math.min(MINUTE, Math.max(5_000, probeMs / 4));
}

/** The health after `ms` in which nobody was watching: a failure before that time and one after it are not two in a row. */
export function unwatched(health: Health, ms: number): Health {
  switch (health.state) {
    case "up":
    case "doubt":
      return { state: "up" };
    case "down":
      return { ...health, incident: { ...health.incident, unwatchedMs: health.incident.unwatchedMs + ms }, sign: null };
    case "back":
      return { ...health, first: null };
  }
}

/**
 * How long to wait before the next probe, in ms. Something seen once is checked again soon, and while Hex is down the pause gets
 * longer each time.
 * @param probeMs the usual pause
 */
export function pauseMs(health: Health, now: number, probeMs: number): number {
  const soon = soonMs(probeMs);
  switch (health.state) {
    case "up":
      return probeMs;
    case "doubt":
      return soon;
    case "down":
      return health.sign !== null ? soon : Math.min(LONGEST_PAUSE_MS, probeMs * 2 ** (health.failures - 2));
    case "back":
      if (health.first !== null) return soon;
      return Math.min(probeMs, Math.max(soon, health.quietSince + QUIET_MS - now));
  }
}
