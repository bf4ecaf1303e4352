// Where an interaction took place, which is where its card goes.

export interface Conversation {
  /** A channel's id. A person's, for their direct messages: Slack takes it in the place of a channel. */
  channel: string;
  /** The message that began the thread; null outside threads. */
  threadTs: string | null;
  /** True only when Slack has said that everybody in the workspace may read along. */
  isPublic: boolean;
}

/** Slack's names for channels that not everybody may see. Source: payloads of slash commands and clicks. */
const NOT_PUBLIC: ReadonlySet<string> = new Set(["privategroup", "directmessage", "mpdm"]);

/** `name`: of the channel, as a command or a click has it; undefined: Slack does not say. */
export function conversationIn(
  channel: string,
  { name, threadTs = null }: { name?: string | undefined; threadTs?: string | null } = {},
): Conversation {
  const isNamed = name !== undefined && name !== "" && !NOT_PUBLIC.has(name) && !name.startsWith("mpdm-");
  return { channel, threadTs, isPublic: channel.startsWith("C") && isNamed };
}

/** What is answered in somebody's direct messages. */
export function directMessagesOf(user: string): Conversation {
  return { channel: user, threadTs: null, isPublic: false };
}
