// The Hex API, one method an endpoint. How a request is sent, paid for and repeated is the Sender's.

import { z } from "zod";
import {
  type HexRun,
  hexRunSchema,
  type Me,
  meSchema,
  type Project,
  type ProjectPage,
  projectPageSchema,
  projectSchema,
  type RunPage,
  runPageSchema,
  type StartedRun,
  startedRunSchema,
} from "./schema.js";
import { type Call, Sender, type SenderOptions } from "./sender.js";

export type { Call, RequestRecord } from "./sender.js";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** What RunProject takes. Nothing that is absent or empty is sent. */
export interface RunRequest {
  inputParams?: Record<string, JsonValue> | undefined;
  useCachedSqlResults?: boolean | undefined;
  updatePublishedResults?: boolean | undefined;
  viewId?: string | undefined;
}

export interface RunQuery {
  /** 1 to 100. */
  limit: number;
  trigger?: "API" | "SCHEDULED" | "APP_REFRESH" | "ALL";
}

const PAGE = 100;
/** For answers of which nothing is read: CancelRun's 204 has no body at all. */
const nothing = z.unknown().transform(() => undefined);

export class HexClient {
  readonly #sender: Sender;

  constructor(private readonly options: SenderOptions) {
    this.#sender = new Sender(options);
  }

  /** The host that is asked, such as `app.hex.tech`. */
  get host(): string {
    return new URL(this.options.origin).host;
  }

  get origin(): string {
    return this.options.origin;
  }

  /** Who the token is. Needs no scope: a 401 here means that the token is dead. */
  me(call: Call): Promise<Me> {
    return this.#sender.send({ operation: "me", method: "get", path: "users/me", schema: meSchema }, call);
  }

  /** One page of projects, newest published first. `after`: the cursor of the page before. */
  projectPage(call: Call, after: string | null): Promise<ProjectPage> {
    const query = new URLSearchParams({ limit: String(PAGE), sortBy: "LAST_PUBLISHED_AT", sortDirection: "DESC" });
    if (after !== null) query.set("after", after);
    return this.#sender.send(
      { operation: "listProjects", method: "get", path: "projects", query, schema: projectPageSchema },
      call,
    );
  }

  /**
   * All projects, page by page, at most `maxPages` pages of 100; `pagination.after` of the last page is null when there are
   * no more. A cursor that repeats ends the list.
   */
  async *projects(call: Call, maxPages: number): AsyncGenerator<ProjectPage> {
    const { clock } = this.options;
    const until = clock.now() + call.patienceMs;
    const seen = new Set<string>();
    let after: string | null = null;
    for (let page = 0; page < maxPages; page++) {
      const found: ProjectPage = await this.projectPage(
        { ...call, patienceMs: Math.max(1, until - clock.now()) },
        after,
      );
      yield found;
      after = found.pagination.after;
      if (after === null || seen.has(after)) return;
      seen.add(after);
    }
  }

  project(projectId: string, call: Call): Promise<Project> {
    const path = projectPath(projectId);
    return this.#sender.send({ operation: "getProject", method: "get", path, schema: projectSchema }, call);
  }

  /**
   * Starts the latest published version. Never repeated: after an error for which `provesNoEffect` is false, a run may exist.
   */
  startRun(projectId: string, request: RunRequest, call: Call): Promise<StartedRun> {
    const path = runsPath(projectId);
    const json = bodyOf(request);
    return this.#sender.send({ operation: "runProject", method: "post", path, json, schema: startedRunSchema }, call);
  }

  /** Asks Hex to check a run request without starting anything. Proves the scope "Run projects". */
  async dryRun(projectId: string, request: RunRequest, call: Call): Promise<void> {
    const path = runsPath(projectId);
    const json = { ...bodyOf(request), dryRun: true };
    await this.#sender.send({ operation: "dryRun", method: "post", path, json, schema: nothing }, call);
  }

  run(projectId: string, runId: string, call: Call): Promise<HexRun> {
    const path = runPath(projectId, runId);
    return this.#sender.send({ operation: "getRun", method: "get", path, schema: hexRunSchema }, call);
  }

  /** One page of a project's runs, newest start first; those that have not started come first of all. */
  async runs(projectId: string, query: RunQuery, call: Call): Promise<RunPage> {
    const path = runsPath(projectId);
    const search = new URLSearchParams({
      limit: String(query.limit),
      offset: "0",
      runTriggerFilter: query.trigger ?? "ALL",
    });
    const page = await this.#sender.send(
      { operation: "listRuns", method: "get", path, query: search, schema: runPageSchema },
      call,
    );
    const start = (run: HexRun) => run.startTime ?? Number.POSITIVE_INFINITY;
    return { ...page, runs: page.runs.toSorted((a, b) => (start(a) === start(b) ? 0 : start(b) - start(a))) };
  }

  /** Resolves when Hex has accepted the cancellation; the run becomes KILLED a little later. */
  async cancelRun(projectId: string, runId: string, call: Call): Promise<void> {
    const path = runPath(projectId, runId);
    await this.#sender.send({ operation: "cancelRun", method: "delete", path, schema: nothing }, call);
  }
}

function projectPath(projectId: string): string {
  return `projects/${encodeURIComponent(projectId)}`;
}

function runsPath(projectId: string): string {
  return `${projectPath(projectId)}/runs`;
}

function runPath(projectId: string, runId: string): string {
  return `${runsPath(projectId)}/${encodeURIComponent(runId)}`;
}

function bodyOf(request: RunRequest): RunRequest {
  const { inputParams, useCachedSqlResults, updatePublishedResults, viewId } = request;
  // null or an empty object for inputParams gives 422.
  const hasInputs = inputParams !== undefined && Object.keys(inputParams).length > 0;
  return {
    ...(hasInputs ? { inputParams } : {}),
    ...(useCachedSqlResults === undefined ? {} : { useCachedSqlResults }),
    ...(updatePublishedResults ? { updatePublishedResults } : {}),
    ...(viewId ? { viewId } : {}),
  };
}
