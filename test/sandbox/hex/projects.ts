// The projects of the workspace, and a project as the API shows it.

import { randomUUID } from "node:crypto";
import { DEFAULT_USER } from "./tokens.js";
import type { HexWorkspace, Project, ProjectOptions, Schedule, ScheduleOptions } from "./types.js";
import { offsetText } from "./wall-clock.js";

/** A project and its number in the order in which projects were added. */
export interface PlacedProject {
  project: Project;
  place: number;
}

export class Projects {
  #projects = new Map<string, PlacedProject>();
  #added = 0;

  get placed(): PlacedProject[] {
    return [...this.#projects.values()];
  }

  add(options: ProjectOptions, now: number): Project {
    this.#added += 1;
    const project = newProject({ title: `Project ${this.#added}`, ...options }, now);
    this.#projects.set(project.id, { project, place: this.#added });
    return project;
  }

  find(id: string): Project | undefined {
    return this.#projects.get(id)?.project;
  }

  get(id: string): Project {
    const project = this.find(id);
    if (!project) throw new Error(`The simulated Hex has no project ${id}`);
    return project;
  }

  remove(id: string): void {
    this.#projects.delete(id);
  }
}

function newProject(options: ProjectOptions & { title: string }, now: number): Project {
  const createdAt = options.createdAt ?? now;
  const creatorEmail = options.creatorEmail ?? DEFAULT_USER.email;
  return {
    id: options.id ?? randomUUID(),
    title: options.title,
    description: options.description ?? null,
    type: options.type ?? "PROJECT",
    creatorEmail,
    ownerEmail: options.ownerEmail ?? creatorEmail,
    status: options.status ?? null,
    categories: (options.categories ?? []).map((name) => ({ name, description: null })),
    collections: options.collections ?? [],
    sharing: {
      users: { [options.ownerEmail ?? creatorEmail]: "FULL_ACCESS" },
      groups: {},
      collections: {},
      workspace: "CAN_VIEW",
      publicWeb: "NONE",
      support: "NONE",
      ...options.sharing,
    },
    reviewsRequired: options.reviewsRequired ?? false,
    appViews: { allTime: 0, lastSevenDays: 0, lastFourteenDays: 0, lastThirtyDays: 0, ...options.appViews },
    lastViewedAt: options.lastViewedAt ?? null,
    publishedResultsUpdatedAt: options.publishedResultsUpdatedAt ?? null,
    createdAt,
    lastEditedAt: options.lastEditedAt ?? createdAt,
    lastPublishedAt: options.published === false ? null : (options.publishedAt ?? createdAt),
    archivedAt: options.archived ? now : null,
    trashedAt: options.trashed ? now : null,
    schedules: (options.schedules ?? []).map(newSchedule),
    visible: options.visible ?? true,
    appOnly: options.appOnly ?? false,
    inputs: options.inputs ?? {},
    resultsFrom: options.resultsFrom ?? "publish",
    views: options.views ?? [],
    version: options.version ?? 1,
    run: {
      pendingMs: 3_000,
      runningMs: 30_000,
      outcome: "COMPLETED",
      cancelMs: 2_000,
      neverEnds: false,
      ...options.run,
    },
    scheduling: { delayMs: 0, misses: false, ...options.scheduling },
    cells: (options.cells ?? []).map((cell) => ({
      id: randomUUID(),
      staticId: randomUUID(),
      cellType: "CHART",
      label: null,
      dataConnectionId: null,
      contents: { codeCell: null, sqlCell: null, markdownCell: null },
      ...cell,
    })),
  };
}

function newSchedule(options: ScheduleOptions): Schedule {
  return { enabled: true, hourly: null, daily: null, weekly: null, monthly: null, custom: null, ...options };
}

export interface ProjectViewOptions {
  includeSharing: boolean;
  zones: HexWorkspace["scheduleZones"];
  /** Epoch ms. */
  now: number;
}

export function projectView(project: Project, { includeSharing, zones, now }: ProjectViewOptions) {
  return {
    id: project.id,
    title: project.title,
    description: project.description,
    type: project.type,
    creator: { email: project.creatorEmail },
    owner: { email: project.ownerEmail },
    status: project.status === null ? null : { name: project.status },
    categories: project.categories,
    reviews: { required: project.reviewsRequired },
    analytics: {
      appViews: project.appViews,
      lastViewedAt: isoTime(project.lastViewedAt),
      publishedResultsUpdatedAt: isoTime(project.publishedResultsUpdatedAt),
    },
    createdAt: isoTime(project.createdAt),
    lastEditedAt: isoTime(project.lastEditedAt),
    lastPublishedAt: isoTime(project.lastPublishedAt),
    archivedAt: isoTime(project.archivedAt),
    trashedAt: isoTime(project.trashedAt),
    schedules: zones === "offset" ? project.schedules.map((one) => withOffset(one, now)) : project.schedules,
    ...(includeSharing ? { sharing: sharingView(project) } : {}),
  };
}

/** The schedule with the offset that its zone has now. */
function withOffset(schedule: Schedule, now: number): Schedule {
  const moved = <T extends { timezone: string }>(times: T | null): T | null =>
    times && { ...times, timezone: offsetText(times.timezone, now) };
  const { hourly, daily, weekly, monthly, custom } = schedule;
  return {
    ...schedule,
    hourly: moved(hourly),
    daily: moved(daily),
    weekly: moved(weekly),
    monthly: moved(monthly),
    custom: moved(custom),
  };
}

function sharingView({ sharing }: Project) {
  const { users, groups, collections, workspace, publicWeb, support } = sharing;
  return {
    users: Object.entries(users).map(([email, access]) => ({ access, user: { email } })),
    groups: Object.entries(groups).map(([name, access]) => ({ access, group: { name } })),
    collections: Object.entries(collections).map(([name, access]) => ({ access, collection: { name } })),
    workspace: { access: workspace },
    publicWeb: { access: publicWeb },
    support: { access: support },
  };
}

/** `at`: epoch ms. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
