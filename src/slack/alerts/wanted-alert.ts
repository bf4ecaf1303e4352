// What a message about an outage, a trouble or the end of a run should look like now, wherever it belongs.

import type { Attention } from "../../attention/attention.js";
import type { WatchPlace } from "../../follow/watch.js";
import type { Message, Reply } from "../messages/blocks.js";

/** One message, as it should be. */
export interface WantedAlert {
  id: string;
  place: WatchPlace;
  /** News is posted. What is no longer news is only finished where it was already posted. */
  isNews: boolean;
  /** The message will not change any more. */
  isFinal: boolean;
  /** What it is about is silenced: it is edited where it is, and not posted anywhere. */
  isSilent: boolean;
  message: (isDoubled: boolean) => Message;
  /** The replies in its thread, in order. Whatever a message already says when it is posted needs no reply. */
  replies: Reply[];
  /**
   * Called when Slack does not accept a message in this place any more. `word`: Slack's error code. Resolves with whether the alert is
   * given up: it is then settled. Without this, the bot keeps trying.
   */
  onLost?: (word: string) => Promise<boolean>;
  /** Called when Slack has accepted the message in this place, or a reply. An edit says nothing: it needs less than a post. */
  onPosted?: () => Promise<void>;
}

/** All messages of one kind, as they should be. */
export interface WantedAlerts {
  alerts: WantedAlert[];
  /** When something else will be wanted, whatever happens until then, epoch ms; `null` when that is not known. */
  nextAt: number | null;
}

/** The earliest of some times; `null` when there are none. */
export function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** When the first of these silences ends that have not ended yet, epoch ms; `null` when none does. */
export function silencesEnd(attentions: readonly Attention[], now: number): number | null {
  return earliest(attentions.flatMap(({ silence }) => silence?.until ?? []).filter((until) => until > now));
}
