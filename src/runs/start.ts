// Starts a run once, whatever fails. The intent is stored before the request. If the answer leaves it open whether the run exists,
// the bot looks for the run before it says anything.

import { type Call, type HexClient, NoLongerWanted, type RunRequest } from "../hex/client.js";
import { asHexError, HexError, type HexErrorFacts, meansLater, provesNoEffect } from "../hex/errors.js";
import { PAGE_SIZE } from "../hex/page-size.js";
import { type HexRun, type StartedRun, startOrEnd } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { UnderWay } from "../lib/under-way.js";
import { StoreFailure } from "../store/failure.js";
import type { ApprovalNeed } from "./approval.js";
import {
  ASK_MS,
  isLeaseOver,
  LEASE_MS,
  LONGEST_HOLD_MS,
  type Run,
  type RunIn,
  type RunOptions,
  startableSince,
} from "./run.js";
import { SentStarts } from "./sent-starts.js";
import type { Alongside, RunStore } from "./store.js";
import {
  adopted,
  awaiting,
  begun,
  type Intent,
  intended,
  isHeldBack,
  lookedFor,
  lost,
  postponed,
  queued,
  refused,
  START_TIMEOUT_MS,
  started,
  triedAgain,
  unanswered,
} from "./transitions.js";
import { UnreadableRun } from "./unreadable-run.js";

/** How long (ms) a new start waits for its turn before its card says that it is waiting. */
const FIRST_TURN_MS = 2_000;
/** The pauses (ms) before a store that has failed is tried again. Afterwards, the lease must leave enough time to ask Hex. */
const STORE_AGAIN_MS = [100, 400, 1_000];
/** For how long (ms), and how often, a store that goes on failing is tried with what only this process knows. */
const PERSIST_MS = 10 * MINUTE;
const PERSIST_AGAIN_MS = 1_000;
/** The pauses (ms) before each attempt to find a run. Hex may list a run a little later than it starts it. */
const LOOKS_AFTER_MS = [0, 3_000, LONGEST_HOLD_MS];
/** The most attempts, including those that have to wait for their turn: Hex's limit lasts a minute, and others may be waiting. */
const MOST_LOOKS = LOOKS_AFTER_MS.length + 12;
/** More than all looks after a start take, in ms. */
const LOOKING_MS = 5 * MINUTE;
/** How far a run's start time may be off, in ms, because the difference between the clocks is not known exactly. */
const SKEW_MS = 10_000;

export interface StarterOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
}

/** What to do when a run may or may not exist. The failure that left it open, if there was one. */
type OnUnknown = (facts: HexErrorFacts | null) => Promise<Run>;

export class Starter {
  readonly #asking = new UnderWay();
  /** The starts of runs that had to wait. The store may forget that they no longer wait. */
  readonly #sent = new SentStarts();

  constructor(private readonly options: StarterOptions) {}

  /** Whether this process is in the middle of starting or looking for a run. If so it is alive, whatever the lease says. */
  isAsking(key: string): boolean {
    return this.#asking.has(key);
  }

  /**
   * Stores the intent, and what `alongside` stores. Returns false when it was already stored, so that there is nothing to ask Hex for.
   * @throws StoreFailure, and then nothing comes of the intent, even if the store has taken it or takes it late
   */
  intend(intent: Intent, alongside?: Alongside): Promise<boolean> {
    return this.#insert(intended(intent, this.options.clock.now()), alongside);
  }

  /** The same for an intent that somebody has to approve first. @throws StoreFailure */
  awaitApproval(intent: Intent, need: ApprovalNeed, alongside?: Alongside): Promise<boolean> {
    return this.#insert(awaiting(intent, need, this.options.clock.now()), alongside);
  }

