// Who is on an outage or a trouble, and who has silenced it: lines and buttons of the alerts, and the answers to presses.

import type { ActionsBlock, Button } from "@slack/types";
import { z } from "zod";
import {
  type Attention,
  holderOf,
  isSilenced,
  type Silencing,
  type Taking,
  type Unsilencing,
  versionOf,
} from "../../attention/attention.js";
import { HOUR } from "../../lib/time.js";
import { ACTIONS } from "./action-ids.js";
import { actions, answer, button, type Message, menu } from "./blocks.js";
import { date, dotted, mention } from "./mrkdwn.js";

/** What the buttons of an alert are for. It has to fit into an option's 150 characters. */
const target = {
  /** The id of the alert. */
  alert: z.string(),
  /** When the last trouble joined that the message showed, epoch ms: what joined later is not meant. 0 for an outage. */
  to: z.number(),
};
export const onItSchema = z.object({ ...target, holder: z.string().nullable(), version: z.number() });
const SILENCES = ["hour", "four_hours", "until_fixed"] as const;
export type SilenceLength = (typeof SILENCES)[number];
export const silenceSchema = z.object({ ...target, for: z.enum(SILENCES) });
export const endSilenceSchema = z.object(target);

/** In ms; null: until it is over. */
export const SILENCE_MS: Record<SilenceLength, number | null> = {
  hour: HOUR,
  four_hours: 4 * HOUR,
  until_fixed: null,
};

const SILENCE_WORDS: Record<SilenceLength, string> = {
  hour: "For 1 hour",
  four_hours: "For 4 hours",
  until_fixed: "Until it is fixed",
};

export interface AttentionButtons {
  alert: string;
  to: number;
  /** To all that the message shows, over or not. */
  shown: readonly Attention[];
  /** To those that are not over. */
  open: readonly Attention[];
  /** Epoch ms. */
  now: number;
}

/** `null` when all is over. */
export function attentionButtons({ alert, to, shown, open, now }: AttentionButtons): ActionsBlock | null {
  if (open.length === 0) return null;
  const silent = open.filter((one) => isSilenced(one, now));
  const version = versionOf(shown);
  const row = actions(
    onItButton({ alert, to, holder: holderOf(open), version }),
    silent.length === open.length
      ? null
      : menu({
          actionId: ACTIONS.silence,
          label: "Silence",
          options: SILENCES.map((length) => ({
            text: SILENCE_WORDS[length],
            value: JSON.stringify({ alert, to, for: length }),
          })),
        }),
    silent.length === 0
      ? null
      : button({ actionId: ACTIONS.endSilence, label: "End the silence", value: JSON.stringify({ alert, to }) }),
  );
  return row && { ...row, block_id: `attention ${version} ${open.length}` };
}

/** For an outage that no message is about: nothing is posted that could be silenced. `alert`: what its message would be called. */
export function onItAlone(alert: string, attention: Attention): ActionsBlock | null {
  return actions(onItButton({ alert, to: 0, holder: holderOf([attention]), version: versionOf([attention]) }));
}

function onItButton(value: z.output<typeof onItSchema>): Button {
  return button({ actionId: ACTIONS.onIt, label: "I'm on it", value: JSON.stringify(value) });
}

/** Who is on it and who has silenced it; `null` when nobody has done either. `overAt`: epoch ms, null while it is not over. */
export function attentionLine(attention: Attention, when: { now: number; overAt: number | null }): string | null {
  const line = dotted(...attentionParts(attention, when));
  return line === "" ? null : line;
}

