// What Hex's public status page says, next to what the bot has seen itself: "Hex has an incident", or "look at your side".

import type { HexErrorKind } from "../../hex/errors.js";
import type { HexIncident, HexReport } from "../../hex/status-page.js";
import { andMore, inline, link } from "./mrkdwn.js";

const MAX_INCIDENTS = 3;
const IMPACT: Record<HexIncident["impact"], string> = {
  none: "",
  minor: " (minor outage)",
  major: " (major outage)",
  critical: " (critical outage)",
  maintenance: " (maintenance)",
};

/**
 * mrkdwn, or `null` when there is nothing to say.
 * @param report `null` when the page did not answer
 * @param failure why the bot cannot use Hex; `null` while it can
 */
export function hexReportLine(report: HexReport | null, failure: HexErrorKind | null): string | null {
  if (report === null) return null;
  const { incidents, indicator, description, isCertain } = report;
  if (incidents.length > 0) {
    return `:warning: Hex reports: ${andMore(incidents.map(incidentWords), MAX_INCIDENTS).join("; ")}`;
  }
  if (indicator !== "none")
    return `:warning: Hex reports: ${inline(description, 150) || "trouble"}${IMPACT[indicator]}`;
  if (failure === null || !isCertain) return null;
  // An error of Hex's own is not on anybody else's side, even before Hex reports it.
  return failure === "hex_failed"
    ? "Hex reports no incident yet."
    : "Hex reports no incident, so look at your side first.";
}

function incidentWords({ name, impact, url }: HexIncident): string {
  return `${inline(name, 150) || "an incident"}${IMPACT[impact]}${url === null ? "" : ` – ${link(url, "read more", 40)}`}`;
}
