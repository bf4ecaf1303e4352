// What the simulated Hex shows to those who drive it: its data, its faults and what it recorded.

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
  | "chartImage"
  | "unknown";

export interface HexOptions {
  /** All time: run lifecycles, rate windows, token expiry. */
  clock: Clock;
  /** Default: a free one. */
  port?: number;
}

export interface SimulatedHex {
  /** `http://127.0.0.1:PORT`; the API is below `/api/v1`. */
  readonly origin: string;
  readonly workspace: HexWorkspace;
  readonly faults: Faults;
  /** Everything that has completely arrived, in order. */
  readonly requests: readonly RecordedRequest[];
  /**
   * The first recorded request, past or future, from index `from` (default 0), for which `match` holds. Asked again when
   * a request arrives and when it is answered. Rejects after 5000 ms of real time with a list of what arrived.
   */
  waitFor(match: (request: RecordedRequest) => boolean, from?: number): Promise<RecordedRequest>;
  /** Takes no connection any more, and cuts those that there are. */
  unplug(): Promise<void>;
  /** Listens again, at the same address. */
  plugIn(): Promise<void>;
  /** Takes answered requests that arrived before a time (clock ms) out of `requests`: for whatever runs for long. */
  forget(before: number): void;
  /** Closes everything at once, hanging requests included. */
  stop(): Promise<void>;
}

export interface RecordedRequest {
  /** When it had arrived, in clock ms. */
  readonly at: number;
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  /** What it was answered with; null while, or if, it never was. */
  readonly status: number | null;
}

// Tokens

export type TokenKind = "personal" | "workspace";
/** Read projects, Run projects, Users: Read. */
export type Scope = "read" | "run" | "users";

export interface TokenUser {
  name: string | null;
  email: string;
  role: string;
}

