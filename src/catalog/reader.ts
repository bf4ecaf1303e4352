// Reads all projects from Hex in the background, pass after pass, page by page. Only the leader does this, so that there is one reader.
//
// It uses what nobody else needs of the budget: people's requests and polls go first, the pages are spread over the minute, and only
// the first pass may use more than a small share. A pass continues where it stopped, whatever happens in between.

import type { Budget, BudgetShare } from "../hex/budget.js";
import type { HexClient } from "../hex/client.js";
import { HexError, type HexErrorKind, meansLater } from "../hex/errors.js";
import type { ProjectPage } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { hasCome } from "../lib/due.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { HOUR, MINUTE } from "../lib/time.js";
import type { Catalog } from "./catalog.js";
import type { CollectionsAsked } from "./collections-asked.js";
import { type CatalogState, isElsewhere, NOTHING_READ, type Pass, type Source, sourceKnown } from "./state.js";
import type { CatalogStore, Step } from "./store.js";

/** How a pass ended: with all projects, or before the end of the list. */
export interface PassEnded {
  isWhole: boolean;
  pages: number;
  /** Since the pass began, in ms. */
  tookMs: number;
}

export interface CatalogReaderOptions {
  hex: Pick<HexClient, "projectPage">;
  catalog: Catalog;
  store: CatalogStore;
  clock: Clock;
  collections: CollectionsAsked;
  budget: Pick<Budget, "perMinute" | "commandsActive">;
  /** What the catalog may use of the budget. */
  share: BudgetShare;
  /** Where Hex's answers come from, as far as this process knows. */
  source: () => Source;
  /** Returns a new name for a pass, for the log. */
  newReference: () => string;
  onPassEnded: (ended: PassEnded) => void;
  /** Called with unexpected errors, such as a failing store. The reader continues. */
  onError: (error: unknown) => void;
}

/** How often, in ms, it checks between passes whether the token belongs to another workspace, which Hex may say late. */
const LOOK_MS = 5_000;
/** The time from the end of one pass to the beginning of the next, in ms. */
const PASS_EVERY_MS = 10 * MINUTE;
/** Pages a minute once all projects are known, also when the budget has more to give; a third of a small budget. */
const PAGES = 5;
/** The first pass uses up to this share of the budget, if nobody else wants it. */
const FIRST_SHARE = 2 / 3;
/** In ms. A pass that has been idle for this long starts over: what it saw first is too old to tell what is gone. */
const STANDSTILL_MS = HOUR;
/** How long a request waits for its turn and its answer, in ms. */
const TURN_MS = MINUTE;
const ANSWER_MS = 30_000;
/** The pause after a failure, in ms. It doubles up to the second value. A limit without a time is Hex's minute. */
const BACKOFF_MS = 15_000;
const MAX_BACKOFF_MS = 5 * MINUTE;
/** How many times in a row the same page may fail before the pass starts over. */
const TRIES = 5;
/** No workspace has more projects than fit on this many pages. A list without an end is a mistake in the answers. */
const MAX_PAGES = 5_000;
/** How Hex may refuse a cursor that it does not know or no longer knows. It is not documented which of these it uses. */
const REFUSES_CURSOR: ReadonlySet<HexErrorKind> = new Set(["bad_request", "request_refused", "not_found"]);

export class CatalogReader {
  readonly #loop: PollingLoop;
  #failures = 0;
  #reference: string;
  /** The cursors in the current pass, as far as this process has read it. */
  #cursors = new Set<string>();
  /** What is stored, between two passes, when nobody but this reader changes it. */
  #resting: CatalogState | null = null;

  constructor(private readonly options: CatalogReaderOptions) {
    this.#loop = new PollingLoop(options.clock);
    this.#reference = options.newReference();
  }