  async #insert(run: Run, alongside: Alongside | undefined): Promise<boolean> {
    try {
      return await this.options.store.insert(run, alongside);
    } catch (error) {
      // The store may have taken it although it failed.
      if (error instanceof StoreFailure) void this.#persist(() => this.options.store.takeBack(run));
      throw error;
    }
  }

  /** Keeps trying, because a store that fails or answers late may do so for a while. Never rejects. */
  async #persist(work: () => Promise<unknown>): Promise<void> {
    const { clock } = this.options;
    const until = clock.monotonic() + PERSIST_MS;
    while (clock.monotonic() < until) {
      const isDone = await work().then(
        () => true,
        () => false,
      );
      if (isDone) return;
      await clock.sleep(PERSIST_AGAIN_MS);
    }
  }

  /**
   * Asks Hex, once, to start the stored intent, which needs no approval or has been approved. When it is not its turn, or others have
   * been waiting longer, the run waits, and `retry` asks for it. Several processes may ask for a run that was approved: the one that
   * moves it to "starting" when its turn has come is the one that asks Hex. `signal` ends a look for the run; see `look`.
   */
  ask(key: string, signal?: AbortSignal): Promise<Run> {
    return this.#asking.during(key, () => this.#ask(key, signal));
  }

  async #ask(key: string, signal: AbortSignal | undefined): Promise<Run> {
    const { hex, store } = this.options;
    const run = await this.#insist(() => store.get(key));
    if (run === null) throw new Error(`run ${key} is not in the store`);
    if (run.state !== "starting" && run.state !== "approved") return run;
    const isNew = run.state === "starting";
    // Only a run that needed no approval begins as "starting". Another process has begun this one, and is asking Hex for it.
    if (isNew && run.approval !== null) return run;
    const recalled = isNew ? null : await this.#recalled(key, (facts) => this.look(key, signal, facts));
    if (recalled !== null) return recalled;
    const inFlight = await this.#insist(() => store.inFlight());
    const ahead = inFlight.find((other) => other.key !== key && isHeldBack(other));
    const now = () => this.options.clock.now();
    if (ahead?.state === "waiting") {
      const behind = (stored: Run) => (stored.state === run.state ? queued(stored, ahead, now()) : null);
      return this.#insist(() => this.#change(key, behind));
    }
    const claim = this.#claim(key, (stored) => (stored.state === "approved" ? begun(stored, now()) : null));
    const turn = { maxWaitMs: FIRST_TURN_MS, isWanted: isNew ? async () => this.#holds(run) : claim.take };
    const call = { ...callOf(run), turn };
    const outcome = await hex.startRun(run.project.id, requestOf(run.options), call).catch((error: unknown) => {
      return error instanceof NoLongerWanted ? null : asHexError(error);
    });
    if (isNew || claim.isTaken) {
      return outcome === null
        ? this.#putBack(key, 0)
        : this.#answered(key, outcome, 0, (facts) => this.look(key, signal, facts));
    }
    // Nothing was sent.
    return this.#change(key, (stored) =>
      outcome instanceof HexError && stored.state === "approved" ? postponed(stored, outcome.facts, 0, now()) : null,
    );
  }

  /**
   * Tries again if the store fails: nobody could tell later that nothing was sent, or what Hex answered, so the run would count as not
   * known. `work` may be done twice. @throws StoreFailure
   */
  async #insist<T>(work: () => Promise<T>): Promise<T> {
    for (const pause of STORE_AGAIN_MS) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreFailure)) throw error;
      }
      await this.options.clock.sleep(pause);
    }
    return work();
  }

  /** The same for what Hex has answered. If the store goes on failing, this continues after the failure is reported. @throws StoreFailure */
  async #note<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#insist(work);
    } catch (error) {
      if (error instanceof StoreFailure) void this.#asking.during(key, () => this.#persist(work));
      throw error;
    }
  }

  /** `tries` is how many times Hex has said "later". `onUnknown` is called when the run may or may not exist. */
  async #answered(key: string, outcome: StartedRun | HexError, tries: number, onUnknown: OnUnknown): Promise<Run> {
    const now = this.options.clock.now();
    if (!(outcome instanceof HexError)) {
      this.#sent.started(key, outcome);
      const run = await this.#note(key, async () => {
        // An id that belongs to another run started here cannot be this one's. The answer shows that the run may exist, but not which it is.
        if (await this.#isAnothers(outcome.runId, key)) return null;
        // This is the answer even if the run was given up as lost in the meantime.
        return this.#change(key, (stored) =>
          stored.state === "starting" || (stored.state === "lost" && stored.hex === null)
            ? started(stored, outcome)
            : null,
        );
      });
      return run ?? onUnknown(null);
    }
    const isLater = outcome.kind === "no_kernel" || meansLater(outcome.kind);
    if (isLater || provesNoEffect(outcome.kind)) this.#sent.undone(key);
    if (isLater) {
      return this.#note(key, () => this.#settle(key, (stored) => postponed(stored, outcome.facts, tries, now)));
    }
    if (provesNoEffect(outcome.kind)) {
      return this.#note(key, () => this.#settle(key, (stored) => refused(stored, outcome.facts, now)));
    }
    return onUnknown(outcome.facts);
  }

  /**
   * Goes on with a run that this process has already asked Hex for, although the store says that it is still waiting.
   * @returns `null` when it has not
   */
  async #recalled(key: string, onUnknown: OnUnknown): Promise<Run | null> {
    const answer = this.#sent.get(key);
    if (answer === undefined) return null;
    const now = this.options.clock.now();
    const result = await this.options.store.update(key, (stored) => {
      if (stored.state === "approved") return begun(stored, now);
      return stored.state === "waiting" ? triedAgain(stored, now) : null;
    });
    if (result?.changed !== true) return result?.run ?? null;
    return answer === null ? onUnknown(null) : this.#answered(key, answer, 0, onUnknown);
  }

  /** Leaves a run to the leader to look for, as if its process had died: those that wait behind it need not wait for that. */
  #leaveUnknown(key: string, facts: HexErrorFacts | null): Promise<Run> {
    return this.#settle(key, (stored) => unanswered(stored, facts, this.options.clock.now()));
  }

  /** Whether an id in Hex belongs to another run that was started here. A run that was only found in Hex may be this one. */
  async #isAnothers(runId: string, key: string): Promise<boolean> {
    try {
      const owner = await this.options.store.byHexRun(runId);
      return owner !== null && owner.key !== key && owner.requester !== null;
    } catch (error) {
      if (error instanceof UnreadableRun) return error.run.key !== key;
      throw error;
    }
  }

  /**
   * Asks again for a waiting run, unless its time is over: after a long downtime, the bot must not start what nobody is waiting for
   * any more. The run is "waiting", and can be withdrawn, until its turn comes, which may take minutes. The process that then moves it
   * out of "waiting" is the one that asks. `signal` ends the wait.
   */
  retry(key: string, signal?: AbortSignal): Promise<void> {
    return this.#asking.during(key, () => this.#retry(key, signal));
  }

  async #retry(key: string, signal: AbortSignal | undefined): Promise<void> {
    const { hex, store, clock } = this.options;
    const run = await store.get(key);
    if (run?.state !== "waiting") return;
    if ((await this.#recalled(key, (facts) => this.#leaveUnknown(key, facts))) !== null) return;
    const leftMs = Math.min(START_TIMEOUT_MS, run.until - clock.now());
    if (leftMs < -LEASE_MS) return this.#giveUp(key, run.facts);
    const claim = this.#claim(key, (stored) => (stored.state === "waiting" ? triedAgain(stored, clock.now()) : null));
    const turnMs = Math.max(FIRST_TURN_MS, leftMs);
    const turn = { maxWaitMs: turnMs, isWanted: claim.take, ...(signal ? { signal } : {}) };
    const call = { ...callOf(run), timeoutMs: turnMs + ASK_MS, turn };
    const outcome = await hex.startRun(run.project.id, requestOf(run.options), call).catch((error: unknown) => {
      return error instanceof NoLongerWanted ? null : asHexError(error);
    });
    if (claim.isTaken) {
      await (outcome === null
        ? this.#putBack(key, run.tries)
        : this.#answered(key, outcome, run.tries, (facts) => this.#leaveUnknown(key, facts)));
    } else if (outcome instanceof HexError && !signal?.aborted) await this.#giveUp(key, outcome.facts);
  }

  /**
   * The right to ask Hex for a run that has waited until now: `begin` moves it to "starting", and of several processes only one can.
   * `take` is called before each attempt. There is a second one if Hex refused a token that has been renewed since.
   */
  #claim(key: string, begin: (stored: Run) => RunIn<"starting"> | null) {
    const { store, clock } = this.options;
    let isTaken = false;
    return {
      get isTaken() {
        return isTaken;
      },
      take: async () => {
        const result = await store.update(key, (stored) => {
          if (!isTaken) return begin(stored);
          return isBeingAsked(stored) ? { ...stored, lease: clock.now() + LEASE_MS } : null;
        });
        if (isTaken) return result !== null && this.#holds(result.run);
        isTaken = result?.changed === true;
        if (isTaken) this.#sent.add(key);
        return isTaken && result !== null && this.#holds(result.run);
      },
    };
  }

  /**
   * Whether Hex may still be asked for a run that this process took. If the process was suspended in the meantime, another one has
   * looked for the run, and somebody may have started it again.
   */
  #holds(run: Run): boolean {
    return isBeingAsked(run) && !isLeaseOver(run.lease, this.options.clock.now());
  }

  /** Lets a run that this process took wait for its turn again, because nothing was sent. If another one has given it up, it stays so. */
  #putBack(key: string, tries: number): Promise<Run> {
    const { hex, clock } = this.options;
    const facts = { kind: "budget_spent", operation: "runProject", host: hex.host, retryAfterMs: 0 } as const;
    this.#sent.undone(key);
    return this.#note(key, () => this.#settle(key, (stored) => postponed(stored, facts, tries, clock.now())));
  }

  /** Ends a start whose turn does not come while anybody is still waiting for it. */
  async #giveUp(key: string, facts: HexErrorFacts): Promise<void> {
    const { store, clock } = this.options;
    await store.update(key, (run) => (run.state === "waiting" ? refused(run, facts, clock.now()) : null));
  }

  /**
   * Looks for the run of an intent whose request may or may not have arrived. Adopts it, or says that it is not known. `signal` ends
   * that: another process looks as soon as the lease is over. `facts` is the failure that left it open.
   */
  look(key: string, signal?: AbortSignal, facts: HexErrorFacts | null = null): Promise<Run> {
    return this.#asking.during(key, () => this.#look(key, signal, facts));
  }

  async #look(key: string, signal: AbortSignal | undefined, facts: HexErrorFacts | null): Promise<Run> {
    const { clock } = this.options;
    let why: RunIn<"lost">["why"] = "start_unknown";
    let lease = 0;
    for (let look = 0, looks = LOOKS_AFTER_MS.length; look < looks; look++) {
      const pause = LOOKS_AFTER_MS[look] ?? LONGEST_HOLD_MS;
      const run = await this.#settle(key, (stored) => lookedFor(stored, facts, clock.now(), pause));
      if (run.state !== "starting") return run;
      lease = run.lease;
      await clock.sleep(pause, signal);
      if (signal?.aborted) return run;
      const found = await this.#candidates(run).catch(asHexError);
      if (found instanceof HexError) {
        if (meansLater(found.kind)) looks = Math.min(looks + 1, MOST_LOOKS);
        continue;
      }
      const [only, ...others] = found.runs;
      if (only !== undefined && others.length === 0 && !found.disputed && !isLater(only, run, clock.now())) {
        return this.#settle(key, (looked) => adopted(looked, only, clock.now()));
      }
      why = only === undefined ? "start_unknown" : "several";
    }
    // A different lease means that another process is looking by now, because this one took too long.
    return this.#settle(key, (unfound) => (unfound.lease === lease ? lost(unfound, why, clock.now()) : unfound));
  }

  #settle(key: string, settle: (run: RunIn<"starting">) => Run): Promise<Run> {
    return this.#change(key, (run) => (run.state === "starting" ? settle(run) : null));
  }

  async #change(key: string, change: (run: Run) => Run | null): Promise<Run> {
    const result = await this.options.store.update(key, change);
    if (result === null) throw new Error(`run ${key} is not in the store`);
    return result.run;
  }

  /**
   * Runs of the project that the API started since the intent and that belong to no other intent. `disputed`: they may belong to
   * another intent whose run is not known either, or there may be others that could not be read.
   */
  async #candidates(run: Run): Promise<{ runs: HexRun[]; disputed: boolean }> {
    const { hex, store, clock } = this.options;
    // The largest page: Hex promises no order, and the run in question should be among them.
    const page = await hex.runs(run.project.id, { limit: PAGE_SIZE, trigger: "API" }, callOf(run));
    // A clock that has been set back since then must not hide the run.
    const since = Math.min(startableSince(run), clock.now()) - SKEW_MS;
    const recent = page.runs.filter((one) => (startOrEnd(one) ?? since) >= since);
    // The order matters: an intent that gets its run in between counts among those that have one.
    const disputed = !page.isWhole || (await store.hasRival(run));
    const taken = await store.taken(recent.map((one) => one.runId));
    return { runs: recent.filter((one) => !taken.has(one.runId)), disputed };
  }
}

/**
 * Whether a run may be one that somebody else started later: it began, or is still to begin, after Hex was asked for this one and the
 * bot had looked for it. Somebody wants the bot to look again, perhaps hours later.
 */
function isLater(found: HexRun, intent: RunIn<"starting">, now: number): boolean {
  return (startOrEnd(found) ?? now) > startableSince(intent) + START_TIMEOUT_MS + LOOKING_MS;
}

/** The process that took the start is asking Hex, and no other process is looking for the run. */
function isBeingAsked(run: Run): run is RunIn<"starting"> {
  return run.state === "starting" && !run.looking;
}

function callOf(intent: Intent): Call {
  return { reference: intent.reference, priority: "command", timeoutMs: ASK_MS };
}

/** The RunProject request for these options. */
export function requestOf(options: RunOptions): RunRequest {
  return {
    inputParams: options.inputs,
    useCachedSqlResults: options.fresh ? false : undefined,
    updatePublishedResults: options.publish || undefined,
    viewId: options.view ?? undefined,
  };
}
