// The border for everything that Slack sends, over HTTP and Socket Mode: Bolt and the listeners see only what has been parsed.
// Whatever cannot be read is acknowledged, answered, logged and counted, and does nothing.

import type { App } from "@slack/bolt";
import type { Clock } from "../../lib/clock.js";
import type { PendingWork } from "../../lib/pending-work.js";
import { newReference } from "../../lib/reference.js";
import type { Logger } from "../../log/logger.js";
import { EVENTS_LIMITED_REMEDY } from "../messages/slack-remedies.js";
import { unreadableMessage, unreadableView } from "../messages/unreadable.js";
import { type DeliveryType, type PayloadKind, type ReadBody, readPayload } from "./payloads/read-payload.js";
import { answerWith } from "./response.js";
import { hostOf, isSlacksOwn, respondTo } from "./response-url.js";

/** What could not be read. `frame`: something on the WebSocket that is not an envelope. `request`: a body that is neither a form nor JSON. */
export type UnreadableKind = PayloadKind | DeliveryType | "frame" | "request";

export interface Delivery {
  type: DeliveryType;
  /** Parsed JSON, or the fields of a form. */
  body: unknown;
  /**
   * Tells Slack that the delivery has arrived. `answer` is a message that only the person sees for a command, what happens to the
   * modal for a submission, and the options for a picker.
   */
  ack: (answer?: unknown) => Promise<void>;
  retries: Retries;
  /** The same for a request that somebody sends again; `null` where only Slack can send anything. */
  requestId: string | null;
}

/** How many times Slack has tried before, and its word for why. */
export interface Retries {
  retryNum?: number;
  retryReason?: string;
}

export interface DeliveriesOptions {
  log: Logger;
  clock: Clock;
  onUnreadable: (kind: UnreadableKind) => void;
  /** SLACK_API_URL. */
  apiUrl: string;
  /** For answers to a `response_url`. */
  send: typeof fetch;
  /** Each delivery counts as work from its arrival on, so that a stop waits for all that Slack was told has arrived. */
  work: PendingWork;
}

export class Deliveries {
  #app: Pick<App, "processEvent"> | null = null;

  constructor(private readonly options: DeliveriesOptions) {}

  /** Must be called before the first delivery. */
  handOnTo(app: Pick<App, "processEvent">): void {
    this.#app = app;
  }

  /** Resolves when the listeners are done. Never rejects. */
  take(delivery: Delivery): Promise<void> {
    return this.options.work.add(this.#take(delivery));
  }

  async #take(delivery: Delivery): Promise<void> {
    const { log } = this.options;
    const { type, body, retries, requestId } = delivery;
    const customProperties = { requestId };
    const ack = firstOnly(delivery.ack);
    try {
      const payload = readPayload(type, body);
      if (payload.ok && type === "events_api") {
        await this.#takeEvent(payload.body, ack, retries);
      } else if (payload.ok) {
        await this.#app?.processEvent({ body: this.#checked(payload.body), ack, customProperties, ...retries });
      } else if (payload.reason === "unknown_kind") {
        await ack();
        log.info({ type: payload.type }, "Slack sent something that has no listener");
      } else {
        const reference = this.unreadable(payload.kind, payload.problems);
        await this.#answer(payload, ack, reference);
      }
    } catch (err) {
      log.error({ err, type }, "What Slack sent could not be handled");
    }
  }

  /**
   * Acknowledges before anything else. A lost acknowledgement does no harm: Slack sends the event again, and the listeners do nothing
   * twice.
   */
  async #takeEvent(body: ReadBody, ack: Delivery["ack"], retries: Retries): Promise<void> {
    const { log } = this.options;
    await ack().catch((err: unknown) => log.info({ err }, "An event could not be acknowledged"));
    if ("type" in body && body.type === "app_rate_limited") {
      const { what, todo } = EVENTS_LIMITED_REMEDY;
      return log.warn({ todo }, "%s", what);
    }
    await this.#app?.processEvent({ body, ack: async () => undefined, ...retries });
  }

  /** Logs and counts what could not be read. @returns the reference in the log */
  unreadable(kind: UnreadableKind, problems: readonly string[]): string {
    const reference = newReference();
    this.options.log.warn({ reference, kind, problems }, "Slack sent something that cannot be read: nothing was done");
    this.options.onUnreadable(kind);
    return reference;
  }

  /** Answers in the acknowledgement where Slack accepts that, because it needs no address. */
  async #answer(
    { kind, responseUrl }: { kind: UnreadableKind; responseUrl: string | null },
    ack: Delivery["ack"],
    reference: string,
  ): Promise<void> {
    const message = unreadableMessage(reference);
    switch (kind) {
      case "command":
        return ack({ ...message, response_type: "ephemeral" });
      // On top of the modal, which keeps what was typed into it.
      case "view_submission":
        return ack({ response_action: "push", view: unreadableView(reference) });
      case "block_suggestion":
        return ack({ options: [] });
      default:
        await ack();
    }
    const own = this.#slacksOwn(responseUrl ?? undefined);
    if (own !== undefined) await answerWith(respondTo(own, this.options.send), this.options.clock)(message);
  }

  #checked(body: ReadBody): ReadBody {
    const responseUrl = "response_url" in body ? body.response_url : undefined;
    const checked = { ...body, response_url: this.#slacksOwn(responseUrl) };
    if (!("response_urls" in checked) || checked.response_urls === undefined) return checked;
    const own = checked.response_urls.filter(({ response_url }) => this.#slacksOwn(response_url) !== undefined);
    return { ...checked, response_urls: own };
  }

  /** A `response_url` that leads elsewhere counts as none, because anybody could read the answer there. */
  #slacksOwn(responseUrl: string | undefined): string | undefined {
    const { apiUrl, log } = this.options;
    if (responseUrl === undefined || isSlacksOwn(responseUrl, apiUrl)) return responseUrl;
    log.warn({ host: hostOf(responseUrl) }, "A response_url leads to a host that is not Slack's, so it is not used");
    return undefined;
  }
}

/** Slack accepts only one acknowledgement. */
function firstOnly(ack: Delivery["ack"]): Delivery["ack"] {
  let first: Promise<void> | null = null;
  return (answer) => {
    first ??= ack(answer);
    return first;
  };
}
