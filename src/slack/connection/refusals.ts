// The last recent refusal or failure of each kind, until the same works again. Kept in memory, because it is about this process.

import type { Clock } from "../../lib/clock.js";
import { Emitter } from "../../lib/emitter.js";
import { HOUR } from "../../lib/time.js";
import type { SlackCall, SlackMethod } from "./calls.js";
import { isDirect } from "./conversation.js";
import { failureOfCall, type SlackFailure } from "./failures.js";
import { declinedScopes, missingScopes, type OptionalScope, type RequiredScope } from "./scopes.js";

/** A deleted message is not a problem, because its card moves. */
export type RefusalKind = Exclude<SlackFailure["kind"], "gone"> | "app_token";

/** The events by which Slack says that the bot token no longer works, with the error code of calls that use it. */
const LOSSES = { app_uninstalled: "account_inactive", tokens_revoked: "token_revoked" } as const;
export type LossEvent = keyof typeof LOSSES;

export interface SlackRefusal {
  kind: RefusalKind;
  /** Slack's error code. */
  word: string;
  method: SlackMethod | LossEvent;
  /** The id of the channel or person that it is about, if any. */
  channel: string | null;
  /** Epoch ms. */
  at: number;
}

export interface SlackState {
  troubles: SlackRefusal[];
  /** The bot's scopes, as of the last answer; `null` while Slack has not said. */
  granted: readonly string[] | null;
  /** Missing scopes that the bot needs, as of the last answer. */
  missingScopes: RequiredScope[];
  /** Missing scopes that the bot can do without. */
  declinedScopes: OptionalScope[];
  /** Slack refused the last direct message because the app's Messages tab is switched off. */
  directMessagesOff: boolean;
}

/** How long (ms) a failure is worth showing. */
const SHOWN_MS = HOUR;

export class SlackRefusals {
  /** Emits Slack's error code when a call shows that Slack does not accept the bot token any more, and `null` when it does again. */
  readonly tokenNews = new Emitter<string | null>();
  /**
   * By kind. `about` is what has to work again for the trouble to be over. `since` (epoch ms): when that was first refused. `seenAt` is by
   * the monotonic clock.
   */
  readonly #last = new Map<RefusalKind, { trouble: SlackRefusal; about: string; since: number; seenAt: number }>();
  #granted: readonly string[] | null = null;
  #directMessagesOff = false;
  #askedAt: number;

  constructor(private readonly clock: Clock) {
    this.#askedAt = clock.now();
  }

  /** Must be called for every call to Slack. */
  observe(call: SlackCall): void {
    const before = this.token;
    this.#note(call);
    const { ok, word } = this.token;
    if (ok !== before.ok) this.tokenNews.emit(word);
  }

  #note(call: SlackCall): void {
    const { method, channel } = call;
    // The app token has other scopes.
    if (method !== "apps.connections.open" && call.scopes !== null) this.#granted = call.scopes;
    if (usesToken(method)) this.#askedAt = this.clock.now();
    const failure = failureOfCall(call);
    if (failure?.word === MESSAGES_TAB_OFF) this.#directMessagesOff = true;
    if (failure === null && method === "chat.postMessage" && isDirect(channel ?? "")) this.#directMessagesOff = false;
    if (failure === null) this.#works(call);
    const facts = failure?.facts;
    if (facts === undefined || facts.kind === "gone") return;
    const kind = kindOf(facts, method);
    this.#add({ kind, word: facts.word, method, channel, at: this.clock.now() });
  }

  #add(trouble: SlackRefusal): void {
    const before = this.#last.get(trouble.kind);
    const about = aboutOf(trouble);
    const since = before?.about === about ? before.since : trouble.at;
    this.#last.set(trouble.kind, { trouble, about, since, seenAt: this.clock.monotonic() });
  }

  /** Slack has said that the bot token no longer works. @returns its error code for that */
  lost(event: LossEvent): string {
    const word = LOSSES[event];
    const at = this.clock.now();
    this.#add({ kind: "credentials", word, method: event, channel: null, at });
    return word;
  }

  now(): SlackState {
    const since = this.clock.monotonic() - SHOWN_MS;
    const troubles = [...this.#last.values()].filter(({ seenAt }) => seenAt > since).map(({ trouble }) => trouble);
    return {
      troubles,
      granted: this.#granted,
      missingScopes: missingScopes(this.#granted),
      declinedScopes: declinedScopes(this.#granted),
      directMessagesOff: this.#directMessagesOff,
    };
  }

  /**
   * Whether Slack accepted the bot token when it was last used. A token without a scope counts as accepted. `at` (epoch ms): when it was
   * last used or, if Slack did not accept it, since when that is so. `word` is Slack's error code when it did not.
   */
  get token(): { ok: boolean; at: number; word: string | null } {
    const refusal = this.#last.get("credentials");
    if (refusal === undefined || refusal.about !== TOKEN) return { ok: true, at: this.#askedAt, word: null };
    return { ok: false, at: refusal.since, word: refusal.trouble.word };
  }

  /** The last failure that is not over. When there is none, `since` is when Slack was last used. */
  get lastFailure(): { ok: boolean; since: number; why: string | null } {
    const [last] = [...this.#last.values()].sort((a, b) => b.trouble.at - a.trouble.at);
    return { ok: false, since: last?.trouble.at ?? this.#askedAt, why: last?.trouble.word ?? null };
  }

  /** A place that Slack says is not there does not work. */
  #works({ method, channel, ok }: SlackCall): void {
    const works = new Set<string | null>([method, ok ? channel : null, usesToken(method) ? TOKEN : null]);
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
