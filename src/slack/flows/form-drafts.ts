// Forms that are kept: what no field can hold, and what was typed while Hex is asked or after the form was closed.

import { z } from "zod";
import type { Bot } from "../listeners/context.js";
import { type Complaint, type RunForm, runFormSchema } from "../messages/run-form-state.js";

const KEPT_MS = 24 * 60 * 60_000;

const draftSchema = z.object({
  /** Whose it is: nobody else gets it. */
  user: z.string(),
  form: runFormSchema,
  complaints: z.array(z.custom<Complaint>()).default([]),
});
export type FormDraft = z.output<typeof draftSchema>;

/**
 * In the place of an older one. It stays for its time, also when its run has been started: what is submitted twice finds it.
 * @throws StoreFailure
 */
export function keepForm({ drafts }: Bot, draft: FormDraft): Promise<void> {
  return drafts.keep(keyOf(draft.form.nonce), draft, KEPT_MS);
}

/** null when it is no longer kept, or somebody else's. @throws StoreFailure */
export async function formKept({ drafts }: Bot, nonce: string, user: string): Promise<FormDraft | null> {
  const draft = await drafts.get(keyOf(nonce), draftSchema);
  return draft?.user === user ? draft : null;
}

/** The key of the run that a form starts, once. */
export function runKeyOf({ nonce }: Pick<RunForm, "nonce">): string {
  return `form:${nonce}`;
}

function keyOf(nonce: string): string {
  return `form:${nonce}`;
}
