// What is not over at the moment, and who is on it: the outage, and the troubles of watched projects.

import { type Attention, attentionTo } from "../../attention/attention.js";
import type { AttentionStore } from "../../attention/attention-store.js";
import type { VisibleProjects } from "../../catalog/visible-projects.js";
import { type OpenTroubleSources, openTroubles } from "../../follow/open-troubles.js";
import type { Trouble } from "../../follow/trouble.js";
import type { Watch } from "../../follow/watch.js";
import type { Project } from "../../hex/schema.js";
import type { HealthStore } from "../../outages/store.js";

export interface OpenNow {
  /** `null`: Hex is not down. */
  outage: { id: string; since: number; attention: Attention } | null;
  /** The troubles that may be named, the oldest first. `project` is null when the catalog does not know it any more. */
  troubles: { trouble: Trouble; project: Project | null; attention: Attention }[];
  /** How many others there are that somebody is told of. */
  others: number;
}

export interface OpenSources extends OpenTroubleSources {
  attention: Pick<AttentionStore, "all">;
  health: Pick<HealthStore, "incidentsSince">;
}

/**
 * @param now epoch ms
 * @param projects those that exist for the person who asks: the troubles of the others are not counted either
 * @param mayName decides which troubles are named, from the watches that tell of them and from who has them: a conversation that is told
 * of a trouble may be private
 */
export async function openNow(
  sources: OpenSources,
  now: number,
  projects: Pick<VisibleProjects, "has">,
  mayName: (watches: readonly Watch[], attention: Attention) => boolean,
): Promise<OpenNow> {
  const [incidents, open, attentions] = await Promise.all([
    sources.health.incidentsSince(now),
    openTroubles(sources),
    sources.attention.all(),
  ]);
  const incident = incidents.find(({ state }) => state !== "over");
  const told = open.filter(({ trouble }) => projects.has(trouble.projectId));
  const named = told.flatMap(({ trouble, project, watches }) => {
    const attention = attentionTo(attentions, { kind: "trouble", id: trouble.id });
    return mayName(watches, attention) ? { trouble, project, attention } : [];
  });
  return {
    outage:
      incident === undefined
        ? null
        : {
            id: incident.id,
            since: incident.since,
            attention: attentionTo(attentions, { kind: "incident", id: incident.id }),
          },
    troubles: named,
    others: told.length - named.length,
  };
}
