// An outage of Hex in the channel for alerts: one message from beginning to end.

import type { KnownBlock } from "@slack/types";
import { type Attention, isSilenced } from "../../attention/attention.js";
import type { HexReport } from "../../hex/status-page.js";
import { type Incident, type IncidentIn, lastedMs } from "../../outages/incident.js";
import { remedyFor } from "../../remedies/hex.js";
import { attentionButtons, attentionLine } from "./attention.js";
import { context, type Message, message, type Reply, section } from "./blocks.js";
import { hexReportLine } from "./hex-report.js";
import { count, date, duration, inline, plainDate } from "./mrkdwn.js";
import { remedyBlocks } from "./remedy.js";
import { DOUBLED } from "./repeat.js";

/** How many causes one message names besides the current one. */
const EARLIER = 5;
const PREFIX = "incident ";

export interface AroundIncident {
  attention: Attention;
  /** Epoch ms. */
  now: number;
  /** How many runs are in flight. */
  inFlight: number;
  /** What Hex's public status page says; `null` when that is not known. */
  report: HexReport | null;
  /** Whether an earlier message about this outage may exist. */
  isDoubled: boolean;
}

/** The id of the alert about an outage. */
export function incidentAlert({ id }: Pick<Incident, "id">): string {
  return `${PREFIX}${id}`;
}

/** Whether an alert, by its id, is about an outage. */
export function isOutage(alert: string): boolean {
  return alert.startsWith(PREFIX);
}

export function incidentMessage(incident: Incident, around: AroundIncident): Message {
  const { inFlight, report, isDoubled, attention, now } = around;
  const who = attentionLine(attention, { now, overAt: incident.state === "over" ? incident.backAt : null });
  const whoSection = who === null ? null : section(who);
  const buttons =
    incident.state === "over"
      ? null
      : attentionButtons({ alert: incidentAlert(incident), to: 0, shown: [attention], open: [attention], now });
  const said = hexReportLine(report, incident.cause.facts.kind);
  const doubled = isDoubled ? context(DOUBLED) : null;
  switch (incident.state) {
    case "down": {
      const head = `:red_circle: *Not connected to Hex* since ${date(incident.since)}`;
      const [first = null, ...more] = remedyBlocks(head, incident.cause.facts, incident.id);
      return message(`Not connected to Hex since ${plainDate(incident.since)}: ${whatWords(incident)}`, [
        first,
        whoSection,
        said === null ? null : section(said),
        ...more,
        context(affectedWords(inFlight), relapseWords(incident), earlierWords(incident)),
        doubled,
        buttons,
      ]);
    }
    case "back":
      return message(`Hex has been answering again since ${plainDate(incident.backAt)}. The bot keeps checking.`, [
        section(
          `:large_yellow_circle: *Hex has been answering again* since ${date(incident.backAt)}\nThe outage is over once that has lasted five minutes. There is nothing to do.`,
        ),
        whoSection,
        ...pastBlocks(incident),
        doubled,
        buttons,
      ]);
    case "over":
      return message(`Connected to Hex again after ${lasted(incident)}.`, [
        section(
          `:large_green_circle: *Over: connected to Hex again*\nIt lasted ${lasted(incident)}, from ${date(incident.since)} to ${date(incident.backAt)}.`,
        ),
        ...pastBlocks(incident),
        context(who),
        doubled,
      ]);
  }
}

/** Replaces an alert once alerts go to another channel. */
export function movedMessage(channel: string): Message {
  return message("This continues in another channel, where alerts now go.", [
    section(`:arrow_right: This continues in <#${channel}>, where alerts now go.`),
  ]);
}

/** Whether nothing is posted about an outage: it is silenced, or was when Hex came back. `now`: epoch ms. */
export function isQuietIncident(incident: Incident, attention: Attention, now: number): boolean {
  if (isSilenced(attention, now)) return true;
  return incident.state === "over" && isSilenced(attention, incident.backAt);
}

/** The replies in the thread, in order: each change of cause, then the end. */
export function incidentReplies(incident: Incident, isSilent: boolean): Reply[] {
  const changes = incident.causes.slice(1).map(({ facts }) => {
    const { what } = remedyFor(facts);
    const text = `The cause has changed: ${inline(what, 400)} The message above says what to do.`;
    return message(text, [section(`:left_right_arrow: ${text}`)]);
  });
  const all = [...changes, ...(incident.state === "over" ? [overReply(incident)] : [])];
  return all.map((reply) => ({ message: reply, isSilent }));
}

function overReply(incident: IncidentIn<"over">): Message {
  const relapses = relapseWords(incident);
  const text = `It is over, after ${lasted(incident)}. The bot is connected to Hex again.${relapses === null ? "" : ` ${relapses}`}`;
  return message(text, [section(`:white_check_mark: ${text}`)]);
}

function pastBlocks(incident: IncidentIn<"back" | "over">): KnownBlock[] {
  const causes = incident.causes.map(({ facts }) => inline(remedyFor(facts).what, 300));
  const block = context(
    incident.state === "back" ? `Not connected from ${date(incident.since)}, for ${lasted(incident)}.` : null,
    `What happened: ${[...new Set(causes)].slice(-EARLIER).join(" Then: ")}`,
    relapseWords(incident),
    `Reference \`${incident.id}\`, also in the bot's log`,
  );
  return block === null ? [] : [block];
}

function whatWords(incident: Incident): string {
  return inline(remedyFor(incident.cause.facts).what, 300);
}

/** How long it lasted, in words that admit the time when nobody was watching. */
export function lasted(incident: IncidentIn<"back" | "over">): string {
  const whole = duration(lastedMs(incident, incident.backAt));
  const { unwatchedMs } = incident;
  return unwatchedMs === 0 ? whole : `at most ${whole} (the bot was not probing for ${duration(unwatchedMs)} of it)`;
}

function affectedWords(inFlight: number): string {
  if (inFlight === 0) return "No run is in flight.";
  const [cards, goOn] = inFlight === 1 ? ["its card", "It continues"] : ["their cards", "They continue"];
  return `${count(inFlight, "run")} in flight: ${cards} may be out of date until Hex answers. ${goOn} in Hex without the bot.`;
}

function relapseWords({ relapses }: Incident): string | null {
  if (relapses === 0) return null;
  return `Hex came back and failed again ${relapses === 1 ? "once" : `${relapses} times`}.`;
}

function earlierWords({ cause, causes }: Incident): string | null {
  const earlier = causes.filter(({ facts }) => facts.kind !== cause.facts.kind).slice(-EARLIER);
  if (earlier.length === 0) return null;
  return `Before: ${earlier.map(({ facts, at }) => `${date(at)} ${inline(remedyFor(facts).what, 200)}`).join(" ")}`;
}
