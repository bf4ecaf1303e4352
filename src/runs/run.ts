// A run as the bot knows it: its states, and how one follows from another. Pure: what happened goes in, the next state comes out.

import { z } from "zod";
import { factsSchema, type HexErrorFacts } from "../hex/errors.js";
import { type FinalStatus, type HexRun, isFinal, type StartedRun } from "../hex/schema.js";

const optionsSchema = z.object({
  inputs: z.record(z.string(), z.json()),
  /** Without cached SQL results. */
  fresh: z.boolean(),
  /** The published app shows this run's results. */
  publish: z.boolean(),
  /** A saved view's id. */
  view: z.string().nullable(),
});
/** What a run is started with. */
export type RunOptions = z.output<typeof optionsSchema>;

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
  requestedAt: z.number(),
  reference: z.string(),
  /** The median of the project's completed runs, in ms. */
  typicalMs: z.number().nullable(),
  /** Who has started it again from its card. */
  again: z.object({ by: z.string(), at: z.number() }).nullable(),
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
  startedAt: z.number().nullable(),
};

const inFlight = {
  ...known,
  /** As Hex said it last, known to this bot or not. */
  status: z.string(),
  /** Why Hex cannot be asked about it at the moment, and since when. */
  trouble: z.object({ facts: factsSchema, since: z.number() }).nullable(),
};

const ended = { ...known, endedAt: z.number(), elapsedMs: z.number().nullable() };
const cancelFailure = z.object({ facts: factsSchema, reference: z.string() }).nullable();

