// How available Hex was: a row of squares for the last day and one for the last month, with words beside each.

import type { KnownBlock } from "@slack/types";
import type { History, Period, Square } from "../../health/history.js";
import { type Incident, lastedMs } from "../../health/incident.js";
import { remedyFor } from "../../hex/remedies.js";
import { section } from "./blocks.js";
import { count, date, duration, inline } from "./mrkdwn.js";

const SQUARES: Record<Square, string> = {
  up: ":large_green_square:",
  partly: ":large_yellow_square:",
  mostly_down: ":large_red_square:",
  unwatched: ":white_large_square:",
};

/** `history`: null when it cannot be read. `now`: epoch ms; `isFailing`: whether Hex cannot be used at this moment. */
export function historyBlocks(history: History | null, now: number, isFailing: boolean): KnownBlock[] {
  if (history === null) return [section("*History:* the store cannot be read at the moment. See /readyz.")];
  const { day, month, lastOutage } = history;
  const isNew = isFailing && lastOutage?.state !== "down";
  const lines = [
    periodLines("Last 24 hours", day),
    periodLines("Last 30 days", month),
    outageLine(lastOutage, now),
    isNew ? "*Now:* not connected. It counts as an outage when the bot's next probe fails too." : null,
  ];
  return [section(lines.filter((line) => line !== null).join("\n"))];
}

function periodLines(title: string, period: Period): string {
  return `*${title}:* ${periodWords(period)}\n${period.squares.map((square) => SQUARES[square]).join("")}`;
}

function periodWords({ available, outages, downMs }: Period): string {
  if (available === null) return "not watched yet";
  const time = downMs === 0 ? "" : `, ${duration(downMs)}`;
  return `${available} % available, ${outages === 0 ? "no outage" : count(outages, "outage")}${time}`;
}

function outageLine(incident: Incident | null, now: number): string {
  if (incident === null) return "*Last outage:* none known";
  const what = inline(remedyFor(incident.cause.facts).what, 200);
  const lasted = duration(lastedMs(incident, now));
  const time = incident.state === "down" ? `since ${date(incident.since)}` : `${date(incident.since)}, for ${lasted}`;
  return `*Last outage:* ${time}: ${what}`;
}
