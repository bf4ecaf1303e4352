// What the rules can ask about a project of Hex.

import type { Project } from "../hex/schema.js";
import { folded } from "../lib/spelling.js";
import type { ProjectFacts } from "./policy.js";

/**
 * @param collections the names of the collections that the project is in; `null` when the bot does not know them, for example because
 *   the token may not read them
 */
export function factsOf(project: Project, collections: readonly string[] | null): ProjectFacts {
  const { id, title, categories, status, owner } = project;
  return {
    id: [id],
    title: [folded(title)],
    category: categories.map(({ name }) => folded(name)),
    status: status === null ? [] : [folded(status.name)],
    owner: owner === null ? [] : [folded(owner.email)],
    collection: collections?.map(folded) ?? null,
  };
}

/** A project about which only the id is known, such as one in a link that nobody has looked up yet. */
export function unknownProject(id: string): ProjectFacts {
  return { id: [id], title: null, category: null, status: null, owner: null, collection: null };
}
