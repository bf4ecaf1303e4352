// What people do in the app's views (type, choose, press, submit and close), and what the app's answer does.

import { z } from "zod";
import type { Core } from "./core.js";
import { type Dispatch, isEmpty } from "./dispatch.js";
import { elementsOf, pressElement } from "./elements.js";
import { complaints, fieldsOf, inputIds } from "./inputs.js";
import { isRecord, type Json, recordsAt, stringAt } from "./json.js";
import type { Origin, ResponseUrls } from "./response-url.js";
import type {
  Ack,
  ClickOptions,
  DeliveryOptions,
  Entry,
  FillOptions,
  Interaction,
  Person,
  SlackView,
  Submission,
} from "./types.js";
import { closedPayload, submissionPayload, viewActionsPayload } from "./view-payloads.js";

const CONNECTING = "We had some trouble connecting. Try again?";

/** What the acknowledgement of a submission may contain. */
const nextSchema = z.discriminatedUnion("response_action", [
  z.strictObject({
    response_action: z.literal("errors"),
    errors: z
      .record(z.string(), z.string().min(1))
      .refine((errors) => Object.keys(errors).length > 0, { error: "no errors" }),
  }),
  z.strictObject({ response_action: z.literal("update"), view: z.unknown() }),
  z.strictObject({ response_action: z.literal("push"), view: z.unknown() }),
  z.strictObject({ response_action: z.literal("clear") }),
]);

export class Modals {
  constructor(
    readonly core: Core,
    readonly responseUrls: ResponseUrls,
    readonly dispatch: Dispatch,
  ) {}

  async press(given: SlackView, actionId: string, options: ClickOptions): Promise<Interaction> {
    const { views, log } = this.core;
    this.#mustBeOnTop(given);
    const view = views.current(given);
    const { value, chosen, blockId } = options;
    const wanted = { actionId, value, chosen, blockId, offered: offeredIn(view) };
    const action = pressElement(blocksOf(view), wanted, log.timestamps.next());
    const at = { blockId: String(action.block_id), actionId };
    const picked = chosen ?? (value === undefined ? [] : [value]);
    if (!isHeard(view, { ...at, chosen: picked }, false)) throw new Error(`${actionId} is sent with the form only.`);
    const isField = [...fieldsOf(blocksOf(view))].some((placed) => isAt(placed, at));
    if (isField) views.fill(view.id, [{ ...at, chosen: picked }]);
    return this.#acted(view, action, options);
  }

