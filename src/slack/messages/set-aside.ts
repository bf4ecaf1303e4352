// What people read about stored rows that the bot cannot read.

import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { RunOutline } from "../../runs/unreadable-run.js";
import type { ReadTable } from "../../store/row-reader.js";
import { answer, context, type Message, message, section } from "./blocks.js";
import { code, dotted, link, referenceWords } from "./mrkdwn.js";

/** What to do about rows that are set aside, for the log and for `/hex status`. */
export const SET_ASIDE_TODO =
  "they are kept; if an older version of the bot was started after a newer one, start the newer one again; otherwise see the log, which names each of them";

/** Replaces the card of a run that cannot be read. `place` is where Hex is. */
export function unreadableRunCard(run: RunOutline, place: HexPlace): Message {
  return message("Not known: the bot can no longer track this run. Open its project in Hex to see how it ends.", [
    section(
      `:grey_question: *Not known*  ${projectLink(run, place)}\nThe bot cannot read what it has stored about this run, so it no longer tracks it. If Hex has started it, it continues there. Open the project in Hex to see how it ends.`,
    ),
    idsBlock(run),
  ]);
}

/** The answer to somebody who wants to do something with such a run. */
export function unreadableRunMessage(run: RunOutline, place: HexPlace, reference: string): Message {
  return answer(
    `:warning: The bot cannot read what it has stored about this run, so nothing was done. Open ${projectLink(run, place)} in Hex to see the run, cancel it or run it again.\nWhoever runs the bot can find the reference in its log.`,
    idsBlock(run),
    context(referenceWords(reference)),
  );
}

/** The answer when Hex was asked to cancel such a run. */
export function unreadableRunCancelledMessage(run: RunOutline, place: HexPlace): Message {
  return answer(
    `:octagonal_sign: Hex is stopping the run. The bot cannot read what it has stored about it, so its card does not change: open ${projectLink(run, place)} in Hex to see when it has stopped.`,
    idsBlock(run),
  );
}

/** What the rows of a table hold, for one row and for several. */
const NOUNS: Record<ReadTable, readonly [one: string, several: string]> = {
  runs: ["run", "runs"],
  cards: ["card", "cards"],
  health: ["record of Hex's health", "records of Hex's health"],
  health_hours: ["hour of the history", "hours of the history"],
  incidents: ["outage", "outages"],
  alerts: ["alert", "alerts"],
  catalog: ["note of how far the projects have been read", "notes of how far the projects have been read"],
  catalog_projects: ["project", "projects"],
  drafts: ["draft of a run", "drafts of runs"],
  watches: ["watch", "watches"],
  followed_projects: ["watched project", "watched projects"],
  troubles: ["trouble of a watched project", "troubles of watched projects"],
  run_ends: ["end of a run", "ends of runs"],
  trouble_members: ["note of which message tells of a trouble", "notes of which message tells of a trouble"],
  connection_readings: ["note of a data connection", "notes of data connections"],
  attention: ["note of who is on it", "notes of who is on it"],
  pages: ["page", "pages"],
  digests: ["digest", "digests"],
  audit: ["entry of the audit log", "entries of the audit log"],
};

/** A line of mrkdwn for `/hex status`; `null` when no rows are set aside. */
export function setAsideLine(setAside: ReadonlyMap<ReadTable, number>): string | null {
  const parts = [...setAside]
    .filter(([, rows]) => rows > 0)
    .map(([table, rows]) => `${rows} ${NOUNS[table][rows === 1 ? 0 : 1]}`);
  if (parts.length === 0) return null;
  return `:warning: *Set aside:* the bot cannot read some of what it has stored: ${parts.join(", ")}. To do: ${SET_ASIDE_TODO}.`;
}

function projectLink({ projectId }: RunOutline, place: HexPlace): string {
  return link(projectUrl(place, { id: projectId }), "the project", 40);
}

function idsBlock({ projectId, runId }: RunOutline) {
  return context(dotted(`Project ${code(projectId, 60)}`, runId === null ? null : `run ${code(runId, 60)}`));
}
