// What can be told of projects without asking Hex: their order, which of them fit some words, where they are.

import type { Project } from "./schema.js";

/** Published first, newest published first; then the others, newest edited first. */
export function sortProjects(projects: readonly Project[]): Project[] {
  const key = (project: Project) => project.lastEditedAt ?? project.createdAt ?? 0;
  return projects.toSorted((a, b) => {
    if (a.lastPublishedAt !== null && b.lastPublishedAt !== null) return b.lastPublishedAt - a.lastPublishedAt;
    if (a.lastPublishedAt !== null || b.lastPublishedAt !== null) return a.lastPublishedAt !== null ? -1 : 1;
    return key(b) - key(a);
  });
}

/** Those in which every word occurs in title, description, owner or a category, whatever the case. */
export function searchProjects(projects: readonly Project[], words: readonly string[]): Project[] {
  const wanted = words.map((word) => word.toLowerCase());
  return projects.filter((project) => {
    const categories = project.categories.map((category) => category.name);
    const text = [project.title, project.description, project.owner?.email, project.creator?.email, ...categories]
      .join("\n")
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The address of a project in Hex. Hex redirects it to the workspace's own address. */
export function projectUrl(origin: string, project: { id: string; lastPublishedAt?: number | null }): string {
  return `${origin}/${project.lastPublishedAt === null ? "hex" : "app"}/${encodeURIComponent(project.id)}`;
}
