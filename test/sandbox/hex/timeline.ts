// The statuses of one run, past and planned, each with the time at which it begins. Times in epoch ms.

export interface Moment {
  status: string;
  at: number;
}

const TERMINAL: ReadonlySet<string> = new Set(["COMPLETED", "ERRORED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL"]);
/** A run must have been RUNNING to get here. */
const AFTER_RUNNING: ReadonlySet<string> = new Set(["COMPLETED", "ERRORED"]);

export class Timeline {
  #moments: Moment[];

  /** `moments`: in order. */
  constructor(moments: Moment[]) {
    this.#moments = moments;
  }

  past(now: number): Moment[] {
    return this.#moments.filter((moment) => moment.at <= now);
  }

  status(now: number): string {
    return this.past(now).at(-1)?.status ?? "PENDING";
  }

  finished(now: number): boolean {
    return TERMINAL.has(this.status(now));
  }

  startedAt(now: number): number | null {
    return this.past(now).find((moment) => moment.status === "RUNNING")?.at ?? null;
  }

  endedAt(now: number): number | null {
    return this.finished(now) ? (this.past(now).at(-1)?.at ?? null) : null;
  }

  /** Drops what was planned. From now on, the run has this status. */
  moveTo(status: string, now: number): void {
    const neverRan = this.startedAt(now) === null;
    this.#moments = this.past(now);
    if (neverRan && AFTER_RUNNING.has(status)) this.#moments.push({ status: "RUNNING", at: now });
    this.#moments.push({ status, at: now });
  }

  /** The run is KILLED at `at`, unless it ends before that. */
  killAt(at: number): void {
    if (this.finished(at)) return;
    this.#moments = [...this.past(at), { status: "KILLED", at }];
  }
}

/** The course of a run if nobody interferes. `endsAt`: null if it never ends. */
export function plannedRun(plan: {
  createdAt: number;
  startsAt: number;
  endsAt: number | null;
  outcome: string;
}): Timeline {
  const pending = { status: "PENDING", at: plan.createdAt };
  if (plan.outcome === "UNABLE_TO_ALLOCATE_KERNEL") {
    return new Timeline([pending, { status: plan.outcome, at: plan.startsAt }]);
  }
  const running = { status: "RUNNING", at: plan.startsAt };
  if (plan.endsAt === null) return new Timeline([pending, running]);
  return new Timeline([pending, running, { status: plan.outcome, at: plan.endsAt }]);
}
