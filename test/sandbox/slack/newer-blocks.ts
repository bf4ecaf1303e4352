// The schemas of the blocks that Slack added after 2025: alerts, cards, data tables, charts, containers, plans.

import { z } from "zod";
import { button, image } from "./block-elements.js";
import { textsOf } from "./messages.js";
import { anyText, blockId, filled, mrkdwnText, plainText, webUrl } from "./text-objects.js";

export const richText = z.strictObject({
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

const rawText = z.strictObject({ type: z.literal("raw_text"), text: filled(10_000) });
const rawNumber = z.strictObject({ type: z.literal("raw_number"), value: z.number(), text: filled(10_000) });

/** A cell of a `table` or `data_table`. */
export const cell = z.discriminatedUnion("type", [rawText, rawNumber, richText]);

export const alert = z.strictObject({
  type: z.literal("alert"),
  block_id: blockId,
  text: anyText(200),
  level: z.enum(["default", "info", "warning", "error", "success"]).optional(),
});

export const card = z
  .strictObject({
    type: z.literal("card"),
    block_id: blockId,
    hero_image: image.optional(),
    icon: image.optional(),
    slack_icon: z.looseObject({}).optional(),
    title: mrkdwnText(150).optional(),
    subtitle: mrkdwnText(150).optional(),
    body: mrkdwnText(200).optional(),
    subtext: mrkdwnText(200).optional(),
    actions: z.array(button).min(1).max(3).optional(),
  })
  .refine(({ hero_image, title, actions, body }) => [hero_image, title, actions, body].some(Boolean), {
    error: "must define one of `hero_image`, `title`, `actions` or `body`",
  })
  .refine(({ icon, slack_icon }) => icon === undefined || slack_icon === undefined, {
    error: "must not define both `icon` and `slack_icon`",
  });

export const carousel = z.strictObject({
  type: z.literal("carousel"),
  block_id: blockId,
  elements: z.array(card).min(1).max(10),
});

/** In characters. */
export const longestDataTable = 20_000;

export const dataTable = z
  .strictObject({
    type: z.literal("data_table"),
    block_id: blockId,
    caption: filled(longestDataTable),
    rows: z.array(z.array(cell).min(1).max(20)).min(2).max(201),
    page_size: z.int().min(1).max(100).optional(),
    row_header_column_index: z.int().min(0).max(19).optional(),
  })
  .superRefine(({ rows }, context) => {
    const columns = rows[0]?.length;
    if (rows.some((row) => row.length !== columns)) context.addIssue("all rows must have the same number of cells");
    if (rows[0]?.some(({ type }) => type === "rich_text")) context.addIssue("the header row takes no rich_text");
    const characters = [...textsOf(rows)].reduce((sum, text) => sum + text.length, 0);
    if (characters > longestDataTable) context.addIssue(`must be less than ${longestDataTable + 1} characters`);
  });

const pie = z.strictObject({
  type: z.literal("pie"),
  segments: z
    .array(z.strictObject({ label: filled(20), value: z.number().positive() }))
    .min(1)
    .max(12),
});

const axes = z
  .strictObject({
    type: z.enum(["bar", "area", "line"]),
    series: z
      .array(
        z.strictObject({
          name: filled(20),
          data: z
            .array(z.strictObject({ label: filled(20), value: z.number() }))
            .min(1)
            .max(20),
        }),
      )
      .min(1)
      .max(12),
    axis_config: z.strictObject({
      categories: z.array(filled(20)).min(1).max(20),
      x_label: filled(50).optional(),
      y_label: filled(50).optional(),
    }),
  })
  .refine(({ series, axis_config }) => series.every(({ data }) => data.length === axis_config.categories.length), {
    error: "every series must have one point for each category",
  });

export const dataVisualization = z.strictObject({
  type: z.literal("data_visualization"),
  block_id: blockId,
  title: filled(50),
  chart: z.discriminatedUnion("type", [pie, axes]),
});

const task = {
  task_id: filled(255),
  title: filled(2000),
  status: z.enum(["pending", "in_progress", "complete", "error"]),
  details: richText.optional(),
  output: richText.optional(),
  sources: z
    .array(z.strictObject({ type: z.literal("url"), url: webUrl, text: filled(2000) }))
    .min(1)
    .optional(),
};

export const taskCard = z.strictObject({ type: z.literal("task_card"), block_id: blockId, ...task });

export const plan = z
  .strictObject({
    type: z.literal("plan"),
    block_id: blockId,
    title: filled(2000),
    tasks: z.array(taskCard).max(50).optional(),
  })
  .refine(({ tasks = [] }) => new Set(tasks.map(({ task_id }) => task_id)).size === tasks.length, {
    error: "every task must have a `task_id` of its own",
  });

/** `children`: the schema of the blocks that a container may hold. */
export const container = <Child extends z.ZodType>(children: Child) =>
  z
    .strictObject({
      type: z.literal("container"),
      block_id: blockId,
      title: plainText(150).optional(),
      rich_text_title: richText.optional(),
      subtitle: anyText(150).optional(),
      child_blocks: z.array(children).min(1).max(10),
      width: z.enum(["narrow", "standard", "wide", "full"]).optional(),
      icon: image.optional(),
      is_collapsible: z.boolean().optional(),
      default_collapsed: z.boolean().optional(),
      has_header_divider: z.boolean().optional(),
    })
    .refine(({ title, rich_text_title }) => (title === undefined) !== (rich_text_title === undefined), {
      error: "must define either `title` or `rich_text_title`",
    });
