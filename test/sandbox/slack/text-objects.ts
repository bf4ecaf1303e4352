// The schemas of Block Kit's smallest parts: texts, ids, URLs, options, confirmations. Lengths in characters.

import { z } from "zod";

/** A string that is not empty. */
export const filled = (max: number) => z.string().min(1).max(max);

export const plainText = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: filled(max), emoji: z.boolean().optional() });

export const mrkdwnText = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: filled(max), verbatim: z.boolean().optional() });

export const anyText = (max: number) => z.discriminatedUnion("type", [plainText(max), mrkdwnText(max)]);

export const blockId = filled(255).optional();
export const actionId = filled(255).optional();

export const webUrl = z
  .string()
  .max(3000)
  .refine((url) => /^https?:\/\/\S+$/.test(url) && URL.canParse(url), { error: "must be a valid http(s) URL" });

export const style = z.enum(["primary", "danger"]).optional();

export const confirm = z
  .strictObject({
    title: plainText(100),
    text: anyText(300),
    confirm: plainText(30),
    deny: plainText(30),
    style,
  })
  .optional();

export const option = z.strictObject({
  text: plainText(75),
  value: filled(150),
  description: plainText(75).optional(),
});

/** For radio buttons and checkboxes, whose texts may be mrkdwn. */
export const richOption = z.strictObject({
  text: anyText(75),
  value: filled(150),
  description: anyText(75).optional(),
});

export const overflowOption = option.extend({ url: webUrl.optional() });

export const optionGroup = z.strictObject({ label: plainText(75), options: z.array(option).min(1).max(100) });
