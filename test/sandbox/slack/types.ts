// The public types of the local Slack: what a test (or the demo) sees of the workspace and can do to it.

import type { Clock } from "../../../src/lib/clock.js";

export interface SlackOptions {
  /** Message times, response_url expiry, trigger_id expiry and rate limits follow this clock. */
  clock: Clock;
  /** Listens on this port of 127.0.0.1; without it, on a free one. */
  port?: number;
  botToken?: string;
  appToken?: string;
  signingSecret?: string;
  teamId?: string;
  /** The workspace is one of an Enterprise Grid organization's. */
  organization?: Organization;
  /** The app's manifest, in YAML or parsed; the repository's unless told. */
  manifest?: unknown;
  /** The optional scopes that whoever installed the app has unticked. */
  declined?: readonly string[];
  /** How long a trigger_id lives, and how long people wait for a form or a picker, in ms of the clock; 3000 unless told. */
  patienceMs?: number;
}

export interface Organization {
  /** E… */
  readonly id: string;
  readonly name: string;
  /** Whether the app is installed for the organization as a whole, and not for the workspace. */
  readonly installed: boolean;
  /** The workspaces in which the app may then be used. */
  readonly workspaces: readonly string[];
}

export interface Person {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  /** As people see it. */
  readonly realName: string;
  /** B…, of another app's bot. */
  readonly botId?: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** User ids, the bot's among them where it is a member. */
  readonly members: ReadonlySet<string>;
}

/** How a message came about. "ack": the body of a slash command's acknowledgement; "person": typed by somebody. */
export type Via = "postMessage" | "postEphemeral" | "response_url" | "ack" | "person";

export interface MessageVersion {
  /** Epoch milliseconds of the clock. */
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** The current state of one message; the same object changes in place when the message is edited. */
export interface SlackMessage {
  /** Channel id (D… for a direct message). */
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  /** The only reader of an ephemeral message (user id), else null. */
  readonly user: string | null;
  /** The user id of the writer. */
  readonly author: string;
  readonly ephemeral: boolean;
  readonly via: Via;
  readonly text: string;
  /** As the app sent them; [] when there are none. */
  readonly blocks: readonly unknown[];
  readonly edits: number;
  /** Every version so far, the first one first; the last one is the current one. */
  readonly history: readonly MessageVersion[];
  readonly deleted: boolean;
  /** The id of the interaction whose response_url (or acknowledgement) made it. */
  readonly responseUrlOf?: string;
  readonly unfurlLinks?: boolean;
  readonly unfurlMedia?: boolean;
  /** An ephemeral reply in a thread that had none: Slack shows it to nobody. */
  readonly unseen?: true;
}

/** A modal or a Home tab that the app opened; another object after every change. */
export interface SlackView {
  readonly id: string;
  readonly type: "modal" | "home";
  /** The person who sees it. */
  readonly user: string;
  /** Another one in every version. */
  readonly hash: string;
  /** As the app sent it; what had no block_id or action_id has one. */
  readonly view: Record<string, unknown>;
  /** The lowest of the modals that lie on top of each other, and the one right below. */
  readonly rootId: string;
  readonly previousId: string | null;
  /** The conversation that the person was looking at when it was opened. */
  readonly conversation?: string;
  /** What stands in its inputs. */
  readonly inputs: readonly Input[];
  /** false: the modal has been closed. */
  readonly open: boolean;
}

/** What somebody has put into one element of a view: texts, dates, ids, or the values of options; [] empties it. */
export interface Entry {
  readonly blockId: string;
  readonly actionId: string;
  readonly chosen: readonly string[];
}

/** What stands in one element of a view. */
export interface Input extends Entry {
  /** The element's. */
  readonly type: string;
  /** The options of an external select, as the app has named them so far. */
  readonly offered: readonly Record<string, unknown>[];
}

/** What came of a submission. */
export interface Submission {
  /** null when it was not sent, because something is missing. */
  readonly interaction: Interaction | null;
  /** By block_id, the person's own (a field is missing) or the app's. */
  readonly errors: Readonly<Record<string, string>>;
  /** "We had some trouble connecting. Try again?": the app did not answer in time, or not as Slack expects. */
  readonly trouble: string | null;
}

/** An answer of the app that Slack makes nothing of, so that the person sees a failure. */
export interface Trouble {
  /** Epoch milliseconds of the clock. */
  readonly at: number;
  /** Such as "view_submission". */
  readonly kind: string;
  /** What was wrong. */
  readonly problem: string;
  readonly interaction: string;
}

export interface ApiAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly [key: string]: unknown;
}

