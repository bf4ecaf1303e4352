// A run as the bot knows it: its states, and what each tells. How one follows from another: transitions.ts.

import { z } from "zod";
import type { JsonValue } from "../hex/client.js";
import { factsSchema } from "../hex/errors.js";
import { hasCome } from "../lib/due.js";
import { epochMs } from "../lib/epoch.js";

/** JSON already, as whatever is stored. (`z.json()` would look at each value once more, and drop an input called `__proto__`.) */
const inputsSchema = z.custom<Record<string, JsonValue>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

export const optionsSchema = z.object({
  inputs: inputsSchema,
  /** Without cached SQL results. */
  fresh: z.boolean(),
  /** The published app shows this run's results. */
  publish: z.boolean(),
  /** A saved view's id. */
  view: z.string().nullable(),
});
/** What a run is started with. */
export type RunOptions = z.output<typeof optionsSchema>;
/** What the button Run starts it with. */
export const PLAIN_OPTIONS: RunOptions = { inputs: {}, fresh: false, publish: false, view: null };

/** What is known from the beginning. Times in epoch ms. */
const base = {
  /** Made from the Slack interaction, so that the same interaction delivered twice is one run. */
  key: z.string(),
  project: z.object({ id: z.string(), title: z.string() }),
  options: optionsSchema,
  /** A Slack user id; null for a run that was started elsewhere. */
  requester: z.string().nullable(),
  /** API, SCHEDULED or APP_REFRESH, for a run that was started elsewhere. */
  trigger: z.string().nullable(),
  requestedAt: epochMs,
  reference: z.string(),
  /** The median of the project's latest completed runs, in ms; null while they are too few, or not known. */
  typicalMs: z.number().nullable(),
  /** Since when it has been known to take too long, and whether whoever asked for it has been told; null: it does not. */
  overdue: z.object({ since: epochMs, told: z.boolean() }).nullable().default(null),
  /** Who has started it again from its card. */
  again: z.object({ by: z.string(), at: epochMs }).nullable(),
};

const hexSchema = z.object({
  runId: z.string(),
  url: z.string().nullable(),
  traceId: z.string().nullable(),
  projectVersion: z.string().nullable(),
});
/** What identifies a run in Hex. */
export type HexIdentity = z.output<typeof hexSchema>;

const known = {
  ...base,
  hex: hexSchema,
  /** When Hex began to run it. */
  startedAt: epochMs.nullable(),
};

const inFlight = {
  ...known,
  /** As Hex said it last, known to this bot or not. */
  status: z.string(),
  /** Why Hex cannot be asked about it at the moment, and since when. */
  trouble: z.object({ facts: factsSchema, since: epochMs }).nullable(),
};

const ended = { ...known, endedAt: epochMs, elapsedMs: z.number().nullable() };
const cancelFailure = z.object({ facts: factsSchema, reference: z.string() }).nullable();

export const runSchema = z.discriminatedUnion("state", [
  /** `looking`: the request's end is not known, and the run is being looked for. `lease`: see `LEASE_MS`. */
  z.object({ ...base, state: z.literal("starting"), looking: z.boolean(), lease: epochMs }),
  /** Hex has proven that no run exists and that one can be started later: it is tried again at `nextAt`, until `until`. */
  z.object({
    ...base,
    state: z.literal("waiting"),
    facts: factsSchema,
    tries: z.number(),
    nextAt: epochMs,
    until: epochMs,
  }),
  z.object({ ...inFlight, state: z.literal("pending"), cancelFailure }),
  z.object({ ...inFlight, state: z.literal("running"), cancelFailure }),
  /** `accepted`: Hex has taken the cancellation. `heldBack`: why Hex could not be asked yet, and will be. */
  z.object({
    ...inFlight,
    state: z.literal("cancelling"),
    by: z.string(),
    accepted: z.boolean(),
    heldBack: factsSchema.nullable().default(null),
    lease: epochMs,
  }),
  z.object({ ...ended, state: z.literal("completed") }),
  z.object({ ...ended, state: z.literal("errored") }),
  z.object({ ...ended, state: z.literal("no_kernel") }),
  /** Hex says when it ended, and how in a word that this bot does not know. */
  z.object({ ...ended, state: z.literal("ended"), status: z.string() }),
  /** `by`: who cancelled it here; null: somebody in Hex. */
  z.object({ ...ended, state: z.literal("cancelled"), by: z.string().nullable() }),
  /** Somebody cancelled it while it waited: it never began. */
  z.object({ ...base, state: z.literal("withdrawn"), by: z.string(), endedAt: epochMs }),
  /** Hex has proven that no run exists. */
  z.object({ ...base, state: z.literal("refused"), facts: factsSchema, endedAt: epochMs }),
  /**
   * Nothing more can be learnt. `start_unknown`: whether it exists; `several`: which of the new ones it is, if any; `vanished`: Hex no
   * longer knows it; `unreachable`: Hex could not be asked for a day; `too_long`: it did not end within a week.
   */
  z.object({
    ...base,
    state: z.literal("lost"),
    why: z.enum(["start_unknown", "several", "vanished", "unreachable", "too_long"]),
    hex: hexSchema.nullable(),
    endedAt: epochMs,
  }),
]);
export type Run = z.output<typeof runSchema>;
export type RunState = Run["state"];
export type RunIn<S extends RunState> = Extract<Run, { state: S }>;
/** A run that exists in Hex and has not ended. */
export type LiveRun = RunIn<"pending" | "running" | "cancelling">;
/** A run that changes no more. */
export type EndedRun = Exclude<Run, LiveRun | RunIn<"starting" | "waiting">>;

export function isLive(run: Run): run is LiveRun {
  return run.state === "pending" || run.state === "running" || run.state === "cancelling";
}

export function isEnded(run: Run): run is EndedRun {
  return !isLive(run) && run.state !== "starting" && run.state !== "waiting";
}

/** What identifies it in Hex, as far as that is known. */
export function identityOf(run: Run): HexIdentity | null {
  return "hex" in run ? run.hex : null;
}

/** How long it took, or has taken until `now` (epoch ms), in ms; null while it has not begun, and when its times make no sense. */
export function elapsedMs(run: Run, now: number): number | null {
  if (!("startedAt" in run)) return null;
  if ("elapsedMs" in run && run.elapsedMs !== null) return run.elapsedMs;
  if (run.startedAt === null) return null;
  if (!("endedAt" in run)) return Math.max(0, now - run.startedAt);
  return run.endedAt < run.startedAt ? null : run.endedAt - run.startedAt;
}

/**
 * How long (ms) a process that asks Hex to start or cancel a run is believed to be alive: longer than its patience with Hex.
 * When the lease is over and the state is still the same, that process has died, and another one takes care.
 */
export const LEASE_MS = 14_000;
/** How long (ms) a process is patient with one of these requests. */
export const ASK_MS = 12_000;
/** The longest pause (ms) after which a process asks Hex once more: its lease covers that too. */
export const LONGEST_HOLD_MS = 10_000;

/** Whether the process that holds a run has died. `lease`, `now`: epoch ms. */
export function isLeaseOver(lease: number, now: number): boolean {
  return hasCome(lease, now, LEASE_MS + LONGEST_HOLD_MS);
}
