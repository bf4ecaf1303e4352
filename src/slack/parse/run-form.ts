// The form that starts a run. Turns what is known into the contents of its fields, reads them back from a view that Slack sends, and
// turns them into what to run. Pure.

import { z } from "zod";
import type { JsonValue } from "../../hex/client.js";
import { safeId } from "../../hex/ids.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { parseJson } from "../../lib/json.js";
import { holdsSecret } from "../../lib/secret-names.js";
import type { RunOptions } from "../../runs/run.js";
import { LIMITS } from "../messages/limits.js";
import {
  blockId,
  type Complaint,
  ELEMENTS,
  type FormField,
  type FormPlace,
  fieldBlockId,
  metadataSchema,
  nameInAction,
  type ProjectPart,
  type RunForm,
} from "../messages/run-form-state.js";
import { contradictionWords, givenTwiceWords, inputProblemWords } from "../messages/run-form-words.js";
import { type Contradiction, contradictionsIn } from "./contradictions.js";
import { fieldText, readField, readLines } from "./form-inputs.js";
import { unescaped } from "./slack-marks.js";

/** The most input fields in one form. It has other blocks too, and nobody fills in more. */
export const MOST_FIELDS = 20;
/** The longest name that fits into an action_id, in characters. */
const MAX_NAME = LIMITS.actionId - 10;
/**
 * The most bytes that a field's text may take in the view's JSON: enough for a full field in any script, with three bytes per
 * character plus the quotes. 20 of them stay below Slack's limit of 250,000.
 */
const MAX_BYTES = 3 * LIMITS.inputText + 2;

/** An input that gets a field, with its suggested value. */
export interface Offered {
  name: string;
  value: JsonValue | undefined;
}

/** The part of a form that belongs to a project. No value is lost: what does not fit into fields goes into lines or into `rest`. */
export function partOf(inputs: readonly Offered[], view: string | null = null): ProjectPart {
  const fields: FormField[] = [];
  const rest: ProjectPart["rest"] = [];
  let more = "";
  for (const { name, value } of inputs) {
    if (fields.length < MOST_FIELDS && name.length <= MAX_NAME) fields.push(fieldOf(name, value));
    else if (value !== undefined) {
      const line = lineOf(name, value);
      const longer = line === null ? null : more === "" ? line : `${more}\n${line}`;
      if (longer !== null && hasRoom(longer)) more = longer;
      else rest.push({ name, value });
    }
  }
  return { fields, more, rest, view: (view ?? "").slice(0, LIMITS.inputText) };
}

function fieldOf(name: string, value: JsonValue | undefined): FormField {
  if (value === undefined) return { name, text: "", held: null };
  return holdsSecret(name, value) ? { name, text: "", held: { value } } : typedField(name, value);
}

/** A secret that somebody has typed into this form is shown like anything else. */
function typedField(name: string, value: JsonValue): FormField {
  const text = fieldText(value);
  return text !== null && hasRoom(text) ? { name, text, held: null } : { name, text: "", held: { value } };
}

/** `null` when no line would be read as this input. */
function lineOf(name: string, value: JsonValue): string | null {
  const text = holdsSecret(name, value) ? null : fieldText(value);
  if (text === null || text.includes("\n")) return null;
  const read = readLines(`${name} = ${text}`);
  const isSame = read.ok && JSON.stringify(read.inputs.get(name)) === JSON.stringify(value);
  return isSame ? `${name} = ${text}` : null;
}

function hasRoom(text: string): boolean {
  return text.length <= LIMITS.inputText && Buffer.byteLength(JSON.stringify(text)) <= MAX_BYTES;
}

/** Prepares a filled-in form to be shown again: text that does not fit into a field is held, and lines that do not fit go into `rest`. */
export function fitted(form: RunForm): RunForm {
  const fields = form.fields.map((field) => {
    if (hasRoom(field.text)) return field;
    const read = readField(field.text);
    // Anything that is not a value is refused and has to be corrected anyway.
    return read?.ok ? { ...field, text: "", held: { value: read.value } } : { ...field, text: cut(field.text) };
  });
  return { ...form, fields, ...linesOf(form), view: cut(form.view), typedProject: cut(form.typedProject) };
}

