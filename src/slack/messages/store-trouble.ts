// The store does not work: what people read when they wanted to do something, and what `/hex status` says.

import { type StoreKind, storeSentence } from "../../remedies/store.js";
import type { StoreFailureKind } from "../../store/failure.js";
import type { StoreState } from "../../store/store-check.js";
import { context, type Message, message, section } from "./blocks.js";
import { code, date, inline } from "./mrkdwn.js";

export interface StoreTrouble {
  why: StoreFailureKind;
  kind: StoreKind;
  /** Whether it is certain that the bot did not ask Hex to start anything. */
  isNothingStarted: boolean;
  reference: string;
}

/** The answer to somebody who asked for something that needs the store. */
export function storeTroubleMessage({ why, kind, isNothingStarted, reference }: StoreTrouble): Message {
  const head = isNothingStarted ? "Nothing was started" : "The bot could not do that";
  const then = isNothingStarted ? "Then try again." : "Check the card, or the project in Hex, before you try again.";
  return message(`${head}, because its store does not work.`, [
    section(
      `:warning: *${head}, because the bot's store does not work.*\n${inline(storeSentence(why, kind), 600)}. ${then}\n\`/hex status\` and \`/hex projects\` work without it.`,
    ),
    context(`Reference ${code(reference, 40)}, also in the bot's log`),
  ]);
}

/** A line of mrkdwn for `/hex status`; `null` while the store works. */
export function storeTroubleLine(store: StoreState, kind: StoreKind): string | null {
  if (store.ok) return null;
  return `:warning: *The store does not work* since ${date(store.since)}: ${inline(storeSentence(store.why, kind), 600)}. Until then nothing can be started or cancelled here, and cards are not updated.`;
}
