// What tests and the demo see of the simulated Hex: its data, its faults, and the requests that it recorded.

import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../../../src/lib/clock.js";

export type Endpoint =
  | "me"
  | "listProjects"
  | "getProject"
  | "runProject"
  | "getRun"
  | "listRuns"
  | "cancelRun"
  | "listCells"
  | "listDataConnections"
  | "chartImage"
  | "unknown";

export interface HexOptions {
  /** Decides all times: run lifecycles, rate limit windows, token expiry. */
  clock: Clock;
  /** Default: a free one. */
  port?: number;
}

export interface SimulatedHex {
  /** `http://127.0.0.1:PORT`. The API is below `/api/v1`. */
  readonly origin: string;
  readonly workspace: HexWorkspace;
  readonly faults: Faults;
  /** Every request that has arrived completely, in order. */
  readonly requests: readonly RecordedRequest[];
  /**
   * The first recorded request, past or future, from index `from` (default 0), for which `match` is true. `match` is called again
   * when a request arrives and when it is answered. Rejects after twenty seconds of real time with a list of what arrived.
   */
  waitFor(match: (request: RecordedRequest) => boolean, from?: number): Promise<RecordedRequest>;
  /** Refuses new connections, and cuts the open ones. */
  unplug(): Promise<void>;
  /** Listens again, at the same address. */
  plugIn(): Promise<void>;
  /** Removes answered requests and firings from before a time (clock ms), for whatever runs for a long time. */
  forget(before: number): void;
  /** Closes everything immediately, including hanging requests. */
  stop(): Promise<void>;
}

export interface RecordedRequest {
  /** When it had arrived completely, in clock ms. */
  readonly at: number;
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON, or undefined if there was none. */
  readonly body: unknown;
  /** The status of the answer. `null` if there is none, or none yet. */
  readonly status: number | null;
}

// Tokens

export type TokenKind = "personal" | "workspace";
/** The scopes Read projects, Run projects, Users: Read, Cells: Read, and Data connections: Read. */
export type Scope = "read" | "run" | "users" | "cells" | "connections";

export interface TokenUser {
  name: string | null;
  email: string;
  role: string;
}

export interface TokenOptions {
  /** Default: personal. */
  kind?: TokenKind;
  /** Default: read and run, which the bot needs. */
  scopes?: Scope[];
  /** Epoch ms. `null` (the default): never. */
  expiresAt?: number | null;
  /** The owner of the personal token. Rate limits are counted per email. */
  user?: TokenUser;
}

// Projects

export type ProjectType = "PROJECT" | "COMPONENT";
export type InputDataType = "STRING" | "NUMBER" | "BOOLEAN" | "DATE" | "DATETIME" | "DATE_RANGE" | "ARRAY";
export type RunTrigger = "API" | "SCHEDULED" | "APP_REFRESH";
export type RunOutcome = "COMPLETED" | "ERRORED" | "KILLED" | "UNABLE_TO_ALLOCATE_KERNEL";

/** An input that the published app shows. */
export interface ProjectInput {
  dataType: InputDataType;
  /** Default: the usual cell for the data type. */
  inputCellType?: string;
}

interface HourlyTimes {
  timezone: string;
  minute: number;
}
interface DailyTimes extends HourlyTimes {
  hour: number;
}

export interface Schedule {
  cadence: "HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | "CUSTOM";
  enabled: boolean;
  hourly: HourlyTimes | null;
  daily: DailyTimes | null;
  weekly: (DailyTimes & { dayOfWeek: string }) | null;
  /** `day`: 1..28. */
  monthly: (DailyTimes & { day: number }) | null;
  custom: { timezone: string; cron: string } | null;
}

/** Unused keys can be left out: answers show them as null. `enabled` is true by default. */
export type ScheduleOptions = Pick<Schedule, "cadence"> & Partial<Omit<Schedule, "cadence">>;

/** The course of a project's runs. Times in ms of the clock. */
export interface RunBehaviour {
  /** From the request to RUNNING. Default 3000. */
  pendingMs: number;
  /** From RUNNING to the end. Default 30000. */
  runningMs: number;
  /** Default COMPLETED. */
  outcome: RunOutcome;
  /** From the DELETE to KILLED. Default 2000. */
  cancelMs: number;
  /** Default false. */
  neverEnds: boolean;
}

