// What Hex answers, as zod schemas and the types that follow from them.
// Lenient on purpose: unknown fields are dropped, unknown enum values pass, absent nullable fields become null.
// Source: Hex's published OpenAPI document (July and October 2026 states).

import { z } from "zod";

const nullable = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

/** An ISO 8601 date as epoch milliseconds (UTC); a date that is none becomes null rather than an error. */
const time = nullable(z.string()).transform((text) => {
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
});

/** When a token expires: epoch ms, null = never. What Hex leaves out is not known. */
export type Expiry = number | null | "unknown";

/** Hex tells it in seconds or milliseconds (not settled): a value below the year 5138 in seconds is seconds. */
const expiry = z
  .number()
  .nullish()
  .transform((value): Expiry => {
    if (value === undefined) return "unknown";
    return value !== null && value < 100_000_000_000 ? value * 1000 : value;
  });

const person = nullable(z.object({ email: z.string() }));
const named = nullable(z.object({ name: z.string() }));

/** `GET /users/me`: `user` is null for a workspace token. */
export const meSchema = z
  .object({
    id: z.string().nullish(),
    name: nullable(z.string()),
    email: z.string().nullish(),
    role: nullable(z.string()),
    org: z.object({ id: z.string() }),
    token: z.object({ exp: expiry }).nullish(),
  })
  .transform((me) => ({
    user: me.email ? { name: me.name, email: me.email, role: me.role } : null,
    orgId: me.org.id,
    expiresAt: me.token ? me.token.exp : ("unknown" as const),
  }));
export type Me = z.output<typeof meSchema>;

const timing = {
  timezone: z.string().catch("UTC"),
  minute: z.number().catch(0),
};

/** One schedule of a project. The keys that its cadence does not use are null. */
const scheduleSchema = z.object({
  cadence: z.string(),
  enabled: z.boolean().catch(true),
  hourly: nullable(z.object(timing)),
  daily: nullable(z.object({ ...timing, hour: z.number() })),
  weekly: nullable(z.object({ ...timing, hour: z.number(), dayOfWeek: z.union([z.string(), z.number()]) })),
  monthly: nullable(z.object({ ...timing, hour: z.number(), day: z.number() })),
  custom: nullable(z.object({ timezone: z.string().catch("UTC"), cron: z.string() })),
});
export type Schedule = z.output<typeof scheduleSchema>;

/** A project. Published = `lastPublishedAt` is not null; `status` is a label of the workspace and says nothing about that. */
export const projectSchema = z.object({
  id: z.string().min(1),
  title: z.string(),
  description: nullable(z.string()),
  type: z.string().catch("PROJECT"),
  creator: person,
  owner: person,
  status: named,
  categories: z
    .array(z.object({ name: z.string() }))
    .nullish()
    .transform((list) => list ?? []),
  lastEditedAt: time,
  lastPublishedAt: time,
  createdAt: time,
  archivedAt: time,
  trashedAt: time,
  schedules: z
    .array(scheduleSchema.nullable().catch(null))
    .nullish()
    .transform((list) => (list ?? []).filter((schedule) => schedule !== null)),
});
export type Project = z.output<typeof projectSchema>;

/** `GET /projects`: an object, not an array. */
export const projectPageSchema = z.object({
  values: z.array(projectSchema),
  pagination: z.object({ after: nullable(z.string()) }),
});
export type ProjectPage = z.output<typeof projectPageSchema>;

const version = nullable(z.union([z.string(), z.number()])).transform((value) =>
  value === null ? null : String(value),
);

/** `POST /projects/{id}/runs` -> 201. There is no status in it. */
export const startedRunSchema = z.object({
  projectId: z.string(),
  runId: z.string().min(1),
  runUrl: nullable(z.string()),
  traceId: nullable(z.string()),
  projectVersion: version,
});
export type StartedRun = z.output<typeof startedRunSchema>;

/** A run as GetRunStatus and GetProjectRuns tell it. Times in epoch ms, `elapsedTime` in ms. */
export const hexRunSchema = z.object({
  projectId: z.string(),
  runId: z.string().min(1),
  runUrl: nullable(z.string()),
  status: z.string(),
  runTrigger: nullable(z.string()),
  projectVersion: version,
  startTime: time,
  endTime: time,
  elapsedTime: nullable(z.number()),
  traceId: nullable(z.string()),
});
export type HexRun = z.output<typeof hexRunSchema>;

/** `GET /projects/{id}/runs`: paged by offset, in no promised order. */
export const runPageSchema = z.object({
  runs: z.array(hexRunSchema),
  nextPage: nullable(z.union([z.string(), z.number()])),
});
export type RunPage = z.output<typeof runPageSchema>;

/** The statuses after which a run changes no more. Any other, unknown ones included, counts as not finished. */
const FINAL_STATUSES = ["COMPLETED", "ERRORED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL"] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** Narrows a status to a final one. */
export function isFinal(status: string): status is FinalStatus {
  return FINAL_STATUSES.some((final) => final === status);
}