export interface TokenOptions {
  /** Default: personal. */
  kind?: TokenKind;
  /** Default: read and run, those that the bot asks for. */
  scopes?: Scope[];
  /** Epoch ms; null (the default): never. */
  expiresAt?: number | null;
  /** Whose personal token it is. Rate limits are counted by email. */
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
  /** Default: the usual cell of the data type. */
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

/** The unused keys may be left out: they are answered as null. `enabled` is true by default. */
export type ScheduleOptions = Pick<Schedule, "cadence"> & Partial<Omit<Schedule, "cadence">>;

/** How the runs of a project go. Times in ms of the clock. */
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

export interface Cell {
  id: string;
  /** The id in the path of a chart image. */
  staticId: string;
  /** CHART, or another of Hex's cell types. */
  cellType: string;
  label: string | null;
  dataConnectionId: string | null;
  /** Of code, SQL and text alone: an input, a chart or a map shows nothing of itself. */
  contents: CellContents;
}

export interface CellContents {
  codeCell: { source: string } | null;
  sqlCell: { source: string; outputDataframe: string } | null;
  markdownCell: { source: string } | null;
}

export type Access = "NONE" | "APP_ONLY" | "CAN_VIEW" | "CAN_EDIT" | "FULL_ACCESS";

/** Where it is shared, by name. */
export interface Sharing {
  /** By email. */
  users: Record<string, Access>;
  groups: Record<string, Access>;
  /** A collection may stand there with NONE. */
  collections: Record<string, Access>;
  workspace: Access;
  publicWeb: Access;
  support: Access;
}

export interface Category {
  name: string;
  description: string | null;
}

/** All fields may be changed at any time; what Hex answers changes with them. Times in epoch ms. */
export interface Project {
  readonly id: string;
  title: string;
  description: string | null;
  type: ProjectType;
  creatorEmail: string;
  ownerEmail: string;
  /** The workspace's own label. Says nothing about publishing. */
  status: string | null;
  categories: Category[];
  /** Ids of the collections it is in. */
  collections: string[];
  sharing: Sharing;
  reviewsRequired: boolean;
  appViews: { allTime: number; lastSevenDays: number; lastFourteenDays: number; lastThirtyDays: number };
  lastViewedAt: number | null;
  publishedResultsUpdatedAt: number | null;
  createdAt: number;
  lastEditedAt: number;
  /** null: not published, so it cannot be run. */
  lastPublishedAt: number | null;
  archivedAt: number | null;
  trashedAt: number | null;
  schedules: Schedule[];
  /** false: not shared with any token. */
  visible: boolean;
  /** By variable name. */
  inputs: Record<string, ProjectInput>;
  /** What the app shows: only of these are the published results there to be updated. Default publish. */
  resultsFrom: "publish" | "each viewer";
  /** Ids of the saved views. */
  views: string[];
  /** Of the latest published version. */
  version: number;
  run: RunBehaviour;
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
  inputs?: Record<string, ProjectInput>;
  resultsFrom?: Project["resultsFrom"];
  views?: string[];
  version?: number;
  run?: Partial<RunBehaviour>;
  /** Ids are made up when they are left out; the default type is CHART. */
  cells?: Partial<Cell>[];
}

// Runs

/** A run as it is at the clock's time of asking. Times in epoch ms. */
export interface Run {
  readonly id: string;
  readonly projectId: string;
  readonly projectVersion: number;
  readonly trigger: RunTrigger;
  readonly traceId: string;
  /** The inputs it was started with; null when there were none. */
  readonly inputParams: Readonly<Record<string, unknown>> | null;
  readonly viewId: string | null;
  readonly updatePublishedResults: boolean;
  readonly useCachedSqlResults: boolean;
  readonly notifications: readonly unknown[] | null;
  readonly createdAt: number;
  /** One of Hex's, or whatever it was set to. */
  readonly status: string;
  readonly finished: boolean;
  /** null while PENDING. */
  readonly startedAt: number | null;
  /** null while not finished. */
  readonly endedAt: number | null;
}

export interface RunOptions {
  /** Default SCHEDULED. */
  trigger?: RunTrigger;
  /** When it began RUNNING, epoch ms; may be in the past. Left out: it is requested now, and PENDING first. */
  startedAt?: number;
  /** From RUNNING to the end, ms. Default: the project's. */
  durationMs?: number;
  /** Default: the project's. */
  outcome?: RunOutcome;
  inputParams?: Record<string, unknown>;
}

// The workspace

export interface RateLimits {
  enabled: boolean;
  overallPerMinute: number;
  /** Of `hex-api`: projects and runs, read one by one. */
  groupPerMinute: number;
  groupPerHour: number;
  /** Of `hex-api-30rpm`: users/me and cells. */
  usersPerMinute: number;
  /** Of `hex-run-kernel`, for which Hex names no number any more. Default: without a limit. */
  runPerMinute: number;
  runPerHour: number;
  imagesPerMinute: number;
  /** What a 429 carries: nothing, `Retry-After` in seconds or as an HTTP date, or `x-ratelimit-*` (reset in epoch s). */
  headers: "none" | "seconds" | "date" | "x-ratelimit";
}

export interface HexWorkspace {
  orgId: string;
  /** false: every call is 403, with a message about the plan. Default true. */
  planAllowsApi: boolean;
  /** Kernels used by others. Default 0. With the runs in flight they count toward `kernelLimit`. */
  kernelsBusy: number;
  /** Default 25. */
  kernelLimit: number;
  readonly rateLimits: RateLimits;
  /** Default seconds. */
  tokenExpiryUnit: "seconds" | "milliseconds";
  /** false: "who am I" says nothing of the token, and so not when it expires. Default true. */
  tellsOfToken: boolean;
  /** Default natural: each endpoint in the shape that it uses today. */
  errorShape: "reason" | "code" | "natural";
  /** In the shape `reason`: one string, or a list of them as older servers sent it. Default string. */
  detailsAs: "string" | "list";
  /** What wrong or invisible ids are answered with. Default 404. */
  invisibleStatus: 400 | 403 | 404 | 422;
  /** Whether that answer says in words that the id is the reason, or has the status's own words alone. Default plain. */
  invisibleWords: "plain" | "vague";
  /** What is refused because of the state or the inputs of a project or run. Default 422. */
  refusalStatus: 400 | 409 | 422;
  /**
   * How it tells which inputs it means: by issues with a path, by issues in words alone, or by the lists of names of older
   * servers. Default issues.
   */
  refusedInputs: "issues" | "worded" | "listed";
  /** What the list of runs of a project says that is not published. Default empty. */
  unpublishedRuns: "empty" | "refused";
  /** Default ALL. */
  listRunsDefaultTrigger: "API" | "ALL";
  /** In GetRunStatus and GetProjectRuns. Default true. */
  projectVersionAsString: boolean;
  /** Also serve the old `/project/{id}/run…` paths. Default false. */
  oldPaths: boolean;

