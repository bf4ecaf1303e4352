// The schemas of Block Kit's interactive elements and images.

import { z } from "zod";
import {
  actionId,
  confirm,
  filled,
  option,
  optionGroup,
  overflowOption,
  plainText,
  richOption,
  style,
  webUrl,
} from "./text-objects.js";

const common = { action_id: actionId, confirm, focus_on_load: z.boolean().optional() };
const placeholder = plainText(150).optional();
const menu = { ...common, placeholder };
const many = { ...menu, max_selected_items: z.int().min(1).optional() };
const id = filled(255);

/** What a menu may offer: options or option_groups, and a first choice from among them. */
function checkMenu(menu: {
  options?: unknown[] | undefined;
  option_groups?: { options: unknown[] }[] | undefined;
  chosen: unknown[];
}): string | undefined {
  if ((menu.options === undefined) === (menu.option_groups === undefined)) {
    return "must define either `options` or `option_groups`";
  }
  const offered = new Set(
    [...(menu.options ?? []), ...(menu.option_groups ?? []).flatMap((group) => group.options)].map((one) =>
      JSON.stringify(one),
    ),
  );
  const strange = menu.chosen.find((one) => !offered.has(JSON.stringify(one)));
  return strange === undefined ? undefined : "initial option must be one of the options";
}

const offers = {
  options: z.array(option).min(1).max(100).optional(),
  option_groups: z.array(optionGroup).min(1).max(100).optional(),
};

export const button = z.strictObject({
  type: z.literal("button"),
  action_id: actionId,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: webUrl.optional(),
  style,
  confirm,
  accessibility_label: filled(75).optional(),
});

export const image = z.strictObject({ type: z.literal("image"), image_url: webUrl, alt_text: filled(2000) });

const overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id: actionId,
  confirm,
  options: z.array(overflowOption).min(1).max(5),
});

const staticSelect = z
  .strictObject({ type: z.literal("static_select"), ...menu, ...offers, initial_option: option.optional() })
  .superRefine((value, context) => {
    const chosen = value.initial_option === undefined ? [] : [value.initial_option];
    const wrong = checkMenu({ ...value, chosen });
    if (wrong !== undefined) context.addIssue(wrong);
  });

const multiStaticSelect = z
  .strictObject({
    type: z.literal("multi_static_select"),
    ...many,
    ...offers,
    initial_options: z.array(option).min(1).optional(),
  })
  .superRefine((value, context) => {
    const wrong = checkMenu({ ...value, chosen: value.initial_options ?? [] });
    if (wrong !== undefined) context.addIssue(wrong);
  });

const externalSelect = z.strictObject({
  type: z.literal("external_select"),
  ...menu,
  initial_option: option.optional(),
  min_query_length: z.int().min(0).optional(),
});

const multiExternalSelect = z.strictObject({
  type: z.literal("multi_external_select"),
  ...many,
  initial_options: z.array(option).min(1).max(100).optional(),
  min_query_length: z.int().min(0).optional(),
});

const usersSelect = z.strictObject({ type: z.literal("users_select"), ...menu, initial_user: id.optional() });
const multiUsersSelect = z.strictObject({
  type: z.literal("multi_users_select"),
  ...many,
  initial_users: z.array(id).optional(),
});

const channelsSelect = z.strictObject({
  type: z.literal("channels_select"),
  ...menu,
  initial_channel: id.optional(),
  response_url_enabled: z.boolean().optional(),
});

const multiChannelsSelect = z.strictObject({
  type: z.literal("multi_channels_select"),
  ...many,
  initial_channels: z.array(id).optional(),
});

