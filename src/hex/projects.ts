// What can be said about projects without asking Hex.

import type { Project } from "./schema.js";

/** A project, as far as everybody who mentions it knows it. */
export interface ProjectNamed {
  id: string;
  /** Empty when it is not known. */
  title: string;
}

/** Whether Hex lists the project: components and archived or trashed projects are left out. */
export function isListed({ type, archivedAt, trashedAt }: Project): boolean {
  return type !== "COMPONENT" && archivedAt === null && trashedAt === null;
}

/** Whether the project can be run: Hex runs only published projects. Of a type that is not known, Hex decides. */
export function isRunnable(project: Project): boolean {
  return isListed(project) && project.lastPublishedAt !== null;
}

/** Published projects first, most recently published first; then the others, most recently edited first. */
export function sortProjects(projects: readonly Project[]): Project[] {
  const key = (project: Project) => project.lastEditedAt ?? project.createdAt ?? 0;
  return projects.toSorted((a, b) => {
    if (a.lastPublishedAt !== null && b.lastPublishedAt !== null) return b.lastPublishedAt - a.lastPublishedAt;
    if (a.lastPublishedAt !== null || b.lastPublishedAt !== null) return a.lastPublishedAt !== null ? -1 : 1;
    return key(b) - key(a);
  });
}

/** The email of its owner or, without an owner, of its creator; `null` when Hex names neither. */
export function ownerOrCreator({ owner, creator }: Partial<Pick<Project, "owner" | "creator">>): string | null {
  return owner?.email ?? creator?.email ?? null;
}
