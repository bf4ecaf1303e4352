// `@hex run …`: somebody mentions the bot in a channel. The card goes into that message's thread.

import { conversationIn } from "../../connection/conversation.js";
import { appMention as envelope } from "../../connection/payloads/events.js";
import { hearing } from "./event.js";
import { personMessageIn, runWritten } from "./person-message.js";

export const appMention = hearing("app_mention", envelope, async (listening, body, retries) => {
  const message = personMessageIn(body, listening.bot.userId);
  if (message === null) return;
  const { channel, threadTs, ts } = message;
  await runWritten(listening, {
    message,
    conversation: conversationIn(channel, { threadTs: threadTs ?? ts }),
    retries,
  });
});