/** How Hex runs a project by its schedules. */
export interface Scheduling {
  /** How long after its due time a run begins, in ms. Hex says "up to ten minutes". Default 0. */
  delayMs: number;
  /** The runs that are due do not happen. Default false. */
  misses: boolean;
}

export interface Cell {
  id: string;
  /** The id in the path of a chart image. */
  staticId: string;
  /** CHART, or another of Hex's cell types. */
  cellType: string;
  label: string | null;
  dataConnectionId: string | null;
  /** Only for code, SQL and text: an input, a chart or a map shows nothing of its source. */
  contents: CellContents;
}

export interface CellContents {
  codeCell: { source: string } | null;
  sqlCell: { source: string; outputDataframe: string } | null;
  markdownCell: { source: string } | null;
}

export type Access = "NONE" | "APP_ONLY" | "CAN_VIEW" | "CAN_EDIT" | "FULL_ACCESS";

/** The names of those with whom it is shared. */
export interface Sharing {
  /** By email. */
  users: Record<string, Access>;
  groups: Record<string, Access>;
  /** A collection can be listed with NONE. */
  collections: Record<string, Access>;
  workspace: Access;
  publicWeb: Access;
  support: Access;
}

export interface Category {
  name: string;
  description: string | null;
}

/** All fields can be changed at any time, and Hex's answers change with them. Times in epoch ms. */
export interface Project {
  readonly id: string;
  title: string;
  description: string | null;
  type: ProjectType;
  creatorEmail: string;
  ownerEmail: string;
  /** A label that the workspace defines. It says nothing about publishing. */
  status: string | null;
  categories: Category[];
  /** The ids of its collections. */
  collections: string[];
  sharing: Sharing;
  reviewsRequired: boolean;
  appViews: { allTime: number; lastSevenDays: number; lastFourteenDays: number; lastThirtyDays: number };
  lastViewedAt: number | null;
  publishedResultsUpdatedAt: number | null;
  createdAt: number;
  lastEditedAt: number;
  /** `null`: not published, so it cannot be run. */
  lastPublishedAt: number | null;
  archivedAt: number | null;
  trashedAt: number | null;
  schedules: Schedule[];
  /** `false`: not shared with any token. */
  visible: boolean;
  /** `true`: users may view the app and not the notebook, so a personal token gets none of its cells. */
  appOnly: boolean;
  /** By variable name. */
  inputs: Record<string, ProjectInput>;
  /** What the app shows. Published results can be updated only if this is `publish`, the default. */
  resultsFrom: "publish" | "each viewer";
  /** Ids of the saved views. */
  views: string[];
  /** Of the latest published version. */
  version: number;
  run: RunBehaviour;
  scheduling: Scheduling;
  cells: Cell[];
}

export interface ProjectOptions {
  /** Default: a random UUID. */
  id?: string;
  title?: string;
  description?: string | null;
  type?: ProjectType;
  creatorEmail?: string;
  /** Default: the creator. */
  ownerEmail?: string;
  status?: string | null;
  /** Names. */
  categories?: string[];
  collections?: string[];
  /** Default: the owner has full access, and the workspace may explore. */
  sharing?: Partial<Sharing>;
  reviewsRequired?: boolean;
  appViews?: Partial<Project["appViews"]>;
  lastViewedAt?: number | null;
  publishedResultsUpdatedAt?: number | null;
  createdAt?: number;
  lastEditedAt?: number;
  /** Default true. */
  published?: boolean;
  /** Default: when it was created. */
  publishedAt?: number;
  archived?: boolean;
  trashed?: boolean;
  schedules?: ScheduleOptions[];
  visible?: boolean;
  /** Default false. */
  appOnly?: boolean;
  inputs?: Record<string, ProjectInput>;
  resultsFrom?: Project["resultsFrom"];
  views?: string[];
  version?: number;
  run?: Partial<RunBehaviour>;
  scheduling?: Partial<Scheduling>;
  /** Missing ids are generated. The default type is CHART. */
  cells?: Partial<Cell>[];
}

/** Where cells read their data from. */
export interface DataConnection {
  readonly id: string;
  name: string;
  type: "athena" | "bigquery" | "clickhouse" | "databricks" | "postgres" | "redshift" | "snowflake" | "trino";
  description: string | null;
  readonly createdAt: number;
}

// Runs

