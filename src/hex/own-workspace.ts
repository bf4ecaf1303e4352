// Where the token's own workspace is, for links to projects. Learnt from Hex's answers, without a request of its own.

import { type HexPlace, workspaceOfLink } from "./links.js";

/** The part of a path that names the workspace: its id or its short name. */
const SEGMENT = /^[\w-]{1,100}$/;

export class OwnWorkspace {
  #id: string | null = null;
  /** The same, but only if this process has learnt it itself. */
  #toldId: string | null = null;
  #ofRuns: string | null = null;

  /** `origin` is for example `https://app.hex.tech`; `configured` is the workspace that is configured. */
  constructor(
    private readonly origin: string,
    private readonly configured: string | null,
  ) {}

  /** The place as far as it is known: what Hex says comes first, then what is configured, then what the links of runs contain. */
  get now(): HexPlace {
    return { origin: this.origin, workspace: this.#id ?? this.configured ?? this.#ofRuns };
  }

  /** Where Hex's answers come from. `workspace` is `null` unless this process has learnt it from Hex itself. */
  get source(): { origin: string; workspace: string | null } {
    return { origin: this.origin, workspace: this.#toldId };
  }

  /** The workspace's id, from "who am I"; `null` when Hex did not say. */
  learnId(workspaceId: string | null): void {
    if (workspaceId === null || !SEGMENT.test(workspaceId)) return;
    this.#id = workspaceId;
    this.#toldId = workspaceId;
  }

  /** What an earlier process stored. It does not count if that process worked with another Hex. */
  remember(stored: { id: string; origin: string } | null): void {
    if (stored?.origin === this.origin && SEGMENT.test(stored.id)) this.#id = stored.id;
  }

  /** The link to a run, as Hex wrote it. */
  learnFromRun(runUrl: string | null): void {
    const workspace = runUrl === null ? null : workspaceOfLink(runUrl, this.origin);
    if (workspace !== null && SEGMENT.test(workspace)) this.#ofRuns = workspace;
  }
}
