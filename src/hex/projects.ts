// What can be told of projects without asking Hex: their order, which of them fit some words.

import { folded } from "../lib/spelling.js";
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

/** Those in which every word occurs in title, description, owner, a category or the id, however it is spelt: see `folded`. */
export function searchProjects(projects: readonly Project[], words: readonly string[]): Project[] {
  const wanted = words.map(folded);
  return projects.filter((project) => {
    const { id, title, description, owner, creator } = project;
    const categories = project.categories.map((category) => category.name);
    // A word of the search holds no line break.
    const text = [id, title, description, owner?.email, creator?.email, ...categories]
      .map((part) => folded(part ?? ""))
      .join("\n");
    return wanted.every((word) => text.includes(word));
  });
}
