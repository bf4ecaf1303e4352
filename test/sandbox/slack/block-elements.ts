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

/** What a menu may offer: options or option_groups, and a first choice that is among them. */
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

const conversationsSelect = z.strictObject({
  type: z.literal("conversations_select"),
  ...menu,
  initial_conversation: id.optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: z.looseObject({}).optional(),
});

const radioButtons = z.strictObject({
  type: z.literal("radio_buttons"),
  ...common,
  options: z.array(richOption).min(1).max(10),
  initial_option: richOption.optional(),
});

const checkboxes = z.strictObject({
  type: z.literal("checkboxes"),
  ...common,
  options: z.array(richOption).min(1).max(10),
  initial_options: z.array(richOption).min(1).optional(),
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
  dispatch_action_config: z.looseObject({}).optional(),
};

const plainTextInput = z.strictObject({
  type: z.literal("plain_text_input"),
  ...field,
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});

const numberInput = z.strictObject({
  type: z.literal("number_input"),
  ...field,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
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
  usersSelect,
  multiUsersSelect,
  channelsSelect,
  conversationsSelect,
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
  datetimepicker,
  ...everywhere,
]);
