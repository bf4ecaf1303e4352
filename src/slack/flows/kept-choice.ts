// What somebody typed to name a project, stored for a day when it does not fit into the buttons of a choice.

import type { z } from "zod";
import { DAY } from "../../lib/time.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { type Choice, type Chosen, fitsButton, KEPT } from "../messages/choice.js";
import { choiceGoneMessage } from "../messages/choose-project.js";

const KEPT_MS = DAY;

/** Stores what does not fit into the buttons of one rendering, which share a nonce. @throws StoreFailure */
export async function keepChoice({ drafts }: Bot, nonce: string, choice: Choice): Promise<void> {
  if (!fitsButton(choice)) await drafts.keep(keyOf(nonce), choice, KEPT_MS);
}

/**
 * What was typed, from a button's value or from the store; `null` after telling the person that it is gone.
 * @param schema of a choice for what the button does
 * @throws StoreFailure
 */
export async function readChoice<T extends Choice>(
  { drafts }: Bot,
  { respond }: Interaction,
  { nonce, choice }: Pick<Chosen, "nonce" | "choice">,
  schema: z.ZodType<T>,
): Promise<T | null> {
  const read = choice === KEPT ? await drafts.get(keyOf(nonce), schema) : (schema.safeParse(choice).data ?? null);
  if (read === null) await respond(choiceGoneMessage());
  return read;
}

function keyOf(nonce: string): string {
  return `choice:${nonce}`;
}
