// A run as the bot knows it: its states and what each contains. transitions.ts has how one follows from another.

import { z } from "zod";
import type { JsonValue } from "../hex/client.js";
import { factsSchema } from "../hex/errors.js";
import { hasCome } from "../lib/due.js";
import { epochMs } from "../lib/epoch.js";
import { approvalSchema } from "./approval.js";

/** Already JSON, like everything stored. (`z.json()` would check each value again and drop an input called `__proto__`.) */
const inputsSchema = z.custom<Record<string, JsonValue>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

export const optionsSchema = z.object({
  inputs: inputsSchema,
  /** Without cached SQL results. */
  fresh: z.boolean(),
  /** The published app will show this run's results. */
  publish: z.boolean(),
  /** A saved view's id. */
  view: z.string().nullable(),
});
/** What a run is started with. */
export type RunOptions = z.output<typeof optionsSchema>;
/** What the Run button starts a run with. */
export const PLAIN_OPTIONS: RunOptions = { inputs: {}, fresh: false, publish: false, view: null };

/** What is known from the beginning. Times are in epoch ms. */
const base = {
  /** Derived from the Slack interaction, so that an interaction delivered twice is one run. */
  key: z.string(),
  project: z.object({ id: z.string(), title: z.string() }),
  options: optionsSchema,
  /** A Slack user id; `null` for a run that was started elsewhere. */
  requester: z.string().nullable(),
  /** API, SCHEDULED or APP_REFRESH, for a run that was started elsewhere. */
  trigger: z.string().nullable(),
  requestedAt: epochMs,
  reference: z.string(),
  /** The median duration of the project's latest completed runs, in ms; `null` while there are too few or they are not known. */
  typicalMs: z.number().nullable(),
  /** Since when the run has been known to be overdue, and whether its requester has been told; `null` when it is not overdue. */
  overdue: z.object({ since: epochMs, told: z.boolean() }).nullable().default(null),
  /** Who started it again from its card, and when. */
  again: z.object({ by: z.string(), at: epochMs }).nullable(),
  /** `null` for a run that needs nobody's approval. */
  approval: approvalSchema.nullable().default(null),
};

const approvable = { ...base, approval: approvalSchema };

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
  /** What Hex last said, whether or not this bot knows the word. */
  status: z.string(),
  /** Why the bot cannot ask Hex about the run at the moment, and since when. */
  trouble: z.object({ facts: factsSchema, since: epochMs }).nullable(),
};

const ended = { ...known, endedAt: epochMs, elapsedMs: z.number().nullable() };
const cancellation = z.object({ by: z.string(), at: epochMs });
/**
 * Who asked for it to be cancelled, and when (epoch ms), if Hex's answer was lost, so that Hex may have cancelled it for them: oldest
 * first, each person once. Earlier versions stored one of them, or `null`.
 */
const unclear = z
  .union([z.array(cancellation), cancellation.transform((one) => [one]), z.null().transform(() => [])])
  .default([]);
const cancelFailure = z.object({ facts: factsSchema, reference: z.string(), unclear }).nullable();

