// What Hex's public status page says, next to what the bot has seen itself: "Hex has an incident", or "look at your side".

import type { HexIncident, HexReport } from "../../hex/status-page.js";
import { inline, link } from "./mrkdwn.js";

const MAX_INCIDENTS = 3;
const IMPACT: Record<HexIncident["impact"], string> = {
  none: "",
  minor: " (minor outage)",
  major: " (major outage)",
  critical: " (critical outage)",
  maintenance: " (maintenance)",
};

/** mrkdwn, or `null` when there is nothing to say. `report` is `null` when the page did not answer. */
export function hexReportLine(report: HexReport | null, connected: boolean): string | null {
  if (report === null) return null;
  const { incidents, indicator, description, isCertain } = report;
  if (incidents.length > 0) {
    const shown = incidents.slice(0, MAX_INCIDENTS).map(incidentWords);
    const more = incidents.length > shown.length ? [`and ${incidents.length - shown.length} more`] : [];
    return `:warning: Hex reports: ${[...shown, ...more].join("; ")}`;
  }
  if (indicator !== "none")
    return `:warning: Hex reports: ${inline(description, 150) || "trouble"}${IMPACT[indicator]}`;
  return connected || !isCertain ? null : "Hex reports no incident, so look at your side first.";
}

function incidentWords({ name, impact, url }: HexIncident): string {
  return `${inline(name, 150) || "an incident"}${IMPACT[impact]}${url === null ? "" : ` – ${link(url, "read more", 40)}`}`;
}
