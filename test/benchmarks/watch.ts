// How long after a run's end the watch sees it, by the plan and by what people use today: each run polled every few seconds.
// All in simulated time, with the same runs for each policy, under the same limit of Hex.

import { nextPoll, type PolledRun } from "../../src/runs/poll-plan.js";
import { seeded } from "../sandbox/seeded.js";
import type { Report } from "./report.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LIMIT = 30;
/** What polls may use of it in a minute: all but what is kept for cancellations, and their share while all want more than that. */
const ALONE = 27;
const BESIDE_OTHERS = (ALONE * 12) / (12 + 12 + 5 + 1);

interface Project {
  id: string;
  typicalMs: number | null;
  durationMs: (random: () => number) => number;
}

/** Log-normal times around a median between 30 s and 20 min, one run in twenty failing early. One project in five has no history. */
function makeProject(index: number, of: number, random: () => number): Project {
  // Stratified, so that a few projects too span the whole range.
  const medianMs = 30 * SECOND * 40 ** ((index + random()) / of);
  const sigma = 0.2 + 0.4 * random();
  const durationMs = (from: () => number) => {
    if (from() < 0.05) return (2 + 28 * from()) * SECOND;
    const normal = Math.sqrt(-2 * Math.log(1 - from())) * Math.cos(2 * Math.PI * from());
    return Math.max(SECOND, medianMs * Math.exp(sigma * normal));
  };
  const history = Array.from({ length: 20 }, () => durationMs(random)).sort((a, b) => a - b);
  return { id: `project ${index}`, durationMs, typicalMs: random() < 0.2 ? null : (history[10] ?? null) };
}

interface Run extends PolledRun {
  endsAt: number;
  /** In which of the policy's rounds it is polled: 0..1 of the time between two. */
  phase: number;
}

/** The next request: when, and about which runs. `recent`: when it made its last ones, epoch ms. */
export type Policy = (
  runs: readonly Run[],
  now: number,
  recent: readonly number[],
) => { at: number; runs: readonly Run[] };

/** The plan that the bot follows, when it may make so many polls a minute. */
export const planned =
  (perMinute: number): Policy =>
  (runs, now, recent) => {
    const poll = nextPoll(runs, now, { perMinute, lastAt: recent.at(-1) ?? null });
    const keys = new Set(poll?.runs.map((run) => run.key));
    return { at: poll?.at ?? now, runs: runs.filter((run) => keys.has(run.key)) };
  };

/** Each run by itself, every so often. */
export const every =
  (ms: number): Policy =>
  (runs) => {
    const due = (run: Run) => (run.askedAt === null ? run.since + run.phase * ms : run.askedAt + ms);
    const next = runs.reduce((first, run) => (due(run) < due(first) ? run : first));
    return { at: due(next), runs: [next] };
  };

export interface Load {
  runs: number;
  projects: number;
}

export interface Facts {
  requestsPerMinute: number;
  refusedPerMinute: number;
  /** From a run's end to its being seen, in ms. */
  median: number;
  p95: number;
  worst: number;
}

