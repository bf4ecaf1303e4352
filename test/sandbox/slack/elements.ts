// Finding the button or menu that somebody uses, and what Slack reports of it.

import { idOfBlock } from "./core.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";

/** The place of an element within a message. */
interface Placed {
  blockId: string;
  element: Json;
}

/** What has to match: the action_id, the button's or option's value when given, the block when given. */
export interface Wanted {
  actionId: string;
  value?: string;
  blockId?: string;
}

/** The entry of `actions` for the one element that matches; throws when none or several do. */
export function pressElement(blocks: readonly unknown[], wanted: Wanted, actionTs: string): Json {
  const all = [...elementsOf(blocks)];
  const fitting = all.flatMap((placed) => {
    const choice = matches(placed, wanted) ? choose(placed.element, wanted.value) : undefined;
    return choice ? [{ placed, choice }] : [];
  });
  const [hit, another] = fitting;
  if (hit && !another) {
    const { type, action_id, text, placeholder, confirm } = hit.placed.element;
    const shown = Object.entries({ text, placeholder, confirm }).filter(([, part]) => part !== undefined);
    const ids = { type, action_id, block_id: hit.placed.blockId };
    return { ...ids, ...Object.fromEntries(shown), ...hit.choice, action_ts: actionTs };
  }
  const problem = hit ? `${fitting.length} elements fit, name the value or the block` : "There is no such element";
  const present = all.map(({ blockId, element }) => `${blockId}/${element.action_id} = ${values(element).join(", ")}`);
  throw new Error(`${problem}: ${JSON.stringify(wanted)}. Present:\n${present.join("\n")}`);
}

function* elementsOf(blocks: readonly unknown[]): Generator<Placed> {
  for (const [index, block] of blocks.entries()) {
    if (!isRecord(block)) continue;
    const blockId = stringAt(block, "block_id") ?? idOfBlock(index);
    const parts = block.type === "actions" ? recordsAt(block, "elements") : [block.accessory, block.element];
    for (const [place, element] of parts.entries()) {
      if (!isRecord(element) || element.type === "image") continue;
      yield { blockId, element: { action_id: `auto-action-${place}`, ...element } };
    }
  }
}

function matches({ blockId, element }: Placed, wanted: Wanted): boolean {
  return element.action_id === wanted.actionId && (wanted.blockId === undefined || wanted.blockId === blockId);
}

/** What using the element adds to the report, or undefined when it does not have this value. */
function choose(element: Json, value: string | undefined): Json | undefined {
  if (element.type === "button") {
    if (value !== undefined && element.value !== value) return undefined;
    const parts = ["value", "url", "style"].filter((key) => element[key] !== undefined);
    return Object.fromEntries(parts.map((key) => [key, element[key]]));
  }
  if (value === undefined) return undefined;
  const simple = simpleResult[String(element.type)];
  if (simple !== undefined) return { [simple]: value };
  const option = optionsOf(element).find((one) => one.value === value);
  if (!option) return undefined;
  const many = element.type === "checkboxes" || String(element.type).startsWith("multi_");
  return many ? { selected_options: [option] } : { selected_option: option };
}

/** The elements whose choice is a plain string. */
const simpleResult: Readonly<Record<string, string>> = {
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
  datepicker: "selected_date",
  plain_text_input: "value",
  timepicker: "selected_time",
  users_select: "selected_user",
};

function optionsOf(element: Json): Json[] {
  const groups = recordsAt(element, "option_groups").flatMap((group) => recordsAt(group, "options"));
  return [...recordsAt(element, "options"), ...groups];
}

function values(element: Json): unknown[] {
  return element.type === "button" ? [element.value] : optionsOf(element).map((option) => option.value);
}