const conversationFilter = z
  .strictObject({
    include: z
      .array(z.enum(["im", "mpim", "private", "public"]))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .refine((filter) => Object.keys(filter).length > 0, { error: "must not be empty" })
  .optional();

const conversationsSelect = z.strictObject({
  type: z.literal("conversations_select"),
  ...menu,
  initial_conversation: id.optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: conversationFilter,
});

const multiConversationsSelect = z.strictObject({
  type: z.literal("multi_conversations_select"),
  ...many,
  initial_conversations: z.array(id).optional(),
  default_to_current_conversation: z.boolean().optional(),
  filter: conversationFilter,
});

const radioButtons = z
  .strictObject({
    type: z.literal("radio_buttons"),
    ...common,
    options: z.array(richOption).min(1).max(10),
    initial_option: richOption.optional(),
  })
  .superRefine((value, context) => {
    const chosen = value.initial_option === undefined ? [] : [value.initial_option];
    const wrong = checkMenu({ options: value.options, chosen });
    if (wrong !== undefined) context.addIssue(wrong);
  });

const checkboxes = z
  .strictObject({
    type: z.literal("checkboxes"),
    ...common,
    options: z.array(richOption).min(1).max(10),
    initial_options: z.array(richOption).min(1).optional(),
  })
  .superRefine((value, context) => {
    const wrong = checkMenu({ options: value.options, chosen: value.initial_options ?? [] });
    if (wrong !== undefined) context.addIssue(wrong);
  });

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: "must be a date of the form YYYY-MM-DD" });
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "must be a time of the form HH:mm" });
const datepicker = z.strictObject({ type: z.literal("datepicker"), ...menu, initial_date: date.optional() });
const timepicker = z.strictObject({
  type: z.literal("timepicker"),
  ...menu,
  initial_time: time.optional(),
  timezone: z.string().optional(),
});
const datetimepicker = z.strictObject({
  type: z.literal("datetimepicker"),
  ...common,
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const field = {
  action_id: actionId,
  placeholder,
  focus_on_load: z.boolean().optional(),
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z
        .array(z.enum(["on_enter_pressed", "on_character_entered"]))
        .min(1)
        .max(2)
        .optional(),
    })
    .optional(),
};

const plainTextInput = z
  .strictObject({
    type: z.literal("plain_text_input"),
    ...field,
    initial_value: z.string().max(3000).optional(),
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3000).optional(),
    max_length: z.int().min(1).max(3000).optional(),
  })
  .refine(({ min_length = 0, max_length = 3000 }) => min_length <= max_length, {
    error: "`min_length` must not be greater than `max_length`",
  });

/** Slack accepts and reports numbers as strings. */
const numeral = z.string().regex(/^-?\d+(\.\d+)?$/, { error: "must be a number in a string" });

const numberInput = z.strictObject({
  type: z.literal("number_input"),
  ...field,
  is_decimal_allowed: z.boolean(),
  initial_value: numeral.optional(),
  min_value: numeral.optional(),
  max_value: numeral.optional(),
});

const richTextInput = z.strictObject({
  type: z.literal("rich_text_input"),
  ...field,
  initial_value: z.looseObject({ type: z.literal("rich_text") }).optional(),
  min_lines: z.int().min(1).optional(),
  max_lines: z.int().min(1).optional(),
});

const fileInput = z.strictObject({
  type: z.literal("file_input"),
  action_id: actionId,
  filetypes: z.array(filled(20)).min(1).optional(),
  max_files: z.int().min(1).max(10).optional(),
});

const urlInput = z.strictObject({ type: z.literal("url_text_input"), ...field, initial_value: z.string().optional() });
const emailInput = z.strictObject({
  type: z.literal("email_text_input"),
  ...field,
  initial_value: z.string().optional(),
});

const everywhere = [
  staticSelect,
  multiStaticSelect,
  externalSelect,
  multiExternalSelect,
  usersSelect,
  multiUsersSelect,
  channelsSelect,
  multiChannelsSelect,
  conversationsSelect,
  multiConversationsSelect,
  radioButtons,
  checkboxes,
  datepicker,
  timepicker,
] as const;

export const accessory = z.discriminatedUnion("type", [button, image, overflow, ...everywhere]);
export const actionElement = z.discriminatedUnion("type", [button, overflow, datetimepicker, ...everywhere]);
export const inputElement = z.discriminatedUnion("type", [
  plainTextInput,
  numberInput,
  urlInput,
  emailInput,
  richTextInput,
  fileInput,
  datetimepicker,
  ...everywhere,
]);
