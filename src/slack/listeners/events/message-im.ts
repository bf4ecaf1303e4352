// Somebody writes to the bot in its direct messages. The card goes where they wrote.

import { conversationIn } from "../../connection/conversation.js";
import { messageSent } from "../../connection/payloads/events.js";
import { hearing } from "./event.js";
import { personMessageIn, runWritten } from "./person-message.js";

/** Messages in channels are for others. For mentions, the bot gets a different event. */
export const messageIm = hearing("message", messageSent, async (listening, body, retries) => {
  if (body.event.channel_type !== "im") return;
  const message = personMessageIn(body, listening.bot.userId);
  if (message === null) return;
  const { channel, threadTs } = message;
  await runWritten(listening, { message, conversation: conversationIn(channel, { threadTs }), retries });
});
