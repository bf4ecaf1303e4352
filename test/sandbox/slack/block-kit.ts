// Validates Block Kit blocks with Slack's limits, and words the errors as Slack does.

import { z } from "zod";
import { accessory, actionElement, image, inputElement } from "./block-elements.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import { textsOf } from "./messages.js";
import {
  alert,
  card,
  carousel,
  cell,
  container,
  dataTable,
  dataVisualization,
  longestDataTable,
  plan,
  richText,
  taskCard,
} from "./newer-blocks.js";
import { anyText, blockId, filled, mrkdwnText, plainText, webUrl } from "./text-objects.js";

const section = z
  .strictObject({
    type: z.literal("section"),
    block_id: blockId,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    error: "must define either `text` or `fields`",
  });

const header = z.strictObject({ type: z.literal("header"), block_id: blockId, text: plainText(150) });
const divider = z.strictObject({ type: z.literal("divider"), block_id: blockId });

const context = z.strictObject({
  type: z.literal("context"),
  block_id: blockId,
  elements: z
    .array(z.discriminatedUnion("type", [image, plainText(3000), mrkdwnText(3000)]))
    .min(1)
    .max(10),
});

const actions = z.strictObject({
  type: z.literal("actions"),
  block_id: blockId,
  elements: z.array(actionElement).min(1).max(25),
});

const imageBlock = z.strictObject({
  type: z.literal("image"),
  block_id: blockId,
  image_url: webUrl,
  alt_text: filled(2000),
  title: plainText(2000).optional(),
});

const input = z.strictObject({
  type: z.literal("input"),
  block_id: blockId,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  element: inputElement,
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
});

const markdown = z.strictObject({ type: z.literal("markdown"), block_id: blockId, text: filled(12_000) });

const table = z.strictObject({
  type: z.literal("table"),
  block_id: blockId,
  rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
  column_settings: z
    .array(
      z
        .strictObject({ align: z.enum(["left", "center", "right"]).optional(), is_wrapped: z.boolean().optional() })
        .nullable(),
    )
    .max(20)
    .optional(),
});

/** The surface on which blocks are shown. */
export type Surface = "message" | "modal" | "home";

const anywhere = [section, header, divider, context, actions, imageBlock, input, richText, card] as const;
const contained = z.discriminatedUnion("type", [
  section,
  header,
  divider,
  context,
  actions,
  imageBlock,
  input,
  richText,
  table,
]);
const beyondModals = [carousel, container(contained), table, dataTable, dataVisualization] as const;

const blockOn: Readonly<Record<Surface, z.ZodType>> = {
  message: z.discriminatedUnion("type", [...anywhere, ...beyondModals, markdown, plan, taskCard]),
  home: z.discriminatedUnion("type", [...anywhere, ...beyondModals]),
  modal: z.discriminatedUnion("type", [...anywhere, alert]),
};

const mostBlocks: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 };

/** What is wrong with `blocks` on this surface, in Slack's words. [] if nothing is. */
export function blockErrors(blocks: readonly unknown[], surface: Surface, pointer = "/blocks"): string[] {
  const errors: string[] = [];
  if (blocks.length > mostBlocks[surface]) {
    errors.push(at(`no more than ${mostBlocks[surface]} items allowed`, pointer));
  }
  const result = z.array(blockOn[surface]).safeParse(blocks);
  if (!result.success) errors.push(...schemaErrors(result.error, blocks, pointer));
  errors.push(...duplicates(blocks, pointer));
  const count = (type: string) => blocks.filter((one) => stringAt(one, "type") === type).length;
  if (count("table") > 1) errors.push(at("only one table block is allowed in a message", pointer));
  if (charactersOfTables(blocks, "table") > longestTable) {
    errors.push(at(`must be less than ${longestTable + 1} characters in a table`, pointer));
  }
  if (count("data_visualization") > 2) errors.push(at("no more than 2 charts are allowed in a message", pointer));
  if (count("data_table") > 1 && charactersOfTables(blocks, "data_table") > longestDataTable) {
    errors.push(at(`must be less than ${longestDataTable + 1} characters in all tables`, pointer));
  }
  if (surface !== "message") errors.push(...viewErrors(blocks, surface, pointer));
  return errors;
}

/** In characters. */
const longestTable = 10_000;

