// The projects that the bot knows: in memory, kept in the store, and matched by name. It asks Hex only when somebody needs it to.
// The CatalogReader reads all projects in the background.

import type { Call, HexClient } from "../hex/client.js";
import type { ProjectsSeen } from "../hex/prober.js";
import { isListed, isRunnable, sortProjects } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import type { CollectionsAsked } from "./collections-asked.js";
import { type Among, type Match, Matcher, type Sees } from "./match.js";
import { type CatalogState, isElsewhere, type Source } from "./state.js";
import type { CatalogStore, Reading } from "./store.js";

export interface CatalogOptions {
  hex: Pick<HexClient, "project" | "projectPage">;
  store: CatalogStore;
  clock: Clock;
  collections: CollectionsAsked;
  /** How often it checks whether another process has stored something, in ms. */
  refreshMs: number;
  /** Called when the store fails. What is in memory stays in use. */
  onError: (error: unknown) => void;
}

/** After a start, how long a question waits for the stored projects, in ms. */
const LOAD_MS = 1_000;
/** The pause before reading the store again after it failed, in ms. */
const AGAIN_MS = 10_000;

export class Catalog implements ProjectsSeen {
  readonly #matcher = new Matcher();
  /** When this process last asked Hex for each project: id -> epoch ms. */
  readonly #askedAt = new Map<string, number>();
  /** The writes in progress. */
  readonly #writes = new Set<Promise<void>>();
  /** The listed projects, in order; `null` when they have changed. */
  #listed: readonly Project[] | null = null;
  /** The newest stored revision that is in memory. */
  #revision = 0;
  #readAt: number | null = null;
  /** Where the stored projects come from. */
  #source: Source | null = null;
  #loading: Promise<void> | null = null;
  #isLoaded = false;
  /** When the bot last asked Hex for new projects for somebody, by the monotonic clock. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  constructor(private readonly options: CatalogOptions) {}

  /** How many listed projects are known. */
  get size(): number {
    return this.all().length;
  }

  /** Whether all projects have been read once. Until then there may be others, perhaps with the same titles. */
  get isWhole(): boolean {
    return this.#readAt !== null;
  }

  /** When the last full reading of all projects began, epoch ms: nothing here is older. `null` when there was none. */
  get readAt(): number | null {
    return this.#readAt;
  }

  /** `null` when nothing is known. */
  get seen(): { projects: readonly Project[]; isWhole: boolean } | null {
    return this.isWhole || this.#matcher.size > 0 ? { projects: this.all(), isWhole: this.isWhole } : null;
  }

  /** The listed projects: published ones first, most recently published first; then the others, most recently edited first. */
  all(): readonly Project[] {
    this.#listed ??= sortProjects([...this.#matcher.all()].filter(isListed));
    return this.#listed;
  }

  /** The project with an id, in any state, if it is known without asking Hex. */
  known(projectId: string): Project | null {
    return this.#matcher.get(projectId);
  }

  /**
   * Projects that may no longer be known, as Hex last described them: see `CatalogStore.lastKnown`. @throws StoreFailure
   */
  lastKnown(ids: readonly string[]): Promise<Project[]> {
    return this.options.store.lastKnown(ids);
  }

  /** What somebody's words mean, see `Match`. Any text will do. */
  match(text: string, among?: Among, sees?: Sees): Match {
    return this.#matcher.match(text, among, sees);
  }

  /** The project with exactly this title, in any state, if no other project has it. */
  titled(text: string): Project | null {
    return this.#matcher.titled(text);
  }

  /** At most `most` suggestions for somebody who is still typing, best first: see `Matcher.suggest`. */
  suggest(text: string, most: number, among?: Among, sees?: Sees): Project[] {
    return this.#matcher.suggest(text, most, among, sees);
  }

