// Where an interaction took place, which is where its card goes.

export interface Conversation {
  /** A channel's id, or a person's for their direct messages: Slack accepts it instead of a channel. */
  channel: string;
  /** The message that started the thread; `null` outside threads. */
  threadTs: string | null;
  /** True only when Slack has said that everybody in the workspace may read the conversation. */
  isPublic: boolean;
}

/** Slack's names for channels that not everybody may see. Source: payloads of slash commands and clicks. */
const NOT_PUBLIC: ReadonlySet<string> = new Set(["privategroup", "directmessage", "mpdm"]);

/** `name` is the channel's name in a command or a click; `undefined` when Slack does not say. */
export function conversationIn(
  channel: string,
  { name, threadTs = null }: { name?: string | undefined; threadTs?: string | null } = {},
): Conversation {
  const isNamed = name !== undefined && name !== "" && !NOT_PUBLIC.has(name) && !name.startsWith("mpdm-");
  return { channel, threadTs, isPublic: channel.startsWith("C") && isNamed };
}

/** A person's direct messages as a conversation. */
export function directMessagesOf(user: string): Conversation {
  return { channel: user, threadTs: null, isPublic: false };
}

/** Whether it is direct messages, by their own id or a person's, so that one person reads what the bot writes there. */
export function isDirect(channel: string): boolean {
  return /^[DUW]/.test(channel);
}

/** Whether it is a person's id, which Slack accepts for the bot's direct messages with them. */
export function isPerson(channel: string): boolean {
  return /^[UW]/.test(channel);
}
