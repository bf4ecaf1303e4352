// What one person may do where they are, and the projects that they may see there.

import { AccessDenied, type DeniedDeed } from "../../access/access-denied.js";
import type { APPROVABLE, Place, ProjectFacts, ProjectVerb } from "../../access/policy.js";
import { unknownProject } from "../../access/project-facts.js";
import type { Decision, Rights } from "../../access/rights.js";
import type { Catalog } from "../../catalog/catalog.js";
import { type Sight, VisibleProjects } from "../../catalog/visible-projects.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { ApprovalNeed } from "../../runs/approval.js";
import type { RunOptions } from "../../runs/run.js";
import type { Access } from "./access.js";

/** What is needed to say what somebody may do. */
export interface PermissionSources {
  access: Access;
  catalog: Catalog;
  /** The host of Hex. */
  host: string;
}

/** Whether a project is one of those that are asked for, by what `judge` decides about it for each verb. */
type Fits = (judge: (verb: ProjectVerb) => Decision) => boolean;

/** What it takes to start a run with these options. */
export function startVerbs({ publish }: Pick<RunOptions, "publish">): (typeof APPROVABLE)[number][] {
  return publish ? ["run", "publish"] : ["run"];
}

export class Permissions {
  /** The projects that exist for them. */
  readonly projects: VisibleProjects;
  /** The projects that do not exist for them only because Slack or Hex has not said enough to decide. */
  readonly unsure: VisibleProjects;
  /** The projects that they may run, or may run once somebody approves. */
  readonly runnable: VisibleProjects;

  constructor(
    private readonly sources: PermissionSources,
    private readonly rights: Rights,
    /** Where they act. */
    readonly place: Place,
  ) {
    this.projects = this.#which((judge) => judge("see").kind === "allowed");
    this.unsure = new VisibleProjects(
      sources.catalog,
      this.#sight((judge) => isUnsure(judge("see"))),
      sources.host,
    );
    this.runnable = this.projectsTo("run");
  }

  /** The projects to which they may do all of this, or may once somebody approves. */
  projectsTo(...verbs: readonly ProjectVerb[]): VisibleProjects {
    return this.#which((judge) => verbs.every((verb) => isAskable(judge(verb))));
  }

  /** The projects that satisfy `fits`. */
  #which(fits: Fits): VisibleProjects {
    const { catalog, host } = this.sources;
    return new VisibleProjects(catalog, this.rights.areUnlimited ? null : this.#sight(fits), host);
  }

