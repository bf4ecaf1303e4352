// What a page says of an outage or of a trouble. Pure. It is read on a phone, outside Slack, so it is plain text.

import type { Finding } from "../follow/judgement.js";
import type { Trouble } from "../follow/trouble.js";
import { type HexPlace, projectUrl } from "../hex/links.js";
import type { Project } from "../hex/schema.js";
import type { Incident } from "../outages/incident.js";
import { remedyFor } from "../remedies/hex.js";
import type { PageContent } from "./pagerduty.js";

export function outagePage({ id, since, cause }: Incident, place: HexPlace): PageContent {
  const { what, todo } = remedyFor(cause.facts);
  return {
    summary: `Not connected to Hex: ${what}`,
    source: hostOf(place),
    severity: "critical",
    since,
    component: "Hex",
    details: { "what to do": todo.join(" "), reference: id },
    links: [],
  };
}

const WORDS: Record<Finding["kind"], string> = { failed: "Failed", late: "Late", stuck: "Stuck" };

/** A trouble that is not entirely over. `project`: null when the catalog does not know it any more. */
export function troublePage(
  { id, projectId, since, ailments }: Trouble,
  project: Project | null,
  place: HexPlace,
): PageContent {
  const open = ailments.filter(({ overAt }) => overAt === null);
  const kinds = open.map(({ kind }) => WORDS[kind]);
  const title = project?.title ?? projectId;
  const url = project === null ? null : projectUrl(place, project);
  const owner = project?.owner?.email ?? null;
  const runUrls = open.flatMap((one) => (one.kind === "late" || one.url === null ? [] : [one.url]));
  return {
    summary: `${kinds.join(", ")}: ${title}`,
    source: hostOf(place),
    severity: "error",
    since,
    component: title,
    details: { project: projectId, reference: id, ...(owner === null ? {} : { owner }) },
    links: [
      ...runUrls.map((href) => ({ href, text: "Open the run in Hex" })),
      ...(url === null ? [] : [{ href: url, text: "Open the project in Hex" }]),
    ],
  };
}

function hostOf({ origin }: HexPlace): string {
  return new URL(origin).host;
}