function attentionParts(
  attention: Attention,
  { now, overAt }: { now: number; overAt: number | null },
): (string | null)[] {
  const { taken, silence } = attention;
  if (overAt !== null) {
    const wasSilent = silence !== null && isSilenced(attention, overAt);
    return [
      taken === null ? null : `:raising_hand: ${mention(taken.by)} was on it`,
      wasSilent ? `:no_bell: ${mention(silence.by)} had silenced it` : null,
    ];
  }
  return [
    taken === null ? null : `:raising_hand: ${mention(taken.by)} has been on it since ${date(taken.at)}`,
    silence === null || !isSilenced(attention, now)
      ? null
      : `:no_bell: Silenced by ${mention(silence.by)} until ${silence.until === null ? "it is fixed" : date(silence.until)}`,
  ];
}

/** The reply in the thread that tells the people who had it. */
export function takenOverMessage(by: string, from: readonly string[]): Message {
  const before = from.map(mention).join(" and ");
  return answer(`:raising_hand: ${mention(by)} is on it now, instead of ${before}.`);
}

/** Why nobody reads of it that somebody has taken it over: it is silenced, or has no message. */
export type WhyUntold = "silenced" | "no_message";

const UNTOLD: Record<WhyUntold, string> = {
  silenced: "It is silenced, so the bot does not tell them: please do.",
  no_message: "The bot does not tell them: please do.",
};

/** If it is given up before anybody was paged, the page can go out. */
const RELEASED_PAGED =
  "Nobody in Slack is told about that: ask somebody to take over. An acknowledged page does not ring again. If nobody has been paged yet, the bot may page now.";

/** `untold`: null when a reply in the thread tells the people who had it. `hasPaging`: whether a service pages whoever is on call. */
export function takingMessage(
  taking: Taking,
  { untold, hasPaging }: { untold: WhyUntold | null; hasPaging: boolean },
): Message {
  switch (taking.kind) {
    case "taken": {
      const after = taking.from.length === 0 ? "" : ` now, instead of ${taking.from.map(mention).join(" and ")}`;
      const note = taking.from.length > 0 && untold !== null ? ` ${UNTOLD[untold]}` : "";
      return answer(`:raising_hand: You are on it${after}. Press *I'm on it* again when you no longer are.${note}`);
    }
    case "has_it":
      return answer("You are already on it.");
    case "released":
      return answer(
        `You are no longer on it. ${hasPaging ? RELEASED_PAGED : "Nobody is told about that: ask somebody to take over."}`,
      );
    case "not_on_it":
      return answer("You are no longer on it. The message shows whether somebody else is.");
    case "held":
      return answer(
        `${mention(taking.by)} got there first and is on it. Press *I'm on it* again if you want to take it over.`,
      );
  }
}

/** `until`: epoch ms, null until it is fixed. */
export function silencingMessage(silencing: Silencing, until: number | null): Message {
  if (silencing.kind === "silenced_already") {
    return answer(
      `${mention(silencing.by)} has already silenced it. To change for how long, press *End the silence* first.`,
    );
  }
  const when = until === null ? "it is fixed" : date(until);
  return answer(
    `:no_bell: Silenced until ${when}. The message is still kept up to date, but the bot posts nothing else about it. *End the silence* undoes that.`,
  );
}

/** `hasPaging`: whether a service pages whoever is on call. */
export function unsilencingMessage({ kind }: Unsilencing, hasPaging: boolean): Message {
  if (kind === "not_silenced") return answer("It is no longer silenced.");
  const page = hasPaging ? " If nobody is on it and nobody has been paged yet, the bot may page now." : "";
  return answer(`:bell: No longer silenced: from now on, the bot posts what is new.${page}`);
}

/** The answer to a press on an alert whose outage or troubles are over. `overAt`: when the last of them was, epoch ms. */
export function overAlreadyMessage(overAt: number): Message {
  return answer(`It has been over since ${date(overAt)}, so there is nothing left to do here.`);
}

/** The answer to a press on an alert whose outage or troubles the bot no longer tells of here. */
export function alertGoneMessage(): Message {
  return answer(
    "This is over, or it is no longer watched here. `/hex status` shows what is open, and `/hex watching` what this conversation watches.",
  );
}
