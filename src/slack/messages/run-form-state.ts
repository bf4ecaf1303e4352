// What stands in the form that starts a run: as it is drawn, as it is read, and as it is kept.

import { z } from "zod";
import type { JsonValue } from "../../hex/client.js";

const jsonValue = z.custom<JsonValue>((value) => value !== undefined);

/** A field of an input. */
const fieldSchema = z.object({
  name: z.string(),
  /** What was typed, or is offered. */
  text: z.string(),
  /**
   * Sent when nothing is typed: a value that no field can show, for its length or because it is shown to nobody. In an object of its
   * own, since null is a value.
   */
  held: z.object({ value: jsonValue }).nullable(),
});
export type FormField = z.output<typeof fieldSchema>;

const conversationSchema = z.object({ channel: z.string(), threadTs: z.string().nullable(), isPublic: z.boolean() });

/** What belongs to one project. */
const perProject = {
  fields: z.array(fieldSchema),
  /** `name = value` a line. */
  more: z.string(),
  /** Sent as they are, unless `more` names them: no field and no line has room for them. */
  rest: z.array(z.object({ name: z.string(), value: jsonValue })),
  /** A saved view's id. */
  view: z.string(),
};

export const runFormSchema = z.object({
  /** The same for the form's life: one form starts one run. */
  nonce: z.string(),
  /** Grows when all is to be drawn as it stands here, whatever Slack remembers of the fields. */
  round: z.number(),
  /** Grows when only what belongs to the project is to be drawn so. */
  draw: z.number(),
  /** Where it was opened; null: nowhere that the bot knows of. */
  origin: conversationSchema.nullable(),
  /** Whose inputs are drawn. */
  project: z.object({ id: z.string(), title: z.string() }).nullable(),
  /** A title, id or link that was typed. */
  typedProject: z.string(),
  ...perProject,
  fresh: z.boolean(),
  publish: z.boolean(),
  dryRun: z.boolean(),
  /** The conversation that was chosen for the card, by its id; null: none. */
  channel: z.string().nullable(),
  /** What stood in the fields of projects that were chosen before. `of`: a project's id. */
  earlier: z.array(z.object({ of: z.string(), part: z.object(perProject) })),
});
export type RunForm = z.output<typeof runFormSchema>;
/** What belongs to one project. */
export type ProjectPart = Pick<RunForm, keyof typeof perProject>;

/** What travels with the view; the rest is read from its fields, and what no field holds from the draft. */
export const metadataSchema = runFormSchema
  .pick({ nonce: true, round: true, draw: true, origin: true, project: true })
  .extend({ hasDraft: z.boolean() });
export type RunFormMetadata = z.output<typeof metadataSchema>;

/** Where in the form something is wrong. */
export type Place =
  | { kind: "project" | "typed_project" | "more" | "options" | "view" | "channel" }
  | { kind: "field"; name: string };

/** `text`: plain. */
export interface Complaint {
  at: Place;
  text: string;
}

/** Whether something of it stands in no field, so that it has to be kept. */
export function needsDraft({ fields, rest, earlier }: RunForm): boolean {
  return fields.some((field) => field.held !== null) || rest.length > 0 || earlier.length > 0;
}

/** The same form, to be drawn with block_ids of its own: Slack ignores what is new in a block that it knows. */
export function nextRound<F extends Pick<RunForm, "round">>(form: F): F {
  return { ...form, round: form.round + 1 };
}

/** The block of a place. Those of the inputs carry the project's id: what was typed for another one is never taken for its own. */
export function blockId(
  { round, draw, project, fields }: Pick<RunForm, "round" | "draw" | "project" | "fields">,
  at: Place,
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

/** The same for a field by its place among the fields. */
export function fieldBlockId(
  { round, draw, project }: Pick<RunForm, "round" | "draw" | "project">,
  index: number,
): string {
  return `field.${index}.${round}-${draw}.${project?.id ?? ""}`;
}

/** The action_ids of the elements. Those of inputs hold their name behind a prefix, so that none is taken for another element. */
export const ELEMENTS = {
  project: "form_project",
  typedProject: "form_typed_project",
  more: "form_more",
  options: "form_options",
  view: "form_view",
  channel: "form_channel",
} as const;
const FIELD = "input.";
export const fieldAction = (name: string) => `${FIELD}${name}`;
export const nameInAction = (actionId: string) => (actionId.startsWith(FIELD) ? actionId.slice(FIELD.length) : null);