export interface ApiCall {
  /** Epoch milliseconds of the clock. */
  readonly at: number;
  /** "chat.postMessage", "response_url", "ack" (only when it carried a message), … */
  readonly method: string;
  /** The arguments without the token, JSON fields decoded. */
  readonly args: Record<string, unknown>;
  /** What the call got; a lost answer reads {ok: false, error: "hang" | "reset" | "http_500"}. */
  readonly answer: ApiAnswer;
  /** The interaction that the call belongs to, and where its message would appear (response_url and ack only). */
  readonly interaction?: string;
  readonly channel?: string;
}

export interface Ack {
  /** A 2xx in time, or an acknowledged envelope. */
  readonly ok: boolean;
  /** HTTP only. */
  readonly status?: number;
  /** What the app sent with it: text or JSON; absent when it sent nothing. */
  readonly body?: unknown;
  /** Real milliseconds. */
  readonly ms: number;
  /** "refused": no listener, no connection, or a status other than 2xx. */
  readonly error?: "timeout" | "refused";
}

export interface Interaction {
  readonly id: string;
  readonly triggerId: string;
  readonly responseUrl: string;
  readonly ack: Ack;
}

export interface DeliveryOptions {
  /** How long the acknowledgement may take, in real milliseconds; 3000 unless told. */
  timeoutMs?: number;
}

export interface FillOptions extends DeliveryOptions {
  enter?: boolean;
}

export interface ShortcutOptions extends DeliveryOptions {
  /** Ada unless told. */
  user?: Person;
  /** The conversation that the person is looking at, which the app is not told. */
  channel?: Channel;
  /** The message on which a message shortcut is picked. */
  on?: SlackMessage;
}

export interface WriteOptions {
  /** The message (or the thread) that is replied to. */
  threadTs?: string;
  /** The person invites the bot, as Slack offers it where the bot is mentioned and no member. */
  invite?: boolean;
}

/** What an external select shows. */
export interface Suggestions {
  /** false: the app was not asked, because there is no address or the query is too short. */
  readonly isSent: boolean;
  readonly options: readonly Record<string, unknown>[];
  /** Why the answer was good for nothing. */
  readonly trouble: string | null;
}

export interface SentEvent {
  readonly eventId: string;
  readonly event: Record<string, unknown>;
  /** The first delivery; `redeliver` sends the event again. */
  readonly interaction: Interaction;
  /** What came of each delivery. */
  readonly attempts: readonly Ack[];
}

export interface CommandOptions extends DeliveryOptions {
  /** "/hex" unless told. */
  command?: string;
  /** Ada unless told. */
  user?: Person;
  /** #data (public, the bot is a member) unless told. */
  channel?: Channel;
  triggerId?: string;
  /** The manifest's should_escape: links, channels and people arrive as <https://…>, <#C…|…>, <@U…|…>. True unless told. */
  escape?: boolean;
}

export interface ClickOptions extends DeliveryOptions {
  /** The button's value, or the value of the option to pick. */
  value?: string;
  /** The values of all options that are picked now, where there can be several. */
  chosen?: readonly string[];
  /** Narrows the search to one block. */
  blockId?: string;
  /** The addressee of an ephemeral message, else Ada, unless told. */
  user?: Person;
  /** Presses a button of an earlier version of the message. */
  stale?: { blocks: readonly unknown[] };
}

export type FaultKind =
  | { type: "error"; error: string; extra?: Record<string, unknown> }
  /** `retryAfter` in seconds. */
  | { type: "ratelimited"; retryAfter: number }
  /** `body`: sent as it is, as a proxy's page would be. */
  | { type: "status"; status: number; body?: string; headers?: Record<string, string> }
  | { type: "hang" }
  | { type: "reset" };

export interface Fault {
  /** A Web API method, "response_url", or "*" for all of them. */
  method: string;
  /** How many calls it hits; without it every call until clear(). */
  times?: number;
  kind: FaultKind;
  /** The call takes effect and only its answer is lost or replaced. */
  afterEffect?: boolean;
  /** Hits only messages with blocks, as a workspace does that takes none of their kind. */
  withBlocks?: boolean;
}

export interface SlackFaults {
  add(fault: Fault): void;
  clear(): void;
}

