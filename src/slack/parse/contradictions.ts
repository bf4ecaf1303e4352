// What cannot be started as it was typed, in the command or in the form. Pure.

import type { RunOptions } from "../../runs/run.js";

/** More than any app has. Each one is a line in the check that Hex makes. */
const MOST_INPUTS = 100;

export type Contradiction =
  /** Hex's links do not name saved views: a UUID in one is a cell's, a run's or a session's. */
  | { kind: "view_is_link" }
  | { kind: "too_many_inputs"; count: number; most: number }
  | { kind: "view_with_inputs" }
  | { kind: "publish_with_inputs" };

/** All that there are. */
export function contradictionsIn({ inputs, publish, view }: RunOptions): Contradiction[] {
  const count = Object.keys(inputs).length;
  const found: (Contradiction | null)[] = [
    view?.includes("/") ? { kind: "view_is_link" } : null,
    count > MOST_INPUTS ? { kind: "too_many_inputs", count, most: MOST_INPUTS } : null,
    view !== null && count > 0 ? { kind: "view_with_inputs" } : null,
    publish && count > 0 ? { kind: "publish_with_inputs" } : null,
  ];
  return found.filter((one) => one !== null);
}