  /** The listed projects in which every word occurs, in the order of `all`. */
  withWords(words: readonly string[], sees?: Sees): Project[] {
    if (words.length > 0) return sortProjects(this.#matcher.withWords(words, sees));
    return sees === undefined ? [...this.all()] : this.all().filter(sees);
  }

  /**
   * The project with an id. For a project that can be run, what is known is enough. For any other this asks Hex, because it may have
   * been published by now, and keeps the answer. @throws HexError
   */
  async project(projectId: string, call: Call): Promise<Project> {
    const known = this.known(projectId);
    return known !== null && isRunnable(known) ? known : this.ask(projectId, call);
  }

  /** The same, but always asks Hex. @throws HexError */
  async ask(projectId: string, call: Call): Promise<Project> {
    const askedAt = this.options.clock.now();
    const { hex, collections } = this.options;
    const project = await collections.ask((asked) => hex.project(projectId, call, { collections: asked }));
    this.#keep({ projects: [project], askedAt, isAll: false });
    return project;
  }

  /**
   * Asks Hex for one page of the most recently created projects, unless that was done at most `maxAgeMs` ago. Simultaneous calls share
   * one request. @throws HexError
   */
  async look(call: Call, maxAgeMs = 0): Promise<void> {
    if (this.options.clock.monotonic() - this.#lookedAt < maxAgeMs) return;
    this.#looking ??= this.#look(call).finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  async #look(call: Call): Promise<void> {
    const { hex, clock, collections } = this.options;
    const [began, askedAt] = [clock.monotonic(), clock.now()];
    const page = await collections.ask((asked) => hex.projectPage(call, null, { collections: asked }));
    this.#lookedAt = began;
    // The stored projects must not bring back what is gone.
    await this.ready();
    this.#keep({ projects: page.values, askedAt, isAll: page.isLast && page.isWhole });
  }

  /**
   * Resolves when the stored projects are in memory, or when that takes too long: right after a start, they may not have been read yet.
   * Never rejects.
   */
  async ready(): Promise<void> {
    if (this.#isLoaded) return;
    const over = new AbortController();
    const late = this.options.clock.sleep(LOAD_MS, over.signal);
    await Promise.race([this.load(), late]).finally(() => over.abort());
  }

  /** Reads the stored projects into memory, once. Never rejects: a failure is reported, and the next call tries again. */
  load(): Promise<void> {
    this.#loading ??= this.#load()
      .catch(this.options.onError)
      .finally(() => {
        if (!this.#isLoaded) this.#loading = null;
      });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { store } = this.options;
    const { revision, state } = await store.state();
    for await (const projects of store.projects()) {
      // What Hex has answered in the meantime is newer.
      for (const project of projects) if (!this.#askedAt.has(project.id)) this.#put(project);
    }
    this.#revision = revision;
    this.#goesBy(state);
    this.#isLoaded = true;
  }

  /** Takes over what any process has stored since then. @throws StoreFailure */
  async refresh(): Promise<void> {
    const { store } = this.options;
    const { revision, state } = await store.state();
    if (revision !== this.#revision) {
      // A smaller one means that the store was restored from a backup.
      for await (const { projects, gone } of store.changesSince(revision > this.#revision ? this.#revision : 0)) {
        for (const project of projects) this.#put(project);
        for (const id of gone) this.#remove(id);
      }
      this.#revision = revision;
    }
    this.#goesBy(state);
  }

  /** Loads, and keeps refreshing until `signal` aborts and the writes in progress are done. */
  async follow(signal: AbortSignal): Promise<void> {
    const { clock, refreshMs, onError } = this.options;
    await this.load();
    while (!signal.aborted) {
      await clock.sleep(this.#isLoaded ? refreshMs : Math.min(refreshMs, AGAIN_MS), signal);
      if (signal.aborted) break;
      await (this.#isLoaded ? this.refresh().catch(onError) : this.load());
    }
    await Promise.all(this.#writes);
  }

  /** Takes Hex's answer into memory. Storing it is up to the caller. */
  learn({ projects, askedAt, isAll }: Reading): void {
    for (const project of projects) {
      this.#askedAt.set(project.id, askedAt);
      this.#put(project);
    }
    if (!isAll) return;
    const told = new Set(projects.map(({ id }) => id));
    for (const { id } of [...this.#matcher.all()]) {
      if (!told.has(id) && (this.#askedAt.get(id) ?? 0) < askedAt) this.#remove(id);
    }
    this.#wholeSince(askedAt);
  }

  /** Takes Hex's answer into memory, and stores it without making anybody wait. */
  #keep(reading: Reading): void {
    const { store, clock, onError } = this.options;
    this.learn(reading);
    const write = store
      .keep(reading, clock.now())
      .catch(onError)
      .then(() => {
        this.#writes.delete(write);
      });
    this.#writes.add(write);
  }

  #put(project: Project): void {
    this.#matcher.put(project);
    this.#listed = null;
  }

  #remove(id: string): void {
    this.#matcher.remove(id);
    this.#askedAt.delete(id);
    this.#listed = null;
  }

  /** A full reading of another workspace says nothing about this one. */
  #goesBy({ source, whole }: CatalogState): void {
    if (source !== null && isElsewhere(this.#source, source)) this.#readAt = null;
    this.#source = source ?? this.#source;
    this.#wholeSince(whole?.startedAt);
  }

  #wholeSince(startedAt: number | undefined): void {
    if (startedAt !== undefined && startedAt > (this.#readAt ?? 0)) this.#readAt = startedAt;
  }
}
