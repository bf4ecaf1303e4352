// Asks Hex about the watched projects as planned, judges each, and stores the result. Runs on the leader.

import type { Catalog } from "../catalog/catalog.js";
import type { BudgetShare } from "../hex/budget.js";
import type { HexClient } from "../hex/client.js";
import { HexError, meansDisconnected, meansLater } from "../hex/errors.js";
import { isListed } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { DAY, SECOND } from "../lib/time.js";
import { evidenceOf, type Followed, newlyFollowed, remembered, watchedOf, withSchedules } from "./followed-project.js";
import { type Away, judge, type Terms } from "./judgement.js";
import { LEAST_PAUSE_MS, nextReading } from "./reading-plan.js";
import { runEnds } from "./run-end.js";
import { advanced, type Trouble } from "./trouble.js";
import type { TroubleStore } from "./trouble-store.js";
import { covers, type Follow } from "./watch.js";

export interface ProjectPollerOptions {
  hex: Pick<HexClient, "runs" | "leastNow">;
  catalog: Pick<Catalog, "all" | "known" | "ready">;
  /** What somebody watches, or has set a digest for. */
  follows: () => Promise<Follow[]>;
  /** The leader's store. */
  store: TroubleStore;
  clock: Clock;
  /** What watched projects may use of the budget. */
  share: BudgetShare;
  /** The longest sleep, in ms, and so the longest time until it hears of what somebody watches in another process. */
  maxSleepMs: number;
  /** A run counts as late this long (ms) after its due time. */
  lateMs: number;
  /** A run counts as stuck when it takes this many times its usual duration. */
  stuckFactor: number;
  /** When Hex was down during the last day. */
  away: (since: number) => Promise<Away[]>;
  /** Returns an id for a trouble, which is also in the log. */
  newReference: () => string;
  /** Called for each trouble that began, changed or ended. */
  onTrouble: (trouble: Trouble) => void;
  /** Called when there are ends of runs that somebody wants to hear of. */
  onEnds: () => void;
  onError: (error: unknown) => void;
}

/** How often (ms) it checks whether a run is due. News of a run comes no sooner than this after its due time. */
const LOOK_MS = LEAST_PAUSE_MS;
const TIMEOUT_MS = 15 * SECOND;
/** Pause after a failure of the connection or of the store, in ms. */
const AGAIN_MS = 15 * SECOND;
/** As many runs as one answer can hold. */
const PAGE = 100;
/** How long what is over is kept, in ms: as long as its message may have to be brought to its end. */
const KEEP_MS = 31 * DAY;
/** The same for the ends of runs that went well, in ms: longer than they are news. */
const ENDS_KEPT_MS = DAY;

/** A project that somebody watches. */
interface WatchedProject {
  project: Project;
  /** Since when, epoch ms. */
  from: number;
  /** Since when somebody wants to hear of every end of its runs, epoch ms; null if nobody does. */
  endsSince: number | null;
}

export class ProjectPoller {
  readonly #loop: PollingLoop;
  /** When the last request was made, epoch ms; `null` if none was. */
  #lastAt: number | null = null;
  #removedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: ProjectPollerOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** What people watch has changed. */
  wake(): void {
    this.#loop.wake();
  }

