import type { SecretKind } from "./identity.js";
// The public types of the local Slack: what a test or the demo can see and do in the workspace.

import type { Clock } from "../../../src/lib/clock.js";

export interface SlackOptions {
  /** Message times, response_url expiry, trigger_id expiry and rate limits follow this clock. */
  clock: Clock;
  /** The port on 127.0.0.1. Default: a free one. */
  port?: number;
  botToken?: string;
  appToken?: string;
  signingSecret?: string;
  teamId?: string;
  /** The workspace belongs to an Enterprise Grid organization. */
  organization?: Organization;
  /** The app's manifest, in YAML or parsed. Default: the repository's. */
  manifest?: unknown;
  /** The optional scopes that were unticked at the installation. */
  declined?: readonly string[];
  /** How long a trigger_id is valid, and how long people wait for a form or a picker, in ms of the clock. Default: 3000. */
  patienceMs?: number;
}

export interface Organization {
  /** E… */
  readonly id: string;
  readonly name: string;
  /** Whether the app is installed for the whole organization instead of the workspace. */
  readonly installed: boolean;
  /** The workspaces in which the app may be used in that case. */
  readonly workspaces: readonly string[];
}

export interface Person {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  /** The name that people see. */
  readonly realName: string;
  /** The time zone, such as Europe/Berlin. Absent where Slack does not say. */
  readonly tz?: string;
  /** Absent where Slack does not know it. */
  readonly email?: string;
  /** B…, the id of another app's bot. */
  readonly botId?: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** User ids, including the bot's if it is a member. */
  readonly members: ReadonlySet<string>;
}

/** Where a message came from. "ack": the body of a slash command's acknowledgement. "person": somebody typed it. */
export type Via = "postMessage" | "postEphemeral" | "response_url" | "ack" | "person";

export interface MessageVersion {
  /** Epoch milliseconds of the clock. */
  readonly at: number;
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** The current state of one message. When the message is edited, this object changes in place. */
export interface SlackMessage {
  /** Channel id (D… for a direct message). */
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  /** The only reader of an ephemeral message (user id), otherwise null. */
  readonly user: string | null;
  /** The user id of the writer. */
  readonly author: string;
  readonly ephemeral: boolean;
  readonly via: Via;
  readonly text: string;
  /** The blocks as the app sent them, or [] if there are none. */
  readonly blocks: readonly unknown[];
  readonly edits: number;
  /** Every version so far, oldest first. The last one is the current one. */
  readonly history: readonly MessageVersion[];
  readonly deleted: boolean;
  /** The id of the interaction whose response_url (or acknowledgement) created it. */
  readonly responseUrlOf?: string;
  readonly unfurlLinks?: boolean;
  readonly unfurlMedia?: boolean;
  /** An ephemeral reply in a thread that had no replies. Slack shows it to nobody. */
  readonly unseen?: true;
}

/** A modal or a Home tab that the app opened. After every change it is a new object. */
export interface SlackView {
  readonly id: string;
  readonly type: "modal" | "home";
  /** The person who sees it. */
  readonly user: string;
  /** Different in every version. */
  readonly hash: string;
  /** As the app sent it, except that every block and element has a block_id or action_id. */
  readonly view: Record<string, unknown>;
  /** The lowest modal of the stack, and the one directly below this one. */
  readonly rootId: string;
  readonly previousId: string | null;
  /** The conversation that the person was looking at when it was opened. */
  readonly conversation?: string;
  /** The content of its inputs. */
  readonly inputs: readonly Input[];
  /** `false`: the modal has been closed. */
  readonly open: boolean;
}

/** What somebody enters in one element of a view: texts, dates, ids, or the values of options. [] empties it. */
export interface Entry {
  readonly blockId: string;
  readonly actionId: string;
  readonly chosen: readonly string[];
}

/** The content of one element of a view. */
export interface Input extends Entry {
  /** The element's type. */
  readonly type: string;
  /** The options of an external select, as the app has named them so far. */
  readonly offered: readonly Record<string, unknown>[];
}

/** The result of a submission. */
export interface Submission {
  /** `null` if it was not sent, because something is missing. */
  readonly interaction: Interaction | null;
  /** The errors by block_id, from Slack itself (a field is missing) or from the app. */
  readonly errors: Readonly<Record<string, string>>;
  /** "We had some trouble connecting. Try again?": the app did not answer in time, or not as Slack expects. */
  readonly trouble: string | null;
}

/** An answer from the app that Slack cannot use, so the person sees a failure. */
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
  /** The arguments without the token, with JSON fields decoded. */
  readonly args: Record<string, unknown>;
  /** What the call was answered with. A lost answer is {ok: false, error: "hang" | "reset" | "http_500"}. */
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
  /** What the app sent with it, text or JSON. Absent if it sent nothing. */
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
  /** How long the acknowledgement may take, in real milliseconds. Default: 3000. */
  timeoutMs?: number;
}

