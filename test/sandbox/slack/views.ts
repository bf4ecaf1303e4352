// Modals and Home tabs: their validation and their current state.

import { z } from "zod";
import { blockErrors, schemaErrors } from "./block-kit.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import { Refusal, refuse } from "./refusal.js";
import { filled, plainText } from "./text-objects.js";
import type { SlackView } from "./types.js";

const shared = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: filled(255).optional(),
  external_id: z.string().max(255).optional(),
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

function checked(value: unknown): { type: "modal" | "home"; view: Json } {
  if (!isRecord(value)) throw refuse("invalid_arguments", ["missing required field: view"]);
  const result = schema.safeParse(value);
  if (!result.success) throw refuse("invalid_arguments", schemaErrors(result.error, value, "/view"));
  const errors = blockErrors(result.data.blocks, 100, "/view/blocks");
  const asks = recordsAt(value, "blocks").some((block) => block.type === "input");
  if (result.data.type === "modal" && asks && result.data.submit === undefined) {
    errors.push("missing required field: submit [json-pointer:/view]");
  }
  if (errors.length > 0) throw refuse("invalid_arguments", errors);
  return { type: result.data.type, view: value };
}

export class ViewStore {
  readonly #views: SlackView[] = [];

  get all(): readonly SlackView[] {
    return this.#views;
  }

  open(user: string, value: unknown): SlackView {
    const { type, view } = checked(value);
    if (type !== "modal") throw refuse("invalid_arguments", ["must be a modal [json-pointer:/view/type]"]);
    return this.#add({ id: `V${this.#views.length + 1}`.padEnd(11, "0"), type, user, hash: "1", view });
  }

  publish(user: string, value: unknown): SlackView {
    const { type, view } = checked(value);
    if (type !== "home") throw refuse("invalid_arguments", ["must be home [json-pointer:/view/type]"]);
    const old = this.#views.findIndex((one) => one.type === "home" && one.user === user);
    const id = `H${user.slice(1)}`;
    if (old < 0) return this.#add({ id, type, user, hash: "1", view });
    return this.#replace(old, view);
  }

  update(args: Json): SlackView {
    const index = this.#views.findIndex(
      (one) =>
        one.id === args.view_id ||
        (args.external_id !== undefined && stringAt(one.view, "external_id") === args.external_id),
    );
    const old = this.#views[index];
    if (!old) throw new Refusal("not_found");
    if (args.hash !== undefined && args.hash !== old.hash) throw new Refusal("hash_conflict");
    return this.#replace(index, checked(args.view).view);
  }

  #add(view: SlackView): SlackView {
    this.#views.push(view);
    return view;
  }

  #replace(index: number, view: Json): SlackView {
    const old = this.#views[index];
    if (!old) throw new Refusal("not_found");
    const next = { ...old, view, hash: String(Number(old.hash) + 1) };
    this.#views[index] = next;
    return next;
  }
}
