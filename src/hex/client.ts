// The Hex API, one method per endpoint. The Sender takes care of sending requests, repeating them and charging them to the budget.

import {
  HexError,
  type HexErrorFacts,
  lifeSignOf,
  mayLackIdentity,
  type Operation,
  withholdsIdentity,
} from "./errors.js";
import { safeId } from "./ids.js";
import { OwnWorkspace } from "./own-workspace.js";
import { PAGE_SIZE, pagesOf } from "./pages.js";
import {
  readCellPage,
  readDataConnectionPage,
  readMe,
  readNothing,
  readProject,
  readProjectPage,
  readRun,
  readRunPage,
  readStartedRun,
} from "./read-answer.js";
import type { DataConnection, HexRun, Me, Page, Project, ProjectPage, RunPage, StartedRun } from "./schema.js";
import { type Call, Sender, type SenderOptions } from "./sender.js";

export { type Call, type HeldBack, NoLongerWanted, type RequestRecord } from "./sender.js";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** The parameters of RunProject. Whatever is absent or empty is not sent. */
export interface RunRequest {
  inputParams?: Record<string, JsonValue> | undefined;
  useCachedSqlResults?: boolean | undefined;
  updatePublishedResults?: boolean | undefined;
  viewId?: string | undefined;
}

/** What Hex says of projects only when it is asked. */
export interface AlsoAsked {
  /** The collections that they are in. */
  collections?: boolean;
}

export interface RunQuery {
  /** 1 to 100. */
  limit: number;
  trigger?: "API" | "SCHEDULED" | "APP_REFRESH" | "ALL";
}

export type TokenKind = "personal" | "workspace";

/** Whose token it is, as far as Hex says. `withheld` says why it does not. */
export type Identity = Me & { withheld?: HexErrorFacts };

export class HexClient {
  readonly #sender: Sender;

  /** Where projects are, for links. It learns from the answers. */
  readonly place: OwnWorkspace;

  /** `workspace` is the part of links that names it, if it is configured. */
  constructor(private readonly options: SenderOptions & { workspace?: string | null }) {
    this.#sender = new Sender(options);
    this.place = new OwnWorkspace(options.origin, options.workspace ?? null);
  }

  /** The host of the API, such as `app.hex.tech`. */
  get host(): string {
    return new URL(this.options.origin).host;
  }

  get origin(): string {
    return this.options.origin;
  }

  /**
   * Whose token it is. Only a 401 here means that the token is dead. Hex does not tell a workspace token without a scope who it is, and a
   * server without this endpoint counts as Hex if it lists projects.
   */
  async me(call: Call): Promise<Identity> {
    try {
      const me = await this.#sender.send({ operation: "me", method: "get", path: "users/me", read: readMe }, call);
      this.place.learnId(me.orgId);
      return me;
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      if (mayLackIdentity(error)) await this.#listProjectsAfter(error, call);
      else if (!withholdsIdentity(error)) throw error;
      return { user: null, orgId: null, expiresAt: "unknown", withheld: error.facts };
    }
  }

