// Hours of watched projects over the wire, in which runs fail, hang, come late or never, schedules are edited, the clocks change, Hex is
// down, Slack loses answers, and the bot is restarted. The simulated Hex keeps the truth: no trouble is missed, none is told twice save
// a repeat that says so, none is open at the end that is over, and nothing is called late that was not. `npm run soak`: a whole day.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import type { Firing, Project, Run, ScheduleOptions } from "../sandbox/hex/types.js";
import { seeded } from "../sandbox/seeded.js";
import { visibleText } from "../sandbox/slack/server.js";
import { breathe, Harness } from "./harness.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEP_MS = 30 * SECOND;
const LATE_MS = 15 * MINUTE;
/** How long something must be the case to be told for certain: the longest pause between two readings, with room. */
const SEEN_MS = 12 * MINUTE;
const RUN_MS = 2 * MINUTE;
const STUCK_MS = 50 * MINUTE;
/** Nothing goes wrong any more for so long, so that all is well at the end. */
const CALM_MS = 80 * MINUTE;
/** Berlin's clock is set back. Hex gives zones as offsets, so that the bot allows for an hour more or less on the day before and after. */
const CHANGE = Date.UTC(2026, 9, 25, 1);
const isNearChange = (at: number) => Math.abs(at - CHANGE) < 26 * HOUR;
const [FROM, HOURS] = process.env.SOAK_HOURS ? [CHANGE - HOUR, 36] : [Date.UTC(2026, 9, 28, 6), 3];
const END = FROM + HOURS * HOUR;
const SEED = Number(process.env.SOAK_SEED ?? 1);

const hourly = (minute: number, timezone: string): ScheduleOptions => ({
  cadence: "HOURLY",
  hourly: { minute, timezone },
});
const daily = (hour: number, minute: number): ScheduleOptions => ({
  cadence: "DAILY",
  daily: { hour, minute, timezone: "Europe/Berlin" },
});
const custom = (cron: string): ScheduleOptions => ({ cadence: "CUSTOM", custom: { cron, timezone: "+00:00" } });
const SCHEDULES: [string, ScheduleOptions | null][] = [
  ["Weekly revenue", hourly(5, "Europe/Berlin")],
  ["Churn", hourly(50, "+05:30")],
  ["Forecast", custom("*/30 * * * *")],
  ["Bookings", daily(2, 40)],
  ["Margins", daily(3, 20)],
  ["Pipeline", null],
];

interface Period {
  from: number;
  to: number;
}

/** What really happened. Times in epoch ms. */
interface Truth {
  runs: readonly Run[];
  firings: readonly Firing[];
  /** When nobody could know: Hex or the bot was down, and a little longer. */
  hidden: Period[];
  /** When Hex was down. */
  down: Period[];
  /** When the schedules of a project were edited. */
  edits: { projectId: string; at: number }[];
}

/** What a message tells of a project. `since`: epoch ms, in whole seconds. */
interface Told {
  title: string;
  kind: "failed" | "late" | "stuck";
  since: number;
  isRepeat: boolean;
}

let harness: Harness;
afterEach(() => harness.stop());

test(`${HOURS} hours of watched projects, seed ${SEED}`, async () => {
  harness = await Harness.start("socket", { startsAt: FROM, env: { LOG_LEVEL: "info", HEX_PROBE_SECONDS: "60" } });
  const { hex, clock } = harness;
  harness.slack.limits.enforce = true;
  const random = seeded(SEED);
  const chance = (share: number) => random() < share;
  const projects = SCHEDULES.map(([title, schedule]) => {
    const schedules = schedule === null ? [] : [schedule];
    const project = hex.workspace.addProject({ title, schedules, run: { pendingMs: SECOND, runningMs: RUN_MS } });
    for (const hours of [5, 4, 3])
      hex.workspace.startRun(project.id, { startedAt: FROM - hours * HOUR, durationMs: RUN_MS });
    return project;
  });
  for (const { id } of projects) await harness.ask(`watch ${id}`);
  hex.workspace.fireSchedules();

  const truth: Truth = { runs: hex.workspace.runs, firings: hex.workspace.firings, hidden: [], down: [], edits: [] };
  let early = 0;
  while (clock.now() < END) {
    const isCalm = clock.now() >= END - CALM_MS;
    for (const project of projects) fate(project, isCalm ? 1 : random());
    const [byHand] = projects.slice(-1);
    // So seldom that one page of its runs shows all of them: Hex promises no order.
    if (byHand !== undefined && (isCalm || chance(0.3)))
      hex.workspace.startRun(byHand.id, { trigger: "API", durationMs: RUN_MS * random(), outcome: byHand.run.outcome });
    if (!isCalm && chance(0.1)) await edit(projects, truth);
    if (!isCalm && chance(0.2)) loseAnswer();
    if (!isCalm && chance(0.06)) await hexIsDown(truth);
    else if (!isCalm && chance(0.08)) await restart(truth);
    else await harness.pass(10 * MINUTE, STEP_MS);
    // A project that seldom runs is run by hand at last, so that what was wrong with it is over.
    if (END - clock.now() < HOUR) for (const { id } of projects) hex.workspace.startRun(id, { durationMs: RUN_MS });
    if (clock.now() - FROM > (HOURS * HOUR) / 4 && early === 0) early = heap();
  }
  truth.runs = hex.workspace.runs;
  truth.firings = hex.workspace.firings;

  const told = messages().flatMap(({ texts, isRepeat }) => toldOnce(texts, isRepeat));
  const titleOf = (id: string) => projects.find((project) => project.id === id)?.title ?? "";
  expect(stillOpen()).toEqual([]);
  expect(toldTwice(told)).toEqual([]);
  for (const { id } of projects) {
    const its = told.filter(({ title }) => title === titleOf(id));
    const own = {
      ...truth,
      runs: runsOf(truth, id),
      firings: truth.firings.filter(({ projectId }) => projectId === id),
    };
    const problems = [...falseLate(own, its), ...missedFailures(own, its), ...missedLate(own, its, id)];
    expect([...problems, ...missedStuck(own, its)], titleOf(id)).toEqual([]);
  }
  const kinds = told.map(({ kind }) => kind);
  expect([...new Set(kinds)].sort()).toEqual(["failed", "late", "stuck"]);
  await breathe();
  if (process.env.SOAK_HOURS) expect(heap() / early).toBeLessThan(1.2);
}, 600_000);

