// Which run to ask Hex about next. Pure: the runs and the time go in, the next request comes out.

/** A run in flight, as far as the plan needs it. Times in epoch ms. */
export interface Watched {
  key: string;
  projectId: string;
  runId: string;
  /** When it began, as far as is known. */
  since: number;
  /** When it was last asked about; null: never. */
  askedAt: number | null;
  /** How long runs of this project usually take, in ms. */
  typicalMs: number | null;
}

export interface Poll {
  /** When to ask, epoch ms; may be in the past. */
  at: number;
  projectId: string;
  /** The runs that the answer is for. With more than one, or one whose project's history is not known, list the project's runs. */
  watched: Watched[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Polls that may be made in a minute: the rest of the budget is for commands. */
const POLLS_A_MINUTE = 18;

/** How long to wait between two looks at a run of this age (ms). */
function restMs(ageMs: number, typicalMs: number | null): number {
  const nearItsEnd = typicalMs !== null && ageMs > typicalMs * 0.8 && ageMs < typicalMs * 1.5 + 30 * SECOND;
  if (ageMs < 30 * SECOND) return 3 * SECOND;
  if (ageMs < 2 * MINUTE || nearItsEnd) return 5 * SECOND;
  if (ageMs < 10 * MINUTE) return 10 * SECOND;
  if (ageMs < 60 * MINUTE) return 20 * SECOND;
  return MINUTE;
}

/** The next request of the watch, or null when nothing is in flight. Runs of one project are asked for together. */
export function nextPoll(runs: readonly Watched[], now: number): Poll | null {
  const byProject = new Map<string, Watched[]>();
  for (const run of runs) byProject.set(run.projectId, [...(byProject.get(run.projectId) ?? []), run]);
  const fairRest = (byProject.size * MINUTE) / POLLS_A_MINUTE;
  const polls = [...byProject].map(([projectId, watched]): Poll => {
    const dues = watched.map((run) =>
      run.askedAt === null ? 0 : run.askedAt + Math.max(fairRest, restMs(now - run.since, run.typicalMs)),
    );
    return { projectId, watched, at: Math.min(...dues) };
  });
  return polls.reduce<Poll | null>((first, poll) => (first === null || poll.at < first.at ? poll : first), null);
}
