// Days of watched projects in memory: a Hex that keeps the truth, with schedules of every cadence, faults, delays, hours down, edits and
// a change of summer time, and what the bot makes of it when it asks by its plan and is restarted now and then.

import type { Away } from "../../src/follow/judgement.js";
import type { Trouble } from "../../src/follow/trouble.js";
import type { Schedule } from "../../src/hex/schema.js";
import { seeded } from "../sandbox/seeded.js";
import { SimulatedFollower } from "./simulated-follower.js";
import { failed, runsAt, schedulesAt, type TrueProject, type TrueRun } from "./simulated-runs.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LATE_MS = 15 * MINUTE;
const STUCK_FACTOR = 3;
const PER_MINUTE = 12;
/** Hex may start a scheduled run so much later. */
const LONGEST_DELAY_MS = 10 * MINUTE;
/** How old (ms) the schedules may be that the catalog knows. */
const CATALOG_MS = 10 * MINUTE;
/** How long (ms) something must be the case to be told for certain: the longest pause between two readings, with room. */
const SEEN_MS = 12 * MINUTE;

/** Berlin's summer time ends, and begins again. */
const [SUMMER_ENDS, SUMMER_BEGINS] = [Date.parse("2026-10-25T01:00:00Z"), Date.parse("2027-03-28T01:00:00Z")];
const BERLIN_CHANGES = [SUMMER_ENDS, SUMMER_BEGINS];
/** Berlin's offset from UTC in ms. */
const berlin = (at: number) => (at < SUMMER_ENDS || at >= SUMMER_BEGINS ? 2 * HOUR : HOUR);

/** How long (ms) after a change Hex may still give the old offset. Whether it does is not known. */
const LONGEST_LAG_MS = 20 * HOUR;

/** A schedule as it is: at which minutes it fires, what Hex says about it at a time, and when (epoch ms) it says something else. */
interface TrueSchedule {
  firesAt: (minute: number) => boolean;
  shown: (at: number) => Schedule;
  changes: number[];
}

const NONE: Schedule = {
  cadence: "CUSTOM",
  enabled: true,
  hourly: null,
  daily: null,
  weekly: null,
  monthly: null,
  custom: null,
};
const WEEKDAYS = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