function linesOf({ more, rest }: RunForm): Pick<RunForm, "more" | "rest"> {
  if (hasRoom(more)) return { more, rest };
  const lines = readLines(more);
  if (!lines.ok) return { more: cut(more), rest };
  const typed = [...lines.inputs].map(([name, value]) => ({ name, value }));
  return { more: "", rest: [...rest.filter(({ name }) => !lines.inputs.has(name)), ...typed] };
}

function cut(text: string): string {
  return hasRoom(text) ? text : text.slice(0, Math.floor(MAX_BYTES / 6));
}

/** A form as it came back. If `hasDraft`, what no field holds is still in its draft. */
export interface ReadForm {
  form: RunForm;
  /** The project in the picker, which need not be the one whose inputs are drawn. */
  picked: ProjectNamed | null;
  hasDraft: boolean;
}

/** What the bot reads from an element. */
interface Element {
  value?: string | null | undefined;
  selected_option?: { value: string; text?: { text: string } | undefined } | null | undefined;
  selected_options?: readonly { value: string }[] | undefined;
  selected_conversation?: string | null | undefined;
}

/** What the bot reads from a view. */
export interface SentView {
  private_metadata: string;
  state?: { values: Record<string, Record<string, Element>> } | undefined;
}

const placeSchema = z.object({ place: z.string().nullable() });

/** Where the rules say that the form in a view was opened; `null` for a form of an earlier version, and for any other view. */
export function placeOfForm({ private_metadata }: Pick<SentView, "private_metadata">): string | null {
  const metadata = placeSchema.safeParse(parseJson(private_metadata));
  return metadata.success ? metadata.data.place : null;
}

/** `null` when the form is from another version of the bot. */
export function readRunForm(view: SentView): ReadForm | null {
  const metadata = metadataSchema.safeParse(parseJson(view.private_metadata));
  if (!metadata.success) return null;
  const { hasDraft, ...kept } = metadata.data;
  const values: Record<string, Record<string, Element> | undefined> = view.state?.values ?? {};
  const named = { ...kept, fields: [] };
  const element = (kind: keyof typeof PLACES): Element | undefined =>
    values[blockId(named, PLACES[kind])]?.[ELEMENTS[kind]];
  const text = (kind: keyof typeof PLACES) => element(kind)?.value ?? "";
  const ticked = (element("options")?.selected_options ?? []).map(({ value }) => value);
  return {
    hasDraft,
    picked: pickedIn(element("project")),
    form: {
      ...kept,
      typedProject: text("typedProject").trim(),
      fields: fieldsIn(values, named),
      more: text("more"),
      rest: [],
      view: text("view").trim(),
      fresh: ticked.includes("fresh"),
      publish: ticked.includes("publish"),
      dryRun: ticked.includes("dryRun"),
      channel: element("channel")?.selected_conversation ?? null,
      earlier: [],
    },
  };
}

/** `null` for what the bot has never offered. */
function pickedIn(picker: Element | undefined): ProjectNamed | null {
  const option = picker?.selected_option;
  const id = safeId(option?.value ?? "");
  return id === null ? null : { id, title: unescaped(option?.text?.text ?? "") };
}

const PLACES = {
  project: { kind: "project" },
  typedProject: { kind: "typed_project" },
  more: { kind: "more" },
  options: { kind: "options" },
  view: { kind: "view" },
  channel: { kind: "channel" },
} as const satisfies Record<keyof typeof ELEMENTS, FormPlace>;

/** The fields of the project whose inputs are drawn, and of no other, in the order in which they are drawn. */
function fieldsIn(
  values: Record<string, Record<string, Element> | undefined>,
  form: Pick<RunForm, "round" | "draw" | "project">,
): FormField[] {
  const fields: FormField[] = [];
  for (let index = 0; ; index++) {
    const elements = values[fieldBlockId(form, index)];
    const [actionId, element] = Object.entries(elements ?? {})[0] ?? [];
    const name = actionId === undefined ? null : nameInAction(actionId);
    if (name === null) return fields;
    fields.push({ name, text: element?.value ?? "", held: null });
  }
}

