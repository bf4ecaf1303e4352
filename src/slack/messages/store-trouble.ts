// The store does not work: what people read when they wanted to do something, and what `/hex status` says.

import { type StoreKind, storeSentence } from "../../remedies/store.js";
import type { StoreFailureKind } from "../../store/failure.js";
import type { StoreState } from "../../store/store-check.js";
import { context, type Message, message, section } from "./blocks.js";
import { date, inline, referenceWords } from "./mrkdwn.js";

export interface StoreTrouble {
  why: StoreFailureKind;
  kind: StoreKind;
  undone: Undone;
  reference: string;
}

/**
 * What has not happened. The bot did not ask Hex to start anything (`nothing_started`), the run waits for its approval as before
 * (`nothing_decided`), or nothing was to change (`nothing_read`). Otherwise, it is not known how far the bot got: with a run (`maybe_run`),
 * or with something else (`maybe_other`).
 */
export type Undone = keyof typeof UNDONE;

/** The answer to somebody who asked for something that needs the store. */
export function storeTroubleMessage({ why, kind, undone, reference }: StoreTrouble): Message {
  const { head, todo } = UNDONE[undone];
  return message(`${head}, because its store does not work.`, [
    section(
      `:warning: *${head}, because the bot's store does not work.*\n${inline(storeSentence(why, kind), 600)}. ${todo}\n\`/hex status\` and \`/hex projects\` work without it.`,
    ),
    context(`${referenceWords(reference)}, also in the bot's log`),
  ]);
}

const COULD_NOT = "The bot could not do that";
const UNDONE = {
  nothing_started: { head: "Nothing was started", todo: "Then try again." },
  nothing_decided: {
    head: "Nothing was decided",
    todo: "Then press the button again: the run is still waiting for approval.",
  },
  nothing_read: { head: COULD_NOT, todo: "Then try again." },
  maybe_run: { head: COULD_NOT, todo: "Check the card, or the project in Hex, before you try again." },
  maybe_other: { head: COULD_NOT, todo: "Then check whether it happened, and try again if it did not." },
};

/** A line of mrkdwn for `/hex status`; `null` while the store works. */
export function storeTroubleLine({ since, why }: StoreState, kind: StoreKind): string | null {
  if (why === null) return null;
  return `:warning: *The store has not worked* since ${date(since)}: ${inline(storeSentence(why, kind), 600)}. Until it works again, nothing can be started or cancelled here, and cards are not updated.`;
}
