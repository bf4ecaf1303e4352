// Hex's answers as zod schemas, and the types that follow from them. Source: Hex's published OpenAPI document (as of July 2026 and
// of mid-September 2026).
// Only ids are checked strictly. Everything else is accepted as far as possible: a field with the wrong type becomes null or its
// usual value and never hides the rest, unknown fields are dropped, unknown words pass, and texts are cut to a readable length.

import { z } from "zod";
import { YEAR_10000 } from "../lib/epoch.js";
import { withoutInvisible } from "../lib/spelling.js";
import { MINUTE } from "../lib/time.js";
import { idSchema } from "./ids.js";
import { list, orNull, readable, shortText } from "./tolerant-schemas.js";

/** One line of text. A number counts as text. */
const word = (max: number) => z.union([z.string(), z.number()]).pipe(z.coerce.string()).pipe(shortText(max));
/** A number, or text in plain digits. */
const number = z.union([
  z.number(),
  z
    .string()
    .max(40)
    .regex(/^\s*[+-]?\d+(\.\d+)?\s*$/)
    .transform(Number),
]);
const whole = (min: number, max: number) => number.pipe(z.number().int().min(min).max(max));
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

/** It is not settled whether epoch times are in seconds or milliseconds. Numbers below this (the year 5138) are taken as seconds. */
const SECONDS_BELOW = 100_000_000_000;

/** Epoch ms from seconds or milliseconds since 1970; `null` for anything that is not a time after 1970. */
function epochMs(told: number): number | null {
  const ms = Math.round(told < SECONDS_BELOW ? told * 1_000 : told);
  return ms > 0 && ms < YEAR_10000 ? ms : null;
}

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

function dateMs(text: string): number | null {
  const ms = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return Number.isNaN(ms) || ms <= 0 || ms >= YEAR_10000 ? null : ms;
}

/** An ISO 8601 date, or a time since 1970, as epoch ms (UTC); `null` for anything else, and for 1970 or earlier. */
const moment = z.union([number.transform(epochMs), z.string().max(100).transform(dateMs)]);
const time = orNull(moment);

/** When a token expires: epoch ms, or `null` for never. It is unknown when Hex leaves it out or sends something that is not a time. */
export type Expiry = number | null | "unknown";

const expiry = moment
  .nullable()
  .optional()
  .catch(undefined)
  .transform((told): Expiry => told ?? "unknown");
const tokenSchema = z.object({ exp: z.union([z.null(), expiry]) });

const email = z.object({ email: shortText(320) });
const person = orNull(email);
const named = z.object({ name: word(200) });

/** `GET /users/me`. `user` is `null` for a workspace token, and `orgId` when it is not a valid id. Not every part has to be there. */
export const meSchema = z
  .object({
    name: orNull(shortText(200)),
    email: orNull(shortText(320)),
    role: orNull(word(100)),
    org: orNull(z.object({ id: z.string() })),
    token: orNull(tokenSchema),
  })
  .refine(({ email, org, token }) => email !== null || org !== null || token !== null)
  .transform(({ name, email, role, org, token }) => ({
    user: email ? { name, email, role } : null,
    orgId: idSchema.safeParse(org?.id).data ?? null,
    expiresAt: token === null ? ("unknown" as const) : token.exp,
  }));
export type Me = z.output<typeof meSchema>;

/** A zone that Hex does not tell is empty, and no time is guessed: a run would count as missing at a time at which none was due. */
const timing = { timezone: shortText(60).catch(""), minute: whole(0, 59) };
const hour = whole(0, 23);

/** One of a project's schedules. Keys that its cadence does not use are `null`. */
const scheduleSchema = z.object({
  cadence: word(60),
  enabled: flag.catch(true),
  hourly: orNull(z.object(timing)),
  daily: orNull(z.object({ ...timing, hour })),
  weekly: orNull(z.object({ ...timing, hour, dayOfWeek: z.union([shortText(20), whole(0, 7)]) })),
  monthly: orNull(z.object({ ...timing, hour, day: whole(1, 31) })),
  custom: orNull(z.object({ timezone: timing.timezone, cron: z.string().max(200) })),
});
export type Schedule = z.output<typeof scheduleSchema>;

