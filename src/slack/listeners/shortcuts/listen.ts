// Listens to shortcuts.

import type { App, SlackShortcut } from "@slack/bolt";
import { answerTo } from "../../connection/answer-in.js";
import { type Conversation, conversationIn, directMessagesOf } from "../../connection/conversation.js";
import { respondThrough } from "../../connection/response-url.js";
import { staleButtonMessage } from "../../messages/answers.js";
import { acknowledge, arrivalOf, handle, type Listening, requestIdIn } from "../interaction.js";
import { originOf } from "../origin.js";
import { shortcutOf } from "./index.js";

export function listenToShortcuts(app: App, listening: Listening): void {
  const { bot, members, log, metrics } = listening;
  app.shortcut(/.*/, async ({ ack, body, client, context, ...args }) => {
    await acknowledge(metrics, ack);
    const { callback_id: callbackId, trigger_id: triggerId } = body;
    const user = body.user.id;
    const conversation = conversationOf(body, user);
    const { channel } = conversation;
    // Only message shortcuts come with a response_url.
    const asker = { respond: respondThrough(args.respond), user, channel, threadTs: null };
    const respond = answerTo(asker, { slack: client, clock: bot.clock, log });
    const once = requestIdIn(context);
    const arrival = arrivalOf(
      { id: triggerId, once, user, conversation, place: null, triggerId, typed: null, respond },
      log,
    );
    const known = shortcutOf(callbackId);
    arrival.log.info({ user, channel }, "shortcut %s", known?.id ?? "unknown");
    // A shortcut says no more about a person than a click does. It opens a form at most.
    const standing = members.ofClick(originOf(body));
    const outcome = await handle(listening, arrival, { standing, deed: null }, async (interaction) =>
      known === null ? respond(staleButtonMessage()) : known.pick(bot, interaction),
    );
    metrics.shortcut(known?.id ?? "unknown", outcome);
  });
}

/** A message shortcut is picked in a thread or starts one. For a global one, Slack does not say where it was picked. */
function conversationOf(picked: SlackShortcut, user: string): Conversation {
  if (picked.type === "shortcut") return directMessagesOf(user);
  const { channel, message, message_ts } = picked;
  const threadTs: unknown = message.thread_ts ?? message_ts;
  return conversationIn(channel.id, { name: channel.name, threadTs: typeof threadTs === "string" ? threadTs : null });
}