  /** Reads until `signal` aborts. */
  async read(signal: AbortSignal): Promise<void> {
    const { catalog, onError } = this.options;
    await catalog.load();
    // Another process may have read since this one last led.
    this.#resting = null;
    await this.#loop.until(signal, () =>
      this.#step(signal).catch((error: unknown) => {
        onError(error);
        return MINUTE;
      }),
    );
  }

  /** Reads a page if one is due. @returns how long to wait for the next one, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { store, clock } = this.options;
    const state = this.#resting ?? (await store.state()).state;
    this.#resting = null;
    const now = clock.now();
    if (isElsewhere(state.source, this.options.source())) {
      await this.#forget(now);
      return 0;
    }
    const isDue = this.options.collections.areExpected && !state.hasCollections && state.pass === null;
    const waitMs = isDue ? 0 : waitOf(state, now);
    if (waitMs > 0) {
      this.#resting = state;
      return Math.min(waitMs, LOOK_MS);
    }
    if (signal.aborted) return 0;
    const pass = canContinue(state.pass, now) ? state.pass : this.#begin(now);
    const page = await this.#ask(pass, signal);
    if (signal.aborted) return 0;
    if (page instanceof HexError) return this.#failed(page, pass);
    this.#failures = 0;
    return this.#saw(page, pass, now);
  }

  /** The token belongs to a different workspace than before, and does not see the projects that are known. */
  async #forget(now: number): Promise<void> {
    const { store, catalog, source } = this.options;
    const state = { ...NOTHING_READ, source: source() };
    const step: Step = { change: () => state, goneBefore: Number.MAX_SAFE_INTEGER };
    await store.keepPage({ projects: [], askedAt: now, now, step });
    await catalog.refresh();
  }

  #begin(now: number): Pass {
    this.#cursors = new Set();
    this.#reference = this.options.newReference();
    const hasCollections = this.options.collections.areExpected;
    return { startedAt: now, stepAt: now, cursor: null, pages: 0, isSound: true, hasCollections };
  }

  async #ask(pass: Pass, signal: AbortSignal): Promise<ProjectPage | HexError> {
    const turn = { maxWaitMs: TURN_MS, signal };
    const call = { reference: this.#reference, priority: this.options.share, once: true, signal, turn };
    const { hex, collections } = this.options;
    const timeoutMs = TURN_MS + ANSWER_MS;
    try {
      return await collections.ask((asked) =>
        hex.projectPage({ ...call, timeoutMs }, pass.cursor, { collections: asked }),
      );
    } catch (error) {
      if (error instanceof HexError) return error;
      throw error;
    }
  }

  /** Stores a page and how the pass continues. @returns how long to wait for the next page, in ms */
  async #saw(page: ProjectPage, pass: Pass, askedAt: number): Promise<number> {
    const { store, catalog, clock, source } = this.options;
    const now = clock.now();
    const read = { ...pass, stepAt: now, pages: pass.pages + 1, isSound: pass.isSound && page.isWhole };
    const next = this.#nextOf(page, read);
    const isWhole = next === null && page.isLast && read.isSound;
    const whole = isWhole ? { whole: { startedAt: pass.startedAt, endedAt: now } } : {};
    const step: Step = {
      change: (state) => ({
        ...state,
        ...whole,
        source: sourceKnown(state.source, source()),
        pass: next,
        passEndedAt: next === null ? now : state.passEndedAt,
        hasCollections: next === null ? pass.hasCollections : state.hasCollections,
      }),
      goneBefore: isWhole ? pass.startedAt : null,
    };
    const wasFirst = !catalog.isWhole;
    await store.keepPage({ projects: page.values, askedAt, now, step });
    catalog.learn({ projects: page.values, askedAt, isAll: false });
    await catalog.refresh();
    if (next !== null) return this.#pauseMs(wasFirst);
    this.options.onPassEnded({ isWhole, pages: read.pages, tookMs: now - pass.startedAt });
    return LOOK_MS;
  }

  /** The pass with its next cursor; `null` when there is no further page, or none that can be requested. */
  #nextOf({ after }: ProjectPage, read: Pass): Pass | null {
    if (after === null || after === read.cursor || this.#cursors.has(after) || read.pages >= MAX_PAGES) return null;
    this.#cursors.add(after);
    return { ...read, cursor: after };
  }

  /** Pages are spread over the minute, so that polls always find room between two of them. */
  #pauseMs(isFirst: boolean): number {
    const { budget, share } = this.options;
    const most =
      isFirst && !budget.commandsActive ? budget.perMinute * FIRST_SHARE : Math.min(PAGES, budget.perMinute / 3);
    return Math.ceil(MINUTE / Math.max(1, Math.floor(Math.min(most, share.perMinute))));
  }

  /** The pass stays as it is stored. Only a cursor that leads nowhere is abandoned. */
  async #failed({ kind, facts }: HexError, pass: Pass): Promise<number> {
    const { store, clock } = this.options;
    if (meansLater(kind)) return Math.max(BACKOFF_MS, facts.retryAfterMs ?? MINUTE);
    this.#failures++;
    if (pass.cursor !== null && (REFUSES_CURSOR.has(kind) || this.#failures >= TRIES)) {
      const step: Step = { change: (state) => ({ ...state, pass: null }), goneBefore: null };
      await store.keepPage({ projects: [], askedAt: pass.stepAt, now: clock.now(), step });
    }
    return Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (this.#failures - 1));
  }
}

/** How long until a page is due, in ms. */
function waitOf({ pass, passEndedAt }: CatalogState, now: number): number {
  if (pass !== null || passEndedAt === null) return 0;
  const at = passEndedAt + PASS_EVERY_MS;
  return hasCome(at, now, PASS_EVERY_MS) ? 0 : at - now;
}

/** One in the future is from before the clock was set back. */
function canContinue(pass: Pass | null, now: number): pass is Pass {
  return pass !== null && pass.startedAt <= now && now - pass.stepAt <= STANDSTILL_MS;
}