  /** @throws HexError that says why this is not Hex: the given one, or what the projects were refused with */
  async #listProjectsAfter(failed: HexError, call: Call): Promise<void> {
    await this.projectPage(call, null).catch((error: unknown) => {
      throw error instanceof HexError && lifeSignOf(error) === "nothing" ? failed : error;
    });
  }

  /** Takes another token if there is one. @returns whether there was one */
  renewToken(): boolean {
    return this.#sender.renewToken();
  }

  /** The kind of token, by its prefix; `null` when the prefix is unknown. */
  get tokenKind(): TokenKind | null {
    const { token } = this.#sender;
    return token.startsWith("hxtw_") ? "workspace" : token.startsWith("hxtp_") ? "personal" : null;
  }

  /**
   * One page of projects, most recently created first. In this order no project is skipped or repeated while others are edited and
   * published. `after` is the cursor of the previous page.
   */
  projectPage(call: Call, after: string | null, asked: AlsoAsked = {}): Promise<ProjectPage> {
    const query = pageQuery(after, { sortBy: "CREATED_AT", sortDirection: "DESC", ...alsoQuery(asked) });
    return this.#sender.send(
      { operation: "listProjects", method: "get", path: "projects", query, read: readProjectPage },
      call,
    );
  }

  /** All projects, with at most `maxPages` pages of 100. `isLast` on the last page says whether there are no more. */
  projects(call: Call, maxPages: number, asked: AlsoAsked = {}): AsyncGenerator<ProjectPage> {
    const { clock } = this.options;
    const until = clock.monotonic() + call.timeoutMs;
    const pageAfter = (after: string | null) =>
      this.projectPage({ ...call, timeoutMs: Math.max(1, until - clock.monotonic()) }, after, asked);
    return pagesOf(pageAfter, maxPages);
  }

  async project(projectId: string, call: Call, asked: AlsoAsked = {}): Promise<Project> {
    const operation = "getProject";
    const id = this.#safe(projectId, operation);
    const query = new URLSearchParams(alsoQuery(asked));
    return this.#sender.send({ operation, method: "get", path: `projects/${id}`, query, read: readProject(id) }, call);
  }

  /**
   * Starts the latest published version. It is never repeated: after an error for which `provesNoEffect` is false, a run may exist.
   */
  async startRun(projectId: string, request: RunRequest, call: Call): Promise<StartedRun> {
    const operation = "runProject";
    const id = this.#safe(projectId, operation);
    const read = readStartedRun({ origin: this.origin, projectId: id });
    const json = bodyOf(request);
    const run = await this.#sender.send({ operation, method: "post", path: runsPath(id), json, read }, call);
    this.place.learnFromRun(run.runUrl);
    return run;
  }

  /** Asks Hex to check a run request without starting anything. This proves the scope "Run projects". */
  async dryRun(projectId: string, request: RunRequest, call: Call): Promise<void> {
    const operation = "dryRun";
    const path = runsPath(this.#safe(projectId, operation));
    const json = { ...bodyOf(request), dryRun: true };
    await this.#sender.send({ operation, method: "post", path, json, read: readNothing }, call);
  }

  /** The run's times are converted to this machine's clock, as in all methods. */
  async run(projectId: string, runId: string, call: Call): Promise<HexRun> {
    const operation = "getRun";
    const ids = { projectId: this.#safe(projectId, operation), runId: this.#safe(runId, operation) };
    const path = `${runsPath(ids.projectId)}/${ids.runId}`;
    const read = readRun({ origin: this.origin, ...ids });
    const run = await this.#sender.send({ operation, method: "get", path, read }, call);
    this.place.learnFromRun(run.runUrl);
    return this.#inOurTime(run);
  }

  /** One page of a project's runs. */
  async runs(projectId: string, { limit, trigger = "ALL" }: RunQuery, call: Call): Promise<RunPage> {
    const operation = "listRuns";
    const id = this.#safe(projectId, operation);
    const query = new URLSearchParams({ limit: String(limit), offset: "0", runTriggerFilter: trigger });
    const read = readRunPage({ origin: this.origin, projectId: id });
    const page = await this.#sender.send({ operation, method: "get", path: runsPath(id), query, read }, call);
    this.place.learnFromRun(page.runs[0]?.runUrl ?? null);
    const unreadStarts = page.unreadStarts.map((time) => this.#ours(time));
    return { ...page, runs: page.runs.map((run) => this.#inOurTime(run)), unreadStarts };
  }

  /**
   * The ids of the data connections that a project's draft uses, by one page of its cells; each once. `after` is the cursor of the
   * previous page.
   */
  async cellConnections(projectId: string, call: Call, after: string | null): Promise<Page<string>> {
    const operation = "listCells";
    const query = pageQuery(after, { projectId: this.#safe(projectId, operation) });
    return this.#sender.send({ operation, method: "get", path: "cells", query, read: readCellPage }, call);
  }

  /** One page of the workspace's data connections. */
  async dataConnections(call: Call, after: string | null): Promise<Page<DataConnection>> {
    const operation = "listDataConnections";
    const query = pageQuery(after);
    const read = readDataConnectionPage;
    return this.#sender.send({ operation, method: "get", path: "data-connections", query, read }, call);
  }

  /** See `ServerClock.leastNow`. */
  leastNow(): number | null {
    return this.#sender.serverClock.leastNow();
  }

  /** Hex's clock may be minutes ahead of or behind this machine's, and callers compare the times of a run with their own. */
  #inOurTime(run: HexRun): HexRun {
    return { ...run, startTime: this.#ours(run.startTime), endTime: this.#ours(run.endTime) };
  }

  #ours(time: number | null): number | null {
    return time === null ? null : this.#sender.serverClock.toOurs(time);
  }

  /** Resolves when Hex has accepted the cancellation. The run becomes KILLED a little later. */
  async cancelRun(projectId: string, runId: string, call: Call): Promise<void> {
    const operation = "cancelRun";
    const path = `${runsPath(this.#safe(projectId, operation))}/${this.#safe(runId, operation)}`;
    await this.#sender.send({ operation, method: "delete", path, read: readNothing }, call);
  }

  /** An id that is safe in a path. @throws HexError of the kind bad_request, before anything is sent */
  #safe(id: string, operation: Operation): string {
    const safe = safeId(id);
    if (safe === null) throw new HexError({ kind: "bad_request", operation, host: this.host });
    return safe;
  }
}

function pageQuery(after: string | null, fields: Record<string, string> = {}): URLSearchParams {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...fields });
  if (after !== null) query.set("after", after);
  return query;
}

function alsoQuery({ collections = false }: AlsoAsked): Record<string, string> {
  return collections ? { includeSharing: "true" } : {};
}

function runsPath(projectId: string): string {
  return `projects/${projectId}/runs`;
}

function bodyOf(request: RunRequest): RunRequest {
  const { inputParams, useCachedSqlResults, updatePublishedResults, viewId } = request;
  // Hex answers 422 to inputParams that are null or an empty object.
  const hasInputs = inputParams !== undefined && Object.keys(inputParams).length > 0;
  return {
    ...(hasInputs ? { inputParams } : {}),
    ...(useCachedSqlResults === undefined ? {} : { useCachedSqlResults }),
    ...(updatePublishedResults ? { updatePublishedResults } : {}),
    ...(viewId ? { viewId } : {}),
  };
}
