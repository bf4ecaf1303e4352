// Projects as in Hex's answers, for tests and benchmarks of the catalog.

import { type Project, projectSchema } from "../../src/hex/schema.js";
import { manyProjects } from "../sandbox/hex/many-projects.js";
import { Projects, projectView } from "../sandbox/hex/projects.js";

export const NOW = Date.UTC(2026, 10, 2, 9, 0, 0);

const SHOWN = { includeSharing: false, zones: "offset", now: NOW } as const;

let made = 0;

/** A published project unless told otherwise. */
export function projectOf(facts: Partial<Project> = {}): Project {
  made += 1;
  const base = projectSchema.parse({ id: `p${made}`, title: `Project ${made}` });
  return { ...base, createdAt: NOW, lastEditedAt: NOW, lastPublishedAt: NOW, ...facts };
}

/** This many projects, with the titles, owners and categories of a large company. */
export function realisticProjects(count: number): Project[] {
  const projects = new Projects();
  for (const options of manyProjects(count, NOW)) projects.add(options, NOW);
  return projects.placed.map(({ project }) => projectSchema.parse(projectView(project, SHOWN)));
}
