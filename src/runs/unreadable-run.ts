// A stored run that cannot be read, and what is known about it all the same.

import type { UnreadableRow } from "../store/row-reader.js";

/** What the columns of a run show when its document cannot be read. */
export interface RunOutline {
  key: string;
  projectId: string;
  /** The run's id in Hex; `null` when it is not known or does not exist. */
  runId: string | null;
}

/** This run cannot be read. All that the bot can do is show where it is. */
export class UnreadableRun extends Error {
  override readonly name = "UnreadableRun";
  constructor(
    readonly run: RunOutline,
    override readonly cause: UnreadableRow,
  ) {
    super(cause.message);
  }
}

/** For a `catch`, where a run that cannot be read is an outcome like any other. @throws anything else */
export function asUnreadableRun(error: unknown): UnreadableRun {
  if (error instanceof UnreadableRun) return error;
  throw error;
}
