// What can be told of projects without asking Hex.

import type { Project } from "./schema.js";

/** Whether Hex lists it: components, and what was archived or thrown away, are left out. */
export function isListed({ type, archivedAt, trashedAt }: Project): boolean {
  return type !== "COMPONENT" && archivedAt === null && trashedAt === null;
}

/** Whether it can be run: Hex runs published projects alone. */
export function isRunnable(project: Project): boolean {
  return project.type === "PROJECT" && isListed(project) && project.lastPublishedAt !== null;
}

/** Published first, newest published first; then the others, newest edited first. */
export function sortProjects(projects: readonly Project[]): Project[] {
  const key = (project: Project) => project.lastEditedAt ?? project.createdAt ?? 0;
  return projects.toSorted((a, b) => {
    if (a.lastPublishedAt !== null && b.lastPublishedAt !== null) return b.lastPublishedAt - a.lastPublishedAt;
    if (a.lastPublishedAt !== null || b.lastPublishedAt !== null) return a.lastPublishedAt !== null ? -1 : 1;
    return key(b) - key(a);
  });
}
