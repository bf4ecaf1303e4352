// A catalog that is not asked for collections.

import { CollectionsAsked } from "../../src/catalog/collections-asked.js";
import type { Clock } from "../../src/lib/clock.js";

/** For a catalog whose projects no rules tell apart by their collections. */
export function noCollections(clock: Clock): CollectionsAsked {
  return new CollectionsAsked({ clock, areWanted: () => false, onRefused: () => undefined });
}