export interface SlackSocket {
  /** Open connections that were not told to go. Each envelope goes to one of them in turn. */
  readonly connections: number;
  /** Those that were told to go, until they are closed. They get envelopes while there is no other. */
  readonly leaving: number;
  /**
   * Tells every connection to go away, as Slack does every few hours, and closes it in earnest some seconds later: 10 s of the
   * clock after a warning, 5 s after refresh_requested. link_disabled: at once, since Socket Mode was switched off.
   */
  disconnect(reason: "warning" | "refresh_requested" | "link_disabled"): void;
  /** Cuts every TCP connection without a close frame. */
  drop(): void;
  /** Resolves when there is a connection that was not told to go; rejects after 10 s of real time. */
  waitForConnection(): Promise<void>;
  /** Writes a frame, whatever it is, on the connection whose turn it is. */
  send(data: string | Uint8Array): void;
  /** The envelope_ids of all acknowledgements, in order. */
  readonly acknowledged: readonly string[];
  /** Resolves when an envelope was acknowledged; rejects after 10 s of real time. */
  waitForAcknowledgement(envelopeId: string): Promise<void>;
}

export interface LocalSlack {
  /** "http://127.0.0.1:PORT/api/": the app's SLACK_API_URL. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId: string;
  /** Ada and Grace are of this workspace; the stranger is of another one and shares #data (Slack Connect). */
  readonly people: { readonly ada: Person; readonly grace: Person; readonly stranger: Person };
  readonly channels: {
    /** Public, the bot is not a member. */
    readonly general: Channel;
    /** Public, the bot is a member. */
    readonly data: Channel;
    /** Private, the bot is not a member. */
    readonly secret: Channel;
    /** Private, the bot is a member. */
    readonly team: Channel;
    readonly archived: Channel;
  };
  /** `user`: a person, or a user id such as botUserId. */
  invite(channel: Channel, user: Person | string): void;
  kick(channel: Channel, user: Person | string): void;
  archive(channel: Channel): void;
  /** Somebody deletes a message. */
  delete(message: SlackMessage): void;
  /** Empties `calls`, and drops ephemeral messages and what edited ones said before: for tests that run for long. */
  forget(): void;
  /** Forgets the calls from before a moment, epoch ms; the refused ones stay in `refused`. */
  forgetCalls(before: number): void;
  /** Messages of another local Slack, each with its place and time, go on here. */
  restore(messages: readonly SlackMessage[]): void;
  /** The direct message channel of the bot and a person. */
  dm(person: Person): Channel;
  /** A message of a person's is there, as it stands; the app is not told. */
  say(person: Person, channel: Channel, text: string): SlackMessage;
  /**
   * Somebody writes a message, as they would type it: `@hex run …`, `#data`, links. The app is told when it is mentioned where it is
   * a member, or subscribes to the messages of the channel. Throws where nobody can write: in the app's direct messages while its
   * Messages tab is off or read-only, in archived channels.
   */
  write(person: Person, channel: Channel, text: string, options?: WriteOptions): Promise<SlackMessage>;
  /** Somebody changes a message of theirs. */
  edit(message: SlackMessage, text: string): Promise<void>;
  /** The bot of another app, a member nowhere. */
  readonly otherBot: Person;
  /** Installs the app again with this manifest. `declined`: the optional scopes that are unticked; what was granted stays. */
  install(manifest: unknown, declined?: readonly string[]): void;
  /** Takes the app out of the workspace: its token is good for nothing from then on. */
  uninstall(): Promise<void>;
  /** The events that were sent, the oldest first. */
  readonly sentEvents: readonly SentEvent[];
  /** So many of the next acknowledgements of events get lost, so that Slack sends the events again. */
  loseAcknowledgements(count: number): void;
  /** Whether the app answers the handshake of its address for events (HTTP mode). */
  verifyEventsUrl(): Promise<boolean>;
  /** What the app may do; a call that needs more is answered with missing_scope. Change it at any time. */
  readonly scopes: Set<string>;
  /** Whether the bot may send direct messages: the manifest's messages_tab_enabled. Change it at any time. */
  messagesTab: boolean;
  /** People cannot write to the bot: the manifest's messages_tab_read_only_enabled. */
  readOnlyMessages: boolean;
  /** Whether the app has a Home tab. */
  homeTab: boolean;
  /** The app's shortcuts, as in its manifest. */
  readonly shortcuts: readonly { name: string; type: "global" | "message"; callback_id: string; description: string }[];
  /** Set enforce to true to get 429 for more than 1 chat.postMessage a second and channel, 50 chat.update a minute. */
  readonly limits: { enforce: boolean };
  /** Everything the app produced (and what people said), the oldest first. */
  readonly messages: readonly SlackMessage[];
  readonly views: readonly SlackView[];
  /** Every Web API call and response_url use, in order. */
  readonly calls: readonly ApiCall[];
  /** The calls that were refused for what they said (invalid_blocks, msg_too_long, no_text, …), faults excluded. */
  readonly refused: readonly ApiCall[];
  /** Those, and forgets them: they are what a test is about. */
  takeRefused(): ApiCall[];
  /** Now or later, also after edits. Rejects after 5 s of real time with a list of the messages present. */
  waitForMessage(match: (message: SlackMessage) => boolean): Promise<SlackMessage>;
  /** `from`: index into `calls` of the first call to look at; 0 unless told. */
  waitForCall(match: (call: ApiCall) => boolean, from?: number): Promise<ApiCall>;
  /** HTTP mode: where the app listens, e.g. "http://127.0.0.1:1234/slack/events". null: Socket Mode. */
  eventsUrl: string | null;
  /** Types a slash command. `text` is what follows the command: "run sales". */
  command(text: string, options?: CommandOptions): Promise<Interaction>;
  /** Presses a button or picks an option of a message. Throws when there is no such element, or more than one. */
  click(message: SlackMessage, actionId: string, options?: ClickOptions): Promise<Interaction>;
  /** Presses a button or picks an option of a modal or Home tab. */
  clickView(view: SlackView, actionId: string, options?: ClickOptions): Promise<Interaction>;
  /**
   * Types or chooses something in a view. The app hears of it at once where the element says so; resolves with what it was told.
   * `enter`: the person presses Enter at the end of a text.
   */
  fill(view: SlackView, entries: readonly Entry[], options?: FillOptions): Promise<Interaction[]>;
  /** Submits a modal; `entries`: what is changed before. An app that takes it closes it or says what comes next. */
  submit(view: SlackView, entries?: readonly Entry[], options?: DeliveryOptions): Promise<Submission>;
  /** Closes the modal on top without submitting it; `all`: those below it too. The app hears of it when it asked to. */
  closeView(view: SlackView, options?: { all?: boolean }): Promise<void>;
  /** What the app answered that Slack made nothing of: acknowledgements and options that came late or are not allowed. */
  readonly troubles: readonly Trouble[];
  /** The same, and forgets them: for the tests that want them. */
  takeTroubles(): Trouble[];
  /** Somebody picks a shortcut of the app; throws when its manifest has no such one. */
  shortcut(callbackId: string, options?: ShortcutOptions): Promise<Interaction>;
  /** HTTP mode: where the app is asked for options, the manifest's message_menu_options_url. null: nowhere. */
  optionsUrl: string | null;
  /** What an external select shows while `query` stands in its search field. The person: the view's, else Ada unless told. */
  search(
    holder: SlackView | SlackMessage,
    at: { blockId: string; actionId: string },
    query: string,
    options?: DeliveryOptions & { user?: Person },
  ): Promise<Suggestions>;
  /** Somebody looks at a tab of the app's; the app hears of it when it subscribes to app_home_opened. Throws without that tab. */
  openHome(person: Person, tab?: "home" | "messages"): Promise<void>;
  /** The Events API events that the app subscribes to, as in its manifest. Change it at any time. */
  readonly events: Set<string>;
  /** Calls `listener` whenever a message, a view or the log of calls has changed, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Sends any interaction payload as it is; response_url and trigger_id are added when they are missing. */
  sendInteraction(payload: Record<string, unknown>, options?: DeliveryOptions): Promise<Interaction>;
  /** Delivers exactly what `payload` returns, as no Slack would: null, a number, a field of another type. From Ada in #data. */
  sendExactly(
    type: "slash_commands" | "interactive" | "events_api",
    payload: (ends: { triggerId: string; responseUrl: string }) => unknown,
    options?: DeliveryOptions,
  ): Promise<Interaction>;
  /** Delivers the same thing again, as Slack may do after a lost acknowledgement. */
  redeliver(interaction: Interaction, options?: DeliveryOptions): Promise<Interaction>;
  readonly faults: SlackFaults;
  readonly socket: SlackSocket;
  stop(): Promise<void>;
}
