// What is in the form that starts a run: from what is known of its project, from a draft, and from what was typed before. Pure.

import type { JsonValue } from "../../hex/client.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { holdsSecret } from "../../lib/secret-names.js";
import { LIMITS } from "../messages/limits.js";
import type { FormField, ProjectPart, RunForm } from "../messages/run-form-state.js";
import { fieldText, readField, readLines } from "./form-inputs.js";

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