/** How the project's next runs go. `chance`: 0 to 1. */
function fate({ run, scheduling }: Project, chance: number): void {
  scheduling.misses = chance < 0.2;
  // Hex says that a run may begin up to ten minutes late, which nobody wants to hear of.
  const usualMs = Math.max(0, chance - 0.7) * 30 * MINUTE;
  scheduling.delayMs = chance > 0.2 && chance < 0.35 ? LATE_MS + 4 * MINUTE : usualMs;
  run.outcome = chance > 0.35 && chance < 0.6 ? "ERRORED" : "COMPLETED";
  run.runningMs = chance > 0.6 && chance < 0.7 ? STUCK_MS : RUN_MS;
}

async function edit(projects: readonly Project[], { edits }: Truth): Promise<void> {
  const project = projects[Math.floor(edits.length % 3)];
  const [schedule] = project?.schedules ?? [];
  if (project === undefined || schedule === undefined) return;
  const minute = (harness.clock.now() / MINUTE + 17 * edits.length) % 60;
  if (schedule.hourly !== null) schedule.hourly = { ...schedule.hourly, minute: Math.floor(minute) };
  edits.push({ projectId: project.id, at: harness.clock.now() });
}

/** Slack takes the next message, and its answer is lost. */
function loseAnswer(): void {
  harness.slack.faults.add({ method: "chat.postMessage", kind: { type: "reset" }, afterEffect: true, times: 1 });
}

async function hexIsDown({ hidden, down }: Truth): Promise<void> {
  const from = harness.clock.now();
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  await harness.pass(25 * MINUTE, STEP_MS);
  harness.hex.faults.clear();
  down.push({ from, to: harness.clock.now() });
  await harness.pass(5 * MINUTE, STEP_MS);
  hidden.push({ from, to: harness.clock.now() });
}

async function restart({ hidden }: Truth): Promise<void> {
  const from = harness.clock.now();
  await harness.stopBot();
  harness.clock.advance(10 * MINUTE);
  await harness.startBot();
  await harness.pass(5 * MINUTE, STEP_MS);
  hidden.push({ from, to: harness.clock.now() });
}

function heap(): number {
  harness.log.length = 0;
  harness.slack.forgetCalls(harness.clock.now());
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}