/** A run at the clock's current time. Times in epoch ms. */
export interface Run {
  readonly id: string;
  readonly projectId: string;
  readonly projectVersion: number;
  readonly trigger: RunTrigger;
  readonly traceId: string;
  /** The inputs with which it was started, or null if there were none. */
  readonly inputParams: Readonly<Record<string, unknown>> | null;
  readonly viewId: string | null;
  readonly updatePublishedResults: boolean;
  readonly useCachedSqlResults: boolean;
  readonly notifications: readonly unknown[] | null;
  readonly createdAt: number;
  /** One of Hex's statuses, or whatever a test set. */
  readonly status: string;
  readonly finished: boolean;
  /** `null` while PENDING. */
  readonly startedAt: number | null;
  /** `null` until it has finished. */
  readonly endedAt: number | null;
}

export interface RunOptions {
  /** Default SCHEDULED. */
  trigger?: RunTrigger;
  /** When it began RUNNING, epoch ms. It can be in the past. If left out, the run is requested now and PENDING first. */
  startedAt?: number;
  /** From RUNNING to the end, ms. Default: the project's. */
  durationMs?: number;
  /** Default: the project's. */
  outcome?: RunOutcome;
  inputParams?: Record<string, unknown>;
}

/** What Hex did when a schedule was due. Times in epoch ms. */
export interface Firing {
  readonly projectId: string;
  readonly dueAt: number;
  /** When its run was or will be created. `null`: Hex missed it. */
  readonly runAt: number | null;
}

// The workspace

export interface RateLimits {
  enabled: boolean;
  overallPerMinute: number;
  /** The limit of `hex-api`: reading single projects and runs. */
  groupPerMinute: number;
  groupPerHour: number;
  /** The limit of `hex-api-30rpm`: users/me and cells. */
  usersPerMinute: number;
  /** The limit of `hex-run-kernel`, for which Hex no longer publishes a number. Default: no limit. */
  runPerMinute: number;
  runPerHour: number;
  imagesPerMinute: number;
  /**
   * What a 429 carries: nothing, `Retry-After` in seconds or as an HTTP date, or `x-ratelimit-*` (with the reset in epoch seconds).
   */
  headers: "none" | "seconds" | "date" | "x-ratelimit";
}

export interface HexWorkspace {
  orgId: string;
  /** `false`: every call gets a 403 with a message about the plan. Default true. */
  planAllowsApi: boolean;
  /** How many kernels others use. Default 0. Together with the runs in flight, they count toward `kernelLimit`. */
  kernelsBusy: number;
  /** Default 25. */
  kernelLimit: number;
  readonly rateLimits: RateLimits;
  /** Default seconds. */
  tokenExpiryUnit: "seconds" | "milliseconds";
  /** `false`: "who am I" says nothing about the token, not even when it expires. Default true. */
  tellsOfToken: boolean;
  /** Whether "Read projects" includes reading cells, as Hex's pages have it. The dialog for tokens has a scope for it. Default false. */
  readCoversCells: boolean;
  /** The shape of errors. Default natural: each endpoint's own shape today. */
  errorShape: "reason" | "code" | "natural";
  /** For the shape `reason`: one string, or a list of strings as older servers sent. Default string. */
  detailsAs: "string" | "list";
  /** The status for wrong or invisible ids. Default 404. */
  invisibleStatus: 400 | 403 | 404 | 422;
  /** Whether that answer says that the id is the reason, or has only the status's own words. Default plain. */
  invisibleWords: "plain" | "vague";
  /** The status for requests that are refused because of the state or the inputs of a project or run. Default 422. */
  refusalStatus: 400 | 409 | 422;
  /**
   * How a refusal says which inputs it means: by issues with a path, by issues in words only, or by lists of names as on older
   * servers. Default issues.
   */
  refusedInputs: "issues" | "worded" | "listed";
  /** Inputs that the published app does not have. Hex's document says "ignored", and clients were refused. Default refused. */
  unknownInputs: "refused" | "ignored";
  /** The answer to a request for the runs of an unpublished project. Default empty. */
  unpublishedRuns: "empty" | "refused";
  /** Default ALL. */
  listRunsDefaultTrigger: "API" | "ALL";
  /** Whether GetRunStatus and GetProjectRuns have it. Default true. */
  projectVersionAsString: boolean;
  /**
   * How answers show the time zone of a schedule: as the offset that it has at this moment, or as it was written. A schedule is kept in
   * the zone in which it was written, so one in Europe/Berlin follows summer time, and one in +01:00 does not. Default offset.
   */
  scheduleZones: "offset" | "as written";
  /** Whether to serve also the old `/project/{id}/run…` paths. Default false. */
  oldPaths: boolean;

