// Runs projects when their schedules are due, by the simulated Hex's clock.

import type { Clock } from "../../../src/lib/clock.js";
import { firesAt } from "./firing-times.js";
import type { Projects } from "./projects.js";
import type { Runs } from "./runs.js";
import type { Firing, Project } from "./types.js";

const MINUTE_MS = 60_000;

export class Scheduler {
  #clock: Clock;
  #projects: Projects;
  #runs: Runs;
  #firings: Firing[] = [];
  /** Runs that were due and begin after a delay. */
  #delayed: { project: Project; at: number }[] = [];
  /** Everything due until then has been dealt with, epoch ms. */
  #lookedAt = 0;
  #running: AbortController | null = null;

  constructor(clock: Clock, projects: Projects, runs: Runs) {
    this.#clock = clock;
    this.#projects = projects;
    this.#runs = runs;
  }

  get firings(): readonly Firing[] {
    return this.#firings;
  }

  /** What is due from now on is run. */
  start(): void {
    if (this.#running !== null) return;
    this.#running = new AbortController();
    this.#lookedAt = this.#clock.now();
    void this.#keep(this.#running.signal);
  }

  stop(): void {
    this.#running?.abort();
  }

  /** Forgets what was due before a time, epoch ms. */
  forget(before: number): void {
    this.#firings = this.#firings.filter(({ dueAt }) => dueAt >= before);
  }

  async #keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#look();
      await this.#clock.sleep(this.#pauseMs(), signal);
    }
  }

  /** Until the next minute begins, or a run that is delayed. */
  #pauseMs(): number {
    const now = this.#clock.now();
    const nextMinute = MINUTE_MS - (now % MINUTE_MS);
    return Math.max(1, Math.min(nextMinute, ...this.#delayed.map(({ at }) => at - now)));
  }

  /** Time may have passed in one great step: each minute in between has its turn. */
  #look(): void {
    const now = this.#clock.now();
    const first = (Math.floor(this.#lookedAt / MINUTE_MS) + 1) * MINUTE_MS;
    for (let minute = first; minute <= now; minute += MINUTE_MS) this.#fire(minute);
    this.#lookedAt = Math.max(this.#lookedAt, now);
    const begun = this.#delayed.filter(({ at }) => at <= now);
    this.#delayed = this.#delayed.filter(({ at }) => at > now);
    for (const { project, at } of begun.sort((one, other) => one.at - other.at)) this.#runs.fire(project, at);
  }

  #fire(dueAt: number): void {
    for (const { project } of this.#projects.placed) {
      if (project.schedules.length === 0 || !isRun(project)) continue;
      for (const schedule of project.schedules) {
        if (!firesAt(schedule, dueAt)) continue;
        const { misses, delayMs } = project.scheduling;
        const at = dueAt + delayMs;
        this.#firings.push({ projectId: project.id, dueAt, runAt: misses ? null : at });
        if (!misses) this.#delayed.push({ project, at });
      }
    }
  }
}

/** Hex runs published projects, and none that are archived or in the trash. */
function isRun({ lastPublishedAt, archivedAt, trashedAt }: Project): boolean {
  return lastPublishedAt !== null && archivedAt === null && trashedAt === null;
}
