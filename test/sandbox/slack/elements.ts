// Finds the button or menu that somebody uses, and says what Slack reports about it.

import { idOfBlock } from "./block-id.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import { textsOf } from "./messages.js";
import { escaped } from "./payloads.js";

/** The position of an element within a message or view. */
export interface Placed {
  blockId: string;
  element: Json;
}

/**
 * What must match: the action_id; the value of the button or option, or the values of several options, if given; the block, if
 * given.
 */
export interface Wanted {
  actionId: string;
  value?: string | undefined;
  chosen?: readonly string[] | undefined;
  blockId?: string | undefined;
  /** The options of an external select, as the app has named them. */
  offered?: ((placed: Placed) => Json[]) | undefined;
}

/** The entry of `actions` for the one element that matches. Throws if none or several match. */
export function pressElement(blocks: readonly unknown[], wanted: Wanted, actionTs: string): Json {
  const all = [...elementsOf(blocks)];
  const fitting = all.flatMap((placed) => {
    const choice = matches(placed, wanted) ? choose(placed, wanted) : undefined;
    return choice ? [{ placed, choice }] : [];
  });
  const [hit, another] = fitting;
  if (hit && !another) {
    const { type, action_id, text, placeholder, confirm } = hit.placed.element;
    const shown = Object.entries({ text, placeholder, confirm }).filter(([, part]) => part !== undefined);
    const ids = { type, action_id, block_id: hit.placed.blockId };
    return {
      ...ids,
      ...Object.fromEntries(shown.map(([key, part]) => [key, withEscapedTexts(part)])),
      ...hit.choice,
      action_ts: actionTs,
    };
  }
  const problem = hit ? `${fitting.length} elements fit, name the value or the block` : "There is no such element";
  const present = all.map(({ blockId, element }) => `${blockId}/${element.action_id} = ${values(element).join(", ")}`);
  throw new Error(`${problem}: ${JSON.stringify(wanted)}. Present:\n${present.join("\n")}`);
}

export function* elementsOf(blocks: readonly unknown[]): Generator<Placed> {
  for (const [index, block] of blocks.entries()) {
    if (!isRecord(block)) continue;
    if (block.type === "container") yield* elementsOf(recordsAt(block, "child_blocks"));
    if (block.type === "carousel") yield* elementsOf(recordsAt(block, "elements"));
    const blockId = stringAt(block, "block_id") ?? idOfBlock(index);
    const parts = partsOf(block);
    for (const [place, element] of parts.entries()) {
      if (!isRecord(element) || element.type === "image") continue;
      yield { blockId, element: { action_id: `auto-action-${place}`, ...element } };
    }
  }
}

function partsOf(block: Json): unknown[] {
  if (block.type === "actions") return recordsAt(block, "elements");
  return block.type === "card" ? recordsAt(block, "actions") : [block.accessory, block.element];
}

function matches({ blockId, element }: Placed, wanted: Wanted): boolean {
  return element.action_id === wanted.actionId && (wanted.blockId === undefined || wanted.blockId === blockId);
}

/** What using the element adds to the report, or undefined when it does not have this value. */
function choose(placed: Placed, { value, chosen, offered }: Wanted): Json | undefined {
  const { element } = placed;
  if (element.type === "button") {
    if (value !== undefined && element.value !== value) return undefined;
    const parts = ["value", "url", "style"].filter((key) => element[key] !== undefined);
    return Object.fromEntries(parts.map((key) => [key, element[key]]));
  }
  const picked = chosen ?? (value === undefined ? undefined : [value]);
  if (picked === undefined) return undefined;
  return entered(element, picked, isExternal(element) ? offered?.(placed) : optionsOf(element));
}

/**
 * What an element reports when it contains `chosen`: texts, dates, ids or the values of options. `offered`: its options, if they
 * are not part of it. undefined: it does not offer that.
 */
