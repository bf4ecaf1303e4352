// The message log, and what a reader sees of a message.

import type { Clock } from "../../../src/lib/clock.js";
import { Timestamps } from "./identity.js";
import { isRecord } from "./json.js";
import type { SlackMessage, Via } from "./types.js";
import { Watch } from "./watch.js";

export interface Content {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

export interface Posting extends Content {
  channel: string;
  author: string;
  via: Via;
  /** Makes it ephemeral: the only reader. */
  reader?: string;
  threadTs?: string;
  responseUrlOf?: string;
  unfurlLinks?: boolean;
  unfurlMedia?: boolean;
  unseen?: true;
}

type Stored = { -readonly [Key in keyof SlackMessage]: SlackMessage[Key] };

export class MessageLog {
  readonly #all: Stored[] = [];
  readonly watch = new Watch();
  readonly timestamps: Timestamps;

  constructor(readonly clock: Clock) {
    this.timestamps = new Timestamps(clock);
  }

  get all(): readonly SlackMessage[] {
    return this.#all;
  }

  post({ reader, ...posting }: Posting): SlackMessage {
    const stored: Stored = {
      ...posting,
      ts: this.timestamps.next(),
      user: reader ?? null,
      ephemeral: reader !== undefined,
      edits: 0,
      history: [this.#version(posting)],
      deleted: false,
    };
    this.#all.push(stored);
    this.watch.notify();
    return stored;
  }

  /** Adds a message from another local Slack, unchanged. */
  restore(message: SlackMessage): void {
    this.#all.push({ ...message });
    this.watch.notify();
  }

  edit(channel: string, ts: string, content: Content): void {
    const stored = this.#stored(channel, ts);
    if (!stored) return;
    stored.text = content.text;
    stored.blocks = content.blocks;
    stored.edits += 1;
    stored.history = [...stored.history, this.#version(content)];
    this.watch.notify();
  }

  remove(channel: string, ts: string): void {
    const stored = this.#stored(channel, ts);
    if (!stored) return;
    stored.deleted = true;
    this.watch.notify();
  }

  /** Keeps of each message only what can be read now, and drops ephemeral messages. */
  forget(): void {
    this.#all.splice(0, this.#all.length, ...this.#all.filter((message) => !message.ephemeral));
    for (const message of this.#all) message.history = message.history.slice(-1);
  }

  /** The message, if it has not been deleted. */
  find(channel: string, ts: string | undefined): SlackMessage | undefined {
    return ts === undefined ? undefined : this.#stored(channel, ts);
  }

  /** Whether a thread has replies that everybody can see. */
  hasReplies(channel: string, threadTs: string): boolean {
    return this.#all.some(
      (message) =>
        message.channel === channel && message.threadTs === threadTs && !message.deleted && !message.ephemeral,
    );
  }

  /** Waits up to `ms` real milliseconds. */
  waitFor(match: (message: SlackMessage) => boolean, ms: number): Promise<SlackMessage> {
    return this.watch.until(
      () => this.#all.find(match),
      ms,
      () => `No such message within ${ms} ms. There are ${this.#all.length}:\n${this.#all.map(describe).join("\n")}`,
    );
  }

  #stored(channel: string, ts: string): Stored | undefined {
    return this.#all.find((message) => message.channel === channel && message.ts === ts && !message.deleted);
  }

  #version(content: Content) {
    return { at: this.clock.now(), text: content.text, blocks: content.blocks };
  }
}

/** One line for an error message. */
export function describe(message: SlackMessage): string {
  const to = message.ephemeral ? ` (only ${message.user})` : "";
  const gone = message.deleted ? " (deleted)" : "";
  return `- ${message.channel}${to}${gone} via ${message.via}, ${message.edits} edits: ${visibleText(message)}`;
}

/** Everything that can be read in the message: the blocks' texts a line each, or the text when there are none. */
export function visibleText(message: Content): string {
  if (message.blocks.length === 0) return message.text;
  return [...textsOf(message.blocks)].join("\n");
}

/** The texts in Block Kit JSON, whatever the block, in reading order. */
export function* textsOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  if (!isRecord(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === "text" && typeof item === "string") yield item;
    else if (key === "alt_text" && typeof item === "string") yield item;
    else yield* textsOf(item);
  }
}

/** Anything between angle brackets, or a single angle bracket. */
const bracketed = /<[^<>]*>|</g;
/** What Slack understands. It takes any other `<…>` for a link that leads nowhere, and shows none of it. */
const slackMark =
  /^<(?:@[UW][A-Z0-9]*|#[CGD][A-Z0-9]*|!subteam\^S[A-Z0-9]+|!(?:channel|here|everyone)|!date\^\d+\^[^|]+\|[^|]+|(?:https?:\/\/|mailto:)[^\s|]+)(?:\|[^|]*)?>$/;

/** The text between angle brackets that Slack does not understand, so readers would not see it. */
export function unknownMarks(message: Content): string[] {
  return [message.text, ...markedTexts(message.blocks)].flatMap((mrkdwn) =>
    [...mrkdwn.matchAll(bracketed)].map(([found]) => found).filter((found) => !slackMark.test(found)),
  );
}

/** The texts in the blocks that Slack formats. */
function* markedTexts(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* markedTexts(item);
  if (!isRecord(value)) return;
  if ((value.type === "mrkdwn" || value.type === "markdown") && typeof value.text === "string") yield value.text;
  else for (const item of Object.values(value)) yield* markedTexts(item);
}

/**
 * The mentions that the message would turn into notifications: "<!channel>", "<!here>", "<!everyone>", "<@U…>",
 * "<!subteam^S…>", without labels, each once. The text counts even if blocks are shown instead of it.
 */
export function pings(message: Content): string[] {
  const found = new Set<string>(mentions(message.text));
  for (const mention of blockMentions(message.blocks)) found.add(mention);
  return [...found];
}

function mentions(mrkdwn: string): string[] {
  const pattern = /<(!channel|!here|!everyone|!subteam\^[A-Z0-9]+|@[UW][A-Z0-9]+)(?:[|^][^>]*)?>/g;
  return [...mrkdwn.matchAll(pattern)].map((match) => `<${match[1]}>`);
}

function* blockMentions(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* blockMentions(item);
  if (!isRecord(value)) return;
  const { type, text } = value;
  if ((type === "mrkdwn" || type === "markdown") && typeof text === "string") yield* mentions(text);
  else if (type === "broadcast") yield `<!${value.range}>`;
  else if (type === "user") yield `<@${value.user_id}>`;
  else if (type === "usergroup") yield `<!subteam^${value.usergroup_id}>`;
  else for (const item of Object.values(value)) yield* blockMentions(item);
}
