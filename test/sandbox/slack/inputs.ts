// The content of the inputs of a view: what is kept from one version of the view to the next, what is reported to the app, and what
// Slack itself refuses.

import { idOfBlock } from "./block-id.js";
import { elementsOf, entered, initially, initialOptions, isExternal, optionsOf, type Placed } from "./elements.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import type { Entry, Input } from "./types.js";

/** Elements that hold nothing. */
const stateless = new Set(["button", "overflow"]);

/**
 * The content of the inputs in `blocks`. An element keeps its content as long as its block_id, action_id and type stay the same,
 * and a new `initial_*` is ignored. `current`: the conversation that an element with default_to_current_conversation selects.
 */
export function inputsOf(
  blocks: readonly unknown[],
  before: readonly Input[],
  current: (element: Json) => string | undefined,
): Input[] {
  return [...fieldsOf(blocks)].map((placed): Input => {
    const kept = before.find((one) => isAt(one, placed) && one.type === placed.element.type);
    if (kept && reported(placed, kept) !== undefined) return kept;
    const { blockId, element } = placed;
    const here = element.default_to_current_conversation === true ? current(element) : undefined;
    const initial = initially(element);
    const chosen = initial.length === 0 && here !== undefined ? [here] : initial;
    const ids = { blockId, actionId: String(element.action_id), type: String(element.type) };
    return { ...ids, chosen, offered: isExternal(element) ? initialOptions(element) : [] };
  });
}

/** The inputs after somebody has typed or chosen something. Throws if there is no such element or it does not offer that. */
export function filledIn(
  blocks: readonly unknown[],
  inputs: readonly Input[],
  entries: readonly Entry[],
  offers: (element: Json, id: string) => boolean,
): Input[] {
  const fields = [...fieldsOf(blocks)];
  return entries.reduce<Input[]>(
    (filled, entry) => {
      const placed = fields.find((one) => isAt(entry, one));
      const index = filled.findIndex((one) => placed !== undefined && isAt(one, placed));
      const old = filled[index];
      if (!placed || !old) throw new Error(`There is no input ${entry.blockId}/${entry.actionId}.`);
      const next = { ...old, chosen: entry.chosen.filter((value) => value !== "") };
      const isOffered = next.chosen.every((id) => offers(placed.element, id));
      if (!isOffered || reported(placed, next) === undefined) {
        throw new Error(`${entry.blockId}/${entry.actionId} does not offer ${JSON.stringify(entry.chosen)}.`);
      }
      return filled.with(index, next);
    },
    [...inputs],
  );
}

/** The inputs after the app has named the options of an external select. Options that were shown earlier can still be chosen. */
export function offeredIn(inputs: readonly Input[], at: Omit<Entry, "chosen">, options: readonly Json[]): Input[] {
  return inputs.map((one) =>
    one.blockId === at.blockId && one.actionId === at.actionId
      ? { ...one, offered: [...options, ...one.offered.filter(({ value }) => !options.some((o) => o.value === value))] }
      : one,
  );
}

/** `state.values` of a view's payload: the content of each element, by block_id and then by action_id. */
export function stateValues(blocks: readonly unknown[], inputs: readonly Input[]): Json {
  const values: Record<string, Json> = {};
  for (const placed of fieldsOf(blocks)) {
    const { blockId, element } = placed;
    const input = inputs.find((one) => isAt(one, placed));
    const content = input && reported(placed, input);
    if (content === undefined) throw new Error(`Nothing is known of ${blockId}/${element.action_id}.`);
    values[blockId] = { ...values[blockId], [String(element.action_id)]: { type: element.type, ...content } };
  }
  return values;
}

/** What Slack itself refuses before the app hears about the submission, by block_id. */
export function complaints(blocks: readonly unknown[], inputs: readonly Input[]): Record<string, string> {
  const required = new Set(requiredIds(blocks));
  const isInput = new Set(inputIds(blocks));
  const errors: Record<string, string> = {};
  for (const placed of fieldsOf(blocks)) {
    if (!isInput.has(placed.blockId)) continue;
    const chosen = inputs.find((one) => isAt(one, placed))?.chosen ?? [];
    const wrong =
      chosen[0] === undefined
        ? required.has(placed.blockId) && "Please complete this required field."
        : complaint(placed.element, chosen[0], chosen.length);
    if (typeof wrong === "string") errors[placed.blockId] = wrong;
  }
  return errors;
}

/** The block_ids of the blocks that can show an error: only input blocks can. */
export function inputIds(blocks: readonly unknown[]): string[] {
  return withIds(blocks)
    .filter(({ block }) => block.type === "input" && isRecord(block.element))
    .map(({ id }) => id);
}

function requiredIds(blocks: readonly unknown[]): string[] {
  return withIds(blocks)
    .filter(({ block }) => block.type === "input" && block.optional !== true)
    .map(({ id }) => id);
}

function withIds(blocks: readonly unknown[]): { block: Json; id: string }[] {
  return recordsAt({ blocks }, "blocks").map((block, index) => ({
    block,
    id: stringAt(block, "block_id") ?? idOfBlock(index),
  }));
}

function complaint(element: Json, text: string, count: number): string | undefined {
  const least = Number(element.min_length ?? 0);
  const most = Number(element.max_length ?? Number.POSITIVE_INFINITY);
  switch (element.type) {
    case "plain_text_input":
      if (text.length < least) return `Must be at least ${least} characters.`;
      return text.length > most ? `Must be at most ${most} characters.` : undefined;
    case "number_input": {
      if (!/^-?\d+(\.\d+)?$/.test(text)) return "Must be a number.";
      if (element.is_decimal_allowed !== true && text.includes(".")) return "Must be a whole number.";
      if (Number(text) < Number(element.min_value ?? Number.NEGATIVE_INFINITY)) return "The number is too small.";
      return Number(text) > Number(element.max_value ?? Number.POSITIVE_INFINITY)
        ? "The number is too big."
        : undefined;
    }
    case "email_text_input":
      return /^\S+@\S+\.\S+$/.test(text) ? undefined : "Must be an email address.";
    case "url_text_input":
      return URL.canParse(text) ? undefined : "Must be a URL.";
    default: {
      const limit = Number(element.max_selected_items ?? Number.POSITIVE_INFINITY);
      return count > limit ? `No more than ${limit} can be chosen.` : undefined;
    }
  }
}

export function* fieldsOf(blocks: readonly unknown[]): Generator<Placed> {
  for (const placed of elementsOf(blocks)) {
    if (!stateless.has(String(placed.element.type))) yield placed;
  }
}

function isAt(at: { blockId: string; actionId: string }, { blockId, element }: Placed): boolean {
  return at.blockId === blockId && at.actionId === element.action_id;
}

function reported({ element }: Placed, { chosen, offered }: Input): Json | undefined {
  return entered(element, chosen, isExternal(element) ? [...offered] : optionsOf(element));
}
