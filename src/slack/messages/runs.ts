// Lists of runs: the recent ones of a project, or all that the bot tracks.

import type { ActionsBlock, Button, ContextBlock } from "@slack/types";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { type HexRun, isFinal, isOver } from "../../hex/schema.js";
import { elapsedMs, identityOf, isLive, type Run } from "../../runs/run.js";
import { ACTIONS } from "./action-ids.js";
import { actions, answer, context, fitting, type Message, message, section } from "./blocks.js";
import { code, count, date, dotted, duration, inline, link, mention } from "./mrkdwn.js";
import { approvalButtons, cancelButton, cancelHexRunButton, shortName } from "./run-buttons.js";
import { FACES, faceOf, optionsToJudge, STATES, titleOf, triggerWord } from "./run-words.js";

/** How many runs fit into one message with long titles: runs of one project, which is named at the top, and runs of several. */
const SHOWN = 10;
const TRACKED_SHOWN = 8;
/** How many runs that have ended a message shows below those in flight. */
export const RECENT_SHOWN = 5;

/** When and for whom a list is drawn. */
export interface ListAt {
  /** Epoch ms. */
  now: number;
  place: HexPlace;
  /** Whether they may cancel a run. `requester`: who asked for the run; `null` for one that was started elsewhere. */
  mayCancel: (projectId: string, requester: string | null) => boolean;
  /** Whether they may approve or decline a run, by its key. */
  mayDecide: (runKey: string) => boolean;
}

/** All runs that the bot tracks. `recent` are the latest that ended; as many are shown as have room. */
export function trackedRunsMessage(runs: readonly Run[], recent: readonly Run[], at: ListAt): Message {
  const head = section(runs.length === 0 ? "*No run is in flight.*" : `*${count(runs.length, "run")} in flight*`);
  const more = (left: number) => (left > 0 ? context(`and ${left} more`) : null);
  const foot = context("`/hex runs <project>` shows all runs of a project, no matter who started them.");
  const groups = runs.slice(0, TRACKED_SHOWN).map((run) => [ownRunBlock(run, at), ...approvalOf(run, at)]);
  const shown = fitting(groups, [head, more(runs.length), foot]);
  return message(runs.length === 0 ? "No run is in flight." : `${count(runs.length, "run")} in flight`, [
    head,
    ...shown.flat(),
    more(runs.length - shown.length),
    recent.length > 0 ? section("*Lately*") : null,
    ...recent.slice(0, RECENT_SHOWN).map((run) => ownRunBlock(run, at)),
    foot,
  ]);
}

/**
 * The answer to a cancellation that names nothing: the runs in flight that the person may mean. `channel` is that of the card;
 * `null` when there is none.
 */
export function runsInFlightMessage(
  runs: readonly { run: Run; channel: string | null }[],
  { user, here, ...at }: ListAt & { user: string; here: string },
): Message {
  if (runs.length === 0) {
    return answer(
      "*No run is in flight here, and you have none in flight elsewhere.*\n`/hex cancel <project>` finds the runs of a project, and `/hex runs` shows all that the bot tracks.",
    );
  }
  const mineFirst = runs.toSorted(
    (a, b) =>
      Number(b.run.requester === user) - Number(a.run.requester === user) || b.run.requestedAt - a.run.requestedAt,
  );
  const lines = mineFirst.slice(0, TRACKED_SHOWN).map(({ run, channel }) => {
    const elsewhere = channel === here || channel === null || !channel.startsWith("C") ? null : `in <#${channel}>`;
    return ownRunBlock(run, at, elsewhere);
  });
  const what = `${count(runs.length, "run")} in flight`;
  const isAnyTheirs = runs.some(({ run }) => at.mayCancel(run.project.id, run.requester));
  const isAnyReady = runs.some(({ run }) => at.mayCancel(run.project.id, run.requester) && cancelOf(run) !== null);
  const todo = isAnyReady ? " Press Cancel next to the one that you want to stop." : "";
  return answer(
    `*${what}* in this conversation, or started by you.${isAnyTheirs ? todo : ` ${NONE_THEIRS}`}`,
    ...lines,
    runs.length > TRACKED_SHOWN ? context(`and ${runs.length - TRACKED_SHOWN} more: \`/hex cancel <project>\``) : null,
  );
}

const NONE_THEIRS =
  ":lock: You may not cancel other people's runs here. Ask whoever started them, or whoever looks after the bot.";

/** `where` is its channel, as mrkdwn; `null` when there is no need to say. */
function ownRunBlock(run: Run, { now, place, mayCancel }: ListAt, where: string | null = null) {
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
  if (!mayCancel(run.project.id, run.requester)) return section(text);
  const later = cancelLater(run);
  return section(later === null ? text : `${text}\n${later}`, cancelOf(run) ?? undefined);
}

/** Why a run cannot be cancelled yet, when the bot does not know its id in Hex; `null` for any other run. */
function cancelLater(run: Run): string | null {
  if (run.state !== "starting") return null;
  return run.looking
    ? "You can cancel it as soon as the bot has found it in Hex."
    : "Still starting: you can cancel it as soon as Hex has accepted it.";
}

