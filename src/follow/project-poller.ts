// Asks Hex about the watched projects as planned, judges each, and stores the result. Runs on the leader.

import type { Catalog } from "../catalog/catalog.js";
import type { BudgetShare } from "../hex/budget.js";
import type { HexClient } from "../hex/client.js";
import { asHexError, HexError, meansDisconnected, meansLater } from "../hex/errors.js";
import { PAGE_SIZE } from "../hex/pages.js";
import type { RunPage } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { DAY, MINUTE, SECOND } from "../lib/time.js";
import { isAbsent, type WhyAbsent, whyNotRun } from "./absence.js";
import {
  absentSince,
  evidenceOf,
  type Followed,
  listed,
  newlyFollowed,
  readable,
  remembered,
  unread,
  watchedOf,
} from "./followed-project.js";
import { type Away, judge, type Terms } from "./judgement.js";
import { freeAt, LEAST_PAUSE_MS, nextReading } from "./reading-plan.js";
import { runEnds } from "./run-end.js";
import { advanced, pageTimes, type Trouble, withdrawn } from "./trouble.js";
import type { TroubleStore } from "./trouble-store.js";
import type { Follow } from "./watch.js";
import { standings, type WatchedProject } from "./watched-projects.js";

export interface ProjectPollerOptions {
  hex: Pick<HexClient, "runs">;
  catalog: Pick<Catalog, "all" | "known" | "isWhole" | "project" | "ready">;
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
  /** Somebody may be paged this long (ms) after people could know of a trouble. `null`: nobody is. */
  pageAfterMs: number | null;
  /** When Hex was down since a time (epoch ms). */
  away: (since: number) => Promise<Away[]>;
  /** Returns an id for a trouble, which is also in the log. */
  newReference: () => string;
  /** Called for each trouble that began, changed or ended. */
  onTrouble: (trouble: Trouble) => void;
  /** Called when there are ends of runs that somebody wants to hear of. */
  onEnds: () => void;
  /** Called when a project is not judged any more. */
  onAbsent: (projectId: string, why: WhyAbsent) => void;
  /** Called when Hex lists the runs of an unreadable project again. */
  onBack: (projectId: string) => void;
  onError: (error: unknown) => void;
}

/** How often (ms) it checks whether a run is due. News of a run comes no sooner than this after its due time. */
const LOOK_MS = LEAST_PAUSE_MS;
const TIMEOUT_MS = 15 * SECOND;
/** Pause after a failure of the connection or of the store, in ms. */
const AGAIN_MS = 15 * SECOND;

/** How long (ms) Hex must have failed or refused to list a project's runs before people are told, and how often at least. */
const UNREADABLE_MS = 30 * MINUTE;
const UNREADABLE_TIMES = 3;
/** How long (ms) until it is asked for them again: while that may pass, and once people know. The other projects are read in between. */
const UNREAD_AGAIN_MS = MINUTE;
const UNREADABLE_AGAIN_MS = 5 * MINUTE;

/** How long (ms) until Hex is asked again what became of a project, if its answer did not settle it. */
const DOUBT_MS = 10 * MINUTE;

interface Unread {
  /** How many times in a row Hex failed or refused to list its runs. */
  times: number;
  /** When Hex is asked again, by the monotonic clock. */
  againAt: number;
}

/** A project that is judged, and what is remembered of it. */
interface Judged {
  watched: WatchedProject;
  known: Followed;
}

interface Survey {
  /** By their ids. */
  judged: ReadonlyMap<string, Judged>;
  /** A project that Hex may not run or show any more, and that Hex is to be asked about now; `null` for none. */
  toSettle: { id: string; known: Followed } | null;
}

