// What is not over at the moment, and who is on it: in `/hex status` and on the Home tab.

import type { ActionsBlock } from "@slack/types";
import type { Attention } from "../../attention/attention.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { OpenNow } from "../alerts/open-now.js";
import { attentionLine, onItAlone } from "./attention.js";
import { incidentAlert } from "./incident.js";
import { count, date, dotted, link } from "./mrkdwn.js";
import { kindsWords } from "./trouble-project.js";

/** Troubles that are named; the others are counted. */
const NAMED = 8;
const TITLE = 100;

/** mrkdwn; `null` when nothing is open. `now`: epoch ms. */
export function openNowText(
  { outage, troubles, others }: OpenNow,
  at: { now: number; place: HexPlace },
): string | null {
  const lines = [
    ...(outage === null ? [] : [dotted(`*Outage of Hex* since ${date(outage.since)}`, who(outage.attention, at.now))]),
    ...troubles.slice(0, NAMED).map(({ trouble, project, attention }) => {
      const url = project === null ? null : projectUrl(at.place, project);
      const name = link(url, project?.title ?? trouble.projectId, TITLE);
      return dotted(`*${kindsWords(trouble)}:* ${name}, since ${date(trouble.since)}`, who(attention, at.now));
    }),
    othersLine(Math.max(0, troubles.length - NAMED), others),
  ].filter((line) => line !== null);
  return lines.length === 0 ? null : ["*Not over yet*", ...lines.map((line) => `• ${line}`)].join("\n");
}

/** For people who may press *I'm on it* for an outage that no channel has a message about. Null when Hex is not down. */
export function outageButtons({ outage }: OpenNow): ActionsBlock | null {
  return outage === null ? null : onItAlone(incidentAlert(outage), outage.attention);
}

function who(attention: Attention, now: number): string {
  return attentionLine(attention, { now, overAt: null }) ?? "nobody is on it";
}

function othersLine(more: number, others: number): string | null {
  const parts = [
    more === 0 ? null : count(more, "more watched project"),
    others === 0 ? null : `${count(others, "watched project")} that other conversations are told about`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : `Also in trouble: ${parts.join(", and ")}`;
}
