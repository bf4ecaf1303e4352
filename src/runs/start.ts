// Starts a run once, whatever fails. The intent is stored before the request. If the answer leaves it open whether the run exists,
// the bot looks for the run before it says anything.

import { type Call, type HexClient, NoLongerWanted } from "../hex/client.js";
import { asHexError, HexError, type HexErrorFacts, meansLater, provesNoEffect } from "../hex/errors.js";
import type { StartedRun } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { UnderWay } from "../lib/under-way.js";
import { StoreFailure } from "../store/failure.js";
import { retryForMinutes, withRetries } from "../store/store-retries.js";
import type { ApprovalNeed } from "./approval.js";
import { changeRun, changeStarting } from "./change-run.js";
import { ASK_MS, isLeaseOver, LEASE_MS, type Run, type RunIn } from "./run.js";
import { SentStarts } from "./sent-starts.js";
import { callOf, requestOf } from "./start-request.js";
import { StartSearch } from "./start-search.js";
import type { Alongside, RunStore } from "./store.js";
import {
  awaiting,
  begun,
  type Intent,
  intended,
  isHeldBack,
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

export interface StarterOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
}

/** What came of asking Hex for a run; `null` when nothing was sent, because this process may not start it any more. */
type Outcome = StartedRun | HexError | null;

/** What to do when a run may or may not exist. The failure that left it open, if there was one. */
type OnUnknown = (facts: HexErrorFacts | null) => Promise<Run>;

export class Starter {
  readonly #asking = new UnderWay();
  /** The starts of runs that had to wait. The store may forget that they no longer wait. */
  readonly #sent = new SentStarts();
  readonly #search: StartSearch;

  constructor(private readonly options: StarterOptions) {
    this.#search = new StartSearch(options);
  }

  /** Whether this process is in the middle of starting or looking for a run. If so it is alive, whatever the lease says. */
  isAsking(key: string): boolean {
    return this.#asking.has(key);
  }

  /**
   * Stores the intent, and what `alongside` stores. Returns false when it was already stored, so that there is nothing to ask Hex for.
   * @throws StoreFailure, and then the intent has no effect, even if the store has taken it or takes it late
   */
  intend(intent: Intent, alongside: Alongside): Promise<boolean> {
    return this.#insert(intended(intent, this.options.clock.now()), alongside);
  }

  /** The same for an intent that somebody has to approve first. @throws StoreFailure */
  awaitApproval(intent: Intent, need: ApprovalNeed, alongside: Alongside): Promise<boolean> {
    return this.#insert(awaiting(intent, need, this.options.clock.now()), alongside);
  }

  async #insert(run: Run, alongside: Alongside): Promise<boolean> {
    const { store, clock } = this.options;
    try {
      return await store.insert(run, alongside);
    } catch (error) {
      // The store may have taken it although it failed.
      if (error instanceof StoreFailure) void retryForMinutes(clock, () => store.takeBack(run));
      throw error;
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
    const { store, clock } = this.options;
    // If the store fails now, nobody can tell later that nothing was sent, and the run counts as not known.
    const run = await withRetries(clock, () => store.get(key));
    if (run === null) throw new Error(`run ${key} is not in the store`);
    if (run.state !== "starting" && run.state !== "approved") return run;
    const isNew = run.state === "starting";
    // Only a run that needed no approval begins as "starting". Another process has begun this one, and is asking Hex for it.
    if (isNew && run.approval !== null) return run;
    const recalled = isNew ? null : await this.#recalled(key, (facts) => this.look(key, signal, facts));
    if (recalled !== null) return recalled;
    const inFlight = await withRetries(clock, () => store.inFlight());
    const ahead = inFlight.find((other) => other.key !== key && isHeldBack(other));
    if (ahead?.state === "waiting") {
      const behind = (stored: Run) => (stored.state === run.state ? queued(stored, ahead, clock.now()) : null);
      return withRetries(clock, () => changeRun(store, key, behind));
    }
    const claim = this.#claim(key, (stored) => (stored.state === "approved" ? begun(stored, clock.now()) : null));
    const turn = { maxWaitMs: FIRST_TURN_MS, isWanted: isNew ? async () => this.#holds(run) : claim.take };
    const call = { ...callOf(run), turn };
    const outcome = await this.#send(run, call);
    if (isNew || claim.isTaken) return this.#answered(key, outcome, 0, (facts) => this.look(key, signal, facts));
    // Nothing was sent.
    return changeRun(store, key, (stored) =>
      outcome instanceof HexError && stored.state === "approved"
        ? postponed(stored, outcome.facts, 0, clock.now())
        : null,
    );
  }

  #send({ project, options }: Run, call: Call): Promise<Outcome> {
    const asked = this.options.hex.startRun(project.id, requestOf(options), call);
    return asked.catch((error: unknown) => (error instanceof NoLongerWanted ? null : asHexError(error)));
  }

