// Lists of runs: the recent ones of a project, or all that the bot watches.

import { type HexPlace, projectUrl } from "../../hex/links.js";
import { type HexRun, isFinal, isOver } from "../../hex/schema.js";
import { elapsedMs, identityOf, isLive, type Run } from "../../runs/run.js";
import { ACTIONS } from "./action-ids.js";
import { context, type Message, message, section } from "./blocks.js";
import { code, count, date, dotted, duration, inline, link, mention, shorten } from "./mrkdwn.js";
import { cancelButton } from "./run-buttons.js";
import { FACES, faceOf, titleOf } from "./run-words.js";

/** As many as fit into one message with long titles: of a project, whose title stands at the head, and of several. */
const SHOWN = 10;
const WATCHED_SHOWN = 8;

/** All runs that the bot watches. `recent`: the latest that ended. */
export function watchedRunsMessage(
  runs: readonly Run[],
  recent: readonly Run[],
  { now, place }: { now: number; place: HexPlace },
): Message {
  const lines = (list: readonly Run[]) => list.slice(0, WATCHED_SHOWN).map((run) => ownRunBlock(run, now, place));
  return message(runs.length === 0 ? "No run is in flight." : `${count(runs.length, "run")} in flight`, [
    section(runs.length === 0 ? "*No run is in flight.*" : `*${count(runs.length, "run")} in flight*`),
    ...lines(runs),
    runs.length > WATCHED_SHOWN ? context(`and ${runs.length - WATCHED_SHOWN} more`) : null,
    recent.length > 0 ? section("*Lately*") : null,
    ...lines(recent.slice(0, 5)),
    context("`/hex runs <project id>` shows all runs of a project, whoever started them."),
  ]);
}

function ownRunBlock(run: Run, now: number, place: HexPlace) {
  const { emoji, word } = faceOf(run);
  const elapsed = elapsedMs(run, now);
  const who = run.requester === null ? "started elsewhere" : mention(run.requester);
  const url = identityOf(run)?.url ?? null;
  const details = dotted(
    who,
    date(run.requestedAt),
    elapsed === null ? null : duration(elapsed),
    url === null ? null : link(url, "Open the run", 40),
  );
  const text = `${emoji} *${word}*  ${link(projectUrl(place, run.project), titleOf(run.project), 120)}\n${details}`;
  const mayCancel = isLive(run) && run.state !== "cancelling";
  return section(text, mayCancel ? cancel(run.project, run.hex.runId) : undefined);
}

export interface ProjectRuns {
  project: { id: string; title: string };
  /** Newest first. */
  runs: readonly HexRun[];
  /** The bot's own runs among them, by their id in Hex. */
  own: ReadonlyMap<string, Run>;
  now: number;
  place: HexPlace;
}

export function projectRunsMessage({ project, runs, own, now, place }: ProjectRuns): Message {
  const title = link(projectUrl(place, project), titleOf(project), 120);
  if (runs.length === 0) {
    return message("This project has no runs.", [
      section(`*${title}* has no runs in the last 90 days. Start one with ${code(`/hex run ${project.id}`)}.`),
    ]);
  }
  return message(`The latest runs of ${inline(titleOf(project), 120)}`, [
    section(`*The latest runs of* ${title}`),
    ...runs.slice(0, SHOWN).map((run) => hexRunBlock(run, own.get(run.runId) ?? null, project, now)),
    runs.length > SHOWN ? context(`The ${SHOWN} latest. Older ones are in Hex.`) : null,
  ]);
}

/** For a wish to cancel that names a project and no run. `runs`: those that have not ended. */
export function runsToCancelMessage({ project, runs, own, now, place }: ProjectRuns): Message {
  const title = link(projectUrl(place, project), titleOf(project), 120);
  if (runs.length === 0) {
    return message("No run of that project is in flight.", [
      section(
        `That names the project *${title}* and no run, and none of its runs is in flight: there is nothing to cancel.\n${code(`/hex runs ${project.id}`)} shows the latest.`,
      ),
    ]);
  }
  return message("Which run of that project?", [
    section(`That names the project *${title}* and no run. Which one? *${count(runs.length, "run")} in flight:*`),
    ...runs.slice(0, SHOWN).map((run) => hexRunBlock(run, own.get(run.runId) ?? null, project, now)),
    runs.length > SHOWN ? context(`The ${SHOWN} latest. The others are in Hex.`) : null,
  ]);
}

/** The bot's states for Hex's statuses. */
const STATES: ReadonlyMap<string, keyof typeof FACES> = new Map([
  ["PENDING", "pending"],
  ["RUNNING", "running"],
  ["COMPLETED", "completed"],
  ["ERRORED", "errored"],
  ["KILLED", "cancelled"],
  ["UNABLE_TO_ALLOCATE_KERNEL", "no_kernel"],
]);
const TRIGGERS: Record<string, string> = { API: "API", SCHEDULED: "schedule", APP_REFRESH: "refresh of the app" };

function hexRunBlock(run: HexRun, own: Run | null, project: ProjectRuns["project"], now: number) {
  const { runId, status, runTrigger, startTime, endTime, elapsedTime, runUrl } = run;
  const finished = isOver(run, now);
  const stopping = own?.state === "cancelling" && !finished;
  const elapsed = elapsedTime ?? (startTime === null ? null : (endTime ?? now) - startTime);
  const by = own?.requester
    ? mention(own.requester)
    : (TRIGGERS[runTrigger ?? ""] ?? inline(runTrigger ?? "not known", 40));
  const text = dotted(
    stopping ? faceWords("cancelling") : statusWords(status, finished),
    `by ${by}`,
    startTime === null ? "not begun" : date(startTime),
    elapsed === null || elapsed < 0 ? null : duration(elapsed),
    runUrl === null ? null : link(runUrl, "Open the run", 40),
    code(runId, 60),
  );
  return section(text, finished || stopping ? undefined : cancel(project, runId));
}

/** A status that this bot does not know stands there as it came. So does a known one that its end contradicts. */
function statusWords(status: string, finished: boolean): string {
  const state = STATES.get(status);
  if (state !== undefined && (!finished || isFinal(status))) return faceWords(state);
  return finished ? `${faceWords("ended")} ${code(status, 60)}` : `:grey_question: ${code(status, 60)}`;
}

function faceWords(state: keyof typeof FACES): string {
  return `${FACES[state].emoji} *${FACES[state].word}*`;
}

function cancel({ id, title }: ProjectRuns["project"], runId: string) {
  return cancelButton({
    actionId: ACTIONS.cancelHexRun,
    value: JSON.stringify({ project: id, run: runId }),
    title,
    // Short, so that a whole list of them fits into one message.
    name: shorten(title, 60) || "The run",
  });
}
