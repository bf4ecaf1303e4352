// Lists of runs: the recent ones of a project, or all that the bot tracks.

import type { ActionsBlock, Button } from "@slack/types";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { type HexRun, isFinal, isOver } from "../../hex/schema.js";
import { elapsedMs, identityOf, isLive, type Run } from "../../runs/run.js";
import { ACTIONS } from "./action-ids.js";
import { actions, context, fitting, type Message, message, section } from "./blocks.js";
import { code, count, date, dotted, duration, inline, link, mention } from "./mrkdwn.js";
import { approvalButtons, cancelButton, cancelHexRunButton, shortName } from "./run-buttons.js";
import { FACES, faceOf, titleOf, triggerWord } from "./run-words.js";

/** How many runs fit into one message with long titles: runs of one project, which is named at the top, and runs of several. */
const SHOWN = 10;
const WATCHED_SHOWN = 8;

/** All runs that the bot tracks. `recent` are the latest that ended. */
export function watchedRunsMessage(
  runs: readonly Run[],
  recent: readonly Run[],
  { now, place }: { now: number; place: HexPlace },
): Message {
  const head = section(runs.length === 0 ? "*No run is in flight.*" : `*${count(runs.length, "run")} in flight*`);
  const more = (left: number) => (left > 0 ? context(`and ${left} more`) : null);
  const foot = context("`/hex runs <project>` shows all runs of a project, no matter who started them.");
  const groups = runs.slice(0, WATCHED_SHOWN).map((run) => [ownRunBlock(run, now, place), ...approvalOf(run)]);
  const shown = fitting(groups, [head, more(runs.length), foot]);
  return message(runs.length === 0 ? "No run is in flight." : `${count(runs.length, "run")} in flight`, [
    head,
    ...shown.flat(),
    more(runs.length - shown.length),
    recent.length > 0 ? section("*Lately*") : null,
    ...recent.slice(0, 5).map((run) => ownRunBlock(run, now, place)),
    foot,
  ]);
}

/**
 * The answer to a cancellation that names nothing: the runs in flight that the person may mean. `channel` is that of the card;
 * `null` when there is none.
 */
export function runsInFlightMessage(
  runs: readonly { run: Run; channel: string | null }[],
  { user, here, now, place }: { user: string; here: string; now: number; place: HexPlace },
): Message {
  if (runs.length === 0) {
    return message("No run is in flight here, and none of yours is.", [
      section(
        "*No run is in flight here, and none that you started.*\n`/hex cancel <project>` finds the runs of a project, and `/hex runs` shows all that the bot tracks.",
      ),
    ]);
  }
  const mineFirst = runs.toSorted(
    (a, b) =>
      Number(b.run.requester === user) - Number(a.run.requester === user) || b.run.requestedAt - a.run.requestedAt,
  );
  const lines = mineFirst.slice(0, WATCHED_SHOWN).map(({ run, channel }) => {
    const elsewhere = channel === here || channel === null || !channel.startsWith("C") ? null : `in <#${channel}>`;
    return ownRunBlock(run, now, place, elsewhere);
  });
  const what = runs.length === 1 ? "One run is in flight" : `${count(runs.length, "run")} are in flight`;
  return message(`${what}. Which one?`, [
    section(`*${what}* in this channel, or started by you. Press Cancel next to the one to stop.`),
    ...lines,
    runs.length > WATCHED_SHOWN ? context(`and ${runs.length - WATCHED_SHOWN} more: \`/hex cancel <project>\``) : null,
  ]);
}

/** `where` is its channel, as mrkdwn; `null` when there is no need to say. */
function ownRunBlock(run: Run, now: number, place: HexPlace, where: string | null = null) {
  const { emoji, word } = faceOf(run);
  const elapsed = elapsedMs(run, now);
  const who = run.requester === null ? "started elsewhere" : mention(run.requester);
  const url = identityOf(run)?.url ?? null;
  const details = dotted(
    who,
    where,
    date(run.requestedAt),
    elapsed === null ? null : duration(elapsed),
    url === null ? null : link(url, "Open the run", 40),
  );
  const text = `${emoji} *${word}*  ${link(projectUrl(place, run.project), titleOf(run.project), 120)}\n${details}`;
  return section(text, cancelOf(run) ?? undefined);
}