export const runSchema = z.discriminatedUnion("state", [
  /** `looking`: the request's end is not known, and the run is being looked for. `lease`: see `LEASE_MS`. */
  z.object({ ...base, state: z.literal("starting"), looking: z.boolean(), lease: z.number() }),
  /** Hex has proven that no run exists and that one can be started later: it is tried again at `nextAt`, until `until`. */
  z.object({
    ...base,
    state: z.literal("waiting"),
    facts: factsSchema,
    tries: z.number(),
    nextAt: z.number(),
    until: z.number(),
  }),
  z.object({ ...inFlight, state: z.literal("pending"), cancelFailure }),
  z.object({ ...inFlight, state: z.literal("running"), cancelFailure }),
  /** `accepted`: Hex has taken the cancellation. */
  z.object({ ...inFlight, state: z.literal("cancelling"), by: z.string(), accepted: z.boolean(), lease: z.number() }),
  z.object({ ...ended, state: z.literal("completed") }),
  z.object({ ...ended, state: z.literal("errored") }),
  z.object({ ...ended, state: z.literal("no_kernel") }),
  /** `by`: who cancelled it here; null: somebody in Hex. */
  z.object({ ...ended, state: z.literal("cancelled"), by: z.string().nullable() }),
  /** Somebody cancelled it while it waited: it never began. */
  z.object({ ...base, state: z.literal("withdrawn"), by: z.string(), endedAt: z.number() }),
  /** Hex has proven that no run exists. */
  z.object({ ...base, state: z.literal("refused"), facts: factsSchema, endedAt: z.number() }),
  /**
   * Nothing more can be learnt. `start_unknown`: whether it exists; `several`: which of the new ones it is, if any; `vanished`: Hex no
   * longer knows it; `unreachable`: Hex could not be asked for a day; `too_long`: it did not end within a week.
   */
  z.object({
    ...base,
    state: z.literal("lost"),
    why: z.enum(["start_unknown", "several", "vanished", "unreachable", "too_long"]),
    hex: hexSchema.nullable(),
    endedAt: z.number(),
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

/** How long it took, or has taken until `now` (epoch ms), in ms; null while it has not begun. */
export function elapsedMs(run: Run, now: number): number | null {
  if (!("startedAt" in run)) return null;
  if ("elapsedMs" in run && run.elapsedMs !== null) return run.elapsedMs;
  if (run.startedAt === null) return null;
  return Math.max(0, ("endedAt" in run ? run.endedAt : now) - run.startedAt);
}

/**
 * How long (ms) a process that asks Hex to start or cancel a run is believed to be alive: longer than its patience with Hex.
 * When the lease is over and the state is still the same, that process has died, and another one takes care.
 */
export const LEASE_MS = 14_000;
/** How long (ms) a process is patient with one of these requests. */
export const ASK_MS = 12_000;
/** How long a start is tried again while Hex says "later", in ms. */
export const START_PATIENCE_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 60_000;

/** What somebody wants to be run. */
export type Intent = Pick<Run, "key" | "project" | "options" | "requester" | "requestedAt" | "reference">;

export function intended(intent: Intent, now: number): RunIn<"starting"> {
  const unknown = { trigger: null, typicalMs: null, again: null };
  return { ...intent, ...unknown, state: "starting", looking: false, lease: now + LEASE_MS };
}

/** What every state has. */
function baseOf(run: Run) {
  const { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again } = run;
  return { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again };
}

/** Hex has started it, and this is its id. */
export function started(run: RunIn<"starting" | "lost">, answer: StartedRun): RunIn<"pending"> {
  const hex = {
    runId: answer.runId,
    url: answer.runUrl,
    traceId: answer.traceId,
    projectVersion: answer.projectVersion,
  };
  const news = { hex, startedAt: null, status: "PENDING", trouble: null, cancelFailure: null };
  return { ...baseOf(run), state: "pending", ...news };
}

/** A run found in Hex is the one that was looked for, or one that the bot is to watch from now on. */
export function adopted(run: RunIn<"starting" | "lost">, found: HexRun, now: number): Run {
  const pending: LiveRun = {
    ...baseOf(run),
    state: "pending",
    hex: identity(found),
    startedAt: found.startTime,
    status: found.status,
    trouble: null,
    cancelFailure: null,
  };
  return observed(pending, found, now);
}

/** Hex has proven that there is no run. `now`: epoch ms. */
export function refused(run: RunIn<"starting" | "waiting">, facts: HexErrorFacts, now: number): RunIn<"refused"> {
  return { ...baseOf(run), state: "refused", facts, endedAt: now };
}

/** Hex says "later": waits longer each time, at least as long as Hex asks for; refused when that is past the patience. */
export function postponed(
  run: RunIn<"starting">,
  facts: HexErrorFacts,
  tries: number,
  now: number,
): RunIn<"waiting" | "refused"> {
  const pause = Math.max(facts.retryAfterMs ?? 0, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries));
  const until = run.requestedAt + START_PATIENCE_MS;
  if (now + pause > until) return refused(run, facts, now);
  return { ...baseOf(run), state: "waiting", facts, tries: tries + 1, nextAt: now + pause, until };
}

/** Its time has come: it is asked for once more. */
export function triedAgain(run: RunIn<"waiting">, now: number): RunIn<"starting"> {
  return { ...baseOf(run), state: "starting", looking: false, lease: now + LEASE_MS };
}

/** Somebody no longer wants it. */
export function withdrawn(run: RunIn<"waiting">, by: string, now: number): RunIn<"withdrawn"> {
  return { ...baseOf(run), state: "withdrawn", by, endedAt: now };
}

/** This process looks for it, for as long as the lease says. */
export function lookedFor(run: RunIn<"starting">, now: number, forMs: number): RunIn<"starting"> {
  return { ...run, looking: true, lease: now + forMs + LEASE_MS };
}

export function lost(run: RunIn<"starting"> | LiveRun, why: RunIn<"lost">["why"], now: number): RunIn<"lost"> {
  return { ...baseOf(run), state: "lost", why, hex: identityOf(run), endedAt: now };
}

/** Somebody wants a run that was not found to be looked for once more; null when there is nothing to look for. */
export function lookedForAgain(run: Run, now: number): RunIn<"starting"> | null {
  if (run.state !== "lost" || run.hex !== null) return null;
  return { ...baseOf(run), state: "starting", looking: true, lease: now + LEASE_MS };
}

/** What Hex says of a run now. A run that is being cancelled stays so until Hex says that it has ended. */
export function observed(run: LiveRun, seen: HexRun, now: number): Run {
  const startedAt = seen.startTime ?? run.startedAt;
  const hex = { ...run.hex, ...definedOf(identity(seen)) };
  if (isFinal(seen.status)) return endedAs(run, seen.status, { ...seen, startTime: startedAt }, hex, now);
  const live = { ...run, hex, startedAt, status: seen.status, trouble: null };
  if (live.state === "pending" && seen.status !== "PENDING") return { ...live, state: "running" };
  return live;
}

function endedAs(run: LiveRun, status: FinalStatus, seen: HexRun, hex: HexIdentity, now: number): Run {
  const endedAt = seen.endTime ?? now;
  const measured = seen.startTime === null ? null : Math.max(0, endedAt - seen.startTime);
  const done = {
    ...baseOf(run),
    hex,
    startedAt: seen.startTime,
    endedAt,
    elapsedMs: seen.elapsedTime ?? measured,
  };
  switch (status) {
    case "COMPLETED":
      return { ...done, state: "completed" };
    case "ERRORED":
      return { ...done, state: "errored" };
    case "UNABLE_TO_ALLOCATE_KERNEL":
      return { ...done, state: "no_kernel" };
    case "KILLED":
      return { ...done, state: "cancelled", by: run.state === "cancelling" ? run.by : null };
  }
}

/** Somebody wants it stopped. Hex has not been asked yet. */
export function cancelling(run: RunIn<"pending" | "running">, by: string, now: number): RunIn<"cancelling"> {
  const { cancelFailure: _, ...rest } = run;
  return { ...rest, state: "cancelling", by, accepted: false, lease: now + LEASE_MS };
}

/** Hex did not take the cancellation: it runs on. */
export function notCancelled(
  run: RunIn<"cancelling">,
  facts: HexErrorFacts,
  reference: string,
): RunIn<"pending" | "running"> {
  const { by: _, accepted: __, lease: ___, ...rest } = run;
  return { ...rest, state: run.status === "PENDING" ? "pending" : "running", cancelFailure: { facts, reference } };
}

function identity(found: HexRun): HexIdentity {
  return { runId: found.runId, url: found.runUrl, traceId: found.traceId, projectVersion: found.projectVersion };
}

function definedOf(hex: HexIdentity): Partial<HexIdentity> {
  return Object.fromEntries(Object.entries(hex).filter(([, value]) => value !== null));
}
