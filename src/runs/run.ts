// A run as the bot knows it: its states, and how one follows from another. Pure: what happened goes in, the next state comes out.

import { z } from "zod";
import { HEX_ERROR_KINDS, OPERATIONS } from "../hex/errors.js";
import { type FinalStatus, type HexRun, isFinal, type StartedRun } from "../hex/schema.js";

const factsSchema = z.object({
  kind: z.enum(HEX_ERROR_KINDS),
  operation: z.enum(OPERATIONS),
  host: z.string(),
  status: z.number().optional(),
  detail: z.string().optional(),
  traceId: z.string().optional(),
  retryAfterMs: z.number().optional(),
  inputs: z
    .object({
      unknown: z.array(z.string()),
      wrongType: z.array(z.object({ name: z.string(), expected: z.string(), given: z.string() })),
    })
    .optional(),
});

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
  /** `looking`: the request's end is not known, and the run is being looked for. */
  z.object({ ...base, state: z.literal("starting"), looking: z.boolean() }),
  z.object({ ...inFlight, state: z.literal("pending"), cancelFailure }),
  z.object({ ...inFlight, state: z.literal("running"), cancelFailure }),
  /** `accepted`: Hex has taken the cancellation. */
  z.object({ ...inFlight, state: z.literal("cancelling"), by: z.string(), accepted: z.boolean() }),
  z.object({ ...ended, state: z.literal("completed") }),
  z.object({ ...ended, state: z.literal("errored") }),
  z.object({ ...ended, state: z.literal("no_kernel") }),
  /** `by`: who cancelled it here; null: somebody in Hex. */
  z.object({ ...ended, state: z.literal("cancelled"), by: z.string().nullable() }),
  /** Hex has proven that no run exists. */
  z.object({ ...base, state: z.literal("refused"), facts: factsSchema, endedAt: z.number() }),
  /** Nothing more can be learnt. `start_unknown`: whether it exists; `several`: which of several it is; `vanished`: Hex no longer knows it. */
  z.object({
    ...base,
    state: z.literal("lost"),
    why: z.enum(["start_unknown", "several", "vanished"]),
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
export type EndedRun = Exclude<Run, LiveRun | RunIn<"starting">>;
export type Facts = z.output<typeof factsSchema>;

export function isLive(run: Run): run is LiveRun {
  return run.state === "pending" || run.state === "running" || run.state === "cancelling";
}

export function isEnded(run: Run): run is EndedRun {
  return !isLive(run) && run.state !== "starting";
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

/** What somebody wants to be run. */
export type Intent = Pick<Run, "key" | "project" | "options" | "requester" | "requestedAt" | "reference">;

export function intended(intent: Intent): RunIn<"starting"> {
  return { ...intent, trigger: null, typicalMs: null, again: null, state: "starting", looking: false };
}

/** Hex has started it, and this is its id. */
export function started(run: RunIn<"starting">, answer: StartedRun): RunIn<"pending"> {
  const { looking: _, ...rest } = run;
  const hex = {
    runId: answer.runId,
    url: answer.runUrl,
    traceId: answer.traceId,
    projectVersion: answer.projectVersion,
  };
  return { ...rest, state: "pending", hex, startedAt: null, status: "PENDING", trouble: null, cancelFailure: null };
}

/** A run found in Hex is the one that was looked for, or one that the bot is to watch from now on. */
export function adopted(run: RunIn<"starting" | "lost">, found: HexRun, now: number): Run {
  const { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again } = run;
  const kept = { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again };
  const pending: LiveRun = {
    ...kept,
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
export function refused(run: RunIn<"starting">, facts: Facts, now: number): RunIn<"refused"> {
  const { looking: _, ...rest } = run;
  return { ...rest, state: "refused", facts, endedAt: now };
}

export function lost(run: RunIn<"starting"> | LiveRun, why: RunIn<"lost">["why"], now: number): RunIn<"lost"> {
  const { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again } = run;
  const kept = { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again };
  return { ...kept, state: "lost", why, hex: identityOf(run), endedAt: now };
}

/** Somebody wants a run that was not found to be looked for once more; null when there is nothing to look for. */
export function lookedForAgain(run: Run): RunIn<"starting"> | null {
  if (run.state !== "lost" || run.hex !== null) return null;
  const { why: _, hex: __, endedAt: ___, ...rest } = run;
  return { ...rest, state: "starting", looking: true };
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
  const { key, project, options, requester, trigger, requestedAt, reference, typicalMs, again } = run;
  const endedAt = seen.endTime ?? now;
  const measured = seen.startTime === null ? null : Math.max(0, endedAt - seen.startTime);
  const done = {
    ...{ key, project, options, requester, trigger, requestedAt, reference, typicalMs, again, hex },
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
export function cancelling(run: RunIn<"pending" | "running">, by: string): RunIn<"cancelling"> {
  const { cancelFailure: _, ...rest } = run;
  return { ...rest, state: "cancelling", by, accepted: false };
}

/** Hex did not take the cancellation: it runs on. */
export function notCancelled(run: RunIn<"cancelling">, facts: Facts, reference: string): RunIn<"pending" | "running"> {
  const { by: _, accepted: __, ...rest } = run;
  return { ...rest, state: run.status === "PENDING" ? "pending" : "running", cancelFailure: { facts, reference } };
}

function identity(found: HexRun): HexIdentity {
  return { runId: found.runId, url: found.runUrl, traceId: found.traceId, projectVersion: found.projectVersion };
}

function definedOf(hex: HexIdentity): Partial<HexIdentity> {
  return Object.fromEntries(Object.entries(hex).filter(([, value]) => value !== null));
}
