// All runs of the workspace: they begin, continue by the clock, end, and disappear after 90 days.

import { randomUUID } from "node:crypto";
import type { Clock } from "../../../src/lib/clock.js";
import { notificationsOf, type RunBody, updatesPublishedResults } from "./run-request.js";
import { type Moment, plannedRun, Timeline } from "./timeline.js";
import type { Project, Run, RunOptions } from "./types.js";

const KEPT_MS = 90 * 24 * 60 * 60_000;

/** What never changes during the life of a run. */
export type RunFacts = Omit<Run, "status" | "finished" | "startedAt" | "endedAt">;

interface Entry {
  run: Run;
  timeline: Timeline;
}

export class Runs {
  #clock: Clock;
  #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Oldest first. */
  get all(): Run[] {
    const since = this.#clock.now() - KEPT_MS;
    return [...this.#entries.values()]
      .map((entry) => entry.run)
      .filter((run) => run.createdAt > since)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  get inFlight(): number {
    return this.all.filter((run) => !run.finished).length;
  }

  find(id: string): Run | undefined {
    return this.all.find((run) => run.id === id);
  }

  get(id: string): Run {
    const run = this.find(id);
    if (!run) throw new Error(`The simulated Hex has no run ${id}`);
    return run;
  }

  /** Starts the run of a RunProject request. */
  request(project: Project, body: RunBody): Run {
    const createdAt = this.#clock.now();
    const startsAt = createdAt + project.run.pendingMs;
    const endsAt = project.run.neverEnds ? null : startsAt + project.run.runningMs;
    return this.#add(
      {
        ...factsOf(project, createdAt),
        trigger: "API",
        inputParams: body.inputParams ?? null,
        viewId: body.viewId ?? null,
        updatePublishedResults: updatesPublishedResults(body),
        useCachedSqlResults: body.useCachedSqlResults ?? true,
        notifications: notificationsOf(body),
      },
      plannedRun({ createdAt, startsAt, endsAt, outcome: project.run.outcome }),
    );
  }

  /** Adds a run that no request started. */
  start(project: Project, options: RunOptions): Run {
    const now = this.#clock.now();
    const createdAt = Math.min(now, options.startedAt ?? now);
    const startsAt = options.startedAt ?? now + project.run.pendingMs;
    const durationMs = options.durationMs ?? (project.run.neverEnds ? null : project.run.runningMs);
    return this.#add(
      {
        ...factsOf(project, createdAt),
        trigger: options.trigger ?? "SCHEDULED",
        inputParams: options.inputParams ?? null,
      },
      plannedRun({
        createdAt,
        startsAt,
        endsAt: durationMs === null ? null : startsAt + durationMs,
        outcome: options.outcome ?? project.run.outcome,
      }),
    );
  }

  /** Adds the run of a schedule. `createdAt`: epoch ms. */
  fire(project: Project, createdAt: number): Run {
    const startsAt = createdAt + project.run.pendingMs;
    const endsAt = project.run.neverEnds ? null : startsAt + project.run.runningMs;
    return this.#add(
      { ...factsOf(project, createdAt), trigger: "SCHEDULED", inputParams: null },
      plannedRun({ createdAt, startsAt, endsAt, outcome: project.run.outcome }),
    );
  }

  moveTo(id: string, status: string): void {
    this.#entry(id).timeline.moveTo(status, this.#clock.now());
  }

  /** The run is KILLED after `afterMs`, unless it ends before that. */
  kill(id: string, afterMs: number): void {
    this.#entry(id).timeline.killAt(this.#clock.now() + afterMs);
  }

  /** Adds a run that `history` returned. */
  restore(facts: RunFacts, history: readonly Moment[]): Run {
    return this.#add(facts, new Timeline([...history]));
  }

  /** The statuses that the run has had. */
  history(id: string): Moment[] {
    return this.#entry(id).timeline.past(this.#clock.now());
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new Error(`The simulated Hex has no run ${id}`);
    return entry;
  }

  #add(facts: RunFacts, timeline: Timeline): Run {
    const now = () => this.#clock.now();
    const run: Run = {
      ...facts,
      get status() {
        return timeline.status(now());
      },
      get finished() {
        return timeline.finished(now());
      },
      get startedAt() {
        return timeline.startedAt(now());
      },
      get endedAt() {
        return timeline.endedAt(now());
      },
    };
    this.#entries.set(run.id, { run, timeline });
    return run;
  }
}

function factsOf(project: Project, createdAt: number): Omit<RunFacts, "trigger" | "inputParams"> {
  return {
    id: randomUUID(),
    projectId: project.id,
    projectVersion: project.version,
    traceId: randomUUID(),
    viewId: null,
    updatePublishedResults: false,
    useCachedSqlResults: true,
    notifications: null,
    createdAt,
  };
}