export interface FillOptions extends DeliveryOptions {
  enter?: boolean;
}

export interface ShortcutOptions extends DeliveryOptions {
  /** Default: Ada. */
  user?: Person;
  /** The conversation that the person is looking at, which the app is not told. */
  channel?: Channel;
  /** The message on which a message shortcut is chosen. */
  on?: SlackMessage;
}

export interface WriteOptions {
  /** The message (or the thread) to reply to. */
  threadTs?: string;
  /** The person invites the bot, as Slack offers when the bot is mentioned where it is no member. */
  invite?: boolean;
}

/** What an external select shows. */
export interface Suggestions {
  /** `false`: the app was not asked, because there is no address or the query is too short. */
  readonly isSent: boolean;
  readonly options: readonly Record<string, unknown>[];
  /** Why Slack could not use the answer. */
  readonly trouble: string | null;
}

export interface SentEvent {
  readonly eventId: string;
  readonly event: Record<string, unknown>;
  /** The first delivery. `redeliver` sends the event again. */
  readonly interaction: Interaction;
  /** The result of each delivery. */
  readonly attempts: readonly Ack[];
}

export interface CommandOptions extends DeliveryOptions {
  /** Default: "/hex". */
  command?: string;
  /** Default: Ada. */
  user?: Person;
  /** Default: #data (public, the bot is a member). */
  channel?: Channel;
  triggerId?: string;
  /** The manifest's should_escape: links, channels and people arrive as <https://…>, <#C…|…>, <@U…|…>. Default: true. */
  escape?: boolean;
}

export interface ClickOptions extends DeliveryOptions {
  /** The button's value, or the value of the option to choose. */
  value?: string;
  /** The values of all options that are selected now, if there can be several. */
  chosen?: readonly string[];
  /** Narrows the search to one block. */
  blockId?: string;
  /** Default: the reader of an ephemeral message, otherwise Ada. */
  user?: Person;
  /** Presses a button of an earlier version of the message. */
  stale?: { blocks: readonly unknown[] };
}

export type FaultKind =
  | { type: "error"; error: string; extra?: Record<string, unknown> }
  /** `retryAfter` in seconds. */
  | { type: "ratelimited"; retryAfter: number }
  /** `body`: sent unchanged, like a proxy's page. */
  | { type: "status"; status: number; body?: string; headers?: Record<string, string> }
  | { type: "hang" }
  | { type: "reset" };

export interface Fault {
  /** A Web API method, "response_url", or "*" for all of them. */
  method: string;
  /** How many calls it hits. Default: every call until clear(). */
  times?: number;
  kind: FaultKind;
  /** The call takes effect, and only its answer is lost or replaced. */
  afterEffect?: boolean;
  /** Hits only messages with blocks, like a workspace that does not accept blocks of some kind. */
  withBlocks?: boolean;
  /** Hits only messages in threads. */
  inThread?: boolean;
}

export interface SlackFaults {
  add(fault: Fault): void;
  /** Calls of this Web API method wait until the function that this returns is called. */
  hold(method: string): () => void;
  clear(): void;
}

export interface SlackSocket {
  /** Open connections that were not told to disconnect. Envelopes go to them in turn. */
  readonly connections: number;
  /** Connections that were told to disconnect, until they are closed. They get envelopes if there is no other connection. */
  readonly leaving: number;
  /**
   * Tells every connection to disconnect, as Slack does every few hours, and closes it some seconds later: 10 s of the clock after
   * a warning, 5 s after refresh_requested. With link_disabled, immediately, because Socket Mode was switched off.
   */
  disconnect(reason: "warning" | "refresh_requested" | "link_disabled"): void;
  /**
   * Why a new connection gets a farewell in place of Slack's hello: as if other copies of the bot held ten connections, Slack were about
   * to restart, or Socket Mode had just been switched off.
   */
  turnsAway: "too_many_websockets" | "refresh_requested" | "link_disabled" | null;
  /** Nothing goes through any connection that is open, in either direction, though nobody closes it: a NAT has forgotten it. */
  stall(): void;
  /** Cuts every TCP connection without a close frame. */
  drop(): void;
  /** Resolves when there is a connection that was not told to disconnect. Rejects after 10 s of real time. */
  waitForConnection(): Promise<void>;
  /** Writes any frame on the connection whose turn it is. */
  send(data: string | Uint8Array): void;
  /** The envelope_ids of all acknowledgements, in order. */
  readonly acknowledged: readonly string[];
  /** Resolves when an envelope was acknowledged. Rejects after 10 s of real time. */
  waitForAcknowledgement(envelopeId: string): Promise<void>;
}

