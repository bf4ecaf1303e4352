// The words for a run that its card, a list and an answer share: its title, its state, what it was started with.

import type { Run, RunIn, RunOptions } from "../../runs/run.js";
import { code } from "./mrkdwn.js";

/** Not escaped yet. The id for a project without a title. */
export function titleOf({ title, id }: Run["project"]): string {
  return title || id;
}

interface Face {
  emoji: string;
  word: string;
}

/** Emoji and word of a state: never colour alone. */
export function faceOf(run: Run): Face {
  switch (run.state) {
    case "starting":
      return run.looking
        ? { emoji: ":mag:", word: "Looking for the run" }
        : { emoji: ":hourglass_flowing_sand:", word: "Starting" };
    case "waiting":
      return { emoji: ":hourglass:", word: "Waiting to start" };
    case "withdrawn":
      return { emoji: ":no_entry_sign:", word: "Not started" };
    case "pending":
      return { emoji: ":hourglass_flowing_sand:", word: "Waiting for a kernel" };
    case "running":
      return { emoji: ":arrow_forward:", word: "Running" };
    case "cancelling":
      return { emoji: ":octagonal_sign:", word: "Cancelling…" };
    case "completed":
      return { emoji: ":white_check_mark:", word: "Completed" };
    case "errored":
      return { emoji: ":x:", word: "Errored" };
    case "cancelled":
      return { emoji: ":no_entry_sign:", word: "Cancelled" };
    case "no_kernel":
      return { emoji: ":x:", word: "No kernel" };
    case "refused":
      return { emoji: ":x:", word: "Not started" };
    case "lost":
      return { emoji: ":grey_question:", word: LOST[run.why] };
  }
}

const LOST: Record<RunIn<"lost">["why"], string> = {
  start_unknown: "Not known",
  several: "Not known",
  vanished: "No longer in Hex",
  unreachable: "Not known",
  too_long: "No longer watched",
};

/** The inputs and flags it was started with; null when there are none. */
export function optionsLine(options: RunOptions): string | null {
  const inputs = Object.entries(options.inputs);
  const shown = inputs.slice(0, 12).map(([name, value]) => code(`${name}=${printed(value)}`, 120));
  const more = inputs.length > shown.length ? [`and ${inputs.length - shown.length} more`] : [];
  const flags = [
    options.fresh ? "fresh SQL" : null,
    options.publish ? "updates the published results" : null,
    options.view === null ? null : `view ${code(options.view, 100)}`,
  ].filter((flag) => flag !== null);
  const parts = [...(shown.length > 0 ? [`Inputs ${[...shown, ...more].join(" ")}`] : []), ...flags];
  return parts.length === 0 ? null : parts.join(" · ");
}

function printed(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
