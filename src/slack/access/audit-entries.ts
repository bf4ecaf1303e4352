// What an interaction does, as an entry of the audit log.

import type { DeniedDeed } from "../../access/access-denied.js";
import { decidedBy } from "../../access/rights.js";
import { type AuditEntry, DEEDS, type Deed, NOTHING_MORE } from "../../audit/audit-entry.js";
import type { Arrival, Interaction } from "../listeners/context.js";

type More = Partial<Omit<AuditEntry, "who" | "where" | "deed" | "reference">>;

/** `at` in epoch ms. `key` tells apart what one interaction does to several things. */
export function deedEntry(interaction: Interaction, deed: Deed, at: number, more: More): AuditEntry {
  const { permissions } = interaction;
  const verb = DEEDS[deed];
  const decision = more.project == null || verb === "administer" ? null : permissions.decide(verb, more.project.id);
  return {
    ...NOTHING_MORE,
    id: `${deed} ${interaction.key}`,
    at,
    ...whoAndWhere(interaction),
    deed,
    decision: decision?.kind === "needs_approval" ? "needs_approval" : "allowed",
    // A run's requester may cancel it, whatever the rules say.
    rule: decision === null || decision.kind === "denied" ? null : decidedBy(decision),
    ...more,
  };
}

/** The entry about somebody who was not allowed to do something. */
export function refusalEntry(
  arrival: Arrival,
  { verb, project, hidden, decision, nobodyOf }: DeniedDeed,
  at: number,
): AuditEntry {
  // The rule would let them, and nobody is there who could agree.
  const result = nobodyOf === undefined ? null : "nobody_can_approve";
  const about = { deed: verb, project: project ?? hidden ?? null };
  return refusedEntry(arrival, at, { ...about, rule: decidedBy(decision), result });
}

/** Why somebody may not use the bot at all. `unproven`: Slack does not say that they belong to the bot's workspace. */
export type Outsider = "guest" | "of_another_workspace" | "unproven";

/** The entry about somebody who was turned away before anything was looked up, so it does not say which project they meant. */
export function outsiderEntry(arrival: Arrival, who: Outsider, deed: Deed, at: number): AuditEntry {
  return refusedEntry(arrival, at, { deed, result: who });
}

type Refused = Pick<AuditEntry, "deed"> & Partial<Pick<AuditEntry, "project" | "rule" | "result">>;

/** The entry about anything that was refused, whatever the reason. */
export function refusedEntry(arrival: Arrival, at: number, refused: Refused): AuditEntry {
  return {
    ...NOTHING_MORE,
    id: `refused ${arrival.key}`,
    at,
    ...whoAndWhere(arrival),
    decision: "refused",
    ...refused,
  };
}

function whoAndWhere({ user, place, reference }: Arrival): Pick<AuditEntry, "who" | "where" | "reference"> {
  return { who: user, where: place, reference };
}
