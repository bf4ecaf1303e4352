// Modals and Home tabs: their validation and their current state.

import { z } from "zod";
import { blockErrors, schemaErrors } from "./block-kit.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import { Refusal, refuse } from "./refusal.js";
import { filled, plainText } from "./text-objects.js";
import type { SlackView } from "./types.js";
import { Watch } from "./watch.js";

/** So many modals may lie on top of each other. */
const deepest = 3;

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

type Stored = { -readonly [Key in keyof SlackView]: SlackView[Key] };

export class ViewStore {
  readonly #views: Stored[] = [];
  readonly watch = new Watch();

  get all(): readonly SlackView[] {
    return this.#views;
  }

  open(user: string, value: unknown): SlackView {
    const { type, view } = checked(value);
    if (type !== "modal") throw refuse("invalid_arguments", ["must be a modal [json-pointer:/view/type]"]);
    if (this.opened(user).length >= deepest) throw new Refusal("push_limit_reached");
    const id = `V${String(this.#views.length + 1).padStart(10, "0")}`;
    return this.#add({ id, type, user, hash: "1", view, open: true });
  }

  /** The modals that a person has open, the one on top last. */
  opened(user: string): SlackView[] {
    return this.#views.filter((one) => one.type === "modal" && one.user === user && one.open);
  }

  /** The person's Home tab, if the app has filled it. */
  home(user: string): SlackView | undefined {
    return this.#views.find((one) => one.type === "home" && one.user === user);
  }

  close(id: string): void {
    for (const one of this.#views) if (one.id === id && one.type === "modal") one.open = false;
    this.watch.notify();
  }

  /** Puts another view in the place of an open one. */
  put(id: string, value: unknown): SlackView {
    return this.update({ view_id: id, view: value });
  }

  publish(user: string, value: unknown): SlackView {
    const { type, view } = checked(value);
    if (type !== "home") throw refuse("invalid_arguments", ["must be home [json-pointer:/view/type]"]);
    const old = this.#views.findIndex((one) => one.type === "home" && one.user === user);
    const id = `H${user.slice(1)}`;
    if (old < 0) return this.#add({ id, type, user, hash: "1", view, open: true });
    return this.#replace(old, view);
  }

  update(args: Json): SlackView {
    const index = this.#views.findIndex(
      (one) =>
        one.open &&
        (one.id === args.view_id ||
          (args.external_id !== undefined && stringAt(one.view, "external_id") === args.external_id)),
    );
    const old = this.#views[index];
    if (!old) throw new Refusal("not_found");
    if (args.hash !== undefined && args.hash !== old.hash) throw new Refusal("hash_conflict");
    return this.#replace(index, checked(args.view).view);
  }

  #add(view: Stored): SlackView {
    this.#views.push(view);
    this.watch.notify();
    return view;
  }

  #replace(index: number, view: Json): SlackView {
    const old = this.#views[index];
    if (!old) throw new Refusal("not_found");
    const next = { ...old, view, hash: String(Number(old.hash) + 1) };
    this.#views[index] = next;
    this.watch.notify();
    return next;
  }
}
