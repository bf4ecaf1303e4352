// Says something to everybody, in the thread of the message on which somebody has pressed a button.

import { isPosted, post } from "../connection/post.js";
import type { Click } from "../listeners/actions/action.js";
import type { Bot } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";

/** What Slack refuses is logged: the message above says the same. */
export async function tellInThread(bot: Bot, click: Click, message: Message): Promise<void> {
  const { conversation, messageTs, log } = click;
  const threadTs = conversation.threadTs ?? messageTs;
  if (threadTs === null) return;
  const told = await post(bot.slack, { channel: conversation.channel, thread_ts: threadTs }, message);
  if (!isPosted(told)) log.warn({ failure: told.facts }, "Slack did not accept a reply in the thread of an alert");
}
