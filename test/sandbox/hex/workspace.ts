// The data of the simulated workspace, and settings for what is not certain about the real Hex.

import { randomUUID } from "node:crypto";
import type { Clock } from "../../../src/lib/clock.js";
import { RateLimiter } from "./limits.js";
import { Projects } from "./projects.js";
import { type RunFacts, Runs } from "./runs.js";
import { Scheduler } from "./scheduler.js";
import type { Moment } from "./timeline.js";
import { Tokens } from "./tokens.js";
import type {
  DataConnection,
  Firing,
  HexWorkspace,
  Project,
  ProjectOptions,
  RateLimits,
  Run,
  RunOptions,
  RunOutcome,
  Scope,
  TokenOptions,
} from "./types.js";

export class Workspace implements HexWorkspace {
  /** A different id stands for the workspace of another token. */
  orgId: string = randomUUID();
  planAllowsApi = true;
  kernelsBusy = 0;
  kernelLimit = 25;
  readonly rateLimits: RateLimits = {
    enabled: true,
    overallPerMinute: 60,
    groupPerMinute: 30,
    groupPerHour: 1_800,
    usersPerMinute: 30,
    runPerMinute: Number.POSITIVE_INFINITY,
    runPerHour: Number.POSITIVE_INFINITY,
    imagesPerMinute: 20,
    headers: "none",
  };
  tokenExpiryUnit: HexWorkspace["tokenExpiryUnit"] = "seconds";
  tellsOfToken = true;
  readCoversCells = false;
  errorShape: HexWorkspace["errorShape"] = "natural";
  detailsAs: HexWorkspace["detailsAs"] = "string";
  invisibleStatus: HexWorkspace["invisibleStatus"] = 404;
  invisibleWords: HexWorkspace["invisibleWords"] = "plain";
  refusalStatus: HexWorkspace["refusalStatus"] = 422;
  refusedInputs: HexWorkspace["refusedInputs"] = "issues";
  unknownInputs: HexWorkspace["unknownInputs"] = "refused";
  unpublishedRuns: HexWorkspace["unpublishedRuns"] = "empty";
  listRunsDefaultTrigger: HexWorkspace["listRunsDefaultTrigger"] = "ALL";
  projectVersionAsString = true;
  scheduleZones: HexWorkspace["scheduleZones"] = "offset";
  oldPaths = false;

  #dataConnections: DataConnection[] = [];

  readonly clock: Clock;
  readonly tokens = new Tokens();
  readonly limiter = new RateLimiter(this.rateLimits);
  readonly projectStore = new Projects();
  readonly runStore: Runs;
  readonly scheduler: Scheduler;

  constructor(clock: Clock) {
    this.clock = clock;
    this.runStore = new Runs(clock);
    this.scheduler = new Scheduler(clock, this.projectStore, this.runStore);
  }

  addToken(options: TokenOptions = {}): string {
    return this.tokens.add(options, this.clock.now());
  }

  revokeToken(token: string): void {
    this.tokens.revoke(token);
  }

  setScopes(token: string, scopes: Scope[]): void {
    this.tokens.get(token).scopes = new Set(scopes);
  }

  setExpiry(token: string, expiresAt: number | null): void {
    this.tokens.get(token).expiresAt = expiresAt;
  }

  get projects(): Project[] {
    return this.projectStore.placed.map(({ project }) => project);
  }

  addProject(options: ProjectOptions = {}): Project {
    return this.projectStore.add(options, this.clock.now());
  }

  project(id: string): Project {
    return this.projectStore.get(id);
  }

  removeProject(id: string): void {
    this.projectStore.remove(id);
    for (const run of this.runs) if (run.projectId === id) this.removeRun(run.id);
  }

  get dataConnections(): readonly DataConnection[] {
    return this.#dataConnections;
  }

  addDataConnection(options: Partial<DataConnection> = {}): DataConnection {
    const name = `Connection ${this.#dataConnections.length + 1}`;
    const createdAt = this.clock.now();
    const connection = { id: randomUUID(), name, type: "snowflake", description: null, createdAt, ...options } as const;
    this.#dataConnections.push(connection);
    return connection;
  }

  removeDataConnection(id: string): void {
    this.#dataConnections = this.#dataConnections.filter((connection) => connection.id !== id);
  }

  get runs(): Run[] {
    return this.runStore.all;
  }

  run(id: string): Run {
    return this.runStore.get(id);
  }

  startRun(projectId: string, options: RunOptions = {}): Run {
    return this.runStore.start(this.project(projectId), options);
  }

  history(runId: string): Moment[] {
    return this.runStore.history(runId);
  }

  restoreRun(facts: RunFacts, history: readonly Moment[]): Run {
    return this.runStore.restore(facts, history);
  }

  setStatus(runId: string, status: string): void {
    this.runStore.moveTo(runId, status);
  }

  finishRun(runId: string, outcome: RunOutcome): void {
    this.runStore.moveTo(runId, outcome);
  }

  cancelInHex(runId: string): void {
    this.runStore.kill(runId, 0);
  }

  removeRun(runId: string): void {
    this.runStore.remove(runId);
  }

  fireSchedules(): void {
    this.scheduler.start();
  }

  get firings(): readonly Firing[] {
    return this.scheduler.firings;
  }
}
