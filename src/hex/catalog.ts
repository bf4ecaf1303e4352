// The projects that the token sees, read page by page and kept for a while, so that paging and look-ups cost nothing.

import type { Clock } from "../clock.js";
import type { Call, HexClient } from "./client.js";
import { sortProjects } from "./projects.js";
import type { Project } from "./schema.js";

export interface ProjectList {
  /** Published first, newest published first; then the others, newest edited first. No components, archived or trashed ones. */
  projects: Project[];
  /** When Hex told, epoch ms. */
  readAt: number;
  /** False when the workspace has more projects than are read. */
  complete: boolean;
}

/** 20 pages of 100: more would take the whole budget of a minute. */
const MAX_PAGES = 20;

export class Catalog {
  #list: ProjectList | null = null;
  /** When its reading began, by the monotonic clock. */
  #readAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<ProjectList> | null = null;

  constructor(
    private readonly hex: HexClient,
    private readonly clock: Clock,
  ) {}

  /** The projects as they were at most `maxAgeMs` ago. Those who ask at the same time share one reading. */
  async list(call: Call, maxAgeMs: number): Promise<ProjectList> {
    const list = this.#list;
    if (list !== null && this.ageMs < maxAgeMs) return list;
    this.#loading ??= this.#read(call).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** How long ago the last one was asked for; infinite when there is none. */
  get ageMs(): number {
    return this.clock.monotonic() - this.#readAt;
  }

  /** What was read last, however old; null when nothing was. */
  get last(): ProjectList | null {
    return this.#list;
  }

  /** What is known of a project without asking, however old; null when nothing is. */
  known(projectId: string): Project | null {
    return this.#list?.projects.find((project) => project.id === projectId) ?? null;
  }

  async #read(call: Call): Promise<ProjectList> {
    const found = new Map<string, Project>();
    const [readAt, began] = [this.clock.now(), this.clock.monotonic()];
    let complete = false;
    for await (const { values, isLast } of this.hex.projects(call, MAX_PAGES)) {
      for (const project of values) found.set(project.id, project);
      complete = isLast;
    }
    this.#list = { projects: sortProjects([...found.values()].filter(isRunnableKind)), readAt, complete };
    this.#readAt = began;
    return this.#list;
  }
}

function isRunnableKind(project: Project): boolean {
  return project.type !== "COMPONENT" && project.archivedAt === null && project.trashedAt === null;
}
