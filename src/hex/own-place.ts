// Where the own workspace is, for the links that the bot writes: learnt from what Hex answers, without a request of its own.

import { type HexPlace, workspaceOfLink } from "./links.js";

/** What may stand in a path: the workspace's id, or its short name. */
const SEGMENT = /^[\w-]{1,100}$/;

export class OwnPlace {
  #id: string | null = null;
  /** The same, as far as this process was told it. */
  #toldId: string | null = null;
  #ofRuns: string | null = null;

  /** `origin`: such as `https://app.hex.tech`; `configured`: the workspace in the address that the operator gave. */
  constructor(
    private readonly origin: string,
    private readonly configured: string | null,
  ) {}

  /** As far as it is known by now: Hex's own word first, then the operator's, then what stands in the links of runs. */
  get now(): HexPlace {
    return { origin: this.origin, workspace: this.#id ?? this.configured ?? this.#ofRuns };
  }

  /** What Hex tells comes from there. `workspace`: only as this process was told it; null: it was not. */
  get source(): { origin: string; workspace: string | null } {
    return { origin: this.origin, workspace: this.#toldId };
  }

  /** The workspace's id, as "who am I" tells it; null: it was not told. */
  learnId(workspaceId: string | null): void {
    if (workspaceId === null || !SEGMENT.test(workspaceId)) return;
    this.#id = workspaceId;
    this.#toldId = workspaceId;
  }

  /** What was stored of an earlier process: nothing when that worked with another Hex. */
  remember(stored: { id: string; origin: string } | null): void {
    if (stored?.origin === this.origin && SEGMENT.test(stored.id)) this.#id = stored.id;
  }

  /** The link of a run, as Hex wrote it. */
  learnFromRun(runUrl: string | null): void {
    const workspace = runUrl === null ? null : workspaceOfLink(runUrl, this.origin);
    if (workspace !== null && SEGMENT.test(workspace)) this.#ofRuns = workspace;
  }
}