/** `rounds` times `minutes` of simulated time; whoever is seen to have ended is replaced at once. */
export function simulate(policy: Policy, load: Load, { minutes, rounds }: { minutes: number; rounds: number }): Facts {
  const totals = { requests: 0, refused: 0 };
  const delays: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const random = seeded(round + 1);
    const projects = Array.from({ length: load.projects }, (_, index) => makeProject(index, load.projects, random));
    // Each place has its own numbers, so that every policy meets the same runs.
    const places = Array.from({ length: load.runs }, (_, place) => {
      const own = seeded(1_000 * (round + 1) + place);
      const project = projects[place % projects.length] ?? makeProject(0, 1, own);
      let count = 0;
      return (since: number): Run => {
        const key = `${place}.${count++}`;
        const { id: projectId, typicalMs } = project;
        const endsAt = since + project.durationMs(own);
        return { key, projectId, typicalMs, since, askedAt: null, endsAt, phase: own() };
      };
    });
    // Not all at the same moment.
    const inFlight = places.map((start) => ({ start, run: start(random() * MINUTE) }));
    const end = minutes * MINUTE;
    const recent: number[] = [];
    let window = { from: Number.NEGATIVE_INFINITY, used: 0 };
    for (let now = 0; ; ) {
      const begun = inFlight.filter(({ run }) => run.since <= now);
      const soon = Math.min(...inFlight.map(({ run }) => run.since).filter((since) => since > now));
      const next =
        begun.length > 0
          ? policy(
              begun.map((place) => place.run),
              now,
              recent,
            )
          : null;
      if (next === null || next.at > soon) {
        now = soon;
        continue;
      }
      now = Math.max(now, next.at);
      if (now >= end) break;
      totals.requests++;
      recent.push(now);
      while (recent.length > LIMIT) recent.shift();
      // Hex's window is fixed: it ends 60 s after its first request.
      if (now >= window.from + MINUTE) window = { from: now, used: 0 };
      const refused = ++window.used > LIMIT;
      if (refused) totals.refused++;
      for (const place of inFlight.filter(({ run }) => next.runs.includes(run))) {
        place.run.askedAt = now;
        if (refused || place.run.endsAt > now) continue;
        delays.push(now - place.run.endsAt);
        place.run = place.start(now);
      }
    }
    // Ended and never seen: at least so late.
    for (const { run } of inFlight) if (run.endsAt < end) delays.push(end - run.endsAt);
  }
  delays.sort((a, b) => a - b);
  const quantile = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
  return {
    requestsPerMinute: totals.requests / (minutes * rounds),
    refusedPerMinute: totals.refused / (minutes * rounds),
    median: quantile(0.5),
    p95: quantile(0.95),
    worst: quantile(1),
  };
}

const LOADS = [
  ...[[1, 1] as const, [5, 1] as const, [5, 5] as const, [10, 1] as const, [10, 5] as const, [10, 10] as const],
  ...[[25, 1] as const, [25, 5] as const, [25, 10] as const, [25, 25] as const],
].map(([runs, projects]): Load => ({ runs, projects }));

const POLICIES: { name: string; policy: Policy }[] = [
  { name: "the plan", policy: planned(ALONE) },
  { name: "the plan, while all want more", policy: planned(BESIDE_OTHERS) },
  { name: "each every 3 s", policy: every(3 * SECOND) },
  { name: "each every 5 s", policy: every(5 * SECOND) },
];

const MINUTES = 120;
const ROUNDS = 20;

export function watchBench(): Report {
  const head = ["runs", "projects", "policy", "requests/min", "429s/min", "median", "p95", "worst", "median to ours"];
  const seconds = (ms: number) => `${(ms / SECOND).toFixed(1)} s`;
  const rows = LOADS.flatMap((load) => {
    let ours: number | null = null;
    return POLICIES.map(({ name, policy }) => {
      const facts = simulate(policy, load, { minutes: MINUTES, rounds: ROUNDS });
      ours ??= facts.median;
      return [
        ...[`${load.runs}`, `${load.projects}`, name],
        ...[facts.requestsPerMinute.toFixed(1), facts.refusedPerMinute.toFixed(1)],
        ...[seconds(facts.median), seconds(facts.p95), seconds(facts.worst), `${(facts.median / ours).toFixed(1)} x`],
      ];
    });
  });
  return {
    about:
      "From a run's end to its being seen, by which runs are polled when: the bot's plan beside what people do by hand. " +
      `${LIMIT} requests a minute at most (fixed window, 429 over it); ${MINUTES / 60} h of simulated time, ${ROUNDS} times with ` +
      "other runs, which take 30 s to 20 min (their projects' medians). The plan has the whole budget for itself, or its share " +
      "while the watched projects, the catalog and the probe all want more than theirs.",
    head,
    rows,
  };
}