/** Hex gives the zone as an offset, and with a change of summer time another one, at once or late. */
function makeSchedule(kind: number, random: () => number): TrueSchedule {
  const pick = (of: number) => Math.floor(of * random());
  const offset = random() < 0.6 ? berlin : () => 5.5 * HOUR;
  const lagMs = random() < 0.5 ? 0 : LONGEST_LAG_MS * random();
  const changes = BERLIN_CHANGES.map((at) => at + lagMs);
  const named = (at: number) => {
    const minutes = offset(at - lagMs) / MINUTE;
    return `+${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  };
  const [minute, hour, day, date] = [pick(60), 4 + pick(19), pick(7), 1 + pick(28)];
  const local = (at: number) => new Date(at + offset(at));
  const isMinute = (at: number) => local(at).getUTCMinutes() === minute;
  const isHour = (at: number) => isMinute(at) && local(at).getUTCHours() === hour;
  switch (kind % 5) {
    case 0:
      return {
        firesAt: isMinute,
        shown: (at) => ({ ...NONE, cadence: "HOURLY", hourly: { timezone: named(at), minute } }),
        changes,
      };
    case 1:
      return {
        firesAt: isHour,
        shown: (at) => ({ ...NONE, cadence: "DAILY", daily: { timezone: named(at), hour, minute } }),
        changes,
      };
    case 2:
      return {
        firesAt: (at) => isHour(at) && local(at).getUTCDay() === day,
        shown: (at) => {
          const dayOfWeek = WEEKDAYS[day] ?? "SUNDAY";
          return { ...NONE, cadence: "WEEKLY", weekly: { timezone: named(at), hour, minute, dayOfWeek } };
        },
        changes,
      };
    case 3:
      return {
        firesAt: (at) => isHour(at) && local(at).getUTCDate() === date,
        shown: (at) => ({ ...NONE, cadence: "MONTHLY", monthly: { timezone: named(at), hour, minute, day: date } }),
        changes,
      };
    default:
      return {
        firesAt: (at) => isMinute(at) && local(at).getUTCHours() % 6 === 0 && local(at).getUTCHours() > 3,
        shown: (at) => ({ ...NONE, custom: { timezone: named(at), cron: `${minute} 6-23/6 * * *` } }),
        changes,
      };
  }
}

interface Period {
  from: number;
  to: number;
}
const isIn = (periods: readonly Period[], at: number) => periods.some(({ from, to }) => from <= at && at < to);
const touches = (periods: readonly Period[], { from, to }: Period) =>
  periods.some((one) => one.from < to && from < one.to);

interface World {
  projects: TrueProject[];
  /** When Hex was down. */
  down: Period[];
  /** When the bot was down. */
  stopped: Period[];
  /** What should have run and when: for each project, its due times. */
  due: Map<string, number[]>;
}

/** A few hours without faults come last, so that everything is well at the end. */
function makeWorld({ from, days, seed, projects: count }: SoakOptions): World {
  const random = seeded(seed);
  const end = from + days * DAY;
  const calm = end - 26 * HOUR;
  const periods = (everyMs: number, longestMs: number): Period[] => {
    const found: Period[] = [];
    for (let at = from + HOUR + everyMs * random(); at < calm - longestMs; at += everyMs * (0.5 + random()))
      found.push({ from: at, to: at + longestMs * (0.1 + 0.9 * random()) });
    return found;
  };
  const down = periods(16 * HOUR, 2 * HOUR);
  const stopped = periods(20 * HOUR, 40 * MINUTE);
  const due = new Map<string, number[]>();
  const projects = Array.from({ length: count }, (_, index): TrueProject => {
    const id = `p${index}`;
    const typicalMs = MINUTE * 20 ** random();
    const made = [{ from: 0, is: makeSchedule(index, random) }];
    for (let at = from + DAY * (0.5 + random()); at < calm - 6 * HOUR; at += 2 * DAY * (0.5 + random()))
      made.push({ from: at, is: makeSchedule(random() < 0.5 ? index : Math.floor(5 * random()), random) });
    const shown = made.flatMap((one, index) => {
      const begins = Math.max(one.from, from);
      const next = made[index + 1]?.from ?? end;
      const changes = one.is.changes.filter((at) => begins < at && at < next);
      return [begins, ...changes].map((at) => ({ from: at === from ? 0 : at, is: [one.is.shown(at)] }));
    });
    const runs: TrueRun[] = [];
    const add = (
      trigger: TrueRun["trigger"],
      startsAt: number,
      tookMs: number,
      ends: TrueRun["ends"],
      dueAt: number | null,
    ) => runs.push({ runId: `${id} ${runs.length}`, trigger, dueAt, startsAt, endsAt: startsAt + tookMs, ends });
    for (let day = 12; day > 0; day--)
      add("SCHEDULED", from - day * 8 * HOUR, typicalMs * (0.8 + 0.4 * random()), "COMPLETED", null);
    const dueTimes: number[] = [];
    let busyUntil = from;
    for (let at = Math.ceil(from / MINUTE) * MINUTE; at < end; at += MINUTE) {
      const schedule = made.findLast((one) => one.from <= at)?.is;
      if (schedule?.firesAt(at)) {
        dueTimes.push(at);
        const chance = at > calm ? 1 : random();
        const delayMs = random() < 0.8 ? 20 * SECOND * random() : LONGEST_DELAY_MS * random();
        const tookMs = typicalMs * (0.8 + 0.4 * random());
        const isDown = isIn(down, at);
        if (isDown && chance < 0.5) continue;
        const startsAt = isDown ? (down.find((one) => one.to > at)?.to ?? at) + delayMs : at + delayMs;
        busyUntil = startsAt + tookMs;
        if (chance < 0.06) busyUntil = at;
        else if (chance < 0.1) add("SCHEDULED", at + LATE_MS + HOUR * random(), tookMs, "COMPLETED", at);
        else if (chance < 0.15) add("SCHEDULED", startsAt, tookMs * random(), "ERRORED", at);
        else if (chance < 0.17) add("SCHEDULED", startsAt, 30 * SECOND, "UNABLE_TO_ALLOCATE_KERNEL", at);
        else if (chance < 0.19) add("SCHEDULED", startsAt, tookMs * random(), "KILLED", at);
        else if (chance < 0.21) {
          busyUntil = startsAt + Math.max(40 * MINUTE, typicalMs * 6);
          add("SCHEDULED", startsAt, busyUntil - startsAt, "COMPLETED", at);
        } else add("SCHEDULED", startsAt, tookMs, "COMPLETED", at);
      } else if (at < calm && at > busyUntil && random() < 1 / 700)
        add("API", at, typicalMs * (0.8 + 0.4 * random()), random() < 0.3 ? "ERRORED" : "COMPLETED", null);
    }
    // A project that seldom runs is run by hand at last, so that what was wrong with it is over.
    add("API", end - 4 * HOUR, typicalMs, "COMPLETED", null);
    runs.sort((one, other) => one.startsAt - other.startsAt);
    due.set(id, dueTimes);
    return { id, schedules: shown, runs };
  });
  const around = { from, end, calm };
  const busy = makeBusy("busy", { ...around, random: seeded(seed) });
  const endless = makeEndless("endless", { ...around, random: seeded(seed) });
  for (const { id } of [busy, endless]) due.set(id, []);
  return { projects: [...projects, busy, endless], down, stopped, due };
}

interface Around {
  /** Epoch ms. */
  from: number;
  end: number;
  /** Since when (epoch ms) nothing goes wrong. */
  calm: number;
  random: () => number;
}

/** A project with a run that Hex lists as running forever, while others fail or complete. */
function makeEndless(id: string, { from, end, calm, random }: Around): TrueProject {
  const runs: TrueRun[] = [];
  const add = (startsAt: number, endsAt: number, ends: TrueRun["ends"]) =>
    runs.push({ runId: `${id} ${runs.length}`, trigger: "API", dueAt: null, startsAt, endsAt, ends });
  for (let startsAt = from - 2 * DAY; startsAt < end; startsAt += 7 * HOUR * (0.8 + 0.4 * random())) {
    const fails = startsAt > from && startsAt < calm && random() < 0.3;
    add(startsAt, startsAt + 5 * MINUTE * (0.8 + 0.4 * random()), fails ? "ERRORED" : "COMPLETED");
  }
  add(from + 12 * HOUR * random(), Number.POSITIVE_INFINITY, "COMPLETED");
  runs.sort((one, other) => one.startsAt - other.startsAt);
  return { id, schedules: [{ from: 0, is: [] }], runs };
}

/** A project that something starts again and again, so that one of its runs always goes on. */
function makeBusy(id: string, { from, end, calm, random }: Around): TrueProject {
  const runs: TrueRun[] = [];
  let hungUntil = from;
  for (let startsAt = from - 12 * HOUR; startsAt < end; startsAt += 20 * MINUTE * (0.8 + 0.4 * random())) {
    const chance = startsAt > calm || startsAt < from ? 1 : random();
    // Of several that hang together, one is told.
    const isHanging = chance > 0.2 && chance < 0.22 && startsAt > hungUntil;
    if (isHanging) hungUntil = startsAt + 4 * HOUR;
    const tookMs = isHanging ? 3 * HOUR : 35 * MINUTE * (0.8 + 0.4 * random());
    const ends = chance < 0.15 ? "ERRORED" : chance < 0.2 ? "KILLED" : "COMPLETED";
    runs.push({
      runId: `${id} ${runs.length}`,
      trigger: "API",
      dueAt: null,
      startsAt,
      endsAt: startsAt + tookMs,
      ends,
    });
  }
  return { id, schedules: [{ from: 0, is: [] }], runs };
}

export interface SoakOptions {
  /** Epoch ms. */
  from: number;
  days: number;
  seed: number;
  projects: number;
}

/** Follows a world from its beginning to its end. @returns what does not agree with the truth, each in a sentence */
export function soak(options: SoakOptions): { problems: string[]; troubles: number; readings: number } {
  const world = makeWorld(options);
  const { projects, down, stopped } = world;
  const end = options.from + options.days * DAY;
  const byId = new Map(projects.map((project) => [project.id, project]));
  // As the watchdog sees it: a minute or two later.
  const away = (now: number): Away[] =>
    down
      .filter(({ from, to }) => from + 2 * MINUTE <= now && to > now - DAY)
      .map(({ from, to }) => ({ from, to: to + MINUTE <= now ? to + MINUTE : null }));
  const follower = new SimulatedFollower([...byId.keys()], {
    from: options.from,
    lateMs: LATE_MS,
    stuckFactor: STUCK_FACTOR,
    away,
    schedulesOf: (id, now) => {
      const project = byId.get(id);
      return project ? schedulesAt(project, Math.max(options.from, now - (now % CATALOG_MS))) : [];
    },
  });
  const readings = new Map<string, number[]>(projects.map(({ id }) => [id, []]));
  let count = 0;
  for (let now = options.from + MINUTE; now < end; ) {
    const stop = stopped.find(({ from, to }) => from <= now && now < to);
    if (stop !== undefined) {
      now = stop.to;
      follower.restart();
      continue;
    }
    const next = follower.next(now, PER_MINUTE);
    if (next === null) break;
    if (next.at > now) {
      now = Math.min(next.at, now + 30 * SECOND);
      continue;
    }
    follower.ask(now);
    if (isIn(down, now)) {
      now += 15 * SECOND;
      continue;
    }
    const project = byId.get(next.projectId);
    if (project !== undefined) follower.read(project.id, runsAt(project, now), now);
    readings.get(next.projectId)?.push(now);
    count++;
    now += SECOND;
  }
  const problems = projects.flatMap((project) => disagreements(project, world, follower.troubles, options.from));
  return { problems, troubles: follower.troubles.length, readings: count };
}

function disagreements(project: TrueProject, world: World, all: readonly Trouble[], from: number): string[] {
  const troubles = all.filter(({ projectId }) => projectId === project.id);
  return [
    ...open(troubles),
    ...toldTwice(troubles),
    ...falseLate(project, world, troubles),
    ...falseStuck(project, troubles),
    ...missedFailures(project, world, troubles),
    ...missedLate(project, world, troubles, from),
    ...missedStuck(project, world, troubles),
    ...falseGreen(project, troubles),
  ].map((problem) => `${project.id}: ${problem}`);
}

const time = (at: number) => new Date(at).toISOString();

function open(troubles: readonly Trouble[]): string[] {
  return troubles
    .filter(({ overAt }) => overAt === null)
    .map(({ since, ailments }) => `still open since ${time(since)}: ${JSON.stringify(ailments.at(-1))}`);
}

function toldTwice(troubles: readonly Trouble[]): string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const { ailments } of troubles) {
    const its = new Set(
      ailments.map((one) => (one.kind === "late" ? `late ${time(one.since)}` : `${one.kind} ${one.runId}`)),
    );
    for (const one of its) if (seen.has(one)) problems.push(`told twice: ${one}`);
    for (const one of its) seen.add(one);
  }
  return problems;
}

const isNearChange = (at: number) => BERLIN_CHANGES.some((change) => Math.abs(at - change) < 2 * DAY);

/** Late is only what was due then and was not there a quarter of an hour later, or after Hex was back. */
function falseLate(project: TrueProject, { due, down }: World, troubles: readonly Trouble[]): string[] {
  const lates = troubles.flatMap(({ ailments }) => ailments.filter(({ kind }) => kind === "late"));
  const cameInTime = (at: number) => {
    const outages = down.filter((one) => one.from < at + LATE_MS && one.to > at);
    const deadline = Math.max(at, ...outages.map(({ to }) => to)) + LATE_MS;
    return project.runs.find(
      ({ trigger, startsAt }) => trigger === "SCHEDULED" && startsAt >= at && startsAt < deadline,
    );
  };
  return lates.flatMap(({ since }) => {
    // The bot may still know the old offset.
    const slackMs = isNearChange(since) ? HOUR : 0;
    const [first, ...others] = (due.get(project.id) ?? []).filter((at) => Math.abs(at - since) <= slackMs);
    if (first === undefined) return [`called late although nothing was due: ${time(since)}`];
    if ([first, ...others].some((at) => cameInTime(at) === undefined)) return [];
    return [`called late although it started in time: ${time(since)}`];
  });
}

/** What was late is green only if a run has come, and what failed only if one has completed. */
function falseGreen({ runs }: TrueProject, troubles: readonly Trouble[]): string[] {
  const came = ({ startsAt, endsAt, ends, trigger }: TrueRun, from: number, to: number) =>
    startsAt >= from && startsAt <= to && (trigger === "SCHEDULED" || (ends === "COMPLETED" && endsAt <= to));
  return troubles.flatMap(({ ailments, withdrawn }) =>
    ailments.flatMap((one) => {
      if (one.kind === "stuck" || one.overAt === null || "rescheduled" in one || withdrawn) return [];
      const { kind, since, overAt: to } = one;
      const isGreen = runs.some((run) =>
        // What is due around a change of summer time may be an hour off.
        kind === "late"
          ? came(run, since - HOUR - MINUTE, to)
          : run.ends === "COMPLETED" && run.endsAt >= since && run.endsAt <= to,
      );
      return isGreen ? [] : [`called green without a good run: ${kind} ${time(since)}`];
    }),
  );
}

function falseStuck({ runs }: TrueProject, troubles: readonly Trouble[]): string[] {
  const stuck = troubles.flatMap(({ ailments }) =>
    ailments.flatMap((one) => (one.kind === "stuck" ? [one.runId] : [])),
  );
  return stuck.flatMap((runId) => {
    const run = runs.find((one) => one.runId === runId);
    return run && run.endsAt - run.startsAt > 10 * MINUTE ? [] : [`called stuck after a short time: ${runId}`];
  });
}

/** A failure that stood for long enough while Hex could be asked. Several in a row are told once. */
function missedFailures({ runs }: TrueProject, world: World, troubles: readonly Trouble[]): string[] {
  const told = troubles.flatMap(({ ailments }) => ailments.filter(({ kind }) => kind === "failed"));
  const isTold = ({ endsAt }: TrueRun) =>
    told.some(({ since, overAt }) => since <= endsAt && endsAt <= (overAt ?? Number.POSITIVE_INFINITY));
  return runs.filter(failed).flatMap((run) => {
    const period = { from: run.endsAt, to: run.endsAt + SEEN_MS };
    const isHidden = runs.some((other) => other !== run && other.startsAt > run.startsAt && other.endsAt < period.to);
    const isUnseen = touches([...world.down, ...world.stopped], period);
    return isTold(run) || isHidden || isUnseen
      ? []
      : [`not told of the failure of ${run.runId} at ${time(run.endsAt)}`];
  });
}

/**
 * Something was due, its schedule was known since before, and nothing came while Hex and the bot were up. Several in a row are told once.
 */
function missedLate(project: TrueProject, world: World, troubles: readonly Trouble[], from: number): string[] {
  const told = troubles.flatMap(({ ailments }) => ailments.filter(({ kind }) => kind === "late"));
  const isTold = (at: number) =>
    told.some(({ since, overAt }) => since <= at && at + LATE_MS <= (overAt ?? Number.POSITIVE_INFINITY));
  const due = world.due.get(project.id) ?? [];
  return due.flatMap((at) => {
    const period = { from: at - 3 * MINUTE, to: at + LATE_MS + SEEN_MS };
    const came = project.runs.some(
      ({ trigger, startsAt, ends, endsAt }) =>
        startsAt >= at - MINUTE &&
        startsAt < period.to &&
        (trigger === "SCHEDULED" || (ends === "COMPLETED" && endsAt < period.to)),
    );
    const isUnseen = touches([...world.down, ...world.stopped], period);
    const isNew =
      project.schedules.some((one) => one.from > at - CATALOG_MS && one.from < period.to) || at < from + HOUR;
    const isNextDue = due.some((other) => other > at && other < period.to);
    return came || isUnseen || isNew || isNearChange(at) || isNextDue || isTold(at)
      ? []
      : [`not told of what was due at ${time(at)}`];
  });
}

function missedStuck({ runs }: TrueProject, world: World, troubles: readonly Trouble[]): string[] {
  const told = new Set(
    troubles.flatMap(({ ailments }) => ailments.flatMap((one) => (one.kind === "stuck" ? [one.runId] : []))),
  );
  const usual = [...runs].map(({ startsAt, endsAt }) => endsAt - startsAt).sort((one, other) => one - other);
  const median = usual[usual.length >> 1] ?? 0;
  return runs.flatMap((run) => {
    const limit = run.startsAt + Math.max(10 * MINUTE, 4 * median);
    if (run.endsAt < limit + SEEN_MS || told.has(run.runId)) return [];
    const isUnseen = touches([...world.down, ...world.stopped], { from: limit, to: run.endsAt });
    const isOther = runs.some((one) => one !== run && one.startsAt < run.startsAt && one.endsAt > limit);
    return isUnseen || isOther ? [] : [`not told that ${run.runId} was stuck since ${time(run.startsAt)}`];
  });
}