  /** Polls until `signal` aborts. */
  async poll(signal: AbortSignal): Promise<void> {
    await this.#loop.until(signal, () =>
      this.#step(signal).catch((error: unknown) => {
        this.options.onError(error);
        return AGAIN_MS;
      }),
    );
  }

  /** Makes the request that is due, if one is. @returns how long to wait for the next, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { catalog, follows, store, clock, share, stuckFactor, maxSleepMs } = this.options;
    const lookMs = Math.min(maxSleepMs, LOOK_MS);
    await catalog.ready();
    const all = await follows();
    const projects = watchedProjects(all, catalog);
    const followed = await store.followed();
    for (const id of followed.keys()) if (!projects.has(id)) await store.forget(id);
    await this.#removeOld();
    const now = clock.now();
    const seen = new Map([...projects].map(([id, { project }]) => [id, seenNow(followed.get(id), project, now)]));
    for (const [id, one] of seen) if (one !== followed.get(id)) await store.keep(id, one);
    const judged = [...projects.values()].filter(({ project }) => isJudged(project));
    const terms = await this.#terms(Math.min(now, ...judged.map(({ from }) => from)));
    const plan = judged.flatMap(({ project }) => {
      const one = seen.get(project.id);
      return one === undefined ? [] : [watchedOf(project.id, project.schedules, one, stuckFactor)];
    });
    const next = nextReading(plan, now, { perMinute: share.perMinute, lastAt: this.#lastAt }, terms);
    if (all.length === 0) return maxSleepMs;
    if (next === null) return lookMs;
    if (next.at > now) return Math.min(lookMs, next.at - now);
    const [watched, known] = [projects.get(next.projectId), seen.get(next.projectId)];
    if (watched === undefined || known === undefined) return lookMs;
    return this.#read(watched, known, { ...terms, from: watched.from }, signal);
  }

  async #terms(from: number): Promise<Terms> {
    const { away, clock, lateMs, stuckFactor } = this.options;
    return { from, lateMs, stuckFactor, away: await away(clock.now() - DAY) };
  }

  async #read(
    { project, endsSince }: WatchedProject,
    known: Followed,
    terms: Terms,
    signal: AbortSignal,
  ): Promise<number> {
    const { hex, clock, share, newReference, store, onTrouble, onEnds } = this.options;
    this.#lastAt = clock.now();
    const call = { reference: newReference(), priority: share, timeoutMs: TIMEOUT_MS, once: true, signal };
    try {
      const { runs } = await hex.runs(project.id, { limit: PAGE }, call);
      if (signal.aborted) return 0;
      const evidence = evidenceOf(known, project.schedules, { runs, readAt: clock.now(), most: PAGE });
      const open = (await store.troubles(clock.now())).find(
        ({ projectId, overAt }) => projectId === project.id && overAt === null,
      );
      const trouble = advanced(open ?? null, project.id, judge(evidence, terms), evidence, newReference);
      const ends = endsSince === null ? [] : runEnds(project.id, known, evidence, endsSince);
      await store.keep(project.id, remembered(known, evidence), { trouble, ends });
      if (ends.length > 0) onEnds();
      if (trouble !== null && JSON.stringify(trouble) !== JSON.stringify(open)) onTrouble(trouble);
      return 0;
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      if (signal.aborted) return 0;
      if (meansDisconnected(error.kind) || meansLater(error.kind)) return AGAIN_MS;
      // The failure concerns only this project: the others continue, and Hex is asked about this one again when its turn comes.
      await store.keep(project.id, { ...known, readAt: clock.now() });
      return 0;
    }
  }

  async #removeOld(): Promise<void> {
    const { clock, hex, store } = this.options;
    const leastNow = hex.leastNow();
    if (leastNow === null || clock.monotonic() - this.#removedAt < DAY) return;
    this.#removedAt = clock.monotonic();
    await store.removeBefore(leastNow - KEEP_MS);
    await store.removeEndsBefore(leastNow - ENDS_KEPT_MS);
  }
}

/** The projects that somebody watches, by their ids. */
export function watchedProjects(
  follows: readonly Follow[],
  catalog: Pick<Catalog, "all" | "known">,
): Map<string, WatchedProject> {
  const found = new Map<string, WatchedProject>();
  for (const { rule, setAt, endsSince } of follows) {
    const known = rule.kind === "project" ? [catalog.known(rule.id)] : catalog.all();
    for (const project of known) {
      if (project === null || !covers(rule, project)) continue;
      const before = found.get(project.id);
      found.set(project.id, {
        project,
        from: Math.min(setAt, before?.from ?? setAt),
        endsSince: earlierOf(endsSince, before?.endsSince ?? null),
      });
    }
  }
  return found;
}

function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

/** Hex runs only published projects, and none that are archived. */
function isJudged(project: Project): boolean {
  return isListed(project) && project.lastPublishedAt !== null;
}

function seenNow(followed: Followed | undefined, project: Project, now: number): Followed {
  return followed === undefined ? newlyFollowed(project, now) : withSchedules(followed, project.schedules, now);
}