export function entered(element: Json, chosen: readonly string[], offered = optionsOf(element)): Json | undefined {
  const type = String(element.type);
  const simple = simpleResult[type];
  if (simple !== undefined) {
    if (takesMany(element)) return { [simple.result]: [...chosen] };
    return { [simple.result]: chosen[0] === undefined ? null : (simple.report?.(chosen[0]) ?? chosen[0]) };
  }
  if (type === "file_input") return chosen.length === 0 ? { files: [] } : undefined;
  const options = chosen.map((value) => offered.find((one) => one.value === value));
  if (options.includes(undefined)) return undefined;
  const reported = options.map(withEscapedTexts);
  return takesMany(element) ? { selected_options: reported } : { selected_option: reported[0] ?? null };
}

/** In payloads, Slack escapes `&`, `<` and `>` in texts, also in plain ones, but not in values. Source: slackapi/bolt-python#513. */
function withEscapedTexts(part: unknown): unknown {
  if (!isRecord(part)) return part;
  const entries = Object.entries(part).map(([key, value]) => [
    key,
    key === "text" && typeof value === "string" ? escaped(value) : withEscapedTexts(value),
  ]);
  return Object.fromEntries(entries);
}

/** What an element contains before anybody has touched it. */
export function initially(element: Json): string[] {
  const simple = simpleResult[String(element.type)];
  if (simple === undefined) return initialOptions(element).map((option) => String(option.value));
  const initial = element[simple.initial];
  const values: unknown[] = Array.isArray(initial) ? initial : [initial];
  return values.filter((value) => value !== undefined && value !== "").map(simple.read ?? String);
}

/** The options that are selected before anybody has touched it. */
export function initialOptions(element: Json): Json[] {
  if (takesMany(element)) return recordsAt(element, "initial_options");
  return isRecord(element.initial_option) ? [element.initial_option] : [];
}

export function takesMany(element: Json): boolean {
  return element.type === "checkboxes" || String(element.type).startsWith("multi_");
}

/** Its options come from the app. */
export function isExternal(element: Json): boolean {
  return String(element.type).endsWith("external_select");
}

interface Simple {
  /** The keys under which it reports its content, and under which it gets its initial content. */
  result: string;
  initial: string;
  /** Converts its content from and to a string, if it is not reported as one. */
  report?: (chosen: string) => unknown;
  read?: (initial: unknown) => string;
}

/** The elements that hold plain strings. */
const simpleResult: Readonly<Record<string, Simple>> = {
  channels_select: { result: "selected_channel", initial: "initial_channel" },
  conversations_select: { result: "selected_conversation", initial: "initial_conversation" },
  datepicker: { result: "selected_date", initial: "initial_date" },
  datetimepicker: { result: "selected_date_time", initial: "initial_date_time", report: Number },
  email_text_input: { result: "value", initial: "initial_value" },
  multi_channels_select: { result: "selected_channels", initial: "initial_channels" },
  multi_conversations_select: { result: "selected_conversations", initial: "initial_conversations" },
  multi_users_select: { result: "selected_users", initial: "initial_users" },
  number_input: { result: "value", initial: "initial_value" },
  plain_text_input: { result: "value", initial: "initial_value" },
  rich_text_input: { result: "rich_text_value", initial: "initial_value", report: richText, read: plainOf },
  timepicker: { result: "selected_time", initial: "initial_time" },
  url_text_input: { result: "value", initial: "initial_value" },
  users_select: { result: "selected_user", initial: "initial_user" },
};

function richText(text: string): Json {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

function plainOf(rich: unknown): string {
  return [...textsOf(rich)].join("");
}

export function optionsOf(element: Json): Json[] {
  const groups = recordsAt(element, "option_groups").flatMap((group) => recordsAt(group, "options"));
  return [...recordsAt(element, "options"), ...groups];
}

function values(element: Json): unknown[] {
  return element.type === "button" ? [element.value] : optionsOf(element).map((option) => option.value);
}
