// The Hex API, one method an endpoint. Every answer is checked, every failure becomes a HexError, every attempt is paid
// from the shared budget. GET and DELETE may be repeated; POST is sent once, because Hex has no idempotency key.

import ky from "ky";
import { z } from "zod";
import type { Clock } from "../clock.js";
import { parseJson } from "../json.js";
import { type Budget, BudgetSpent, type Priority } from "./budget.js";
import { errorOfAnswer, isHtml } from "./error-of-answer.js";
import { errorOfFetch } from "./error-of-fetch.js";
import { HexError, type Operation } from "./errors.js";
import { retryAfterMs } from "./retry-after.js";
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

/** Who asks, and how long they can wait. */
export interface Call {
  /** Stands in the log line of every request, and on the card or message that it leads to. */
  reference: string;
  priority: Priority;
  /** Longest time for everything, waiting for the budget and repeating included, in ms. */
  patienceMs: number;
  /** When it aborts, nothing more is sent, and what is on its way is given up. */
  signal?: AbortSignal;
  /** Sent one time only, whatever the failure. */
  once?: boolean;
}

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
  offset?: number;
  trigger?: "API" | "SCHEDULED" | "APP_REFRESH" | "ALL";
}

/** One request that was sent and how it ended: for the log, the metrics, and whoever wants to know whether Hex is alive. */
export interface RequestRecord {
  operation: Operation;
  reference: string;
  method: string;
  /** HTTP status, or null when no answer came. */
  status: number | null;
  durationMs: number;
  error: HexError | null;
}

export interface HexClientOptions {
  /** Such as `https://app.hex.tech`, without a path. */
  origin: string;
  token: string;
  clock: Clock;
  budget: Budget;
  /** Longest time for one attempt, body included, in ms. */
  timeoutMs: number;
  /** First pause before a GET or DELETE is repeated, in ms; doubles each time, with jitter. */
  backoffMs: number;
  /** A number in [0, 1), for the jitter. */
  random: () => number;
  onRequest: (record: RequestRecord) => void;
}

interface Attempt<T> {
  operation: Operation;
  method: "get" | "post" | "delete";
  path: string;
  query?: URLSearchParams;
  json?: unknown;
  schema: z.ZodType<T>;
}

const REPEATS = 2;
const REPEATABLE = new Set(["dns", "refused", "timeout", "network", "rate_limited", "hex_failed"]);
const PAGE = 100;
/** For answers of which nothing is read: CancelRun's 204 has no body at all. */
const nothing = z.unknown().transform(() => undefined);
const USER_AGENT = "hex-bot/0.1 (self-hosted Slack bot)";

export class HexClient {
  constructor(private readonly options: HexClientOptions) {}

  /** The host that is asked, such as `app.hex.tech`. */
  get host(): string {
    return new URL(this.options.origin).host;
  }

  get origin(): string {
    return this.options.origin;
  }

  /** Who the token is. Needs no scope: a 401 here means that the token is dead. */
  me(call: Call): Promise<Me> {
    return this.#send({ operation: "me", method: "get", path: "users/me", schema: meSchema }, call);
  }

  /** One page of projects, newest published first. `after`: the cursor of the page before. */
  projectPage(call: Call, after: string | null): Promise<ProjectPage> {
    const query = new URLSearchParams({ limit: String(PAGE), sortBy: "LAST_PUBLISHED_AT", sortDirection: "DESC" });
    if (after !== null) query.set("after", after);
    return this.#send(
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
    const path = `projects/${encodeURIComponent(projectId)}`;
    return this.#send({ operation: "getProject", method: "get", path, schema: projectSchema }, call);
  }

  /**
   * Starts the latest published version. Never repeated: after an error for which `provesNoEffect` is false, a run may exist.
   */
  startRun(projectId: string, request: RunRequest, call: Call): Promise<StartedRun> {
    const path = `projects/${encodeURIComponent(projectId)}/runs`;
    const json = bodyOf(request);
    return this.#send({ operation: "runProject", method: "post", path, json, schema: startedRunSchema }, call);
  }

  /** Asks Hex to check a run request without starting anything. Proves the scope "Run projects". */
  async dryRun(projectId: string, request: RunRequest, call: Call): Promise<void> {
    const path = `projects/${encodeURIComponent(projectId)}/runs`;
    const json = { ...bodyOf(request), dryRun: true };
    await this.#send({ operation: "dryRun", method: "post", path, json, schema: nothing }, call);
  }

  run(projectId: string, runId: string, call: Call): Promise<HexRun> {
    const path = `projects/${encodeURIComponent(projectId)}/runs/${encodeURIComponent(runId)}`;
    return this.#send({ operation: "getRun", method: "get", path, schema: hexRunSchema }, call);
  }

