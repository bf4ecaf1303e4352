// All projects that the token sees, read again each time. For a check that runs only once.

import type { AlsoAsked, Call, HexClient } from "./client.js";
import type { ProjectsSeen } from "./prober.js";
import { isListed, sortProjects } from "./projects.js";
import type { Project } from "./schema.js";

/** 20 pages of 100. More would use up a whole minute's budget. */
const MAX_PAGES = 20;

export class AllProjects implements ProjectsSeen {
  seen: ProjectsSeen["seen"] = null;

  constructor(
    private readonly hex: HexClient,
    private readonly asked: AlsoAsked = {},
  ) {}

  /** @throws HexError; what was read before remains */
  async look(call: Call): Promise<void> {
    const found = new Map<string, Project>();
    let isWhole = false;
    for await (const { values, isLast } of this.hex.projects(call, MAX_PAGES, this.asked)) {
      for (const project of values) found.set(project.id, project);
      isWhole = isLast;
    }
    this.seen = { projects: sortProjects([...found.values()].filter(isListed)), isWhole };
  }
}
