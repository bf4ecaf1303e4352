// The Events API: the envelope around an event, its delivery, and the retries when the app does not answer.

import { randomUUID } from "node:crypto";
import type { Room } from "./channels.js";
import type { Core } from "./core.js";
import { deliver, signedHeaders } from "./delivery.js";
import type { Dispatch } from "./dispatch.js";
import { digits } from "./identity.js";
import { type Json, parseJson, stringAt } from "./json.js";
import type { Ack, Interaction, SentEvent } from "./types.js";

/** The pauses before the second, third and fourth attempt, in ms of the clock. */
const pausesMs = [0, 60_000, 300_000];

export class Events {
  readonly sent: SentEvent[] = [];
  /** How many of the next acknowledgements get lost, so that Slack considers the delivery failed. */
  toLose = 0;
  /** The address that has answered the handshake. */
  #verifiedUrl: string | null = null;
  readonly #stopped = new AbortController();

  constructor(
    readonly core: Core,
    readonly dispatch: Dispatch,
  ) {}

  /**
   * Sends an event if the app should receive it. `subscription`: the manifest's name for the event, if that is not its type.
   * Resolves with the first delivery, or with null if nothing is sent. Further attempts follow by the clock.
   */
  async send(event: Json, room: Room | undefined, subscription = String(event.type)): Promise<Interaction | null> {
    if (!this.core.app.hears(subscription)) return null;
    if (!(await this.#isVerified())) return null;
    const eventId = `Ev${digits(9)}`;
    const origin = {
      interaction: this.dispatch.nextId(),
      channel: room?.id ?? "",
      user: stringAt(event, "user") ?? "",
    };
    const ends = { triggerId: "", responseUrl: "" };
    const payload = this.#envelope(event, room, eventId);
    const first = await this.dispatch.first("events_api", payload, { origin, ends }, {});
    const record = { eventId, event, interaction: first, attempts: [] };
    this.sent.push(record);
    const failure = this.#attempted(record, first.ack);
    if (failure !== null) void this.#retry(record, failure);
    return first;
  }

  /** The handshake with which Slack checks that the app listens at its address for events. */
  async verify(url: string): Promise<boolean> {
    const { clock, identity } = this.core;
    const challenge = randomUUID();
    const body = JSON.stringify({ token: identity.verificationToken, challenge, type: "url_verification" });
    const headers = signedHeaders(identity.signingSecret, body, "application/json", clock.now());
    const answer = await deliver(url, { body, headers }).catch(() => undefined);
    if (answer?.status !== 200) return false;
    return answer.body === challenge || stringAt(parseJson(answer.body), "challenge") === challenge;
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** In Socket Mode there is no address. */
  async #isVerified(): Promise<boolean> {
    const url = this.dispatch.eventsUrl;
    if (url === null || url === this.#verifiedUrl) return true;
    if (!(await this.verify(url))) return false;
    this.#verifiedUrl = url;
    return true;
  }

  async #retry(record: SentEvent & { attempts: Ack[] }, failure: string): Promise<void> {
    let reason = failure;
    for (const [index, pause] of pausesMs.entries()) {
      await this.core.clock.sleep(pause, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      const { ack } = await this.dispatch.again(record.interaction, {}, { number: index + 1, reason });
      const next = this.#attempted(record, ack);
      if (next === null) return;
      reason = next;
    }
  }

  /** Why Slack considers the delivery failed, or null if it does not. */
  #attempted(record: SentEvent & { attempts: Ack[] }, ack: Ack): string | null {
    record.attempts.push(ack);
    if (ack.ok && this.toLose > 0) {
      this.toLose -= 1;
      return reasonOf(this.dispatch.eventsUrl, { ...ack, error: "timeout" });
    }
    return ack.ok ? null : reasonOf(this.dispatch.eventsUrl, ack);
  }

  #envelope(event: Json, room: Room | undefined, eventId: string): Json {
    const { verificationToken, teamId, appId, botUserId, organization } = this.core.identity;
    const enterpriseId = organization?.id ?? null;
    const isOfOrganization = organization?.installed ?? false;
    return {
      token: verificationToken,
      team_id: teamId,
      context_team_id: teamId,
      context_enterprise_id: enterpriseId,
      api_app_id: appId,
      event,
      type: "event_callback",
      event_id: eventId,
      event_time: Math.floor(this.core.clock.now() / 1000),
      authorizations: [
        {
          enterprise_id: enterpriseId,
          team_id: isOfOrganization ? null : teamId,
          user_id: botUserId,
          is_bot: true,
          is_enterprise_install: isOfOrganization,
        },
      ],
      is_ext_shared_channel: room !== undefined && this.core.directory.isShared(room),
      event_context: `4-${Buffer.from(eventId).toString("base64url")}`,
    };
  }
}

function reasonOf(url: string | null, ack: Ack): string {
  if (url === null) return "timeout";
  if (ack.error === "timeout") return "http_timeout";
  return ack.status === undefined ? "connection_failed" : "http_error";
}