export class ProjectPoller {
  readonly #loop: PollingLoop;
  /** When the last request was made, epoch ms; `null` if none was. */
  #lastAt: number | null = null;
  /** When Hex was asked what became of a project and did not settle it, by the project's id and the monotonic clock. */
  readonly #doubtedAt = new Map<string, number>();
  /** The projects whose runs could not be read the last time, by their ids. */
  readonly #unread = new Map<string, Unread>();
  /** Whether the last reading failed, of whatever project. */
  #hasFailed = false;

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
    const { catalog, follows, clock, share, stuckFactor, maxSleepMs } = this.options;
    const lookMs = Math.min(maxSleepMs, LOOK_MS);
    await catalog.ready();
    const all = await follows();
    const now = clock.now();
    const { judged, toSettle } = await this.#survey(all, now);
    const pace = { perMinute: share.perMinute, lastAt: this.#lastAt };
    if (toSettle !== null) {
      const free = freeAt(now, pace);
      return free > now ? Math.min(lookMs, free - now) : this.#settle(toSettle.id, toSettle.known, signal);
    }
    if (all.length === 0) return maxSleepMs;
    const pagesAt = await this.#pageTimes();
    const plan = [...judged.values()]
      .filter(({ watched }) => !this.#isLeftOut(watched.project.id))
      .map(({ watched: { project }, known }) => {
        const more = { stuckFactor, pagesAt: pagesAt.get(project.id) ?? [] };
        return watchedOf(project.id, project.schedules, known, more);
      });
    const terms = await this.#terms(Math.min(now, ...[...judged.values()].map(({ watched }) => watched.from)));
    const next = nextReading(plan, now, pace, terms);
    if (next === null) return lookMs;
    if (next.at > now) return Math.min(lookMs, next.at - now);
    const due = judged.get(next.projectId);
    return due === undefined ? lookMs : this.#read(due, terms, signal);
  }

  /** Stores what is new about which projects are watched, judged and absent. `now`: epoch ms. */
  async #survey(all: readonly Follow[], now: number): Promise<Survey> {
    const { catalog, store } = this.options;
    const followed = await store.followed();
    const { judged, neverJudged, doubtful, unwatched } = standings(all, catalog, followed);
    await store.forget(unwatched);
    for (const id of unwatched) this.#unread.delete(id);
    await store.remember(new Map([...neverJudged].map(([id, watched]) => [id, newlyAbsent(watched, now)])));
    const seen = new Map(
      [...judged].map(([id, watched]) => [id, { watched, known: seenNow(followed.get(id), watched, now) }]),
    );
    const changed = [...seen].filter(([id, { known }]) => known !== followed.get(id));
    await store.remember(new Map(changed.map(([id, { known }]) => [id, known])));
    const doubt = doubtful.find((id) => this.#isTimeToSettle(id));
    const doubted = doubt === undefined ? undefined : followed.get(doubt);
    const toSettle = doubt === undefined || doubted === undefined ? null : { id: doubt, known: doubted };
    return { judged: seen, toSettle };
  }

  /** When somebody may be paged about each project in trouble (epoch ms), by the project's id. */
  async #pageTimes(): Promise<Map<string, number[]>> {
    const { store, pageAfterMs } = this.options;
    if (pageAfterMs === null) return new Map();
    return new Map((await store.open()).map((trouble) => [trouble.projectId, pageTimes(trouble, pageAfterMs)]));
  }

