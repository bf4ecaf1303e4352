// What people want to be paged for: outages, and the troubles of projects that are watched with `page`.

import { attentionTo, type Subject } from "../attention/attention.js";
import type { AttentionStore } from "../attention/attention-store.js";
import { type OpenTroubleSources, openTroubles } from "../follow/open-troubles.js";
import { toldSince } from "../follow/telling-watches.js";
import { tells } from "../follow/watch.js";
import type { HexPlace } from "../hex/links.js";
import type { HealthStore } from "../outages/store.js";
import { outagePage, troublePage } from "./page-words.js";
import type { Pageable } from "./pager.js";

export interface PageableSources extends OpenTroubleSources {
  health: Pick<HealthStore, "incidentsSince">;
  attention: Pick<AttentionStore, "all">;
}

/** All of it that is not over. `now`: epoch ms. `place`: where the projects are in Hex, for links. */
export async function pageable(sources: PageableSources, now: number, place: HexPlace): Promise<Pageable[]> {
  const [incidents, troubles, attentions] = await Promise.all([
    sources.health.incidentsSince(now),
    openTroubles(sources),
    sources.attention.all(),
  ]);
  const about = (subject: Subject) => ({ subject, attention: attentionTo(attentions, subject) });
  const outages = incidents
    .filter(({ state }) => state !== "over")
    .map((incident) => ({
      ...about({ kind: "incident", id: incident.id }),
      toldAt: incident.since,
      isBad: incident.state === "down",
      content: outagePage(incident, place),
    }));
  const wanted = troubles.flatMap(({ trouble, project, watches }): Pageable[] => {
    const paging = watches.filter(({ page }) => page);
    if (paging.length === 0) return [];
    const kinds = trouble.ailments.flatMap(({ kind, overAt }) => (overAt === null ? kind : []));
    // What began as something that a watch tells of may by now be something else.
    const bad = paging.filter(({ level }) => kinds.some((kind) => tells(level, [kind])));
    return [
      {
        ...about({ kind: "trouble", id: trouble.id }),
        toldAt: Math.min(...(bad.length > 0 ? bad : paging).map((watch) => toldSince(watch, trouble))),
        isBad: bad.length > 0,
        content: troublePage(trouble, project, place),
      },
    ];
  });
  return [...outages, ...wanted];
}
