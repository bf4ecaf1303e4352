// Stored forms: what no field can hold, and what was typed, for while the bot asks Hex and after the form was closed.

import { z } from "zod";
import { DAY } from "../../lib/time.js";
import type { Bot } from "../listeners/context.js";
import { type Complaint, type RunForm, runFormSchema } from "../messages/run-form-state.js";

const KEPT_MS = DAY;

const draftSchema = z.object({
  /** The owner. Nobody else can get the draft. */
  user: z.string(),
  form: runFormSchema,
  complaints: z.array(z.custom<Complaint>()).default([]),
});
export type FormDraft = z.output<typeof draftSchema>;

/**
 * Stores a form, replacing an older one. It stays for its full time even after its run has started, so that a second submission
 * finds it.
 * @throws StoreFailure
 */
export function keepForm({ drafts }: Bot, draft: FormDraft): Promise<void> {
  return drafts.keep(keyOf(draft.form.nonce), draft, KEPT_MS);
}

/** `null` when the form is no longer stored, or is somebody else's. @throws StoreFailure */
export async function formKept({ drafts }: Bot, nonce: string, user: string): Promise<FormDraft | null> {
  const draft = await drafts.get(keyOf(nonce), draftSchema);
  return draft?.user === user ? draft : null;
}

/** The key of the one run that a form starts. */
export function runKeyOf({ nonce }: Pick<RunForm, "nonce">): string {
  return `form:${nonce}`;
}

function keyOf(nonce: string): string {
  return `form:${nonce}`;
}