/** The buttons for those who may approve the run, and may not see its card. */
function approvalOf(run: Run): ActionsBlock[] {
  const buttons = run.state === "awaiting" ? actions(...approvalButtons(run, shortName(titleOf(run.project)))) : null;
  return buttons === null ? [] : [buttons];
}

/** `null` when there is nothing to cancel, or nothing yet. */
function cancelOf(run: Run): Button | null {
  const { state } = run;
  if (state === "awaiting" || state === "approved" || state === "waiting") {
    const title = titleOf(run.project);
    return cancelButton({ actionId: ACTIONS.cancelListed, value: run.key, title, name: shortName(title), state });
  }
  return isLive(run) && run.state !== "cancelling" ? cancelHexRunButton(run.project, run.hex.runId) : null;
}

export interface ProjectRuns {
  project: { id: string; title: string };
  /** Newest first. */
  runs: readonly HexRun[];
  /** Those of them that the bot started, by their id in Hex. */
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
    runs.length > SHOWN ? context(`The latest ${SHOWN}. Older ones are in Hex.`) : null,
  ]);
}

export interface RunsToCancel extends ProjectRuns {
  /** The bot's own runs in flight that Hex does not list: they are waiting or being started, or Hex could not be asked. */
  others: readonly Run[];
  isUnread: boolean;
  named: "by_name" | "by_id";
}

/** The answer to a cancellation that names a project but no run. `runs` are those that have not ended. */
export function runsToCancelMessage({
  project,
  runs,
  own,
  others,
  isUnread,
  named,
  now,
  place,
}: RunsToCancel): Message {
  const title = link(projectUrl(place, project), titleOf(project), 120);
  const said = named === "by_id" ? `That names the project *${title}* but no run` : `The project is *${title}*`;
  const total = runs.length + others.length;
  if (total === 0) {
    return message("No run of that project is in flight.", [
      section(
        `${said}, and none of its runs is in flight: there is nothing to cancel.\n${code(`/hex runs ${project.id}`)} shows the latest.`,
      ),
    ]);
  }
  const lines = [
    ...others.map((run) => ownRunBlock(run, now, place)),
    ...runs.map((run) => hexRunBlock(run, own.get(run.runId) ?? null, project, now)),
  ];
  return message("Which run of that project?", [
    section(`${said}. Which one? *${count(total, "run")} in flight:*`),
    ...lines.slice(0, WATCHED_SHOWN),
    total > WATCHED_SHOWN ? context(`The latest ${WATCHED_SHOWN}. The others are in Hex.`) : null,
    isUnread ? context("The bot could not ask Hex: these are the runs that the bot tracks.") : null,
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

function hexRunBlock(run: HexRun, own: Run | null, project: ProjectRuns["project"], now: number) {
  const { runId, status, runTrigger, startTime, endTime, elapsedTime, runUrl } = run;
  const finished = isOver(run, now);
  const stopping = own?.state === "cancelling" && !finished;
  const elapsed = elapsedTime ?? (startTime === null ? null : (endTime ?? now) - startTime);
  const by = own?.requester ? mention(own.requester) : triggerWord(runTrigger ?? "not known");
  const text = dotted(
    stopping ? faceWords("cancelling") : statusWords(status, finished),
    `by ${by}`,
    startTime === null ? "not started yet" : date(startTime),
    elapsed === null || elapsed < 0 ? null : duration(elapsed),
    runUrl === null ? null : link(runUrl, "Open the run", 40),
    code(runId, 60),
  );
  return section(text, finished || stopping ? undefined : cancelHexRunButton(project, runId));
}

/** A status that this bot does not know is shown as it came. So is a known one that contradicts whether the run has ended. */
function statusWords(status: string, finished: boolean): string {
  const state = STATES.get(status);
  if (state !== undefined && (!finished || isFinal(status))) return faceWords(state);
  return finished ? `${faceWords("ended")} ${code(status, 60)}` : `:grey_question: ${code(status, 60)}`;
}

function faceWords(state: keyof typeof FACES): string {
  return `${FACES[state].emoji} *${FACES[state].word}*`;
}
