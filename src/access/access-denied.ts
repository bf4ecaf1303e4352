// Somebody may not do what they asked for.

import type { ProjectNamed } from "../hex/projects.js";
import type { PeopleTerm, Verb } from "./policy.js";
import type { Decision } from "./rights.js";

/** What they asked for. `project` is `null` where it is about none. They may see the project: another would not exist for them. */
export interface DeniedDeed {
  verb: Verb;
  project: ProjectNamed | null;
  /** What it is about without saying so: a project that they may not see. */
  hidden?: ProjectNamed;
  decision: Exclude<Decision, { kind: "allowed" }>;
  /** Who may, where the answer says so. */
  whoMay?: readonly PeopleTerm[];
  /** Whose approval it would take, where none of them can give it. */
  nobodyOf?: readonly PeopleTerm[];
}

export class AccessDenied extends Error {
  override readonly name = "AccessDenied";

  constructor(readonly deed: DeniedDeed) {
    super(`${deed.verb}: ${deed.decision.rule === null ? "no rule allows it" : `rule ${deed.decision.rule.number}`}`);
  }
}
