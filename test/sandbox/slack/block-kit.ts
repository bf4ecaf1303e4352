// The validation of Block Kit blocks, with the limits and in the words of Slack.

import { z } from "zod";
import { accessory, actionElement, image, inputElement } from "./block-elements.js";
import { isRecord, recordsAt, stringAt } from "./json.js";
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

const richText = z.strictObject({
  type: z.literal("rich_text"),
  block_id: blockId,
  elements: z
    .array(
      z.looseObject({
        type: z.enum(["rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"]),
        elements: z.array(z.looseObject({ type: z.string(), text: z.string().min(1).optional() })),
      }),
    )
    .min(1),
});

const cell = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("raw_text"), text: filled(10_000) }),
  z.strictObject({ type: z.literal("raw_number"), value: z.number(), text: filled(10_000) }),
  richText,
]);

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

const block = z.discriminatedUnion("type", [
  section,
  header,
  divider,
  context,
  actions,
  imageBlock,
  input,
  markdown,
  richText,
  table,
]);

/** What is wrong with `blocks`, as Slack words it; [] when nothing is. `max`: 50 a message, 100 a modal or Home tab. */
export function blockErrors(blocks: readonly unknown[], max: 50 | 100, pointer = "/blocks"): string[] {
  const errors: string[] = [];
  if (blocks.length > max) errors.push(at(`no more than ${max} items allowed`, pointer));
  const result = z.array(block).safeParse(blocks);
  if (!result.success) errors.push(...schemaErrors(result.error, blocks, pointer));
  errors.push(...duplicates(blocks, pointer));
  const tables = blocks.filter((one) => stringAt(one, "type") === "table").length;
  if (tables > 1) errors.push(at("only one table block is allowed in a message", pointer));
  return errors;
}

/** A schema's complaints in Slack's words; `value` is what was checked. */
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
