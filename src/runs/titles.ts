// Learns the titles of runs that were started by id alone because Hex could not be asked for the project's title first.

import type { HexClient } from "../hex/client.js";
import { asHexError, HexError, meansDisconnected, meansLater } from "../hex/errors.js";
import type { Project } from "../hex/schema.js";
import type { Share } from "../hex/shares.js";
import type { Clock } from "../lib/clock.js";
import type { Run } from "./run.js";
import type { RunStore } from "./store.js";

export interface TitlesOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
  /** The share of the budget that its requests use. */
  share: Share;
  /** What is known about a project without asking. */
  known: (projectId: string) => Project | null;
}

/** The pause before asking again for a project that could not be read, in ms. */
const AGAIN_MS = 30_000;
const TIMEOUT_MS = 15_000;

/** `never` when Hex does not show the project. */
type Told = { is: string } | "never";

export class Titles {
  /** Runs without a title, ended ones too, by key. */
  readonly #nameless = new Map<string, Run>();
  /** When each project may be requested again: project id -> time by the monotonic clock, in ms. */
  readonly #notBefore = new Map<string, number>();

  constructor(private readonly options: TitlesOptions) {}

  /** Whether there is a title to learn, for one of the runs that have not ended or for one of those before. */
  areMissing(inFlight: readonly Run[]): boolean {
    for (const run of inFlight) if (run.project.title === "") this.#nameless.set(run.key, run);
    return this.#nameless.size > 0;
  }

  /** Gives a title to each run without one, if it is known or Hex says it. */
  async learn(signal: AbortSignal): Promise<void> {
    const told = new Map<string, Told>();
    for (const { key, project, reference } of [...this.#nameless.values()]) {
      const title = told.get(project.id) ?? (await this.#titleOf(project.id, reference, signal));
      if (title === "later") continue;
      told.set(project.id, title);
      if (title !== "never") await this.#name(key, title.is);
      this.#nameless.delete(key);
    }
  }

  async #titleOf(projectId: string, reference: string, signal: AbortSignal): Promise<Told | "later"> {
    const { hex, clock, share, known } = this.options;
    const project = known(projectId);
    if (project !== null) return { is: project.title };
    if ((this.#notBefore.get(projectId) ?? Number.NEGATIVE_INFINITY) > clock.monotonic()) return "later";
    this.#notBefore.set(projectId, clock.monotonic() + AGAIN_MS);
    const call = { reference, priority: share, timeoutMs: TIMEOUT_MS, once: true, signal };
    const read = await hex.project(projectId, call).catch(asHexError);
    if (read instanceof HexError && (meansLater(read.kind) || meansDisconnected(read.kind))) return "later";
    this.#notBefore.delete(projectId);
    return read instanceof HexError ? "never" : { is: read.title };
  }

  async #name(key: string, title: string): Promise<void> {
    await this.options.store.update(key, (run) =>
      run.project.title === "" ? { ...run, project: { ...run.project, title } } : null,
    );
  }
}
