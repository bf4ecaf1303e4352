// The options of external selects: Slack asks the app for them while somebody types.

import { z } from "zod";
import type { Core } from "./core.js";
import type { Dispatch } from "./dispatch.js";
import { elementsOf, isExternal } from "./elements.js";
import { type Json, recordsAt } from "./json.js";
import { option, optionGroup } from "./text-objects.js";
import type { DeliveryOptions, Person, SlackMessage, SlackView, Suggestions as Suggested } from "./types.js";
import { suggestionPayload } from "./view-payloads.js";

/** The number of characters from which on Slack asks the app, unless the element says otherwise. */
const leastCharacters = 3;

const answerSchema = z.union([
  z.strictObject({ options: z.array(option).max(100) }),
  z.strictObject({ option_groups: z.array(optionGroup).max(100) }),
]);

export class Suggestions {
  /** Over HTTP, the manifest's message_menu_options_url, or null if it has none. Socket Mode needs none. */
  optionsUrl: string | null = null;

  constructor(
    readonly core: Core,
    readonly dispatch: Dispatch,
  ) {}

  /** What the picker shows while its search field contains `query`. Slack does not filter. */
  async search(
    holder: SlackView | SlackMessage,
    { blockId, actionId }: { blockId: string; actionId: string },
    query: string,
    { user, ...options }: DeliveryOptions & { user: Person },
  ): Promise<Suggested> {
    const blocks = "view" in holder ? recordsAt(this.core.views.current(holder).view, "blocks") : holder.blocks;
    const placed = [...elementsOf(blocks)].find((one) => one.blockId === blockId && one.element.action_id === actionId);
    if (!placed || !isExternal(placed.element)) throw new Error(`${blockId}/${actionId} asks the app for no options.`);
    const { socket } = this.dispatch;
    const url = this.dispatch.eventsUrl === null ? null : this.optionsUrl;
    const least = Number(placed.element.min_query_length ?? leastCharacters);
    const isReachable = this.dispatch.eventsUrl === null ? socket.connections + socket.leaving > 0 : url !== null;
    if (!isReachable || query.length < least) return { isSent: false, options: [], trouble: null };
    const origin = { interaction: this.dispatch.nextId(), channel: "", user: user.id };
    const ends = { triggerId: "", responseUrl: "" };
    const asked = { actionId, blockId, query };
    const payload = suggestionPayload(
      this.core,
      "view" in holder ? this.core.views.current(holder) : holder,
      user,
      asked,
    );
    const how = { origin, ends, isAwaited: true, url };
    const { ack } = await this.dispatch.first("interactive", payload, how, options);
    const result = ack.ok ? readOptions(ack.body) : { problem: `It was not answered: ${ack.error}` };
    if ("problem" in result) {
      this.dispatch.trouble(origin, "block_suggestion", result.problem);
      return { isSent: true, options: [], trouble: result.problem };
    }
    if ("view" in holder) this.core.views.offer(holder.id, { blockId, actionId }, result.options);
    else this.#offered.set(keyOf(holder, { blockId, actionId }), result.options);
    return { isSent: true, options: result.options, trouble: null };
  }

  /** The options that were last seen in a message's picker. */
  readonly #offered = new Map<string, Json[]>();

  offeredIn(message: SlackMessage, at: { blockId: string; actionId: string }): Json[] {
    return this.#offered.get(keyOf(message, at)) ?? [];
  }
}

/** An empty answer means that there are no results. */
function readOptions(body: unknown): { options: Json[] } | { problem: string } {
  if (body === undefined) return { options: [] };
  const answer = answerSchema.safeParse(body);
  if (!answer.success) return { problem: `These are no options: ${z.prettifyError(answer.error)}` };
  const { data } = answer;
  return { options: "options" in data ? data.options : data.option_groups.flatMap(({ options }) => options) };
}

function keyOf({ channel, ts }: SlackMessage, { blockId, actionId }: { blockId: string; actionId: string }): string {
  return [channel, ts, blockId, actionId].join("/");
}