/** What those approve who may approve the run and may not see its card, and the buttons for that. */
function approvalOf(run: Run, { mayDecide }: ListAt): (ActionsBlock | ContextBlock)[] {
  if (run.state !== "awaiting" || !mayDecide(run.key)) return [];
  const blocks = [
    context(...optionsToJudge(run.options)),
    actions(...approvalButtons(run, shortName(titleOf(run.project)))),
  ];
  return blocks.filter((block) => block !== null);
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

export interface ProjectRuns extends ListAt {
  project: ProjectNamed;
  /** Newest first. */
  runs: readonly HexRun[];
  /** The runs among these that the bot started, by their ids in Hex. */
  own: ReadonlyMap<string, Run>;
  /** The bot's own runs in flight that Hex does not list: they are waiting or being started, or Hex could not be asked. */
  others: readonly Run[];
}

export function projectRunsMessage({ project, runs, own, others, ...at }: ProjectRuns): Message {
  const { place } = at;
  const title = link(projectUrl(place, project), titleOf(project), 120);
  const total = runs.length + others.length;
  if (total === 0) {
    return answer(`*${title}* has no runs in the last 90 days. Start one with ${code(`/hex run ${project.id}`)}.`);
  }
  const head = section(`*The latest runs of* ${title}`);
  const older = (shown: number) => (total > shown ? context(`The latest ${shown}. Older ones are in Hex.`) : null);
  const groups = [
    ...others.map((run) => [ownRunBlock(run, at), ...approvalOf(run, at)]),
    ...runs.map((run) => [hexRunBlock(run, own.get(run.runId) ?? null, project, at)]),
  ];
  const shown = fitting(groups.slice(0, SHOWN), [head, older(0)]);
  return message(`The latest runs of ${inline(titleOf(project), 120)}`, [head, ...shown.flat(), older(shown.length)]);
}

export interface RunsToCancel extends ProjectRuns {
  isUnread: boolean;
  named: "by_name" | "by_id";
}

/** The answer to a cancellation that names a project but no run. `runs` are those that have not ended. */
export function runsToCancelMessage({ project, runs, own, others, isUnread, named, ...at }: RunsToCancel): Message {
  const { place } = at;
  const title = link(projectUrl(place, project), titleOf(project), 120);
  const said = named === "by_id" ? `That names the project *${title}* but no run` : `The project is *${title}*`;
  const total = runs.length + others.length;
  if (total === 0) {
    return answer(
      `${said}, and none of its runs is in flight: there is nothing to cancel.\n${code(`/hex runs ${project.id}`)} shows the latest.`,
    );
  }
  const requesters = [...others, ...runs.map(({ runId }) => own.get(runId) ?? null)];
  const isAnyTheirs = requesters.some((run) => at.mayCancel(project.id, run?.requester ?? null));
  const lines = [
    ...others.map((run) => ownRunBlock(run, at)),
    ...runs.map((run) => hexRunBlock(run, own.get(run.runId) ?? null, project, at)),
  ];
  return answer(
    `${said}.${isAnyTheirs && total > 1 ? " Which one?" : ""} *${count(total, "run")} in flight:*`,
    isAnyTheirs ? null : section(NONE_THEIRS),
    ...lines.slice(0, TRACKED_SHOWN),
    total > TRACKED_SHOWN ? context(`The latest ${TRACKED_SHOWN}. The others are in Hex.`) : null,
    isUnread
      ? context(
          "The bot could not ask Hex: these are only the runs that it tracks. For the others, try again in a minute.",
        )
      : null,
  );
}

function hexRunBlock(run: HexRun, own: Run | null, project: ProjectRuns["project"], { now, mayCancel }: ListAt) {
  const { runId, status, runTrigger, startTime, endTime, elapsedTime, runUrl } = run;
  const finished = isOver(run, now);
  const stopping = own?.state === "cancelling" && !finished;
  const elapsed = elapsedTime ?? (startTime === null ? null : (endTime ?? now) - startTime);
  const trigger = runTrigger === null ? null : triggerWord(runTrigger);
  const by = own?.requester ? mention(own.requester) : trigger;
  const text = dotted(
    stopping ? faceWords("cancelling") : statusWords(status, finished),
    by === null ? null : `by ${by}`,
    startTime === null ? unstartedWords(status, finished) : date(startTime),
    elapsed === null || elapsed < 0 ? null : duration(elapsed),
    runUrl === null ? null : link(runUrl, "Open the run", 40),
    code(runId, 60),
  );
  const canCancel = !finished && !stopping && mayCancel(project.id, own?.requester ?? null);
  return section(text, canCancel ? cancelHexRunButton(project, runId) : undefined);
}

/** For a run without a start time; `null` when it has started all the same, as its status shows. */
function unstartedWords(status: string, finished: boolean): string | null {
  if (status === "RUNNING" || status === "COMPLETED" || status === "ERRORED") return null;
  return finished ? "never started" : "not started yet";
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
