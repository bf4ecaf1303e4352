// What people have yet to be told in the thread of a message that is up to date, or that Slack no longer lets the bot edit. Pure.

import type { Message } from "../messages/blocks.js";
import type { WantedAlert } from "./wanted-alert.js";

/** Whether the message shows what it should. `outdated`: Slack no longer allows edits, or refuses the new content. */
export type MessageState = "current" | "outdated";

/** `message`: the reply to post; `null` when nobody is told. `told`: how many of the wanted replies count as told after it. */
export interface Telling {
  message: Message | null;
  told: number;
}

/**
 * Edits notify nobody, so each new reply goes into the thread. Where the message is outdated, its whole content goes there once instead,
 * if there is news.
 *
 *     two of four replies told, current  → the third, the fourth
 *     two of four replies told, outdated → `content`, and all four count as told
 */
export function untold(
  { replies, isFinal, isSilent }: Pick<WantedAlert, "replies" | "isFinal" | "isSilent">,
  told: number,
  state: MessageState,
  content: Message,
): Telling[] {
  const rest = replies.slice(told);
  if (state === "current")
    return rest.map((reply, index) => ({ message: reply.isSilent ? null : reply.message, told: told + index + 1 }));
  const isNews = rest.some((reply) => !reply.isSilent) || (isFinal && !isSilent);
  return isNews ? [{ message: content, told: replies.length }] : [];
}
