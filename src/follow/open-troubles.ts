// The troubles that are not over, and the watches that tell of them.

import type { Catalog } from "../catalog/catalog.js";
import type { Project } from "../hex/schema.js";
import { tellsOf } from "./telling-watches.js";
import type { Trouble } from "./trouble.js";
import type { TroubleStore } from "./trouble-store.js";
import type { Watch } from "./watch.js";
import type { WatchStore } from "./watch-store.js";
import { knownOf } from "./watched-projects.js";

export interface OpenTroubleSources {
  watches: Pick<WatchStore, "all">;
  troubles: Pick<TroubleStore, "open" | "followedOf">;
  catalog: Pick<Catalog, "known">;
}

export interface OpenTrouble {
  trouble: Trouble;
  /** `null` when the catalog does not know it any more. */
  project: Project | null;
  /** Those that tell of it: at least one. */
  watches: Watch[];
}

/** The troubles that somebody is told of, oldest first. */
export async function openTroubles({ watches, troubles, catalog }: OpenTroubleSources): Promise<OpenTrouble[]> {
  const [open, all] = await Promise.all([troubles.open(), watches.all()]);
  const followed = await troubles.followedOf([...new Set(open.map(({ projectId }) => projectId))]);
  const told = open.map((trouble) => {
    const known = knownOf(trouble.projectId, catalog, followed);
    return { trouble, project: known.project, watches: all.filter((watch) => tellsOf(watch, trouble, known)) };
  });
  return told.filter((one) => one.watches.length > 0);
}
