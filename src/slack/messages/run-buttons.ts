// A run's buttons: those on its card, and Cancel, which lists have too.

import type { Button } from "@slack/types";
import type { Run } from "../../runs/run.js";
import { ACTIONS } from "./action-ids.js";
import { button } from "./blocks.js";
import { shorten } from "./mrkdwn.js";
import { titleOf } from "./run-words.js";

/** The buttons that do something in the run's current state. */
export function runButtons(run: Run): (Button | null)[] {
  const title = titleOf(run.project);
  switch (run.state) {
    case "starting":
    case "cancelling":
      return [tellMeButton(run)];
    case "waiting":
    case "pending":
    case "running":
      return [cancelButton({ actionId: ACTIONS.cancelRun, value: run.key, title, name: title }), tellMeButton(run)];
    case "lost":
      return [
        run.hex === null ? button({ actionId: ACTIONS.lookAgain, label: "Look again", value: run.key }) : null,
        againButton(run),
        changesButton(run),
      ];
    case "refused":
      // Hex would refuse the same inputs again.
      return [run.facts.kind === "inputs_refused" ? null : againButton(run), changesButton(run)];
    default:
      return [againButton(run), changesButton(run)];
  }
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

/** `null` when somebody has already pressed it. */
function againButton(run: Run): Button | null {
  if (run.again !== null) return null;
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
function changesButton(run: Run): Button {
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
export function cancelHexRunButton(project: { id: string; title: string }, runId: string): Button {
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

/** `title` is the project's; `name` is the same title, shortened for the question. */
export function cancelButton(run: { actionId: string; value: string; title: string; name: string }): Button {
  const { actionId, value, title, name } = run;
  return button({
    actionId,
    label: "Cancel",
    value,
    style: "danger",
    describe: `Cancel the run of ${title}`,
    confirm: {
      title: "Cancel this run?",
      text: `${name} stops in Hex, for everybody who is waiting for it.`,
      confirm: "Cancel the run",
      deny: "Let it run",
    },
  });
}
