// What somebody searched the projects for, stored for a day when it does not fit into the buttons of the list.

import { z } from "zod";
import { DAY } from "../../lib/time.js";
import type { Bot } from "../listeners/context.js";
import { KEPT } from "../messages/choice.js";
import { type Searched, searchedInButton } from "../messages/searched.js";

const KEPT_MS = DAY;

/** Stores what does not fit into the buttons of one rendering, which share a nonce. @throws StoreFailure */
export async function keepWords({ drafts }: Bot, nonce: string, words: readonly string[]): Promise<void> {
  if (searchedInButton(words) === KEPT) await drafts.keep(keyOf(nonce), words, KEPT_MS);
}

/** The words, from a button's value or from the store; `null` when they are no longer kept. @throws StoreFailure */
export async function readWords(
  { drafts }: Bot,
  { nonce, words }: { nonce: string; words: Searched },
): Promise<string[] | null> {
  return words === KEPT ? drafts.get(keyOf(nonce), z.array(z.string())) : words;
}

function keyOf(nonce: string): string {
  return `words:${nonce}`;
}
