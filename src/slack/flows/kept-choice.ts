// What somebody typed to name a project, stored for a day when it does not fit into the buttons of a choice.

import { DAY } from "../../lib/time.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { type Choice, type ChoiceInButton, choiceSchema, fitsButton, KEPT } from "../messages/choice.js";
import { choiceGoneMessage } from "../messages/choose-project.js";

const KEPT_MS = DAY;

/** Stores what does not fit into the buttons of one rendering, which share a nonce. @throws StoreFailure */
export async function keepChoice({ drafts }: Bot, nonce: string, choice: Choice): Promise<void> {
  if (!fitsButton(choice)) await drafts.keep(keyOf(nonce), choice, KEPT_MS);
}

/** What was typed, from a button's value or from the store; `null` after telling the person that it is gone. @throws StoreFailure */
export async function readChoice(
  { drafts }: Bot,
  { respond }: Interaction,
  { nonce, choice }: { nonce: string; choice: ChoiceInButton },
): Promise<Choice | null> {
  if (choice !== KEPT) return choice;
  const kept = await drafts.get(keyOf(nonce), choiceSchema);
  if (kept === null) await respond(choiceGoneMessage());
  return kept;
}

function keyOf(nonce: string): string {
  return `choice:${nonce}`;
}
