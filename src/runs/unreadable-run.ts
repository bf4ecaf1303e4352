// A stored run that cannot be read, and what is known of it all the same.

import type { UnreadableRow } from "../store/row-reader.js";

/** What the columns of a run tell when its document cannot be read. */
export interface RunOutline {
  key: string;
  projectId: string;
  /** Its id in Hex; null: not known, or there is none. */
  runId: string | null;
  inFlight: boolean;
}

/** This run cannot be read: nothing can be done with it but to show where it is. */
export class UnreadableRun extends Error {
  override readonly name = "UnreadableRun";
  constructor(
    readonly run: RunOutline,
    override readonly cause: UnreadableRow,
  ) {
    super(cause.message);
  }
}
