// How available Hex was in the last day and in the last month: a row of squares for each, with words next to it.

import type { KnownBlock } from "@slack/types";
import type { LifeSign } from "../../hex/errors.js";
import type { History, Period, Square } from "../../outages/history.js";
import type { Incident } from "../../outages/incident.js";
import { remedyFor } from "../../remedies/hex.js";
import { section } from "./blocks.js";
import { lasted } from "./incident.js";
import { count, date, duration, inline } from "./mrkdwn.js";

const SQUARES: Record<Square, string> = {
  up: ":large_green_square:",
  partly: ":large_yellow_square:",
  mostly_down: ":large_red_square:",
  unwatched: ":white_large_square:",
};

/** `history` is `null` when it cannot be read. `sign` is how Hex is at this moment. */
export function historyBlocks(history: History | null, sign: LifeSign): KnownBlock[] {
  if (history === null) return [section("*History:* the store cannot be read at the moment. See /readyz.")];
  const { day, month, lastOutage } = history;
  const isNew = sign === "failure" && lastOutage?.state !== "down";
  const lines = [
    periodLines("Last 24 hours", day),
    periodLines("Last 30 days", month),
    outageLine(lastOutage, sign),
    isNew ? "*Now:* not connected. It counts as an outage if the bot's next probe fails too." : null,
  ];
  return [section(lines.filter((line) => line !== null).join("\n"))];
}

function periodLines(title: string, period: Period): string {
  return `*${title}:* ${periodWords(period)}\n${period.squares.map((square) => SQUARES[square]).join("")}`;
}

function periodWords({ available, outages, downMs }: Period): string {
  if (available === null) return "not probed yet";
  // One failed probe is not an outage.
  const time = downMs === 0 ? "" : outages === 0 ? `, ${duration(downMs)} of single failures` : `, ${duration(downMs)}`;
  return `${available}% available, ${outages === 0 ? "no outage" : count(outages, "outage")}${time}`;
}

function outageLine(incident: Incident | null, sign: LifeSign): string {
  if (incident === null) return "*Last outage:* none known";
  const what = inline(remedyFor(incident.cause.facts).what, 200);
  if (incident.state !== "down") {
    return `*Last outage:* ${date(incident.since)}, for ${lasted(incident)}: ${what}`;
  }
  // The watchdog believes that Hex is back once it has seen it twice.
  const doubt = sign === "alive" ? " Hex answers now; the bot's next probes will confirm it." : "";
  return `*Last outage:* since ${date(incident.since)}: ${what}${doubt}`;
}
