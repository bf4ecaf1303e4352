// The form that starts a run, as Slack sends it: reads what was filled in, and turns it into what to run. Pure.

import { z } from "zod";
import { safeId } from "../../hex/ids.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { parseJson } from "../../lib/json.js";
import type { RunOptions } from "../../runs/run.js";
import {
  blockId,
  type Complaint,
  ELEMENTS,
  type FormField,
  type FormPlace,
  fieldBlockId,
  metadataSchema,
  nameInAction,
  type RunForm,
} from "../messages/run-form-state.js";
import { contradictionWords, givenTwiceWords, inputProblemWords } from "../messages/run-form-words.js";
import { type Contradiction, contradictionsIn } from "./contradictions.js";
import { readField, readLines } from "./form-inputs.js";
import { unescaped } from "./slack-marks.js";

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