  /** One page of a project's runs, newest start first; those that have not started come first of all. */
  async runs(projectId: string, query: RunQuery, call: Call): Promise<RunPage> {
    const path = `projects/${encodeURIComponent(projectId)}/runs`;
    const search = new URLSearchParams({
      limit: String(query.limit),
      offset: String(query.offset ?? 0),
      runTriggerFilter: query.trigger ?? "ALL",
    });
    const page = await this.#send(
      { operation: "listRuns", method: "get", path, query: search, schema: runPageSchema },
      call,
    );
    const start = (run: HexRun) => run.startTime ?? Number.POSITIVE_INFINITY;
    return { ...page, runs: page.runs.toSorted((a, b) => (start(a) === start(b) ? 0 : start(b) - start(a))) };
  }

  /** Resolves when Hex has accepted the cancellation; the run becomes KILLED a little later. */
  async cancelRun(projectId: string, runId: string, call: Call): Promise<void> {
    const path = `projects/${encodeURIComponent(projectId)}/runs/${encodeURIComponent(runId)}`;
    await this.#send({ operation: "cancelRun", method: "delete", path, schema: nothing }, call);
  }

  async #send<T>(attempt: Attempt<T>, call: Call): Promise<T> {
    const { clock, backoffMs, random } = this.options;
    const until = clock.now() + call.patienceMs;
    for (let repeats = 0; ; repeats++) {
      try {
        return await this.#attempt(attempt, call, until);
      } catch (error) {
        if (!(error instanceof HexError)) throw error;
        const pause = Math.max(error.facts.retryAfterMs ?? 0, backoffMs * 2 ** repeats * (1 + random()));
        const mayRepeat =
          !call.signal?.aborted &&
          !call.once &&
          attempt.method !== "post" &&
          REPEATABLE.has(error.kind) &&
          repeats < REPEATS;
        if (!mayRepeat || clock.now() + pause >= until) throw error;
        await clock.sleep(pause, call.signal);
        if (call.signal?.aborted || clock.now() >= until) throw error;
      }
    }
  }

  /** `until`: when the caller's patience ends, epoch ms. */
  async #attempt<T>(attempt: Attempt<T>, call: Call, until: number): Promise<T> {
    const { budget, clock } = this.options;
    const at = { operation: attempt.operation, host: this.host };
    await budget.take(call.priority, until - clock.now()).catch((error: unknown) => {
      if (!(error instanceof BudgetSpent)) throw error;
      throw new HexError({ ...at, kind: "rate_limited", retryAfterMs: error.retryAfterMs });
    });
    const startedAt = performance.now();
    let status: number | null = null;
    const record = (error: HexError | null) =>
      this.options.onRequest({
        operation: attempt.operation,
        reference: call.reference,
        method: attempt.method.toUpperCase(),
        status,
        durationMs: Math.round(performance.now() - startedAt),
        error,
      });
    try {
      const answer = await this.#fetch(attempt, until - clock.now(), call.signal);
      status = answer.status;
      if (status === 429) budget.limited(retryAfterMs(answer.headers, clock.now()));
      const value = this.#read(attempt, answer);
      record(null);
      return value;
    } catch (error) {
      // What was given up here says nothing about Hex.
      if (error instanceof HexError && !call.signal?.aborted) record(error);
      throw error;
    }
  }

  async #fetch<T>(
    attempt: Attempt<T>,
    leftMs: number,
    given: AbortSignal | undefined,
  ): Promise<{ status: number; headers: Headers; body: string }> {
    const { origin, token, timeoutMs } = this.options;
    // Covers the body too, which ky's own timeout does not.
    const timeout = AbortSignal.timeout(Math.max(1, Math.round(Math.min(timeoutMs, leftMs))));
    const signal = given ? AbortSignal.any([timeout, given]) : timeout;
    try {
      const response = await ky(`${origin}/api/v1/${attempt.path}`, {
        method: attempt.method,
        headers: { authorization: `Bearer ${token}`, accept: "application/json", "user-agent": USER_AGENT },
        ...(attempt.query ? { searchParams: attempt.query } : {}),
        ...(attempt.json === undefined ? {} : { json: attempt.json }),
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
        redirect: "manual",
        signal,
      });
      // A proxy may repeat what it was sent, in its page and its headers, and an answer's words end up in Slack.
      const withoutToken = (text: string) =>
        text.replaceAll(token, "[token]").replaceAll(encodeURIComponent(token), "[token]");
      const headers = new Headers([...response.headers].map(([name, value]) => [name, withoutToken(value)]));
      return { status: response.status, headers, body: withoutToken(await response.text()) };
    } catch (error) {
      throw errorOfFetch(error, { operation: attempt.operation, host: this.host }, timeout.aborted);
    }
  }

  #read<T>(attempt: Attempt<T>, answer: { status: number; headers: Headers; body: string }): T {
    const at = { operation: attempt.operation, host: this.host };
    const { status, headers, body } = answer;
    if (status < 200 || status > 299) throw errorOfAnswer({ ...at, status, headers, body }, this.options.clock.now());
    if (isHtml(body)) throw new HexError({ ...at, kind: "not_hex", status });
    const traceId = headers.get("x-trace-id") ?? undefined;
    const parsed = attempt.schema.safeParse(parseJson(body));
    if (!parsed.success) throw new HexError({ ...at, kind: "unreadable", status, traceId });
    return parsed.data;
  }
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
