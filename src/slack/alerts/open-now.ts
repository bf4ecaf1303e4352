// What is not over at the moment, and who has it: the outage, and the troubles of watched projects.

import { type Attention, attentionTo } from "../../attention/attention.js";
import type { VisibleProjects } from "../../catalog/visible-projects.js";
import { tellsOf } from "../../follow/telling-watches.js";
import type { Trouble } from "../../follow/trouble.js";
import type { Watch } from "../../follow/watch.js";
import type { Project } from "../../hex/schema.js";
import type { HealthStore } from "../../outages/store.js";
import type { TroubleSources } from "./told-groups.js";

export interface OpenNow {
  /** `null`: Hex is not down. */
  outage: { id: string; since: number; attention: Attention } | null;
  /** The troubles that may be named, the oldest first. `project` is null when the catalog does not know it any more. */
  troubles: { trouble: Trouble; project: Project | null; attention: Attention }[];
  /** How many others there are that somebody is told of. */
  others: number;
}

export interface OpenSources extends Pick<TroubleSources, "watches" | "troubles" | "attention" | "catalog"> {
  health: Pick<HealthStore, "incidentsSince">;
}

/**
 * @param now epoch ms
 * @param projects those that exist for whoever asks: the troubles of the others are not counted either
 * @param mayName decides which troubles are named, from the watches that tell of them and from who has them: a conversation that is told
 * of a trouble may be private
 */
export async function openNow(
  { watches, troubles, attention, catalog, health }: OpenSources,
  now: number,
  projects: Pick<VisibleProjects, "has">,
  mayName: (watches: readonly Watch[], attention: Attention) => boolean,
): Promise<OpenNow> {
  const [incidents, open, watched, attentions] = await Promise.all([
    health.incidentsSince(now),
    troubles.open(),
    watches.all(),
    attention.all(),
  ]);
  const followed = await troubles.followedOf([...new Set(open.map(({ projectId }) => projectId))]);
  const incident = incidents.find(({ state }) => state !== "over");
  const told = open
    .map((trouble) => {
      const project = catalog.known(trouble.projectId);
      const known = { project, followed: followed.get(trouble.projectId) ?? null };
      const telling = watched.filter((watch) => tellsOf(watch, trouble, known));
      const own = attentionTo(attentions, { kind: "trouble", id: trouble.id });
      return { trouble, project, attention: own, watches: telling };
    })
    .filter(({ trouble, watches: telling }) => telling.length > 0 && projects.has(trouble.projectId));
  const named = told.filter((one) => mayName(one.watches, one.attention));
  return {
    outage:
      incident === undefined
        ? null
        : {
            id: incident.id,
            since: incident.since,
            attention: attentionTo(attentions, { kind: "incident", id: incident.id }),
          },
    troubles: named.map(({ trouble, project, attention: own }) => ({ trouble, project, attention: own })),
    others: told.length - named.length,
  };
}
