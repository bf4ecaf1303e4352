// Whether Slack accepts a view.

import { z } from "zod";
import { blockErrors, schemaErrors } from "./block-kit.js";
import { isRecord, type Json, recordsAt } from "./json.js";
import { Refusal, refuse } from "./refusal.js";
import { filled, plainText } from "./text-objects.js";

/** In bytes of JSON. */
const largest = 250_000;

const shared = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: filled(255).optional(),
  external_id: filled(255).optional(),
};

const schema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("modal"),
    ...shared,
    title: plainText(24),
    submit: plainText(24).optional(),
    close: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal("home"), ...shared }),
]);

/** Returns the view if it is a valid one of this type. Otherwise throws what Slack answers. */
export function checkedView(value: unknown, type: "modal" | "home"): Json {
  if (!isRecord(value)) {
    throw refuse("invalid_arguments", [value === undefined ? "missing required field: view" : "must be an object"]);
  }
  if (Buffer.byteLength(JSON.stringify(value)) > largest) throw new Refusal("view_too_large");
  const result = schema.safeParse(value);
  if (!result.success) throw refuse("invalid_arguments", schemaErrors(result.error, value, "/view"));
  if (result.data.type !== type) throw refuse("invalid_arguments", [`must be ${type} [json-pointer:/view/type]`]);
  const errors = blockErrors(result.data.blocks, type, "/view/blocks");
  const asks = recordsAt(value, "blocks").some((block) => block.type === "input");
  if (result.data.type === "modal" && asks && result.data.submit === undefined) {
    errors.push("missing required field: submit [json-pointer:/view]");
  }
  if (errors.length > 0) throw refuse("invalid_arguments", errors);
  return value;
}
