// The contents of the form that starts a run: as it is drawn, as it is read, and as it is kept.

import { z } from "zod";
import type { JsonValue } from "../../hex/client.js";
import { ACTIONS } from "./action-ids.js";

const jsonValue = z.custom<JsonValue>((value) => value !== undefined);

/** The field for one input. */
const fieldSchema = z.object({
  name: z.string(),
  /** What was typed, or what the form suggests. */
  text: z.string(),
  /**
   * Sent when nothing is typed: a value that no field can show, because it is too long or because nobody may see it. It is wrapped
   * in an object because `null` is a value too.
   */
  held: z.object({ value: jsonValue }).nullable(),
});
export type FormField = z.output<typeof fieldSchema>;

const conversationSchema = z.object({ channel: z.string(), threadTs: z.string().nullable(), isPublic: z.boolean() });

/** What belongs to one project. */
const perProject = {
  fields: z.array(fieldSchema),
  /** One `name = value` per line. */
  more: z.string(),
  /** Sent as they are unless `more` names them, because no field or line has room for them. */
  rest: z.array(z.object({ name: z.string(), value: jsonValue })),
  /** A saved view's id. */
  view: z.string(),
};

/** What may become a key of the store, which takes none with a NUL. */
const key = z.string().regex(/^[^\0]*$/);

export const runFormSchema = z.object({
  /** Stays the same for the life of the form: one form starts one run. */
  nonce: key,
  /** Grows when the whole form must be drawn from this state, whatever Slack remembers of its fields. */
  round: z.number(),
  /** Grows when only the part that belongs to the project must be drawn that way. */
  draw: z.number(),
  /** Where the form was opened; `null` when the bot does not know. */
  origin: conversationSchema.nullable(),
  /** Where the rules say it was opened, whatever is chosen in it; `null` on the Home tab, in shortcuts, and in forms of earlier versions. */
  place: z.string().nullable().default(null),
  /** The project whose inputs are drawn. */
  project: z.object({ id: key, title: z.string() }).nullable(),
  /** A title, id or link that was typed. */
  typedProject: z.string(),
  ...perProject,
  fresh: z.boolean(),
  publish: z.boolean(),
  dryRun: z.boolean(),
  /** The id of the conversation that was chosen for the card; `null` for none. */
  channel: z.string().nullable(),
  /** What was in the fields of previously chosen projects. `of` is a project's id. */
  earlier: z.array(z.object({ of: z.string(), part: z.object(perProject) })),
});
export type RunForm = z.output<typeof runFormSchema>;
/** What belongs to one project. */
export type ProjectPart = Pick<RunForm, keyof typeof perProject>;

/** What travels with the view. The rest is read from its fields, and what no field holds is read from the draft. */
export const metadataSchema = runFormSchema
  .pick({ nonce: true, round: true, draw: true, origin: true, place: true, project: true })
  .extend({ hasDraft: z.boolean() });
export type RunFormMetadata = z.output<typeof metadataSchema>;

/** What the form says at its top. */
export interface Notice {
  /** Plain text. */
  text: string;
  level: "info" | "success" | "warning";
}

/** Where in the form something is wrong. */
export type FormPlace =
  | { kind: "project" | "typed_project" | "more" | "options" | "view" | "channel" }
  | { kind: "field"; name: string };

/** `text` is plain text. */
export interface Complaint {
  at: FormPlace;
  text: string;
}

/** Whether the form has something that is in no field, so that it must be kept. */
export function needsDraft({ fields, rest, earlier }: RunForm): boolean {
  return fields.some((field) => field.held !== null) || rest.length > 0 || earlier.length > 0;
}

/** The same form, to be drawn with new block_ids: Slack ignores new values in a block that it already knows. */
export function nextRound<F extends Pick<RunForm, "round">>(form: F): F {
  return { ...form, round: form.round + 1 };
}

/**
 * The block for a place. Blocks of inputs carry the project's id, so that what was typed for one project is never taken for
 * another's.
 */
export function blockId(
  { round, draw, project, fields }: Pick<RunForm, "round" | "draw" | "project" | "fields">,
  at: FormPlace,
): string {
  const own = `${round}-${draw}.${project?.id ?? ""}`;
  switch (at.kind) {
    case "field":
      return fieldBlockId(
        { round, draw, project },
        fields.findIndex(({ name }) => name === at.name),
      );
    case "more":
    case "view":
      return `${at.kind}.${own}`;
    default:
      return `${at.kind}.${round}`;
  }
}

/** The same for a field, by its index among the fields. */
export function fieldBlockId(
  { round, draw, project }: Pick<RunForm, "round" | "draw" | "project">,
  index: number,
): string {
  return `field.${index}.${round}-${draw}.${project?.id ?? ""}`;
}

/** The action_ids of the elements. The first two redraw the form, so they are also actions. Those of inputs have the input's name after a prefix, so that none is mistaken for another element. */
export const ELEMENTS = {
  project: ACTIONS.formProject,
  typedProject: ACTIONS.formTypedProject,
  more: "form_more",
  options: "form_options",
  view: "form_view",
  channel: "form_channel",
} as const;
const FIELD = "input.";
export const fieldAction = (name: string) => `${FIELD}${name}`;
export const nameInAction = (actionId: string) => (actionId.startsWith(FIELD) ? actionId.slice(FIELD.length) : null);
