// What somebody tried to do to projects that do not exist for them. They are answered as about a project that Hex does not have, and
// only then does the bot find out whether there is something to record, so nobody can tell the one from the other.

import { decidedBy } from "../../access/rights.js";
import type { AuditEntry, Deed } from "../../audit/audit-entry.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { Arrival, Interaction } from "../listeners/context.js";
import { refusedEntry } from "./audit-entries.js";
import type { Permissions } from "./permissions.js";

/** How they named the project. */
export type Named =
  /** By its id, which may be anything. */
  | { kind: "id"; id: string }
  /** By something of the bot that is about it, such as a run. */
  | { kind: "project"; project: ProjectNamed }
  /** `mayBePart`: a part of its title is enough if no other project has it. */
  | { kind: "words"; text: string; mayBePart: boolean };

export interface Attempt {
  deed: Deed;
  named: Named;
  /** What they may do where the attempt was judged. */
  permissions: Permissions;
}

/** Notes what does not exist for somebody, whether or not it does for others. `deed` is `null` for reading, which is not recorded. */
export function noteAttempt({ attempts, permissions }: Interaction, deed: Deed | null, named: Named): void {
  if (deed !== null) attempts.push({ deed, named, permissions });
}

/** The entries about those attempts of one interaction that were on hidden projects. `at` in epoch ms. */
export function attemptEntries(arrival: Arrival, attempts: readonly Attempt[], at: number): AuditEntry[] {
  const entries = attempts.flatMap(({ deed, named, permissions }): AuditEntry[] => {
    const project = hiddenProject(named, permissions);
    if (project === null) return [];
    const rule = decidedBy(permissions.decide("see", project.id));
    const attempt = { ...arrival, key: `${arrival.key} ${project.id}`, place: permissions.place };
    return [refusedEntry(attempt, at, { deed, project, rule, result: "hidden" })];
  });
  // The same one may have been named several times.
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}

function hiddenProject(named: Named, permissions: Permissions): ProjectNamed | null {
  switch (named.kind) {
    case "id":
      return permissions.hidden(named.id);
    case "project":
      return permissions.hidden(named.project.id, named.project.title);
    case "words":
      return permissions.hiddenByName(named.text, named.mayBePart);
  }
}
