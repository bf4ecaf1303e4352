// The projects that somebody may see. To them, the others do not exist: in lists, suggestions, counts and errors.

import type { Call } from "../hex/client.js";
import { HexError, type HexErrorKind } from "../hex/errors.js";
import type { ProjectNamed } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import type { Catalog } from "./catalog.js";
import type { Among, Match, Sees } from "./match.js";

export interface Sight {
  sees: Sees;
  /** Whether they would see a project with this id, whatever else it is. */
  seesAnything: (projectId: string) => boolean;
}

/** Asks what the Catalog asks, for one person in one conversation. */
export class VisibleProjects {
  #listed: readonly Project[] | null = null;

  /**
   * @param sight `null` for somebody who may see all projects
   * @param host the host of Hex, for the error about a project that does not exist
   */
  constructor(
    private readonly catalog: Catalog,
    private readonly sight: Sight | null,
    private readonly host: string,
  ) {}

  /** Whether all projects have been read once. Until then there may be others, perhaps with the same titles. */
  get isWhole(): boolean {
    return this.catalog.isWhole;
  }

  /** When the last full reading of all projects began, epoch ms; `null` when there was none. */
  get readAt(): number | null {
    return this.catalog.readAt;
  }

  /** How many listed projects are known. */
  get size(): number {
    return this.all().length;
  }

  /** Whether anything is known, if only that there are no projects. */
  get areKnown(): boolean {
    return this.catalog.seen !== null;
  }

  /** The listed projects, in the order of `Catalog.all`. */
  all(): readonly Project[] {
    this.#listed ??= this.sight === null ? this.catalog.all() : this.catalog.all().filter(this.sight.sees);
    return this.#listed;
  }

  /** The project with an id, in any state, if it is known without asking Hex. */
  known(projectId: string): Project | null {
    const project = this.catalog.known(projectId);
    return project !== null && this.#isSeen(project) ? project : null;
  }

  /** A project with its current title. If that is not known, the title is the one given, or else empty. */
  named({ id, title = "" }: { id: string; title?: string }): ProjectNamed {
    return { id, title: this.known(id)?.title ?? title };
  }

  /** Whether a project is visible, by what is known of it, or else no matter what it is. */
  has(projectId: string): boolean {
    if (this.sight === null) return true;
    const project = this.catalog.known(projectId);
    return project === null ? this.sight.seesAnything(projectId) : this.sight.sees(project);
  }

  /** Those of these projects that do not exist for them. One that Hex no longer lists is judged by what it was. @throws StoreFailure */
  async hiddenAmong(ids: readonly string[]): Promise<string[]> {
    const { sight, catalog } = this;
    if (sight === null) return [];
    const unknown = ids.filter((id) => catalog.known(id) === null);
    const seen = new Set((await catalog.lastKnown(unknown)).filter(sight.sees).map(({ id }) => id));
    return ids.filter((id) => !seen.has(id) && !this.has(id));
  }

  /** Whether a project is known to the bot and does not exist for them. */
  hides(projectId: string): boolean {
    const project = this.catalog.known(projectId);
    return project !== null && !this.#isSeen(project);
  }

  match(text: string, among?: Among): Match {
    return this.catalog.match(text, among, this.sight?.sees);
  }

  suggest(text: string, most: number, among?: Among): Project[] {
    return this.catalog.suggest(text, most, among, this.sight?.sees);
  }

  withWords(words: readonly string[]): Project[] {
    return this.catalog.withWords(words, this.sight?.sees);
  }

  /**
   * The project with an id, asked for in Hex where that may help: see `Catalog.project`. A hidden project fails just like one
   * that is not there, and after as many requests. @throws HexError
   */
  async project(projectId: string, call: Call): Promise<Project> {
    const { sight } = this;
    if (sight === null) return this.catalog.project(projectId, call);
    const read = this.hides(projectId) ? this.catalog.ask(projectId, call) : this.catalog.project(projectId, call);
    const project = await read.catch((error: unknown) => {
      // Hex may say something else of a project that is there.
      throw error instanceof HexError && MEANS_NOT_THERE.has(error.kind) ? this.notThere() : error;
    });
    if (!sight.sees(project)) throw this.notThere();
    return project;
  }

  /** What Hex says of a project that is not there. */
  notThere(): HexError {
    return new HexError({ kind: "not_found", operation: "getProject", host: this.host, status: 404 });
  }

  /** Asks Hex for new projects: see `Catalog.look`. @throws HexError */
  async look(call: Call, maxAgeMs: number): Promise<void> {
    await this.catalog.look(call, maxAgeMs);
    this.#listed = null;
  }

  /** Resolves when the stored projects are in memory: see `Catalog.ready`. */
  async ready(): Promise<void> {
    await this.catalog.ready();
    this.#listed = null;
  }

  #isSeen(project: Project): boolean {
    return this.sight === null || this.sight.sees(project);
  }
}

/** How Hex may refuse a project that is not there. It is not documented which of these it uses. */
const MEANS_NOT_THERE: ReadonlySet<HexErrorKind> = new Set([
  "not_found",
  "forbidden",
  "bad_request",
  "request_refused",
]);
