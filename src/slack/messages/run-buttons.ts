// A run's buttons: those on its card, and Cancel, which lists have too.

import type { Button } from "@slack/types";
import type { ProjectNamed } from "../../hex/projects.js";
import { NOT_BEGUN, type Run, type RunOptions, type RunState } from "../../runs/run.js";
import { ACTIONS } from "./action-ids.js";
import { button } from "./blocks.js";
import { shorten } from "./mrkdwn.js";
import { titleOf } from "./run-words.js";

/** Whether somebody may start a run of a project. */
export type MayStart = (projectId: string, options: Pick<RunOptions, "publish">) => boolean;

/** For messages that many people read: whether they may is decided when they press a button. */
const ANYBODY: MayStart = () => true;

/** The buttons that do something in the run's current state. `mayStart`: for whom they are drawn. */
export function runButtons(run: Run, mayStart: MayStart = ANYBODY): (Button | null)[] {
  switch (run.state) {
    case "starting":
    case "cancelling":
      return [tellMeButton(run)];
    case "awaiting":
      return [...approvalButtons(run), cancelOnCard(run), tellMeButton(run)];
    case "approved":
    case "waiting":
    case "pending":
    case "running":
      return [cancelOnCard(run), tellMeButton(run)];
    case "lost":
      return [
        // A run that is too old would be given up again at once.
        run.why === "too_long" ? null : lookAgainButton(run),
        againButton(run, mayStart),
        changesButton(run, mayStart),
      ];
    case "refused":
      // Hex would refuse the same inputs again.
      return [run.facts.kind === "inputs_refused" ? null : againButton(run, mayStart), changesButton(run, mayStart)];
    default:
      return [againButton(run, mayStart), changesButton(run, mayStart)];
  }
}

/** For those who are asked to approve the run. `title` is the project's, perhaps shortened. */
export function approvalButtons({ key, project }: Run, title = titleOf(project)): Button[] {
  return [
    button({
      actionId: ACTIONS.approveRun,
      label: "Approve",
      value: key,
      style: "primary",
      describe: `Approve the run of ${title}`,
    }),
    button({ actionId: ACTIONS.declineRun, label: "Decline", value: key, describe: `Decline the run of ${title}` }),
  ];
}

function cancelOnCard({ key, project, state }: Run): Button {
  const title = titleOf(project);
  return cancelButton({ actionId: ACTIONS.cancelRun, value: key, title, name: title, state });
}

/** The same for everybody, since a card cannot know who is looking at it. */
function tellMeButton(run: Run): Button {
  return button({
    actionId: ACTIONS.tellMe,
    label: "Tell me",
    value: run.key,
    describe: `Tell me when it has ended: ${titleOf(run.project)}`,
  });
}

function lookAgainButton({ key, project }: Run): Button {
  return button({
    actionId: ACTIONS.lookAgain,
    label: "Look again",
    value: key,
    describe: `Look again: ${titleOf(project)}`,
  });
}

/** `null` when somebody has already pressed it. */
function againButton(run: Run, mayStart: MayStart): Button | null {
  if (run.again !== null || !mayStart(run.project.id, run.options)) return null;
  const mayExist = run.state === "lost" && run.hex === null;
  const label = mayExist ? "Start again" : "Run again";
  return button({
    actionId: ACTIONS.runAgain,
    label,
    value: run.key,
    describe: `${label}: ${titleOf(run.project)}`,
    ...(mayExist ? { confirm: MAY_EXIST } : {}),
  });
}

/** Opens the form, where people decide what to run. It is there for as long as the card is. */
function changesButton(run: Run, mayStart: MayStart): Button | null {
  if (!mayStart(run.project.id, { publish: false })) return null;
  return button({
    actionId: ACTIONS.runWithChanges,
    label: "Run with changes",
    value: run.key,
    describe: `Run with changes: ${titleOf(run.project)}`,
  });
}

const MAY_EXIST = {
  title: "Start it again?",
  text: "The first run may exist in Hex without being listed yet. Then there will be two.",
  confirm: "Start again",
  deny: "Not now",
};

/** Cancels a run by its id in Hex, whether or not the bot has started it. */
export function cancelHexRunButton(project: ProjectNamed, runId: string): Button {
  return cancelButton({
    actionId: ACTIONS.cancelHexRun,
    value: JSON.stringify({ project: project.id, run: runId }),
    title: project.title,
    name: shortName(project.title),
  });
}

/** Short, so that a whole list of them fits into one message. */
export function shortName(title: string): string {
  return shorten(title, 60) || "The run";
}

interface Cancellable {
  actionId: string;
  value: string;
  /** The project's. */
  title: string;
  /** The same, shortened for the question. */
  name: string;
  /** `undefined` for a run that was started elsewhere. */
  state?: RunState;
}

/** The longest name in the question, whose end says what happens. */
const NAME = 200;

export function cancelButton({ actionId, value, title, name, state }: Cancellable): Button {
  const isBegun = state === undefined || !NOT_BEGUN.has(state);
  const asked = shorten(name, NAME);
  return button({
    actionId,
    label: "Cancel",
    value,
    style: "danger",
    describe: `Cancel the run of ${title}`,
    confirm: {
      title: "Cancel this run?",
      text: isBegun
        ? `${asked} stops in Hex, for everybody who is waiting for it.`
        : `${asked} will not be started, not even for others who are waiting for it.`,
      confirm: "Cancel the run",
      deny: isBegun ? "Let it run" : "Let it wait",
    },
  });
}