  async fill(given: SlackView, entries: readonly Entry[], options: FillOptions): Promise<Interaction[]> {
    const { views, log } = this.core;
    this.#mustBeOnTop(given);
    const heard: Interaction[] = [];
    for (const entry of entries) {
      const view = views.fill(views.current(given).id, [entry]);
      if (!isHeard(view, entry, options.enter === true)) continue;
      const wanted = { ...entry, offered: offeredIn(view) };
      heard.push(await this.#acted(view, pressElement(blocksOf(view), wanted, log.timestamps.next()), options));
    }
    return heard;
  }

  async submit(given: SlackView, entries: readonly Entry[], options: DeliveryOptions): Promise<Submission> {
    const { views } = this.core;
    this.#mustBeOnTop(given);
    const view = views.fill(given.id, entries);
    if (!isRecord(view.view.submit)) throw new Error("This modal has no button to submit it with.");
    const errors = complaints(blocksOf(view), view.inputs);
    if (Object.keys(errors).length > 0) return { interaction: null, errors, trouble: null };
    const user = this.#reader(view);
    const { origin, ends } = this.#from(view);
    const responseUrls = this.#responseUrlsOf(view, origin);
    const payload = submissionPayload(this.core, view, user, { triggerId: ends.triggerId, responseUrls });
    const how = { origin, ends, isAwaited: true };
    const interaction = await this.dispatch.first("interactive", payload, how, options);
    const next = this.#next(view, origin, interaction.ack);
    if ("problem" in next) this.dispatch.trouble(origin, "view_submission", next.problem);
    return "problem" in next
      ? { interaction, errors: {}, trouble: CONNECTING }
      : { interaction, errors: next.errors, trouble: null };
  }

  async close(given: SlackView, { all = false }: { all?: boolean }): Promise<void> {
    const { views } = this.core;
    this.#mustBeOnTop(given);
    const top = views.current(given);
    if (top.type === "home") throw new Error("A Home tab cannot be closed.");
    const cleared = all || top.view.clear_on_close === true;
    const closing = cleared ? views.opened(top.user).toReversed() : [top];
    for (const view of closing) views.close(view.id);
    for (const view of closing) {
      if (view.view.notify_on_close !== true) continue;
      const { origin, ends } = this.#from(view);
      const payload = closedPayload(this.core, view, this.#reader(view), cleared);
      const { ack } = await this.dispatch.first("interactive", payload, { origin, ends }, {});
      this.dispatch.mustBeEmpty(origin, "view_closed", ack);
    }
  }

  async #acted(view: SlackView, action: Json, options: DeliveryOptions): Promise<Interaction> {
    const { origin, ends } = this.#from(view);
    const now = this.core.views.current(view);
    const payload = viewActionsPayload(this.core, now, this.#reader(view), { action, triggerId: ends.triggerId });
    const interaction = await this.dispatch.first("interactive", payload, { origin, ends }, options);
    this.dispatch.mustBeEmpty(origin, "block_actions", interaction.ack);
    return interaction;
  }

  /** Does what the acknowledgement of a submission says. Returns the app's errors, or why Slack cannot use it. */
  #next(view: SlackView, origin: Origin, ack: Ack): { errors: Record<string, string> } | { problem: string } {
    const { views } = this.core;
    if (!ack.ok) {
      const late = ack.error === "timeout" ? "It was not acknowledged in time." : "It was not acknowledged.";
      return { problem: late };
    }
    if (isEmpty(ack.body)) {
      views.close(view.id);
      return { errors: {} };
    }
    const answer = nextSchema.safeParse(ack.body);
    if (!answer.success) return { problem: `This is no answer to a submission: ${JSON.stringify(ack.body)}` };
    const { data } = answer;
    switch (data.response_action) {
      case "errors": {
        const known = inputIds(blocksOf(view));
        const strange = Object.keys(data.errors).find((id) => !known.includes(id));
        if (strange !== undefined) return { problem: `There is no input block ${strange} for an error to stand at.` };
        return { errors: data.errors };
      }
      case "clear":
        for (const one of views.opened(view.user)) views.close(one.id);
        return { errors: {} };
      default: {
        const cause = { user: view.user, viewId: view.id };
        const refused = this.dispatch.followed(origin, data, () =>
          data.response_action === "update" ? views.put(view.id, data.view) : views.push(cause, data.view),
        );
        return refused === undefined ? { errors: {} } : { problem: `Slack refuses the view: ${refused}` };
      }
    }
  }

  /** The addresses to which the app may answer: one for each conversation chosen in an input with response_url_enabled. */
  #responseUrlsOf(view: SlackView, origin: Origin): Json[] {
    return view.inputs.flatMap((input): Json[] => {
      const placed = [...fieldsOf(blocksOf(view))].find((one) => isAt(one, input));
      const [channel] = input.chosen;
      if (placed?.element.response_url_enabled !== true || channel === undefined) return [];
      const responseUrl = this.responseUrls.issue("commands", { ...origin, channel });
      return [{ block_id: input.blockId, action_id: input.actionId, channel_id: channel, response_url: responseUrl }];
    });
  }

  #mustBeOnTop(given: SlackView): void {
    const view = this.core.views.current(given);
    if (view.type === "home") return;
    const top = this.core.views.opened(view.user).at(-1);
    if (top?.id !== view.id) throw new Error(`Another modal lies on top of ${view.id}.`);
  }

  #reader(view: SlackView): Person {
    const person = this.core.directory.person(view.user);
    if (!person) throw new Error(`There is nobody called ${view.user}.`);
    return person;
  }

  /** Views have no response_url, so there is nowhere to answer. */
  #from({ id, user, conversation }: SlackView) {
    const origin = { interaction: this.dispatch.nextId(), channel: "", user };
    const cause = { user, viewId: id, ...(conversation === undefined ? {} : { conversation }) };
    return { origin, ends: { triggerId: this.core.triggers.issue(cause), responseUrl: "" } };
  }
}

function blocksOf({ view }: SlackView): Json[] {
  return recordsAt(view, "blocks");
}

function isAt(placed: { blockId: string; element: Json }, at: { blockId: string; actionId: string }): boolean {
  return placed.blockId === at.blockId && placed.element.action_id === at.actionId;
}

function offeredIn({ inputs }: SlackView) {
  return (placed: { blockId: string; element: Json }): Json[] => [
    ...(inputs.find((input) => isAt(placed, input))?.offered ?? []),
  ];
}

/**
 * Whether the app immediately hears what was entered in an element: always outside input blocks, and inside them if they ask for
 * it.
 */
function isHeard(view: SlackView, entry: Entry, enter: boolean): boolean {
  const block = blocksOf(view).find((one) => one.block_id === entry.blockId);
  if (block?.type !== "input") return true;
  if (block.dispatch_action !== true) return false;
  const element = [...elementsOf(blocksOf(view))].find((placed) => isAt(placed, entry))?.element;
  if (!/_input$/.test(stringAt(element, "type") ?? "")) return true;
  const config = isRecord(element?.dispatch_action_config) ? element.dispatch_action_config : {};
  const on: unknown[] = Array.isArray(config.trigger_actions_on) ? config.trigger_actions_on : ["on_enter_pressed"];
  return on.includes("on_character_entered") || (enter && on.includes("on_enter_pressed"));
}