export interface LocalSlack {
  /** "http://127.0.0.1:PORT/api/": the app's SLACK_API_URL. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** Those three, the earlier ones, and the other app's. */
  readonly secrets: readonly string[];
  /** Somebody makes a new one, and the old one counts no more. `word`: what Slack says of an old token from then on. @returns the new one */
  renew(kind: SecretKind, word?: string, secret?: string): string;
  /** Another app, in which nothing happens. */
  readonly otherApp: { readonly appId: string; readonly appToken: string };
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly appId: string;
  /** Ada and Grace are in this workspace. The stranger is in another one and shares #data (Slack Connect). */
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
  /** `user`: a person or a user id, such as botUserId. */
  invite(channel: Channel, user: Person | string): void;
  kick(channel: Channel, user: Person | string): void;
  archive(channel: Channel): void;
  /** An admin of the organization moves it to a workspace in which the app is not installed. */
  moveElsewhere(channel: Channel): void;
  /** Whoever created the workspace, its only owner. */
  readonly primaryOwner: Person;
  /** More people of the workspace, for tests to add to. They do nothing. */
  readonly others: Person[];
  /** An admin deactivates somebody. The primary owner has handed the workspace over before. */
  deactivate(person: Person): void;
  /** Somebody deletes a message. */
  delete(message: SlackMessage): void;
  /** Empties `calls`, and drops ephemeral messages and earlier versions of edited ones, for tests that run for a long time. */
  forget(): void;
  /** Forgets the calls before a time (epoch ms). Refused calls stay in `refused`. */
  forgetCalls(before: number): void;
  /** Continues with messages from another local Slack, each with its channel and time. */
  restore(messages: readonly SlackMessage[]): void;
  /** The channel for direct messages between the bot and a person. */
  dm(person: Person): Channel;
  /** The channel for direct messages between two people, of which the bot knows nothing. */
  dmBetween(one: Person, other: Person): Channel;
  /** Adds a person's message unchanged, without telling the app. */
  say(person: Person, channel: Channel, text: string): SlackMessage;
  /**
   * Somebody writes a message, as they would type it: `@hex run …`, `#data`, links. The app hears about it if it is mentioned where
   * it is a member, or subscribes to the messages of the channel. Throws where nobody can write: in archived channels, and in the
   * app's direct messages if its Messages tab is off or read-only.
   */
  write(person: Person, channel: Channel, text: string, options?: WriteOptions): Promise<SlackMessage>;
  /** Somebody edits their message. */
  edit(message: SlackMessage, text: string): Promise<void>;
  /** The bot of another app, which is a member nowhere. */
  readonly otherBot: Person;
  /** By a person's id. Whoever is not here is an ordinary member. */
  readonly roles: Map<string, "guest" | "admin">;
  /** The ids of the people in each user group, by the group's id. S0DATATEAM1 has Ada. */
  readonly groups: Map<string, Set<string>>;
  /** Whether the workspace's plan has user groups. Can be changed at any time. */
  hasGroups: boolean;
  /** The ids of people of whom Slack tells the bot nothing (user_not_visible). */
  readonly unseen: Set<string>;
  /** The groups that are switched off, what people call a group (without the @), and its workspace if that is not the bot's own. */
  readonly groupsOff: Set<string>;
  readonly groupHandles: Map<string, string>;
  readonly groupTeams: Map<string, string>;
  /**
   * Installs the app again with this manifest. `declined`: the optional scopes that are unticked. Scopes that were granted earlier
   * stay.
   */
  install(manifest: unknown, declined?: readonly string[]): void;
  /** Removes the app from the workspace. From then on, its token no longer works. */
  uninstall(): Promise<void>;
  /** The events that were sent, oldest first. */
  readonly sentEvents: readonly SentEvent[];
  /** How many of the next acknowledgements of events get lost, so that Slack sends the events again. */
  loseAcknowledgements(count: number): void;
  /** Whether the app answers the handshake at its address for events (HTTP mode). */
  verifyEventsUrl(): Promise<boolean>;
  /** The app's scopes. A call that needs another one is answered with missing_scope. Can be changed at any time. */
  readonly scopes: Set<string>;
  /** Whether the bot may send direct messages: the manifest's messages_tab_enabled. Can be changed at any time. */
  messagesTab: boolean;
  /** Whether people cannot write to the bot: the manifest's messages_tab_read_only_enabled. */
  readOnlyMessages: boolean;
  /** Whether the workspace accepts data tables; some answer invalid_blocks. Can be changed at any time. */
  takesDataTables: boolean;
  /** Whether the app has a Home tab. */
  homeTab: boolean;
  /** The app's shortcuts, as in its manifest. */
  readonly shortcuts: readonly { name: string; type: "global" | "message"; callback_id: string; description: string }[];
  /** Set `enforce` to true to get 429 for more than 1 chat.postMessage per second and channel, or 50 chat.update per minute. */
  readonly limits: { enforce: boolean };
  /** Everything that the app produced, and what people said, oldest first. */
  readonly messages: readonly SlackMessage[];
  readonly views: readonly SlackView[];
  /** Every Web API call and response_url use, in order. */
  readonly calls: readonly ApiCall[];
  /**
   * The calls that were refused because of what they said (invalid_blocks, msg_too_long, no_text, …), without those that faults
   * hit.
   */
  readonly refused: readonly ApiCall[];
  /** Returns them and forgets them, for tests that expect refusals. */
  takeRefused(): ApiCall[];
  /** Finds a message now or later, and also after edits. Rejects after 5 s of real time with a list of the messages present. */
  waitForMessage(match: (message: SlackMessage) => boolean): Promise<SlackMessage>;
  /** `from`: the index in `calls` of the first call to look at. Default: 0. */
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
   * Types or chooses something in a view. If the element asks for it, the app hears about it immediately. Resolves with what the
   * app heard. `enter`: the person presses Enter at the end of a text.
   */
  fill(view: SlackView, entries: readonly Entry[], options?: FillOptions): Promise<Interaction[]>;
  /**
   * Submits a modal. `entries`: what the person enters before. If the app accepts it, the app closes it or says what comes next.
   */
  submit(view: SlackView, entries?: readonly Entry[], options?: DeliveryOptions): Promise<Submission>;
  /** Closes the modal on top without submitting it. `all`: also those below it. The app hears about it if it asked for that. */
  closeView(view: SlackView, options?: { all?: boolean }): Promise<void>;
  /** Answers from the app that Slack could not use: acknowledgements and options that were late or not allowed. */
  readonly troubles: readonly Trouble[];
  /** Returns the same and forgets them, for tests that expect them. */
  takeTroubles(): Trouble[];
  /** Somebody chooses one of the app's shortcuts. Throws if the manifest does not have it. */
  shortcut(callbackId: string, options?: ShortcutOptions): Promise<Interaction>;
  /** HTTP mode: where Slack asks the app for options, the manifest's message_menu_options_url. null: nowhere. */
  optionsUrl: string | null;
  /** What an external select shows while its search field contains `query`. Default person: the view's, otherwise Ada. */
  search(
    holder: SlackView | SlackMessage,
    at: { blockId: string; actionId: string },
    query: string,
    options?: DeliveryOptions & { user?: Person },
  ): Promise<Suggestions>;
  /**
   * Somebody opens one of the app's tabs. The app hears about it if it subscribes to app_home_opened. Throws if there is no such
   * tab.
   */
  openHome(person: Person, tab?: "home" | "messages"): Promise<void>;
  /** The Events API events that the app subscribes to, as in its manifest. Can be changed at any time. */
  readonly events: Set<string>;
  /** Calls `listener` whenever a message, a view or the log of calls has changed, until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Sends any interaction payload unchanged, except that a missing response_url or trigger_id is added. */
  sendInteraction(payload: Record<string, unknown>, options?: DeliveryOptions): Promise<Interaction>;
  /**
   * Delivers exactly what `payload` returns, even what Slack never sends: null, a number, a field of another type. From Ada in
   * #data.
   */
  sendExactly(
    type: "slash_commands" | "interactive" | "events_api",
    payload: (ends: { triggerId: string; responseUrl: string }) => unknown,
    options?: DeliveryOptions,
  ): Promise<Interaction>;
  /** Delivers the same thing again, as Slack may do after a lost acknowledgement. */
  redeliver(interaction: Interaction, options?: DeliveryOptions): Promise<Interaction>;
  readonly faults: SlackFaults;
  readonly socket: SlackSocket;
  /** Cuts the connections of the calls that hang, which otherwise get no answer until the end. */
  cutHanging(): void;
  stop(): Promise<void>;
}
