// What the loop over the watched projects does, step by step, without a store, a clock or a socket.

import {
  evidenceOf,
  type Followed,
  followedSchema,
  newlyFollowed,
  remembered,
  watchedOf,
  withSchedules,
} from "../../src/follow/followed-project.js";
import { type Away, judge, type Terms } from "../../src/follow/judgement.js";
import { type NextReading, nextReading, type Watched } from "../../src/follow/reading-plan.js";
import { advanced, type Trouble, troubleSchema } from "../../src/follow/trouble.js";
import type { HexRun, Schedule } from "../../src/hex/schema.js";
import { PAGE } from "./simulated-runs.js";

export type Policy = (
  projects: readonly Watched[],
  now: number,
  pace: { perMinute: number; lastAt: number | null },
  terms: Terms,
) => NextReading | null;

export interface FollowerOptions {
  /** Since when the projects are watched, epoch ms. */
  from: number;
  lateMs: number;
  stuckFactor: number;
  away: (now: number) => Away[];
  /** The schedules that the catalog knows. */
  schedulesOf: (projectId: string, now: number) => readonly Schedule[];
  policy?: Policy;
}

export class SimulatedFollower {
  readonly #followed = new Map<string, Followed>();
  readonly #troubles = new Map<string, Trouble>();
  /** The schedules that were compared last. */
  readonly #compared = new Map<string, readonly Schedule[]>();
  #lastAt: number | null = null;

  constructor(
    private readonly projectIds: readonly string[],
    private readonly options: FollowerOptions,
  ) {}

  get troubles(): Trouble[] {
    return [...this.#troubles.values()];
  }

  /** The process starts again: it knows what is stored, as the store gives it back. */
  restart(): void {
    this.#lastAt = null;
    for (const [id, followed] of this.#followed)
      this.#followed.set(id, followedSchema.parse(JSON.parse(JSON.stringify(followed))));
    for (const [id, trouble] of this.#troubles)
      this.#troubles.set(id, troubleSchema.parse(JSON.parse(JSON.stringify(trouble))));
  }

  /** What to read next. `perMinute`: how many readings its share gives it. */
  next(now: number, perMinute: number): NextReading | null {
    const plan = this.projectIds.map((id) => {
      const schedules = this.options.schedulesOf(id, now);
      return watchedOf(id, schedules, this.#seen(id, now), {
        stuckFactor: this.options.stuckFactor,
        pagesAt: [],
      });
    });
    return (this.options.policy ?? nextReading)(plan, now, { perMinute, lastAt: this.#lastAt }, this.#terms(now));
  }

  /** Hex is asked about a project. */
  ask(now: number): void {
    this.#lastAt = now;
  }

  /** Hex has answered. @returns the trouble of the project, if it has any */
  read(projectId: string, runs: readonly HexRun[], now: number): Trouble | null {
    const known = this.#seen(projectId, now);
    const terms = this.#terms(now);
    const reading = { runs, readAt: now, unreadStarts: [], most: PAGE };
    const evidence = evidenceOf(known, this.options.schedulesOf(projectId, now), reading, terms);
    const open = this.troubles.find((one) => one.projectId === projectId && one.overAt === null) ?? null;
    const findings = judge(evidence, terms);
    const trouble = advanced(open, projectId, findings, evidence, () => `${this.#troubles.size}`);
    this.#followed.set(projectId, remembered(known, evidence));
    if (trouble !== null) this.#troubles.set(trouble.id, trouble);
    return trouble;
  }

  #seen(projectId: string, now: number): Followed {
    const schedules = this.options.schedulesOf(projectId, now);
    const known = this.#followed.get(projectId);
    if (known !== undefined && this.#compared.get(projectId) === schedules) return known;
    this.#compared.set(projectId, schedules);
    const seen =
      known === undefined ? newlyFollowed({ schedules: [...schedules] }, now) : withSchedules(known, schedules, now);
    if (seen !== known) this.#followed.set(projectId, seen);
    return seen;
  }

  #terms(now: number): Terms {
    const { from, lateMs, stuckFactor, away } = this.options;
    return { from, lateMs, stuckFactor, away: away(now) };
  }
}