  /** Answers with the token itself. */
  addToken(options?: TokenOptions): string;
  revokeToken(token: string): void;
  setScopes(token: string, scopes: Scope[]): void;
  /** `expiresAt`: epoch ms; null: never. */
  setExpiry(token: string, expiresAt: number | null): void;

  readonly projects: readonly Project[];
  addProject(options?: ProjectOptions): Project;
  /** Throws when there is none. */
  project(id: string): Project;
  /** Its runs go with it. */
  removeProject(id: string): void;

  /** All that Hex still keeps (90 days), oldest first. */
  readonly runs: readonly Run[];
  /** Throws when there is none. */
  run(id: string): Run;
  /** A run that no API request started: scheduled, or history. */
  startRun(projectId: string, options?: RunOptions): Run;
  /** The statuses that a run has gone through, each with its time (epoch ms): with the run's facts, all that `restoreRun` needs. */
  history(runId: string): { status: string; at: number }[];
  /** A run of another simulated Hex goes on here, and stays as it is until it is moved. */
  restoreRun(
    facts: Omit<Run, "status" | "finished" | "startedAt" | "endedAt">,
    history: readonly { status: string; at: number }[],
  ): Run;
  /** Any status, known to Hex or not. The run stays there until it is moved again. */
  setStatus(runId: string, status: string): void;
  finishRun(runId: string, outcome: RunOutcome): void;
  /** Somebody cancels it in Hex: it is KILLED at once. */
  cancelInHex(runId: string): void;
  removeRun(runId: string): void;
}

// Faults

export type FaultKind =
  | { type: "hang" }
  | { type: "reset" }
  /** A string is sent as it is, all else as JSON; left out: an error in the endpoint's shape. */
  | { type: "status"; status: number; body?: unknown; headers?: Record<string, string> }
  | { type: "rateLimited"; retryAfter?: number | string }
  /** `status`: default 200. */
  | { type: "html"; status?: number }
  /** The status, the headers and half of the body; then nothing, for ever. */
  | { type: "stall" }
  | { type: "truncated" }
  | { type: "emptyBody" }
  /** Answers normally once the promise is settled. */
  | { type: "delay"; until: Promise<void> }
  /** Answers normally after so many ms of the clock. */
  | { type: "slow"; ms: number }
  | { type: "bareText"; status: number; text: string }
  /**
   * Takes effect, and answers with another body: what `alter` makes of the usual one, parsed. A string is sent as it is, all
   * else as JSON. What has no body is answered as usual.
   */
  | { type: "altered"; alter: (body: unknown) => unknown }
  /** A body that never ends. `unpacked`: only when it is decompressed; on the wire each kilobyte stands for a megabyte. */
  | { type: "endless"; status?: number; unpacked?: boolean };

export interface Fault {
  kind: FaultKind;
  /** Any endpoint when left out. */
  endpoint?: Endpoint;
  /** How many requests it hits. Default 1; Infinity: until cleared. */
  times?: number;
  /** true: the request takes effect and only its answer is lost or replaced. Default false. */
  afterEffect?: boolean;
}

export interface Faults {
  /** The oldest fault that fits a request hits it. */
  add(fault: Fault): void;
  /** Takes back one that was added. */
  remove(fault: Fault): void;
  /** Forgets all that is queued. Requests that hang go on hanging. */
  clear(): void;
}