  /** Returns the token itself. */
  addToken(options?: TokenOptions): string;
  revokeToken(token: string): void;
  setScopes(token: string, scopes: Scope[]): void;
  /** `expiresAt`: epoch ms. `null`: never. */
  setExpiry(token: string, expiresAt: number | null): void;

  readonly projects: readonly Project[];
  addProject(options?: ProjectOptions): Project;
  /** Throws if there is none. */
  project(id: string): Project;
  /** Also deletes its runs. */
  removeProject(id: string): void;

  readonly dataConnections: readonly DataConnection[];
  /** Default: a Snowflake. */
  addDataConnection(options?: Partial<DataConnection>): DataConnection;
  /** Cells may go on naming it. */
  removeDataConnection(id: string): void;

  /** All runs that Hex still keeps (90 days), oldest first. */
  readonly runs: readonly Run[];
  /** Throws if there is none. */
  run(id: string): Run;
  /** A run that no API request started: scheduled, or history. */
  startRun(projectId: string, options?: RunOptions): Run;
  /**
   * The statuses that a run has had, each with its time (epoch ms). Together with the run's facts, that is all that `restoreRun`
   * needs.
   */
  history(runId: string): { status: string; at: number }[];
  /** Continues with a run from another simulated Hex, which keeps its status until it is moved. */
  restoreRun(
    facts: Omit<Run, "status" | "finished" | "startedAt" | "endedAt">,
    history: readonly { status: string; at: number }[],
  ): Run;
  /** Gives the run any status, known to Hex or not. The run keeps it until it is moved again. */
  setStatus(runId: string, status: string): void;
  finishRun(runId: string, outcome: RunOutcome): void;
  /** Somebody cancels the run in Hex: it is KILLED immediately. */
  cancelInHex(runId: string): void;
  removeRun(runId: string): void;

  /**
   * From now on, projects run by their schedules, as in the real Hex. Before that, no run starts by itself, for tests that say
   * themselves which runs there are.
   */
  fireSchedules(): void;
  /** What became of each due time since then, in order. */
  readonly firings: readonly Firing[];
}

// Faults

export type FaultKind =
  | { type: "hang" }
  | { type: "reset" }
  /** A string is sent unchanged, anything else as JSON. If left out, an error in the endpoint's shape is sent. */
  | { type: "status"; status: number; body?: unknown; headers?: Record<string, string> }
  | { type: "rateLimited"; retryAfter?: number | string }
  /** `status`: default 200. */
  | { type: "html"; status?: number }
  /** Sends the status, the headers and half of the body, and then nothing, forever. */
  | { type: "stall" }
  | { type: "truncated" }
  | { type: "emptyBody" }
  /** Answers normally when the promise has settled. */
  | { type: "delay"; until: Promise<void> }
  /** Answers normally after this many ms of the clock. */
  | { type: "slow"; ms: number }
  | { type: "bareText"; status: number; text: string }
  /**
   * Takes effect, and answers with another body: what `alter` turns the usual one (parsed) into. A string is sent unchanged,
   * anything else as JSON. An answer without a body stays as usual.
   */
  | { type: "altered"; alter: (body: unknown) => unknown }
  /**
   * Sends a body that never ends. `unpacked`: large only after it is decompressed. On the wire, each kilobyte stands for a
   * megabyte.
   */
  | { type: "endless"; status?: number; unpacked?: boolean };

export interface Fault {
  kind: FaultKind;
  /** Default: any endpoint. */
  endpoint?: Endpoint;
  /** A part of the request's path, such as a project's id. Default: any path. */
  path?: string;
  /** How many requests it hits. Default 1. Infinity: until it is cleared. */
  times?: number;
  /** `true`: the request takes effect, and only its answer is lost or replaced. Default false. */
  afterEffect?: boolean;
}

export interface Faults {
  /** Each request is hit by the oldest fault that fits it. */
  add(fault: Fault): void;
  /** Removes a fault that was added. */
  remove(fault: Fault): void;
  /** Removes all faults. Requests that hang keep hanging. */
  clear(): void;
}