  /** Stores what Hex has answered. If the store keeps failing, this continues after the failure is reported. @throws StoreFailure */
  async #note<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { clock } = this.options;
    try {
      return await withRetries(clock, work);
    } catch (error) {
      if (error instanceof StoreFailure) void this.#asking.during(key, () => retryForMinutes(clock, work));
      throw error;
    }
  }

  /** `tries` is how many times Hex has said "later". `onUnknown` is called when the run may or may not exist. */
  async #answered(key: string, outcome: Outcome, tries: number, onUnknown: OnUnknown): Promise<Run> {
    if (outcome === null) return this.#putBack(key, tries);
    const { store, clock } = this.options;
    const now = clock.now();
    if (!(outcome instanceof HexError)) {
      this.#sent.started(key, outcome);
      const run = await this.#note(key, async () => {
        // An id that belongs to another run started here cannot be this one's. The answer shows that the run may exist, but not which it is.
        if (await this.#isAnothers(outcome.runId, key)) return null;
        // This is the answer even if the run was given up as lost in the meantime.
        return changeRun(store, key, (stored) =>
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
      return this.#note(key, () =>
        changeStarting(store, key, (stored) => postponed(stored, outcome.facts, tries, now)),
      );
    }
    if (provesNoEffect(outcome.kind)) {
      return this.#note(key, () => changeStarting(store, key, (stored) => refused(stored, outcome.facts, now)));
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
    const { store, clock } = this.options;
    const now = clock.now();
    const result = await store.update(key, (stored) => {
      if (stored.state === "approved") return begun(stored, now);
      return stored.state === "waiting" ? triedAgain(stored, now) : null;
    });
    if (result?.changed !== true) return result?.run ?? null;
    return answer === null ? onUnknown(null) : this.#answered(key, answer, 0, onUnknown);
  }

  /** Leaves a run to the leader to look for, as if its process had died: those that wait behind it need not wait for that. */
  #leaveUnknown(key: string, facts: HexErrorFacts | null): Promise<Run> {
    const { store, clock } = this.options;
    return changeStarting(store, key, (stored) => unanswered(stored, facts, clock.now()));
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
  retry(key: string, signal: AbortSignal): Promise<void> {
    return this.#asking.during(key, () => this.#retry(key, signal));
  }

  async #retry(key: string, signal: AbortSignal): Promise<void> {
    const { store, clock } = this.options;
    const run = await store.get(key);
    if (run?.state !== "waiting") return;
    if ((await this.#recalled(key, (facts) => this.#leaveUnknown(key, facts))) !== null) return;
    const leftMs = Math.min(START_TIMEOUT_MS, run.until - clock.now());
    if (leftMs < -LEASE_MS) return this.#giveUp(key, run.facts);
    const claim = this.#claim(key, (stored) => (stored.state === "waiting" ? triedAgain(stored, clock.now()) : null));
    const turnMs = Math.max(FIRST_TURN_MS, leftMs);
    const turn = { maxWaitMs: turnMs, isWanted: claim.take, signal };
    const call = { ...callOf(run), timeoutMs: turnMs + ASK_MS, turn };
    const outcome = await this.#send(run, call);
    if (claim.isTaken) await this.#answered(key, outcome, run.tries, (facts) => this.#leaveUnknown(key, facts));
    else if (outcome instanceof HexError && !signal.aborted) await this.#giveUp(key, outcome.facts);
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
    const { hex, store, clock } = this.options;
    const facts = { kind: "budget_spent", operation: "runProject", host: hex.host, retryAfterMs: 0 } as const;
    this.#sent.undone(key);
    return this.#note(key, () => changeStarting(store, key, (stored) => postponed(stored, facts, tries, clock.now())));
  }

  /** Ends a start whose turn does not come while anybody is still waiting for it. */
  async #giveUp(key: string, facts: HexErrorFacts): Promise<void> {
    const { store, clock } = this.options;
    await store.update(key, (run) => (run.state === "waiting" ? refused(run, facts, clock.now()) : null));
  }

  /** Looks for the run of an intent whose request may or may not have arrived. See `StartSearch`. */
  look(key: string, signal?: AbortSignal, facts: HexErrorFacts | null = null): Promise<Run> {
    return this.#asking.during(key, () => this.#search.look(key, signal, facts));
  }
}

/** The process that took the start is asking Hex, and no other process is looking for the run. */
function isBeingAsked(run: Run): run is RunIn<"starting"> {
  return run.state === "starting" && !run.looking;
}
