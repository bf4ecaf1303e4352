// What the audit log holds: who did what, or was not allowed to, and what came of it.

import { z } from "zod";
import type { Verb } from "../access/policy.js";
import { epochMs } from "../lib/epoch.js";

/** What people do, each with the verb that it takes. Reading is not recorded, but a refusal to show something is. */
export const DEEDS = {
  see: "see",
  run: "run",
  publish: "publish",
  cancel: "cancel",
  approve: "run",
  decline: "run",
  watch: "watch",
  unwatch: "watch",
  digest: "watch",
  digest_off: "watch",
  on_it: "silence",
  silence: "silence",
  end_silence: "silence",
  administer: "administer",
} as const satisfies Record<string, Verb>;
export type Deed = keyof typeof DEEDS;
const deedNames = Object.keys(DEEDS).filter((name): name is Deed => name in DEEDS);

export const auditEntrySchema = z.object({
  /** Unique. What is recorded twice, because a process died or Slack repeated itself, has the same one. */
  id: z.string(),
  at: epochMs,
  /** A person's id in Slack; `null` when nobody is known, as for a run that was started in Hex. */
  who: z.string().nullable(),
  /** The conversation in which they did it, or opened the form; `null` on the Home tab, in shortcuts, and for the outcome of a run. */
  where: z.string().nullable(),
  deed: z.enum(deedNames),
  /** `title` is empty when it is not known. `null` when it is about no project. */
  project: z.object({ id: z.string(), title: z.string() }).nullable(),
  /** More about what they did: the rule of a watch, the time of a digest, how long a silence is. */
  detail: z.string().nullable(),
  /** What the run was to start with, with secret-looking inputs masked. */
  inputs: z.record(z.string(), z.unknown()).nullable(),
  /** `needs_approval`: it waits for somebody's approval. `null`: the outcome of something that has an entry of its own. */
  decision: z.enum(["allowed", "refused", "needs_approval"]).nullable(),
  /** The rule that decided: its number in the file, from 1, and its name. `null` without one. */
  rule: z.object({ number: z.number(), name: z.string().nullable() }).nullable(),
  /** The outcome, in a word, such as `started`, `completed` or the kind of a failure; `null` while that is not known. */
  result: z.string().nullable(),
  runKey: z.string().nullable(),
  /** The run's id in Hex, and Hex's trace id. */
  hexRunId: z.string().nullable(),
  traceId: z.string().nullable(),
  /** The interaction's, as in the bot's log. */
  reference: z.string().nullable(),
});
export type AuditEntry = z.output<typeof auditEntrySchema>;

/** An entry about nothing in particular, to be completed. */
export const NOTHING_MORE = {
  project: null,
  detail: null,
  inputs: null,
  rule: null,
  result: null,
  runKey: null,
  hexRunId: null,
  traceId: null,
} as const satisfies Partial<AuditEntry>;