/** In `sharing`: a collection, and what it lets its people do. One that lets them do nothing is what remains when a project is taken out. */
const sharedSchema = z.object({ access: z.string().max(100), collection: named });
/** A project is in few collections, and a longer list is not read. */
const MOST_COLLECTIONS = 100;

/** The names of the collections; undefined when Hex has not told them all. */
const collectionsOf = z
  .object({ collections: z.array(sharedSchema).max(MOST_COLLECTIONS) })
  .transform(({ collections }) =>
    collections.filter(({ access }) => access.toUpperCase() !== "NONE").map(({ collection }) => collection.name),
  )
  .optional()
  .catch(undefined);

/**
 * A project. It is published when `lastPublishedAt` is not `null`; `status` is a label that the workspace defines and says nothing
 * about that. A project without a title is called by its id.
 */
export const projectSchema = z
  .object({
    id: idSchema,
    title: orNull(word(1_000)),
    description: orNull(shortText(5_000)),
    type: word(100)
      .transform((text) => text.toUpperCase())
      .catch("PROJECT"),
    creator: person,
    owner: person,
    status: orNull(named),
    categories: readable(named),
    lastEditedAt: time,
    lastPublishedAt: time,
    createdAt: time,
    archivedAt: time,
    trashedAt: time,
    schedules: readable(scheduleSchema),
    sharing: collectionsOf,
  })
  .transform(({ sharing, ...project }) => ({
    ...project,
    title: project.title !== null && withoutInvisible(project.title).trim() !== "" ? project.title : project.id,
    ...(sharing === undefined ? {} : { collections: sharing }),
  }));
type ToldProject = z.output<typeof projectSchema>;
/** `collections`: the names of those that the project is in; left out when Hex has not said it, or was not asked. */
export type Project = Omit<ToldProject, "collections"> & { collections?: string[] | undefined };

/** A cursor goes into the URL of the next request. Hex's cursors have about a hundred characters. */
const LONGEST_CURSOR = 1_000;

/** A page of projects, cells or data connections: an object, not an array. `values` are not yet parsed. */
export const pageSchema = z.object({
  values: list.nullable(),
  pagination: orNull(z.object({ after: orNull(z.string()) })).transform((pagination) => {
    const after = pagination?.after || null;
    const isUsable = after !== null && after.length <= LONGEST_CURSOR;
    // If the answer does not say, there may be another page.
    return { after: isUsable ? after : null, isLast: pagination !== null && after === null };
  }),
});
export interface ProjectPage {
  values: Project[];
  /** The cursor of the next page; `null` when there is none, or no usable one. */
  after: string | null;
  /** Whether it is certain that there are no more pages. */
  isLast: boolean;
  /** False when some of the page's projects could not be read. */
  isWhole: boolean;
}

/**
 * A cell as in `GET /cells`, which shows the draft of a project. It may contain source code, which is dropped here, so that only this
 * id is ever kept.
 */
export const cellSchema = z.object({ dataConnectionId: orNull(idSchema) });

/** A data connection as in `GET /data-connections`. Full items hold hosts and users, which are dropped here. */
export const dataConnectionSchema = z.object({ id: idSchema, name: word(200) });
export type DataConnection = z.output<typeof dataConnectionSchema>;

/** A page of a list that is not about projects. */
export interface Page<T> {
  /** The items that can be read. */
  values: T[];
  /** The cursor of the next page; `null` when there is none, or no usable one. */
  after: string | null;
}

/** The same, with the project that was requested, whether or not the answer names it. */
type About<T extends { projectId?: unknown }> = Omit<T, "projectId"> & { projectId: string };

const version = orNull(word(40));
const traceId = orNull(shortText(200));
const runUrl = orNull(z.string());