  async #terms(from: number): Promise<Terms> {
    const { away, clock, lateMs, stuckFactor } = this.options;
    return { from, lateMs, stuckFactor, away: await away(clock.now() - DAY) };
  }

  /** Reads a project's runs and judges it. @returns how long to wait for the next request, in ms */
  async #read(judged: Judged, terms: Terms, signal: AbortSignal): Promise<number> {
    const { hex, clock, share, newReference } = this.options;
    const { project } = judged.watched;
    this.#lastAt = clock.now();
    const call = { reference: newReference(), priority: share, timeoutMs: TIMEOUT_MS, once: true, signal };
    try {
      const page = await hex.runs(project.id, { limit: PAGE_SIZE }, call);
      if (signal.aborted) return 0;
      this.#unread.delete(project.id);
      this.#hasFailed = false;
      await this.#judge(judged, terms, page);
      return 0;
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      return signal.aborted ? 0 : this.#failed(error, judged, terms.away);
    }
  }

  async #judge({ watched, known: before }: Judged, terms: Terms, page: RunPage): Promise<void> {
    const { clock, newReference, store, onTrouble, onEnds, onBack } = this.options;
    const { project, from, endsSince } = watched;
    const known = readable(before, clock.now());
    const evidence = evidenceOf(known, project.schedules, { ...page, readAt: clock.now(), most: PAGE_SIZE }, terms);
    const open = await this.#openTrouble(project.id);
    // What is wrong already stays so, even if only somebody who began to watch later still watches.
    const judgedFrom = Math.min(from, open?.since ?? Number.POSITIVE_INFINITY);
    const found = judge(evidence, { ...terms, from: judgedFrom });
    const trouble = advanced(open, project.id, found, evidence, newReference);
    const ends = endsSince === null ? [] : runEnds(project.id, known, evidence, endsSince);
    await store.keep(project.id, remembered(known, evidence), { trouble, ends });
    if (ends.length > 0) onEnds();
    if (isAbsent(before.absence)) onBack(project.id);
    if (trouble !== null && JSON.stringify(trouble) !== JSON.stringify(open)) onTrouble(trouble);
  }

  /** @returns how long to wait for the next request, in ms */
  async #failed(error: HexError, { watched, known }: Judged, away: readonly Away[]): Promise<number> {
    // The bot's own budget is spent, which says nothing about the project.
    if (error.kind === "budget_spent") return AGAIN_MS;
    await this.#notRead(watched.project.id, known, away);
    // The first failure may concern this project alone. After a second one, Hex may be down.
    const isSecond = this.#hasFailed;
    this.#hasFailed = true;
    if (error.kind === "rate_limited") return AGAIN_MS;
    return isSecond && meansDisconnected(error.kind) ? AGAIN_MS : 0;
  }

  /** Hex failed or refused to list a project's runs. The others come first for a while; if that lasts, people are told. */
  async #notRead(id: string, known: Followed, away: readonly Away[]): Promise<void> {
    const { clock, store } = this.options;
    const now = clock.now();
    const isTold = isAbsent(known.absence);
    const times = (this.#unread.get(id)?.times ?? 0) + 1;
    this.#unread.set(id, { times, againAt: clock.monotonic() + (isTold ? UNREADABLE_AGAIN_MS : UNREAD_AGAIN_MS) });
    if (isTold) return;
    const one = unread(known, now, away);
    const lasted = now - (one.unreadSince ?? now);
    if (lasted < UNREADABLE_MS || times < UNREADABLE_TIMES) {
      await store.keep(id, one);
      return;
    }
    await this.#endJudging(id, one, "unreadable");
  }

  /** The project is not judged from now on, and its trouble ends with that. */
  async #endJudging(id: string, known: Followed, why: WhyAbsent): Promise<void> {
    const { clock, store, onTrouble, onAbsent } = this.options;
    const open = await this.#openTrouble(id);
    const trouble = open === null ? null : withdrawn(open, clock.now());
    await store.keep(id, absentSince(known, why, clock.now(), open?.since), { trouble });
    if (trouble !== null) onTrouble(trouble);
    onAbsent(id, why);
  }

  /** Asks Hex what became of a project that it no longer lists as it did. @returns how long to wait for the next request, in ms */
  async #settle(id: string, known: Followed, signal: AbortSignal): Promise<number> {
    const { catalog, clock, share, newReference } = this.options;
    this.#lastAt = clock.now();
    const call = { reference: newReference(), priority: share, timeoutMs: TIMEOUT_MS, once: true, signal };
    const answer = await catalog.project(id, call).catch(asHexError);
    if (signal.aborted) return 0;
    const why = answer instanceof HexError ? this.#whyRefused(id, answer) : whyNotRun(answer);
    if (why === null) {
      this.#doubtedAt.set(id, clock.monotonic());
      return 0;
    }
    this.#doubtedAt.delete(id);
    await this.#endJudging(id, known, why);
    return 0;
  }

  /** Null if Hex cannot be used at the moment, or if its list still has the project: then it is asked again later. */
  #whyRefused(id: string, { kind }: HexError): WhyAbsent | null {
    const saysNothing = meansDisconnected(kind) || meansLater(kind) || kind === "unreadable";
    return saysNothing || this.options.catalog.known(id) !== null ? null : "hidden";
  }

  #isLeftOut(id: string): boolean {
    const unread = this.#unread.get(id);
    return unread !== undefined && this.options.clock.monotonic() < unread.againAt;
  }

  #isTimeToSettle(id: string): boolean {
    const askedAt = this.#doubtedAt.get(id) ?? Number.NEGATIVE_INFINITY;
    return this.options.clock.monotonic() - askedAt >= DOUBT_MS;
  }

  async #openTrouble(id: string): Promise<Trouble | null> {
    const open = await this.options.store.open();
    return open.find(({ projectId }) => projectId === id) ?? null;
  }
}

function seenNow(followed: Followed | undefined, watched: WatchedProject, now: number): Followed {
  return listed(followed ?? newlyFollowed(watched.project, now), watched, now);
}

/** Nobody is told of it: it was so when somebody began to watch it. */
function newlyAbsent(watched: WatchedProject & { why: WhyAbsent }, now: number): Followed {
  return absentSince(seenNow(undefined, watched, now), watched.why, watched.from);
}
