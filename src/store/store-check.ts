// Whether the store works at this moment, tested with a small write, and since when that has been so.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { MINUTE } from "../lib/time.js";
import { LateError, STORE_MS, within } from "../lib/with-timeout.js";
import { StoreFailure, type StoreFailureKind } from "./failure.js";

export interface StoreState {
  /** When it was tested, epoch ms. */
  at: number;
  /** Since when it has worked, or has not, for whatever reasons; epoch ms. */
  since: number;
  /** Why it does not work; `null` when it does. */
  why: StoreFailureKind | null;
}

export interface StoreCheckOptions {
  clock: Clock;
  /** Writes something small, and checks that the file is there. */
  tryStore: () => Promise<void>;
  /** Called when `why` changes, with the error, but not for the first state if that is a good one. */
  onChange: (state: StoreState, error: unknown) => void;
}

/** In ms. More frequent calls get the last answer, because each test writes to the disk. */
const KEEP_MS = 1_000;
/** How often it checks on its own, in ms: while all is well, and while it is not. Each check writes to the disk. */
const ROUND_MS = 5 * MINUTE;
const AGAIN_MS = 15_000;
/** How long (ms) a store counts as full after a statement has found no room in it. The watchdog writes about once a minute. */
const FULL_MS = 90_000;

export class StoreCheck {
  #isWriting = false;
  /** Whether a statement has failed since the write that is under way began. */
  #isInDoubt = false;
  #last: { state: Promise<StoreState>; at: number } | null = null;
  #known: StoreState | null = null;
  /** The first and the last time that a statement found no room: epoch ms, and by the monotonic clock. */
  #full: { since: number; at: number } | null = null;
  readonly #rounds: PollingLoop;

  constructor(private readonly options: StoreCheckOptions) {
    this.#rounds = new PollingLoop(options.clock);
  }

  /** Takes little more than a second. Never rejects. */
  now(): Promise<StoreState> {
    const now = this.options.clock.monotonic();
    if (this.#last === null || now - this.#last.at >= KEEP_MS) this.#last = { state: this.#look(), at: now };
    return this.#last.state;
  }

  /**
   * The same for people and monitoring: a store without room is full, although it takes something as small as the test. A start is tried
   * all the same.
   */
  async withRefused(): Promise<StoreState> {
    const state = await this.now();
    const full = this.#fullNow;
    return state.why === null && full !== null ? { ...state, since: full.since, why: "disk_full" } : state;
  }

  /** Checks until `signal` aborts, so that the log reports failures even if nobody asks. */
  async keep(signal: AbortSignal): Promise<void> {
    await this.#rounds.until(signal, async () => {
      const { why } = await this.now();
      return why === null ? ROUND_MS : AGAIN_MS;
    });
  }

  /** A statement has failed: a store that was in order is checked at once, instead of in the next round. */
  onFailure({ kind }: StoreFailure): void {
    const { clock } = this.options;
    if (kind === "disk_full") this.#full = { since: this.#fullNow?.since ?? clock.now(), at: clock.monotonic() };
    this.#isInDoubt = true;
    if (this.#isWriting || this.#known?.why !== null) return;
    this.#last = null;
    this.#rounds.wake();
  }

  get #fullNow() {
    return this.#full !== null && this.options.clock.monotonic() - this.#full.at < FULL_MS ? this.#full : null;
  }

  async #look(): Promise<StoreState> {
    const at = this.options.clock.now();
    try {
      await this.#write();
      return this.#seen(at, null, null);
    } catch (error) {
      return this.#seen(at, whyNot(error), error);
    }
  }

  /** While a write hangs, there is no other one. */
  async #write(): Promise<void> {
    const { clock } = this.options;
    if (this.#isWriting) throw new LateError("the write before is still under way");
    this.#isWriting = true;
    const written = this.#try().finally(() => {
      this.#isWriting = false;
    });
    await within(clock, STORE_MS, written);
  }

  /** What was written before a statement failed does not say how the store is after that. */
  async #try(): Promise<void> {
    const { tryStore } = this.options;
    this.#isInDoubt = false;
    await tryStore();
    if (this.#isInDoubt) await tryStore();
  }

  #seen(at: number, why: StoreFailureKind | null, error: unknown): StoreState {
    const before = this.#known;
    const isAsBefore = before !== null && (before.why === null) === (why === null);
    const state = { at, since: isAsBefore ? before.since : at, why };
    this.#known = state;
    // What the test itself could not write before shows that there is room.
    if (why === null && !isAsBefore) this.#full = null;
    // The next round is sooner while the store fails, no matter what noticed the failure.
    if (!isAsBefore) this.#rounds.wake();
    if (why !== (before?.why ?? null)) this.options.onChange(state, error);
    return state;
  }
}

function whyNot(error: unknown): StoreFailureKind {
  if (error instanceof LateError) return "timeout";
  return error instanceof StoreFailure ? error.kind : "failed";
}
