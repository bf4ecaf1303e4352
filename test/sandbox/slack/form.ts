// What people put into the inputs of a view: as the app is told of it, and what is still missing.

import { idOfBlock } from "./core.js";
import { elementsOf, entered, initially, type Placed } from "./elements.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import type { Entry } from "./types.js";

/** Elements that hold nothing. */
const stateless = new Set(["button", "overflow"]);

/** `state.values` of a view's payload: by block_id, by action_id, what stands in the element. */
export function stateValues(view: Json, entries: readonly Entry[]): Json {
  const values: Record<string, Json> = {};
  for (const placed of fieldsOf(view)) {
    const { blockId, element } = placed;
    const content = entered(element, chosenIn(placed, entries));
    if (content === undefined) throw new Error(`${blockId}/${element.action_id} does not offer that.`);
    values[blockId] = { ...values[blockId], [String(element.action_id)]: { type: element.type, ...content } };
  }
  return values;
}

/** What Slack itself complains of before an app hears of the submission, by block_id. */
export function missing(view: Json, entries: readonly Entry[]): Record<string, string> {
  const required = new Set(inputIds(view));
  const empty = [...fieldsOf(view)].filter(
    (placed) => required.has(placed.blockId) && chosenIn(placed, entries).length === 0,
  );
  return Object.fromEntries(empty.map(({ blockId }) => [blockId, "Please complete this required field."]));
}

function* fieldsOf(view: Json): Generator<Placed> {
  for (const placed of elementsOf(recordsAt(view, "blocks"))) {
    if (!stateless.has(String(placed.element.type))) yield placed;
  }
}

function chosenIn({ blockId, element }: Placed, entries: readonly Entry[]): readonly string[] {
  const entry = entries.find((one) => one.blockId === blockId && one.actionId === element.action_id);
  return (entry?.chosen ?? initially(element)).filter((value) => value !== "");
}

/** The block_ids of the inputs that must be filled. */
function inputIds(view: Json): string[] {
  return recordsAt(view, "blocks")
    .map((block, index) => ({ block, id: stringAt(block, "block_id") ?? idOfBlock(index) }))
    .filter(({ block }) => block.type === "input" && block.optional !== true && isRecord(block.element))
    .map(({ id }) => id);
}