export const runSchema = z.discriminatedUnion("state", [
  /** Somebody has to approve it first. */
  z.object({ ...approvable, state: z.literal("awaiting") }),
  /** Somebody has approved it. Hex has not been asked yet. */
  z.object({ ...approvable, state: z.literal("approved") }),
  /**
   * `looking`: it is not known how the request ended, and the bot is looking for the run. `facts`: the failure that left it open, if
   * there was one. `lease`: see `LEASE_MS`.
   */
  z.object({
    ...base,
    state: z.literal("starting"),
    looking: z.boolean(),
    facts: factsSchema.nullable().default(null),
    lease: epochMs,
  }),
  /** Hex has proven that no run exists and that one can be started later. The bot tries again at `nextAt`, but not after `until`. */
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
  /** `accepted`: Hex has accepted the cancellation. `heldBack`: why the bot could not ask Hex yet, although it will. */
  z.object({
    ...inFlight,
    state: z.literal("cancelling"),
    by: z.string(),
    accepted: z.boolean(),
    heldBack: factsSchema.nullable().default(null),
    unclear,
    lease: epochMs,
  }),
  z.object({ ...ended, state: z.literal("completed") }),
  z.object({ ...ended, state: z.literal("errored") }),
  z.object({ ...ended, state: z.literal("no_kernel") }),
  /** Hex says when the run ended, and says how in a word that this bot does not know. */
  z.object({ ...ended, state: z.literal("ended"), status: z.string() }),
  /** `by` is the person who cancelled it here; `null` for somebody in Hex. `orBy`: those who may have done it before them. */
  z.object({
    ...ended,
    state: z.literal("cancelled"),
    by: z.string().nullable(),
    orBy: z.array(z.string()).default([]),
  }),
  /** Somebody cancelled it while it was waiting, so it never began. */
  z.object({ ...base, state: z.literal("withdrawn"), by: z.string(), endedAt: epochMs }),
  /** Nobody may start it: `by` said no, or the rules no longer allow it (`null`). */
  z.object({ ...approvable, state: z.literal("declined"), by: z.string().nullable(), endedAt: epochMs }),
  /** Nobody approved it in time, or it was approved and could not be started in time. */
  z.object({ ...approvable, state: z.literal("expired"), endedAt: epochMs }),
  /** Hex has proven that no run exists. */
  z.object({ ...base, state: z.literal("refused"), facts: factsSchema, endedAt: epochMs }),
  /**
   * Nothing more can be learnt. `start_unknown`: the bot does not know whether the run exists. `several`: it does not know which of
   * the new runs it is, if any. `vanished`: Hex no longer knows it. `refused`: Hex no longer says how it is doing. `unreachable`: Hex
   * could not be asked for a day. `too_long`: the run did not end within a week. `facts`: the failure that came last, if there was one.
   * `unlisted`: Hex did not list the project's runs when the bot looked for this one.
   */
  z.object({
    ...base,
    state: z.literal("lost"),
    why: z.enum(["start_unknown", "several", "vanished", "refused", "unreachable", "too_long"]),
    hex: hexSchema.nullable(),
    facts: factsSchema.nullable().default(null),
    unlisted: z.boolean().default(false),
    endedAt: epochMs,
  }),
]);
export type Run = z.output<typeof runSchema>;
export type RunState = Run["state"];
export type RunIn<S extends RunState> = Extract<Run, { state: S }>;
/** A run that exists in Hex and has not ended. */
export type LiveRun = RunIn<"pending" | "running" | "cancelling">;
/** A run that Hex has not been asked for yet, or that it does not know yet. */
export type UnstartedRun = RunIn<"awaiting" | "approved" | "starting" | "waiting">;
/** A run that no longer changes. */
export type EndedRun = Exclude<Run, LiveRun | UnstartedRun>;

export function isLive(run: Run): run is LiveRun {
  return run.state === "pending" || run.state === "running" || run.state === "cancelling";
}

function isUnstarted(run: Run): run is UnstartedRun {
  return ["awaiting", "approved", "starting", "waiting"].includes(run.state);
}

/** There is no run in Hex in these states: nobody has asked for one, or Hex has said "later". */
export const NOT_BEGUN: ReadonlySet<RunState> = new Set(["awaiting", "approved", "waiting"]);

export function isEnded(run: Run): run is EndedRun {
  return !isLive(run) && !isUnstarted(run);
}

/** Since when the bot may start it, epoch ms: no start of it in Hex is older. */
export function startableSince({ requestedAt, approval }: Run): number {
  return approval?.approved?.at ?? requestedAt;
}

/** What identifies the run in Hex; `null` while that is not known. */
export function identityOf(run: Run): HexIdentity | null {
  return "hex" in run ? run.hex : null;
}

/** How long it took, or has taken until `now` (epoch ms), in ms; `null` before it has begun, and when its times make no sense. */
export function elapsedMs(run: Run, now: number): number | null {
  if (!("startedAt" in run)) return null;
  if ("elapsedMs" in run && run.elapsedMs !== null) return run.elapsedMs;
  if (run.startedAt === null) return null;
  if (!("endedAt" in run)) return Math.max(0, now - run.startedAt);
  return run.endedAt < run.startedAt ? null : run.endedAt - run.startedAt;
}

/**
 * How long (ms) a process that asks Hex to start or cancel a run counts as alive. This is longer than it waits for Hex. If the
 * state is still the same when the lease is over, that process has died, and another one takes over.
 */
export const LEASE_MS = 14_000;
/** How long (ms) a process waits for one of these requests. */
export const ASK_MS = 12_000;
/** The longest pause (ms) before a process asks Hex again. Its lease covers that too. */
export const LONGEST_HOLD_MS = 10_000;

/** Whether the process that holds the lease on a run has died. `lease`, `now`: epoch ms. */
export function isLeaseOver(lease: number, now: number): boolean {
  return hasCome(lease, now, LEASE_MS + LONGEST_HOLD_MS);
}
