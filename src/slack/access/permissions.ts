// What one person may do where they are, and the projects that they may see there.

import { AccessDenied, type DeniedDeed } from "../../access/access-denied.js";
import type { Place, Verb } from "../../access/policy.js";
import { unknownProject } from "../../access/project-facts.js";
import type { Decision, Rights } from "../../access/rights.js";
import type { Catalog } from "../../catalog/catalog.js";
import { VisibleProjects } from "../../catalog/visible-projects.js";
import type { Project } from "../../hex/schema.js";
import type { RunOptions } from "../../runs/run.js";
import type { Access } from "./access.js";

export interface ProjectNamed {
  id: string;
  /** Empty when it is not known. */
  title: string;
}

/** What is needed to say what somebody may do. */
export interface PermissionSources {
  access: Access;
  catalog: Catalog;
  /** The host of Hex. */
  host: string;
}

export class Permissions {
  /** The projects that exist for them. */
  readonly projects: VisibleProjects;
  readonly #seen = new WeakMap<Project, boolean>();

  constructor(
    private readonly sources: PermissionSources,
    private readonly rights: Rights,
    /** Where they act. */
    readonly place: Place,
  ) {
    const sight = {
      sees: (project: Project) => this.#sees(project),
      seesAnything: (id: string) => rights.may("see", unknownProject(id)).kind === "allowed",
    };
    this.projects = new VisibleProjects(sources.catalog, rights.areUnlimited ? null : sight, sources.host);
  }

  /** Whether they may do everything, because there are no rules. */
  get areUnlimited(): boolean {
    return this.rights.areUnlimited;
  }

  get isGuestWithoutRules(): boolean {
    return this.rights.isGuestWithoutRules;
  }

  /** Whether they may do it to a project. A project that is not known is judged by its id alone. */
  decide(verb: Exclude<Verb, "administer">, projectId: string): Decision {
    const { catalog, access } = this.sources;
    const project = catalog.known(projectId);
    return this.rights.may(verb, project === null ? unknownProject(projectId) : access.factsOf(project));
  }

  may(verb: Exclude<Verb, "administer">, projectId: string): boolean {
    return this.decide(verb, projectId).kind === "allowed";
  }

  /** @throws AccessDenied; HexError, as if it were not there, for a project that they may not see */
  demand(verb: Exclude<Verb, "administer">, project: ProjectNamed): void {
    if (!this.projects.has(project.id)) throw this.projects.notThere();
    const decision = this.decide(verb, project.id);
    if (decision.kind !== "allowed") throw new AccessDenied({ verb, project, decision });
  }

  /** The same for a run with these options, which may take more than one right. */
  demandStart(project: ProjectNamed, options: Pick<RunOptions, "publish">): void {
    if (!this.projects.has(project.id)) throw this.projects.notThere();
    const denied = this.deniedStart(project, options);
    if (denied !== null) throw new AccessDenied(denied);
  }

  /**
   * What they would do and may not. `null` when they may start the run, and for a project that does not exist for them, since Hex
   * says so of it. A run that needs an approval is not started.
   */
  deniedStart(project: ProjectNamed, { publish }: Pick<RunOptions, "publish">): DeniedDeed | null {
    if (!this.projects.has(project.id)) return null;
    for (const verb of publish ? (["run", "publish"] as const) : (["run"] as const)) {
      const decision = this.decide(verb, project.id);
      if (decision.kind !== "allowed") return { verb, project, decision };
    }
    return null;
  }

  /** @throws AccessDenied */
  demandAdministration(): void {
    const decision = this.rights.mayAdminister();
    if (decision.kind !== "allowed") throw new AccessDenied({ verb: "administer", project: null, decision });
  }

  /** Refuses what would end something about a hidden project, without naming it. @throws AccessDenied */
  denyHidden(verb: Exclude<Verb, "administer">, projectId: string): void {
    const decision = this.decide(verb, projectId);
    if (decision.kind !== "allowed") throw new AccessDenied({ verb, project: null, decision });
  }

  /** The same for what is about no project, such as an outage. @throws AccessDenied */
  demandApartFromProjects(verb: "silence"): void {
    const decision = this.rights.mayApartFromProjects(verb);
    if (decision.kind !== "allowed") throw new AccessDenied({ verb, project: null, decision });
  }

  #sees(project: Project): boolean {
    const known = this.#seen.get(project);
    if (known !== undefined) return known;
    const isSeen = this.rights.may("see", this.sources.access.factsOf(project)).kind === "allowed";
    this.#seen.set(project, isSeen);
    return isSeen;
  }
}

/** @param user a person of the workspace; see `Access.rightsOf` */
export async function permissionsOf(sources: PermissionSources, user: string, place: Place): Promise<Permissions> {
  return new Permissions(sources, await sources.access.rightsOf(user, place), place);
}

/** The same from memory alone. */
export function permissionsInMemory(sources: PermissionSources, user: string, place: Place): Permissions {
  return new Permissions(sources, sources.access.rightsInMemory(user, place), place);
}
