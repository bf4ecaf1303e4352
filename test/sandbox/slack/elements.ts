// Finding the button or menu that somebody uses, and what Slack reports of it.

import { idOfBlock } from "./core.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";

/** The place of an element within a message or view. */
export interface Placed {
  blockId: string;
  element: Json;
}

/** What has to match: the action_id, the button's or option's value when given, or the values of several; the block when given. */
export interface Wanted {
  actionId: string;
  value?: string | undefined;
  chosen?: readonly string[] | undefined;
  blockId?: string | undefined;
}

/** The entry of `actions` for the one element that matches; throws when none or several do. */
export function pressElement(blocks: readonly unknown[], wanted: Wanted, actionTs: string): Json {
  const all = [...elementsOf(blocks)];
  const fitting = all.flatMap((placed) => {
    const choice = matches(placed, wanted) ? choose(placed.element, wanted) : undefined;
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

export function* elementsOf(blocks: readonly unknown[]): Generator<Placed> {
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
function choose(element: Json, { value, chosen }: Wanted): Json | undefined {
  if (element.type === "button") {
    if (value !== undefined && element.value !== value) return undefined;
    const parts = ["value", "url", "style"].filter((key) => element[key] !== undefined);
    return Object.fromEntries(parts.map((key) => [key, element[key]]));
  }
  const picked = chosen ?? (value === undefined ? undefined : [value]);
  return picked && entered(element, picked);
}

/** What an element reports when `chosen` stands in it: texts, dates, ids or the values of options. undefined: not offered. */
export function entered(element: Json, chosen: readonly string[]): Json | undefined {
  const simple = simpleResult[String(element.type)];
  if (simple !== undefined) return { [simple.result]: chosen[0] ?? null };
  const options = chosen.map((value) => optionsOf(element).find((one) => one.value === value));
  if (options.includes(undefined)) return undefined;
  return takesMany(element) ? { selected_options: options } : { selected_option: options[0] ?? null };
}

/** What stands in an element before anybody has touched it. */
export function initially(element: Json): string[] {
  const simple = simpleResult[String(element.type)];
  const options = takesMany(element) ? recordsAt(element, "initial_options") : [element.initial_option];
  const values = simple ? [element[simple.initial]] : options.map((option) => stringAt(option, "value"));
  return values.filter((value) => value !== undefined && value !== "").map(String);
}

export function takesMany(element: Json): boolean {
  return element.type === "checkboxes" || String(element.type).startsWith("multi_");
}

/** The elements that hold a plain string, and the keys under which they report it and are given it. */
const simpleResult: Readonly<Record<string, { result: string; initial: string }>> = {
  channels_select: { result: "selected_channel", initial: "initial_channel" },
  conversations_select: { result: "selected_conversation", initial: "initial_conversation" },
  datepicker: { result: "selected_date", initial: "initial_date" },
  email_text_input: { result: "value", initial: "initial_value" },
  number_input: { result: "value", initial: "initial_value" },
  plain_text_input: { result: "value", initial: "initial_value" },
  timepicker: { result: "selected_time", initial: "initial_time" },
  url_text_input: { result: "value", initial: "initial_value" },
  users_select: { result: "selected_user", initial: "initial_user" },
};

export function optionsOf(element: Json): Json[] {
  const groups = recordsAt(element, "option_groups").flatMap((group) => recordsAt(group, "options"));
  return [...recordsAt(element, "options"), ...groups];
}

function values(element: Json): unknown[] {
  return element.type === "button" ? [element.value] : optionsOf(element).map((option) => option.value);
}