/** `text`: what a message shows; `texts`: the same, and what it showed before. */
function messages(): { text: string; texts: string[]; isRepeat: boolean }[] {
  const posted = harness.slack.messages.filter(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
  return posted.map((message) => {
    const text = visibleText(message);
    return { text, texts: message.history.map(visibleText), isRepeat: text.includes("may be here more than once") };
  });
}

/** A message counts problems that are long over, and no longer tells of each. */
function toldOnce(texts: readonly string[], isRepeat: boolean): Told[] {
  const all = texts.flatMap((text) => toldIn(text, isRepeat));
  return [...new Map(all.map((one) => [`${one.title} ${one.kind} ${one.since}`, one])).values()];
}

/** The lines of a message, such as `~Late: a run was due <!date^1792890300^…>~ until …`, each under its project's title. */
function toldIn(text: string, isRepeat: boolean): Told[] {
  let title = "";
  return text.split("\n").flatMap((line): Told[] => {
    title = /^\*<[^|]*\|([^>]*)>\*$/.exec(line)?.[1] ?? title;
    const [, word, since] = /^(?::warning: |:white_circle: |~)(Failed|Late|Stuck).*?<!date\^(\d+)\^/.exec(line) ?? [];
    if (word === undefined) return [];
    const kind = word === "Failed" ? "failed" : word === "Late" ? "late" : "stuck";
    return [{ title, kind, since: Number(since) * SECOND, isRepeat }];
  });
}

/** A message that was left behind by its repeat is not kept up to date. */
function stillOpen(): string[] {
  const all = messages();
  const isLeftBehind = (text: string, index: number) =>
    all.slice(index + 1).some((other) => other.isRepeat && toldIn(text, false).some(isIn(toldOnce(other.texts, true))));
  return all
    .filter(({ text }, index) => text.includes("in trouble*") && !isLeftBehind(text, index))
    .map(({ text }) => text);
}

function isIn(told: readonly Told[]): (one: Told) => boolean {
  return (one) =>
    told.some(({ title, kind, since }) => title === one.title && kind === one.kind && since === one.since);
}

function toldTwice(told: readonly Told[]): string[] {
  const keys = told
    .filter(({ isRepeat }) => !isRepeat)
    .map(({ title, kind, since }) => `${title} ${kind} ${time(since)}`);
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

function falseLate({ runs, firings, down }: Truth, told: readonly Told[]): string[] {
  return told.flatMap(({ kind, since }) => {
    if (kind !== "late") return [];
    const slackMs = isNearChange(since) ? HOUR : 0;
    if (!firings.some(({ dueAt }) => Math.abs(dueAt - since) <= slackMs)) return [`nothing was due at ${time(since)}`];
    const until = Math.max(since, ...down.filter((one) => touches(one, since, since + LATE_MS)).map(({ to }) => to));
    const came = runs.find(({ startedAt }) => startedAt !== null && startedAt >= since && startedAt < until + LATE_MS);
    return came && came.trigger === "SCHEDULED" ? [`called late, but it came: ${time(since)}`] : [];
  });
}

function missedFailures({ runs, hidden }: Truth, told: readonly Told[]): string[] {
  const ends = runs.filter(({ endedAt }) => endedAt !== null && endedAt > FROM).sort((a, b) => endOf(a) - endOf(b));
  return ends.flatMap((run) => {
    if (run.status !== "ERRORED") return [];
    const at = endOf(run);
    const isShort = runs.some(
      (other) => startOf(other) > startOf(run) && endOf(other) > 0 && endOf(other) < at + SEEN_MS,
    );
    if (isShort || isHidden(hidden, at, at + SEEN_MS)) return [];
    return isTold(told, "failed", at, runs) ? [] : [`not told of the failure at ${time(at)}`];
  });
}

function missedLate({ runs, firings, hidden, edits }: Truth, told: readonly Told[], projectId: string): string[] {
  return firings.flatMap(({ dueAt, runAt }, index) => {
    const until = dueAt + LATE_MS + SEEN_MS;
    const came = runs.some(
      (run) =>
        startOf(run) >= dueAt - MINUTE && startOf(run) < until && (run.trigger === "SCHEDULED" || endOf(run) < until),
    );
    const isNextDue = (firings[index + 1]?.dueAt ?? Number.POSITIVE_INFINITY) < until;
    const isEdited = edits.some((one) => one.projectId === projectId && one.at > dueAt - 12 * MINUTE && one.at < until);
    const isOnTime = runAt !== null && runAt < dueAt + LATE_MS;
    if (isOnTime || came || isNextDue || isEdited || isNearChange(dueAt) || isHidden(hidden, dueAt - 3 * MINUTE, until))
      return [];
    return isTold(told, "late", dueAt, runs) ? [] : [`not told of what was due at ${time(dueAt)}`];
  });
}

function missedStuck({ runs, hidden }: Truth, told: readonly Told[]): string[] {
  const long = runs.filter((run) => startOf(run) > FROM && (endOf(run) || END) - startOf(run) > HOUR);
  return long.flatMap((run) => {
    const limit = startOf(run) + 10 * MINUTE;
    const isSecond = long.some((other) => other !== run && startOf(other) < startOf(run) && endOf(other) > limit);
    if (isSecond || isHidden(hidden, limit, limit + SEEN_MS)) return [];
    return told.some(({ kind, since }) => kind === "stuck" && Math.abs(since - startOf(run)) < MINUTE)
      ? []
      : [`not told that the run of ${time(startOf(run))} was stuck`];
  });
}

/** Several in a row, without a good run between them, are told once. A good run is old news once a later one has failed. */
function isTold(told: readonly Told[], kind: Told["kind"], at: number, runs: readonly Run[]): boolean {
  const isOldNews = (run: Run) =>
    runs.some(
      (other) =>
        other.status === "ERRORED" && startOf(other) > startOf(run) && endOf(other) > 0 && endOf(other) < endOf(run),
    );
  const isBetween = (run: Run, since: number) =>
    run.status === "COMPLETED" && startOf(run) > since + SECOND && endOf(run) < at && !isOldNews(run);
  return told.some((one) => one.kind === kind && one.since <= at && !runs.some((run) => isBetween(run, one.since)));
}

const runsOf = ({ runs }: Truth, id: string) => runs.filter(({ projectId }) => projectId === id);
const startOf = ({ startedAt, createdAt }: Run) => startedAt ?? createdAt;
const endOf = ({ endedAt }: Run) => endedAt ?? 0;
const touches = (period: Period, from: number, to: number) => period.from < to && from < period.to;
const isHidden = (hidden: readonly Period[], from: number, to: number) => hidden.some((one) => touches(one, from, to));
const time = (at: number) => new Date(at).toISOString();