/** `draft` is the same form as it was stored. `null` when something that is needed from it is missing. */
export function withDraft(form: RunForm, draft: RunForm | null): RunForm | null {
  if (draft === null) return null;
  const own = draft.project?.id === form.project?.id ? draft : earlierOf(draft, form.project?.id);
  if (own === undefined) return null;
  const heldOf = (name: string) => own.fields.find((field) => field.name === name)?.held ?? null;
  const fields = form.fields.map((field) => ({ ...field, held: heldOf(field.name) }));
  return { ...form, fields, rest: own.rest, earlier: draft.earlier };
}

function earlierOf({ earlier }: RunForm, projectId: string | undefined): ProjectPart | undefined {
  return earlier.find(({ of }) => of === projectId)?.part;
}

/** The most projects whose fields are kept in addition to those that are drawn. */
const MOST_EARLIER = 5;

/**
 * The form for another project. What was typed for the previous one is kept in case it is chosen again, and never sent for the new
 * one. What was typed before any project was chosen is for the new one. `offered` is what the new one is drawn with otherwise.
 */
export function forProject(form: RunForm, project: ProjectNamed, offered: ProjectPart): RunForm {
  const { fields, more, rest, view, draw } = form;
  const next = { ...form, project, draw: draw + 1, typedProject: "" };
  if (form.project === null) return { ...next, ...withTyped(offered, form) };
  const others = form.earlier.filter(({ of }) => of !== project.id && of !== form.project?.id);
  const left = { of: form.project.id, part: { fields, more, rest, view } };
  const earlier = [...others, left].slice(-MOST_EARLIER);
  return { ...next, ...(earlierOf(form, project.id) ?? offered), earlier };
}

/** Inputs that were typed go into the fields that are offered for them. The others stay as they were typed, in place of other lines. */
function withTyped(offered: ProjectPart, { more, rest, view }: ProjectPart): ProjectPart {
  const part = { ...offered, view: view || offered.view };
  if (more.trim() === "" && rest.length === 0) return part;
  const lines = readLines(more);
  const typed = new Map(rest.map(({ name, value }) => [name, value]));
  if (lines.ok) for (const [name, value] of lines.inputs) typed.set(name, value);
  const fields = offered.fields.map((field) => {
    const value = typed.get(field.name);
    return value === undefined ? field : typedField(field.name, value);
  });
  const hasNoField = (name: string) => fields.every((field) => field.name !== name);
  const left = lines.ok
    ? [...lines.texts].flatMap(([name, text]) => (hasNoField(name) ? [text] : [])).join("\n")
    : more;
  return { ...part, fields, more: left, rest: [...offered.rest, ...rest.filter(({ name }) => hasNoField(name))] };
}

export type Wanted = { ok: true; options: RunOptions } | { ok: false; complaints: [Complaint, ...Complaint[]] };

/** What to run, or everything that is wrong with it as far as that can be told without Hex. */
export function optionsOf(form: RunForm): Wanted {
  const complaints: Complaint[] = [];
  const inputs = new Map(form.rest.map(({ name, value }) => [name, value]));
  const lines = readLines(form.more);
  if (lines.ok) for (const [name, value] of lines.inputs) inputs.set(name, value);
  else complaints.push({ at: { kind: "more" }, text: inputProblemWords(lines.problem, lines.at) });
  for (const { name, text, held } of form.fields) {
    const at = { kind: "field" as const, name };
    const read = readField(text) ?? (held === null ? undefined : { ok: true as const, value: held.value });
    if (read === undefined) continue;
    if (!read.ok) complaints.push({ at, text: inputProblemWords(read.problem, null) });
    else if (lines.ok && lines.inputs.has(name)) complaints.push({ at: { kind: "more" }, text: givenTwiceWords(name) });
    else inputs.set(name, read.value);
  }
  const { fresh, publish } = form;
  const options = { inputs: Object.fromEntries(inputs), fresh, publish, view: form.view.trim() || null };
  for (const one of contradictionsIn(options)) {
    complaints.push({ at: { kind: CONTRADICTED[one.kind] }, text: contradictionWords(one) });
  }
  const [first, ...others] = complaints;
  if (first !== undefined) return { ok: false, complaints: [first, ...others] };
  return { ok: true, options };
}

/** Where the form says so. */
const CONTRADICTED = {
  view_is_link: "view",
  too_many_inputs: "more",
  view_with_inputs: "view",
  publish_with_inputs: "options",
} as const satisfies Record<Contradiction["kind"], FormPlace["kind"]>;