/** The limit for a data table also applies to all of them in a message together. */
function charactersOfTables(blocks: readonly unknown[], type: "table" | "data_table"): number {
  const tables = blocks.filter((one) => stringAt(one, "type") === type);
  return [...textsOf(tables)].reduce((sum, text) => sum + text.length, 0);
}

/** What Slack checks only in views: that one element has the focus, and that only modals ask for response URLs. */
function viewErrors(blocks: readonly unknown[], surface: Surface, pointer: string): string[] {
  const errors: string[] = [];
  const elements = blocks.flatMap((one, index) =>
    placesOf(one).map(([path, element]) => ({ one, element, path: `${pointer}/${index}/${path}` })),
  );
  const focused = elements.filter(({ element }) => element.focus_on_load === true);
  for (const { path } of focused.slice(1)) errors.push(at("only one element can have `focus_on_load`", path));
  for (const { one, element, path } of elements) {
    if (element.response_url_enabled !== true) continue;
    if (surface === "modal" && stringAt(one, "type") === "input") continue;
    errors.push(at("`response_url_enabled` works in the input blocks of modals only", path));
  }
  return errors;
}

/** The elements of a block, each with its position in it. */
function placesOf(block: unknown): [string, Json][] {
  const single = ["element", "accessory"].flatMap((key): [string, Json][] => {
    const element = isRecord(block) ? block[key] : undefined;
    return isRecord(element) ? [[key, element]] : [];
  });
  return [
    ...single,
    ...recordsAt(block, "elements").map((element, index): [string, Json] => [`elements/${index}`, element]),
  ];
}

/** The errors of a schema in Slack's words. `value`: what was checked. */
export function schemaErrors(error: z.ZodError, value: unknown, pointer: string): string[] {
  return error.issues.flatMap((issue) => words(issue, value).map((text) => at(text, pointer, issue.path)));
}

function words(issue: z.core.$ZodIssue, value: unknown): string[] {
  const actual = issue.path.reduce<unknown>(child, value);
  switch (issue.code) {
    case "too_big":
      return [tooBig(issue.origin, Number(issue.maximum))];
    case "too_small":
      return [tooSmall(issue.origin, Number(issue.minimum))];
    case "unrecognized_keys":
      return issue.keys.map((key) => `invalid additional property: ${key}`);
    case "invalid_union":
      return [`unsupported type: ${String(actual)}`];
    case "invalid_type":
      return [
        actual === undefined
          ? `missing required field: ${String(issue.path.at(-1))}`
          : `must provide a ${issue.expected}`,
      ];
    default:
      return [issue.message];
  }
}

const tooBig = (origin: string, max: number) =>
  origin === "string"
    ? `must be less than ${max + 1} characters`
    : origin === "array"
      ? `no more than ${max} items allowed`
      : `must be at most ${max}`;

const tooSmall = (origin: string, min: number) =>
  origin === "string"
    ? `must be more than ${min - 1} characters`
    : origin === "array"
      ? `no fewer than ${min} items allowed`
      : `must be at least ${min}`;

function child(parent: unknown, key: PropertyKey): unknown {
  if (Array.isArray(parent) && typeof key === "number") return parent[key];
  return isRecord(parent) && typeof key === "string" ? parent[key] : undefined;
}

function at(text: string, pointer: string, path: readonly PropertyKey[] = []): string {
  return `${text} [json-pointer:${[pointer, ...path.map(String)].join("/")}]`;
}

function duplicates(blocks: readonly unknown[], pointer: string): string[] {
  const errors = repeated(blocks.map((one) => stringAt(one, "block_id"))).map((id) =>
    at(`\`block_id\` "${id}" already exists`, pointer),
  );
  for (const [index, one] of blocks.entries()) {
    if (stringAt(one, "type") !== "actions") continue;
    for (const id of repeated(recordsAt(one, "elements").map((element) => stringAt(element, "action_id")))) {
      errors.push(at(`\`action_id\` "${id}" already exists`, `${pointer}/${index}/elements`));
    }
  }
  return errors;
}

function repeated(ids: (string | undefined)[]): string[] {
  return [...new Set(ids.filter((id): id is string => id !== undefined && ids.indexOf(id) !== ids.lastIndexOf(id)))];
}
