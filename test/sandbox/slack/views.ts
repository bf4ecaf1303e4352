// Modals and Home tabs: which are open, in which order and version, and what their inputs contain.

import { randomBytes } from "node:crypto";
import type { Clock } from "../../../src/lib/clock.js";
import type { Directory } from "./channels.js";
import { filledIn, inputsOf, offeredIn } from "./inputs.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import { Refusal, refuse } from "./refusal.js";
import type { Cause } from "./triggers.js";
import type { Entry, SlackView } from "./types.js";
import { checkedView } from "./view-schema.js";
import { Watch } from "./watch.js";

/** How many modals may lie on top of each other. */
const deepest = 3;

type Stored = { -readonly [Key in keyof SlackView]: SlackView[Key] };

export class ViewStore {
  readonly #views: Stored[] = [];
  readonly watch = new Watch();
  #ids = 0;

  constructor(
    readonly clock: Clock,
    readonly directory: Directory,
  ) {}

  get all(): readonly SlackView[] {
    return this.#views;
  }

  /** The current version of a view. Throws if there is none, or if it has been closed. */
  current({ id }: { id: string }): SlackView {
    const view = this.#views.find((one) => one.id === id);
    if (!view?.open) throw new Error(`The view ${id} is not open.`);
    return view;
  }

  open(cause: Cause, value: unknown): SlackView {
    const view = checkedView(value, "modal");
    if (this.opened(cause.user).length >= deepest) throw new Refusal("push_limit_reached");
    const id = this.#nextId();
    return this.#add(cause, view, { id, type: "modal", rootId: id, previousId: null });
  }

  /** `cause`: the action in the modal on top of which the new one opens. */
  push(cause: Cause, value: unknown): SlackView {
    const below = this.opened(cause.user).find(({ id }) => id === cause.viewId);
    if (!below) throw new Refusal("invalid_trigger_id");
    const view = checkedView(value, "modal");
    const top = this.opened(cause.user).at(-1) ?? below;
    if (this.opened(cause.user).length >= deepest) throw new Refusal("push_limit_reached");
    const { conversation = cause.conversation } = below;
    const from = conversation === undefined ? cause : { ...cause, conversation };
    return this.#add(from, view, { id: this.#nextId(), type: "modal", rootId: below.rootId, previousId: top.id });
  }

  /** The modals that a person has open. The last one is on top. */
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

  /** Replaces an open view with another one. */
  put(id: string, value: unknown): SlackView {
    return this.update({ view_id: id, view: value });
  }

  publish(user: string, args: Json): SlackView {
    const view = checkedView(args.view, "home");
    const old = this.#views.findIndex((one) => one.type === "home" && one.user === user);
    checkHash(args, this.#views[old]);
    if (old >= 0) return this.#replace(old, view);
    const id = this.#nextId();
    return this.#add({ user }, view, { id, type: "home", rootId: id, previousId: null });
  }

  update(args: Json): SlackView {
    if (args.view_id === undefined && args.external_id === undefined) {
      throw refuse("invalid_arguments", ["missing required field: view_id"]);
    }
    const index = this.#views.findIndex(
      (one) =>
        one.open &&
        (args.view_id === undefined ? stringAt(one.view, "external_id") === args.external_id : one.id === args.view_id),
    );
    const old = this.#views[index];
    if (!old) throw new Refusal("not_found");
    const view = checkedView(args.view, old.type);
    checkHash(args, old);
    return this.#replace(index, view);
  }

  /** Somebody types or chooses something. */
  fill(id: string, entries: readonly Entry[]): SlackView {
    return this.#change(id, (old) => ({ inputs: this.#filled(old, entries) }));
  }

  /** The app has named the options of an external select. */
  offer(id: string, at: Omit<Entry, "chosen">, options: readonly Json[]): SlackView {
    return this.#change(id, ({ inputs }) => ({ inputs: offeredIn(inputs, at, options) }));
  }

  #filled({ view, inputs, user }: SlackView, entries: readonly Entry[]) {
    const offers = (element: Json, id: string) => this.directory.offers(element, user, id);
    return filledIn(recordsAt(view, "blocks"), inputs, entries, offers);
  }

  /** The conversation that default_to_current_conversation selects. */
  #current(user: string, conversation: string | undefined): (element: Json) => string | undefined {
    return (element) =>
      conversation !== undefined && this.directory.offers(element, user, conversation) ? conversation : undefined;
  }

  #nextId(): string {
    this.#ids += 1;
    return `V${String(this.#ids).padStart(10, "0")}`;
  }

  #add(
    { user, conversation }: Cause,
    given: Json,
    place: Pick<SlackView, "id" | "type" | "rootId" | "previousId">,
  ): SlackView {
    this.#mustBeUnique(given, place.id);
    const view = withOwnIds(given);
    const inputs = inputsOf(recordsAt(view, "blocks"), [], this.#current(user, conversation));
    const stored: Stored = { ...place, user, hash: this.#hash(), view, inputs, open: true };
    if (conversation !== undefined) stored.conversation = conversation;
    this.#views.push(stored);
    this.watch.notify();
    return stored;
  }

  #replace(index: number, given: Json): SlackView {
    const old = this.#views[index];
    if (!old) throw new Refusal("not_found");
    this.#mustBeUnique(given, old.id);
    const view = withOwnIds(given);
    const inputs = inputsOf(recordsAt(view, "blocks"), old.inputs, this.#current(old.user, old.conversation));
    return this.#change(old.id, () => ({ view, inputs, hash: this.#hash() }));
  }

  #change(id: string, change: (old: SlackView) => Partial<SlackView>): SlackView {
    const index = this.#views.findIndex((one) => one.id === id);
    const old = this.#views[index];
    if (!old) throw new Error(`There is no view ${id}.`);
    const next = { ...old, ...change(old) };
    this.#views[index] = next;
    this.watch.notify();
    return next;
  }

  #hash(): string {
    return `${Math.floor(this.clock.now() / 1000)}.${randomBytes(4).toString("hex")}`;
  }

  /** An external_id belongs to one view of the workspace at a time. */
  #mustBeUnique(view: Json, id: string): void {
    const externalId = stringAt(view, "external_id");
    if (externalId === undefined) return;
    const taken = this.#views.some(
      (one) => one.open && one.id !== id && stringAt(one.view, "external_id") === externalId,
    );
    if (taken) throw new Refusal("duplicate_external_id");
  }
}

/** An empty string is also a wrong hash. */
function checkHash({ hash }: Json, view: SlackView | undefined): void {
  if (hash === undefined) return;
  if (typeof hash !== "string") throw refuse("invalid_arguments", ["must be a string [json-pointer:/hash]"]);
  if (hash !== view?.hash) throw new Refusal("hash_conflict");
}

/**
 * Slack gives blocks and elements without a block_id or action_id one of its own, which is different in every version of the view.
 */
function withOwnIds(view: Json): Json {
  const blocks = recordsAt(view, "blocks").map((block): Json => {
    const named = {
      ...block,
      block_id: stringAt(block, "block_id") ?? ownId(),
    };
    const parts = ["element", "accessory"].filter((key) => isRecord(block[key]));
    const single = parts.map((key) => [key, withActionId(block[key])]);
    const several = block.type === "actions" ? { elements: recordsAt(block, "elements").map(withActionId) } : {};
    return { ...named, ...Object.fromEntries(single), ...several };
  });
  return { ...view, blocks };
}

function withActionId(element: unknown): unknown {
  if (!isRecord(element) || element.type === "image") return element;
  return { ...element, action_id: stringAt(element, "action_id") ?? ownId() };
}

const ownId = () => randomBytes(4).toString("base64url");