  #sight(fits: Fits): Sight {
    const { rights } = this;
    const { access } = this.sources;
    return {
      sees: (project) => fits((verb) => rights.may(verb, access.factsOf(project))),
      seesAnything: (id) => fits((verb) => rights.may(verb, unknownProject(id))),
    };
  }

  /** Whether they may do everything, because there are no rules. */
  get areUnlimited(): boolean {
    return this.rights.areUnlimited;
  }

  get isGuestWithoutRules(): boolean {
    return this.rights.isGuestWithoutRules;
  }

  /** Whether they may do it to a project. A project that is not known is judged by its id alone. */
  decide(verb: ProjectVerb, projectId: string): Decision {
    return this.rights.may(verb, factsKnown(this.sources, projectId));
  }

  may(verb: ProjectVerb, projectId: string): boolean {
    return this.decide(verb, projectId).kind === "allowed";
  }

  /** @throws AccessDenied; HexError, as if it were not there, for a project that they may not see */
  demand(verb: ProjectVerb, project: ProjectNamed): void {
    if (!this.projects.has(project.id)) throw this.projects.notThere();
    const decision = this.decide(verb, project.id);
    if (decision.kind !== "allowed") throw new AccessDenied({ verb, project: this.projects.named(project), decision });
  }

  /** The same for a run with these options, which may take more than one right. */
  demandStart(project: ProjectNamed, options: Pick<RunOptions, "publish">): void {
    if (!this.projects.has(project.id)) throw this.projects.notThere();
    const denied = this.deniedStart(project, options);
    if (denied !== null) throw new AccessDenied(denied);
  }

  /**
   * Whose approval a run with these options needs; `null` for nobody's. Where both running and publishing need one, the approval of
   * those who may approve publishing is enough.
   */
  approvalFor(project: ProjectNamed, options: Pick<RunOptions, "publish">): ApprovalNeed | null {
    for (const verb of startVerbs(options).toReversed()) {
      const decision = this.decide(verb, project.id);
      if (decision.kind === "needs_approval") {
        const { rule, by } = decision;
        return { verb, rule: { number: rule.number, name: rule.name }, by: [...by], place: this.place };
      }
    }
    return null;
  }

  /**
   * Demands the right to cancel somebody else's run. The refusal says who may.
   * @param requester who asked for the run; `null` for one that was started elsewhere
   * @throws as `demand` does
   */
  demandCancel(project: ProjectNamed, requester: string | null): void {
    if (!this.projects.has(project.id)) throw this.projects.notThere();
    const decision = this.decide("cancel", project.id);
    if (decision.kind === "allowed") return;
    const named = this.sources.access.whoMay("cancel", factsKnown(this.sources, project.id), this.place);
    const whoMay = requester === null ? named : [{ kind: "person" as const, id: requester }, ...named];
    throw new AccessDenied({ verb: "cancel", project: this.projects.named(project), decision, whoMay });
  }

  /**
   * What they would do and may not. `null` when they may start the run, and for a project that does not exist for them: that is
   * answered as if Hex did not have it.
   */
  deniedStart(project: ProjectNamed, options: Pick<RunOptions, "publish">): DeniedDeed | null {
    if (!this.projects.has(project.id)) return null;
    for (const verb of startVerbs(options)) {
      const decision = this.decide(verb, project.id);
      if (!isAskable(decision)) return { verb, project: this.projects.named(project), decision };
    }
    return null;
  }

  /**
   * A project that exists, but not for them; `null` for any other id.
   * @param title what somebody else who knows the project calls it: without one, only the catalog can know it
   */
  hidden(projectId: string, title?: string): ProjectNamed | null {
    if (this.projects.has(projectId)) return null;
    const known = this.sources.catalog.known(projectId);
    if (known !== null) return { id: known.id, title: known.title };
    return title === undefined ? null : { id: projectId, title };
  }

  /** The same for the project that `text` would mean to somebody who may see all of them. `mayBePart`: a part of its title is enough. */
  hiddenByName(text: string, mayBePart: boolean): ProjectNamed | null {
    if (this.areUnlimited) return null;
    const { catalog } = this.sources;
    const match = mayBePart ? catalog.match(text, "listed") : null;
    const project = match?.kind === "one" ? match.project : catalog.titled(text);
    return project && this.hidden(project.id);
  }

  /** Whether they look after the bot by a rule. Without rules, nobody does so more than others. */
  get isAdministrator(): boolean {
    return this.sources.access.hasPolicy && this.rights.mayAdminister().kind === "allowed";
  }

  /** Whether they may start a run with these options, or ask for it. */
  mayStart(projectId: string, options: Pick<RunOptions, "publish">): boolean {
    return this.projects.has(projectId) && this.deniedStart({ id: projectId, title: "" }, options) === null;
  }

  /** @throws AccessDenied */
  demandAdministration(): void {
    const decision = this.rights.mayAdminister();
    if (decision.kind !== "allowed") throw new AccessDenied({ verb: "administer", project: null, decision });
  }

  /** Refuses what would end something about a hidden project, without naming it. @throws AccessDenied */
  denyHidden(verb: ProjectVerb, projectId: string): void {
    const decision = this.decide(verb, projectId);
    if (decision.kind === "allowed") return;
    const hidden = this.hidden(projectId, "") ?? undefined;
    throw new AccessDenied({ verb, project: null, decision, ...(hidden && { hidden }) });
  }

  /** Whether they may do it to what is about no project, such as an outage or an empty category. */
  mayApartFromProjects(verb: "silence" | "watch"): boolean {
    return this.rights.mayApartFromProjects(verb).kind === "allowed";
  }

  /** Demands the same. @throws AccessDenied */
  demandApartFromProjects(verb: "silence" | "watch"): void {
    const decision = this.rights.mayApartFromProjects(verb);
    if (decision.kind !== "allowed") throw new AccessDenied({ verb, project: null, decision });
  }
}

/** What the rules can ask about a project, as far as the bot knows it. */
export function factsKnown({ catalog, access }: PermissionSources, projectId: string): ProjectFacts {
  const project = catalog.known(projectId);
  return project === null ? unknownProject(projectId) : access.factsOf(project);
}

/** Whether it may be asked for. What needs an approval waits for it. */
function isAskable(decision: Decision): decision is Exclude<Decision, { kind: "denied" }> {
  return decision.kind !== "denied";
}

function isUnsure(decision: Decision): boolean {
  return decision.kind === "denied" && decision.isUnsure;
}

/** @param user a person of the workspace; see `Access.rightsOf` */
export async function permissionsOf(sources: PermissionSources, user: string, place: Place): Promise<Permissions> {
  const { access, catalog } = sources;
  void access.compareAll(() => catalog.all());
  return new Permissions(sources, await access.rightsOf(user, place), place);
}

/** The same from memory alone. */
export function permissionsInMemory(sources: PermissionSources, user: string, place: Place): Permissions {
  return new Permissions(sources, sources.access.rightsInMemory(user, place), place);
}
