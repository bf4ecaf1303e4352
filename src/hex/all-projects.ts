// All projects that the token sees, read anew each time: for a check that is made once.

import type { Call, HexClient } from "./client.js";
import type { ProjectsSeen } from "./connection-check.js";
import { isListed, sortProjects } from "./projects.js";
import type { Project } from "./schema.js";

/** 20 pages of 100: more would take the whole budget of a minute. */
const MAX_PAGES = 20;

export class AllProjects implements ProjectsSeen {
  seen: ProjectsSeen["seen"] = null;

  constructor(private readonly hex: HexClient) {}

  /** @throws HexError; what was read before stays */
  async look(call: Call): Promise<void> {
    const found = new Map<string, Project>();
    let isWhole = false;
    for await (const { values, isLast } of this.hex.projects(call, MAX_PAGES)) {
      for (const project of values) found.set(project.id, project);
      isWhole = isLast;
    }
    this.seen = { projects: sortProjects([...found.values()].filter(isListed)), isWhole };
  }
}