/** `POST /projects/{id}/runs` -> 201. It contains no status. */
export const startedRunSchema = z.object({
  projectId: idSchema.nullish(),
  runId: idSchema,
  runUrl,
  traceId,
  projectVersion: version,
});
export type StartedRun = About<z.output<typeof startedRunSchema>>;

/** The statuses that the API's document names. The last four are final. */
const STATUSES = ["PENDING", "RUNNING", "COMPLETED", "ERRORED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL"] as const;
const FINAL_STATUSES = ["COMPLETED", "ERRORED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL"] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** A known status in any spelling, such as `completed` or `Unable to allocate kernel`. Any other status is left as it is. */
function spelled(status: string): string {
  const known = status
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, "_");
  return STATUSES.find((one) => one === known) ?? status.trim();
}

/** A run as in GetRunStatus and GetProjectRuns. Times are in epoch ms, `elapsedTime` in ms. */
export const hexRunSchema = z.object({
  projectId: idSchema.nullish(),
  runId: idSchema,
  runUrl,
  status: word(100).transform(spelled),
  runTrigger: orNull(word(100)),
  projectVersion: version,
  startTime: time,
  endTime: time,
  elapsedTime: orNull(number.pipe(z.number().min(0).max(YEAR_10000))),
  traceId,
});
export type HexRun = About<z.output<typeof hexRunSchema>>;
type RunTimes = Pick<HexRun, "status" | "startTime" | "endTime">;

/** `GET /projects/{id}/runs`, in no promised order. `runs` are not yet parsed, see `hexRunSchema`. */
export const runPageSchema = z.object({ runs: list.nullable() });
export interface RunPage {
  /** Latest start first, see `latestFirst`. */
  runs: HexRun[];
  /** False when some of the page's runs could not be read. */
  isWhole: boolean;
  /** For each of those, when it started, or ended without ever starting, epoch ms; `null`: it waits, or that is not known. */
  unreadStarts: (number | null)[];
}

/** The times of a run, when nothing else about it can be read. */
export const runTimesSchema = z.object({ startTime: time, endTime: time });

/** Narrows a status to one that is final: the run no longer changes. */
export function isFinal(status: string): status is FinalStatus {
  return FINAL_STATUSES.some((final) => final === status);
}

/** When a run started, or ended without ever starting, epoch ms. `null`: it waits, or that is not known. */
export function startOrEnd({ startTime, endTime }: Pick<RunTimes, "startTime" | "endTime">): number | null {
  return startTime ?? endTime;
}

/**
 * When a run ended, epoch ms. When it started, if Hex does not say when it ended, or says that it ended before that. `null`: neither is
 * known.
 */
export function endOf({ startTime, endTime }: Pick<RunTimes, "startTime" | "endTime">): number | null {
  return startTime === null || endTime === null ? startOrEnd({ startTime, endTime }) : Math.max(startTime, endTime);
}

/** The order of runs, latest start first. Runs that are waiting come first, and runs with nothing but a final status come last. */
export function latestFirst(one: RunTimes, other: RunTimes): number {
  const [first, second] = [orderOf(one), orderOf(other)];
  return first === second ? 0 : second - first;
}

function orderOf(run: RunTimes): number {
  return startOrEnd(run) ?? (isFinal(run.status) ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
}

/** How far Hex's clock may be ahead of this machine's, in ms. */
export const AHEAD_MS = 5 * MINUTE;
/** Hex may record a run's end before its final status. This long (ms) after the end, the status is not going to follow. */
const STATUS_FOLLOWS_MS = 5 * MINUTE;

/**
 * Whether a run no longer changes. Its end shows that too, unless it is in the future: a run with an unknown status counts as
 * unfinished only if it has no end. `now`: epoch ms.
 */
export function isOver({ status, startTime, endTime }: RunTimes, now: number) {
  if (isFinal(status)) return true;
  if (endTime === null || endTime > now + AHEAD_MS) return false;
  if (!STATUSES.some((known) => known === status)) return true;
  return endTime >= (startTime ?? endTime) && endTime <= now - STATUS_FOLLOWS_MS;
}
