// What Slack refused or failed at lately, the last of each kind, until the same works again. In memory: it is about this process.

import type { Clock } from "../../lib/clock.js";
import type { SlackCall, SlackMethod } from "./calls.js";
import { failureOfCall, type SlackFailure } from "./failures.js";
import { declinedScopes, missingScopes, type OptionalScope, type RequiredScope } from "./scopes.js";

/** A message that is gone is no trouble: its card moves. */
export type RefusalKind = Exclude<SlackFailure["kind"], "gone"> | "app_token";

/** The events by which Slack says that the bot's token is good for nothing any more, with its words for a call that uses it. */
const LOSSES = { app_uninstalled: "account_inactive", tokens_revoked: "token_revoked" } as const;
export type LossEvent = keyof typeof LOSSES;

export interface SlackRefusal {
  kind: RefusalKind;
  /** Slack's. */
  word: string;
  method: SlackMethod | LossEvent;
  /** A channel's or a person's id, when it is about one. */
  channel: string | null;
  /** Epoch ms. */
  at: number;
}

export interface SlackState {
  troubles: SlackRefusal[];
  /** Of those that the bot needs, as of the last answer. */
  missingScopes: RequiredScope[];
  /** Of those that it works without. */
  declinedScopes: OptionalScope[];
  /** The last direct message was refused, since the app's Messages tab is switched off. */
  directMessagesOff: boolean;
}

/** How long (ms) a failure is worth showing. */
const HOUR_MS = 60 * 60_000;

export class SlackRefusals {
  /** By kind; `about`: what has to work again for it to be over; `seenAt`: by the monotonic clock. */
  readonly #last = new Map<RefusalKind, { trouble: SlackRefusal; about: string; seenAt: number }>();
  #granted: readonly string[] | null = null;
  #directMessagesOff = false;
  #askedAt: number;

  constructor(private readonly clock: Clock) {
    this.#askedAt = clock.now();
  }

  /** To be told of every call. */
  observe(call: SlackCall): void {
    const { method, channel } = call;
    // The app token's scopes are others.
    if (method !== "apps.connections.open" && call.scopes !== null) this.#granted = call.scopes;
    if (usesToken(method)) this.#askedAt = this.clock.now();
    const failure = failureOfCall(call);
    if (failure?.word === MESSAGES_TAB_OFF) this.#directMessagesOff = true;
    if (failure === null && method === "chat.postMessage" && /^[UWD]/.test(channel ?? ""))
      this.#directMessagesOff = false;
    if (failure === null) this.#works(call);
    if (failure === null || failure.kind === "gone") return;
    const kind = kindOf(failure, method);
    const trouble = { kind, word: failure.word, method, channel, at: this.clock.now() };
    this.#last.set(kind, { trouble, about: aboutOf(trouble), seenAt: this.clock.monotonic() });
  }

  /** Slack has told that the bot's token is gone. @returns its word for that */
  lost(event: LossEvent): string {
    const word = LOSSES[event];
    const at = this.clock.now();
    const trouble = { kind: "credentials", word, method: event, channel: null, at } as const;
    this.#last.set("credentials", { trouble, about: TOKEN, seenAt: this.clock.monotonic() });
    return word;
  }

  now(): SlackState {
    const since = this.clock.monotonic() - HOUR_MS;
    const troubles = [...this.#last.values()].filter(({ seenAt }) => seenAt > since).map(({ trouble }) => trouble);
    return {
      troubles,
      missingScopes: missingScopes(this.#granted),
      declinedScopes: declinedScopes(this.#granted),
      directMessagesOff: this.#directMessagesOff,
    };
  }

  /**
   * Whether Slack took the bot's token when it was last used: one that lacks a scope is taken. `at`: epoch ms; `word`: Slack's,
   * for why not.
   */
  get token(): { ok: boolean; at: number; word: string | null } {
    const refusal = this.#last.get("credentials");
    const word = refusal?.about === TOKEN ? refusal.trouble.word : null;
    return { ok: word === null, at: this.#askedAt, word };
  }

  /** The last failure of all, as long as it is not over; since when nothing has been heard when there is none. */
  get lastFailure(): { ok: boolean; since: number; why: string | null } {
    const [last] = [...this.#last.values()].sort((a, b) => b.trouble.at - a.trouble.at);
    return { ok: false, since: last?.trouble.at ?? this.#askedAt, why: last?.trouble.word ?? null };
  }

  #works({ method, channel }: SlackCall): void {
    const works = new Set<string | null>([method, channel, usesToken(method) ? TOKEN : null]);
    for (const [kind, { about }] of this.#last) if (works.has(about)) this.#last.delete(kind);
  }
}

const MESSAGES_TAB_OFF = "messages_tab_disabled";
const TOKEN = "the bot's token";

function usesToken(method: SlackMethod): boolean {
  return method !== "apps.connections.open" && method !== "response_url";
}

function kindOf({ kind }: { kind: Exclude<RefusalKind, "app_token"> }, method: SlackMethod): RefusalKind {
  const refused = kind === "credentials" || kind === "other";
  return method === "apps.connections.open" && refused ? "app_token" : kind;
}

function aboutOf({ kind, word, method, channel }: SlackRefusal): string {
  if (kind === "place" && channel !== null) return channel;
  if (kind === "credentials" && word !== "missing_scope") return TOKEN;
  return method;
}
